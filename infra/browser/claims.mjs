// Compares what a page or an email says with the organization's next billing event and its access.

/** Texts that announce a charge, a paid plan, or an end, with the kinds of event that they need. */
const ANNOUNCEMENTS = [
  [/your (\w+ ){0,2}plan starts on|we’ll charge \S+ then/i, ['plan_starts']],
  [/your (\w+ ){0,2}plan renews/i, ['renews']],
  [/your (\w+ ){0,2}plan ends on|won’t renew|your (\w+ ){0,2}plan is canceled|ends with your trial/i, ['ends']],
  [/your payment is on its way/i, ['payment_pending']],
  [/add a payment method (by|to resume)|don’t have a payment method/i, ['needs_payment_method']],
  [/is paid|paid plan/i, []],
];
/** Texts about the present. An email had to be true only when it was sent. */
const PRESENT = [
  [/overdue|a payment failed|bank needs you to confirm/i, ['payment_overdue']],
  [/your trial ends on|days? left/i, ['trial_ends', 'plan_starts', 'ends', 'needs_payment_method']],
  [/your (\w+ ){0,2}plan is active/i, ['renews', null]],
];

/** Texts about what is possible, with the access that they need. */
const POSSIBLE = [
  [/continue setup|next task|skip: /i, ['full']],
  [/You have full access\.|Everything keeps working/, ['full']],
  [/(?<!After that, )your data is safe and read-only/i, ['read_only']],
  [/Setup is paused/, ['read_only']],
  [/We’ll set everything up|Setup starts with your plan/, ['billing_only']],
];

/** Returns each text of a page or an embedded part that does not fit the state of the organization. */
export function wrongOnPage(text, { next, access }) {
  const claims = wrong([...ANNOUNCEMENTS, ...PRESENT], text, next);
  const possible = POSSIBLE.filter(([claim, accesses]) => claim.test(text) && !accesses.includes(access));
  return [...claims, ...possible.map(([claim]) => `says “${text.match(claim)[0]}”, but the access is ${access}`)];
}

/** Returns each announcement of an email that does not fit the next event. */
export const wrongInMail = (text, next) => wrong(ANNOUNCEMENTS, text, next);

function wrong(claims, text, next) {
  const kind = next?.kind ?? null;
  return claims.flatMap(([claim, kinds]) => {
    const found = text.match(claim);
    return found && !kinds.includes(kind) ? [`announces “${found[0]}”, but the next event is ${kind}`] : [];
  });
}
