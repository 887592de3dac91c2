// Table of page states: how to create each state, and which pages show it.
//
// The browsers share one clock, so the states are in the order of their `days`. `days` is the
// number of days between the sign-up and the visit.

const CHECKLIST = { checklist: '/onboarding/checklist' };
const DASHBOARD = { dashboard: '/dashboard' };
const WELCOME = { welcome: '/onboarding/welcome' };
const ORGANIZATION = { organization: (who) => `/organizations/${who.organization}` };
const RETURN = { return: '/billing/return' };
const BOTH = { ...CHECKLIST, ...DASHBOARD };
const INSIDE = { ...BOTH, ...WELCOME, ...ORGANIZATION };

/** Completes the first `count` tasks of the checklist, or all. */
async function completes(who, count) {
  const { tasks } = await who.checklist();
  await who.changes(...tasks.slice(0, count).map(({ key }) => `complete/${key}`));
}

/** Skips the task at a position of the checklist. */
async function skips(who, at) {
  const { tasks } = await who.checklist();
  await who.changes(`skip/${tasks.at(at).key}`);
}

/** Signs up without a trial and pays. */
async function pays(who) {
  await who.signsUp(false);
  await who.stripe('customer.subscription.created');
  await who.stripe('invoice.paid', { 'data.object.id': 'in_first' });
}

/** Pays, and then changes the subscription's status. */
const becomes = (status, type = 'customer.subscription.updated') => async (who) => {
  await pays(who);
  await who.stripe(type, { 'data.object.status': status, created: Math.floor(Date.now() / 1000) + 60 });
};

/** Returns the time a number of days from now, as Stripe writes it. */
const inDays = (days) => Math.floor(Date.now() / 1000) + days * 86_400;

/** Subscribes during a trial of Stripe that ends in `days` days. */
const trials = (days, set = {}) => async (who) => {
  await who.signsUp(false);
  await who.stripe('customer.subscription.created', { 'data.object.status': 'trialing', 'data.object.trial_end': inDays(days), ...set });
};

/** Creates a first subscription that is not paid yet. */
const isFirst = (status) => async (who) => {
  await who.signsUp(false);
  await who.stripe('customer.subscription.created', { 'data.object.status': status });
};

/**
 * `begins` creates the state. Each of its `pages` must contain `says` and must not contain `hides`.
 * Pages of a `mirrored` state are also checked right-to-left. All states but that of a stranger also
 * show the embedded widget and banner. No state depends on the tasks of the built-in checklist.
 */
export const STATES = [
  { name: 'stranger', pages: { landing: '/', 'sign-up': '/organizations/new', login: '/login', guide: '/onboarding/guide', problem: '/problems/not-found' } },
  { name: 'empty', begins: (who) => who.signsUp(), pages: { ...INSIDE, guide: '/onboarding/guide', landing: '/', account: '/account', members: '/members', settings: '/settings' }, opens: '.task summary, .faq summary' },
  {
    name: 'middle',
    begins: async (who) => {
      await who.signsUp();
      await completes(who, 3);
    },
    pages: { ...BOTH, ...WELCOME },
    says: /3 of \d+ done|Suggested first steps/,
    opens: '#done > summary',
    mirrored: true,
  },
  {
    name: 'skipped',
    begins: async (who) => {
      await who.signsUp();
      await completes(who, 1);
      await skips(who, 1);
      await skips(who, 4);
    },
    pages: CHECKLIST,
    says: /” was skipped/,
    opens: '#skipped > summary',
  },
  {
    name: 'done',
    begins: async (who) => {
      await who.signsUp();
      await completes(who);
    },
    pages: { ...BOTH, ...WELCOME },
    says: /all set up/,
  },
  {
    name: 'done-with-skip',
    begins: async (who) => {
      await who.signsUp();
      await completes(who, -1);
      await skips(who, -1);
    },
    pages: BOTH,
    says: /all set up/,
  },
  {
    name: 'done-and-seen',
    begins: async (who) => {
      await who.signsUp();
      await completes(who);
      await who.changes('seen');
    },
    pages: CHECKLIST,
    says: /Setup is complete/,
    hides: /Got it/,
  },
  {
    name: 'dismissed',
    begins: async (who) => {
      await who.signsUp();
      await completes(who, 1);
      await who.changes('dismiss');
    },
    pages: BOTH,
    says: /was dismissed|Show setup checklist/,
  },
  {
    name: 'collapsed',
    begins: async (who) => {
      await who.signsUp();
      await who.changes('view/collapse', 'view/hide-calm');
    },
    pages: DASHBOARD,
    says: /\d+ steps left/,
    hides: /Continue setup|14 days left/,
  },
  { name: 'pending', begins: (who) => who.signsUp(false), pages: { ...INSIDE, settings: '/settings' }, says: /plan/ },
  { name: 'waiting', begins: (who) => who.signsUp(false), pages: RETURN, says: /waiting for Stripe to confirm/ },
  { name: 'incomplete', begins: isFirst('incomplete'), pages: { ...DASHBOARD, ...ORGANIZATION, ...RETURN }, says: /first payment/ },
  { name: 'paused', begins: becomes('paused'), pages: { ...BOTH, ...ORGANIZATION, ...RETURN }, says: /paused/i },
  { name: 'paid', begins: pays, pages: RETURN, says: /Your (\w+ ){0,2}plan is active/ },
  { name: 'active', begins: pays, pages: { ...DASHBOARD, ...ORGANIZATION }, hides: /days left/ },
  {
    name: 'payment-failed',
    begins: async (who) => {
      await pays(who);
      await who.stripe('invoice.payment_failed', { 'data.object.id': 'in_second' });
    },
    pages: { ...DASHBOARD, ...ORGANIZATION },
    says: /A payment failed/,
  },
  {
    name: 'action-required',
    begins: async (who) => {
      await pays(who);
      await who.stripe('invoice.payment_action_required', { 'data.object.id': 'in_second' });
    },
    pages: { ...DASHBOARD, ...ORGANIZATION },
    says: /bank needs you to confirm/,
  },
  { name: 'past-due', begins: becomes('past_due'), pages: { ...DASHBOARD, ...ORGANIZATION }, says: /overdue/ },
  { name: 'unpaid', begins: becomes('unpaid'), pages: { ...BOTH, ...ORGANIZATION }, says: /payment/ },
  { name: 'canceled', begins: becomes('canceled', 'customer.subscription.deleted'), pages: INSIDE, says: /plan/ },
  { name: 'bank-debit', begins: isFirst('active'), pages: { ...DASHBOARD, ...WELCOME, ...ORGANIZATION, ...RETURN }, hides: /is paid/ },
  {
    name: 'ending',
    begins: async (who) => {
      await pays(who);
      await who.stripe('customer.subscription.updated', { 'data.object.cancel_at': inDays(9), created: Math.floor(Date.now() / 1000) + 60 });
    },
    pages: { ...DASHBOARD, ...ORGANIZATION },
    says: /won’t renew/,
  },
  { name: 'plan-trial', begins: trials(9), pages: { ...DASHBOARD, ...ORGANIZATION, ...RETURN }, says: /Your (\w+ ){0,2}plan starts on/ },
  { name: 'canceled-trial', begins: trials(9, { 'data.object.cancel_at': inDays(9) }), pages: { ...DASHBOARD, ...ORGANIZATION }, says: /won’t be charged/ },
  { name: 'cardless-trial', begins: trials(9, { 'data.object.default_payment_method': null }), pages: { ...DASHBOARD, ...ORGANIZATION }, says: /Add a payment method/ },
  { name: 'unconfirmed', begins: trials(-2, { created: inDays(-9) }), pages: { ...DASHBOARD, ...ORGANIZATION }, says: /confirming your plan/ },
  {
    name: 'one-off',
    begins: async (who) => {
      await who.signsUp(false);
      await who.stripe('invoice.paid', { 'data.object.parent': null, 'data.object.lines.data': [] });
    },
    pages: { ...DASHBOARD, ...ORGANIZATION },
    says: /plan/,
  },
  {
    name: 'double',
    begins: async (who) => {
      await pays(who);
      await who.stripe('customer.subscription.created', { 'data.object.id': 'sub_second' });
    },
    pages: ORGANIZATION,
    says: /two subscriptions/,
  },
  { name: 'trial-notice', days: 8, begins: (who) => who.signsUp(), pages: { ...DASHBOARD, ...WELCOME }, says: /6 days left/ },
  { name: 'trial-warning', days: 12, begins: (who) => who.signsUp(), pages: { ...DASHBOARD, ...ORGANIZATION }, says: /2 days left/ },
  { name: 'trial-tomorrow', days: 13, begins: (who) => who.signsUp(), pages: DASHBOARD, says: /ends tomorrow at \d\d:\d\d CES?T/ },
  { name: 'trial-today', days: 13.98, begins: (who) => who.signsUp(), pages: DASHBOARD, says: /ends (today|tomorrow) at \d\d:\d\d CES?T/ },
  { name: 'trial-ended', days: 15, begins: (who) => who.signsUp(), pages: { ...INSIDE, members: '/members' }, says: /Trial ended|trial has ended|can’t invite people/ },
];
