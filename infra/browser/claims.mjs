// Compares what a page or an email announces with the organization's next billing event.

/** Texts that announce a charge, a paid plan, or an end, with the kinds of event that they need. */
const CLAIMS = [
  [/your plan starts on|we’ll charge \S+ then/i, ['plan_starts']],
  [/your plan renews/i, ['renews']],
  [/your plan ends on|won’t renew|your plan is canceled|ends with your trial/i, ['ends']],
  [/your payment is on its way/i, ['payment_pending']],
  [/overdue|a payment failed|bank needs you to confirm/i, ['payment_overdue']],
  [/add a payment method (by|to resume)|don’t have a payment method/i, ['needs_payment_method']],
  [/your trial ends on|days? left/i, ['trial_ends', 'plan_starts', 'ends', 'needs_payment_method']],
  [/your plan is active|subscription is active/i, ['renews', null]],
  [/is paid|paid plan/i, []],
];

/** Returns each announcement in `text` that does not fit the kind of the next event. */
export function wrongClaims(text, next) {
  const kind = next?.kind ?? null;
  return CLAIMS.flatMap(([claim, kinds]) => {
    const found = text.match(claim);
    return found && !kinds.includes(kind) ? [`announces “${found[0]}”, but the next event is ${kind}`] : [];
  });
}
