//! Sample emails: each kind of email in its variants, some with difficult names.

use domain::{
    billing::{Currency, Interval, IssueKind, Money, Plan},
    checklist::BUILT_IN,
    id::OrgId,
    org::Access,
    people::{Address, Name, Role},
    secret::Secret,
};
use jiff::civil::{Date, date};
use mail::{
    AfterTrial, EmailChanged, Invitation, MembershipChanged, NextCharge, PaymentFailed, PlainText,
    PlanStarted, PlanSummary, Product, Rendered, SignIn, TrialEnded, TrialEnding, Verify, Welcome,
};

use crate::words::variant;

/// A sample email of the gallery.
pub(super) struct Sample {
    /// Name in the gallery's URLs.
    pub(super) name: &'static str,
    /// Value of the email tag `kind`.
    pub(super) kind: &'static str,
    /// Description of the variant, empty for the default.
    pub(super) variant: &'static str,
    pub(super) rendered: Rendered,
}

/// Name of the sample that the gallery opens first.
pub(super) const FIRST: &str = "welcome-trial";

const LONG_NAME: &str = "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine von der Wiesenstraße";
const LONG_ORGANIZATION: &str = "The International Society for the Improvement of Very Long Names";
const LINK_NAME: &str = "Visit https://evil.example/now <b>&\"free\"";

/// Names of the user and the organization in an email.
struct Names {
    user: &'static str,
    organization: &'static str,
}

const DEFAULT: Names = Names { user: "John Doe", organization: "Acme Corp" };
const LONG: Names = Names { user: LONG_NAME, organization: LONG_ORGANIZATION };
const LINK: Names = Names { user: LINK_NAME, organization: LINK_NAME };

/// Returns all samples, grouped by kind.
pub(super) fn all() -> Vec<Sample> {
    [welcomes(), trials(), payments(), links()].into_iter().flatten().collect()
}

fn sample(name: &'static str, kind: &'static str, variant: &'static str, rendered: Rendered) -> Sample {
    Sample { name, kind, variant, rendered }
}

fn welcomes() -> Vec<Sample> {
    let trial = |days| PlanSummary::Trial { days, ends_on: ends_on(), plan: None };
    vec![
        sample(FIRST, "welcome", variant::TRIAL, welcome(&DEFAULT, trial(14), false)),
        sample("welcome-unverified", "welcome", variant::UNVERIFIED, welcome(&DEFAULT, trial(14), true)),
        sample("welcome-last-day", "welcome", variant::TRIAL_LAST_DAY, welcome(&DEFAULT, trial(1), false)),
        sample("welcome-paid", "welcome", variant::PAID, welcome(&DEFAULT, PlanSummary::Active, false)),
        sample("welcome-late", "welcome", variant::LATE, welcome(&DEFAULT, PlanSummary::Other, false)),
        sample("welcome-long", "welcome", variant::LONG_NAMES, welcome(&LONG, trial(14), true)),
        sample("welcome-nasty", "welcome", variant::LINK_NAME, welcome(&LINK, trial(14), false)),
    ]
}

fn trials() -> Vec<Sample> {
    vec![
        sample(
            "trial-ending",
            "trial_ending",
            variant::THREE_DAYS,
            trial_ending(&DEFAULT, 3, AfterTrial::ReadOnly),
        ),
        sample(
            "trial-ending-last-day",
            "trial_ending",
            variant::ONE_DAY,
            trial_ending(&DEFAULT, 1, AfterTrial::ReadOnly),
        ),
        sample(
            "trial-ending-plan",
            "trial_ending",
            variant::PLAN_STARTS,
            trial_ending(&DEFAULT, 3, AfterTrial::PlanBegins { amount: Some("€29.00".to_owned()) }),
        ),
        sample(
            "trial-ending-no-payment-method",
            "trial_ending",
            variant::NO_PAYMENT_METHOD,
            trial_ending(&DEFAULT, 3, AfterTrial::NeedsPaymentMethod),
        ),
        sample(
            "trial-ending-nasty",
            "trial_ending",
            variant::LINK_NAME,
            trial_ending(&LINK, 3, AfterTrial::ReadOnly),
        ),
        sample("trial-ended", "trial_ended", "", trial_ended(&DEFAULT)),
        sample("trial-ended-long", "trial_ended", variant::LONG_NAMES, trial_ended(&LONG)),
    ]
}

fn payments() -> Vec<Sample> {
    let first = NextCharge::First { on: ends_on(), amount: Some(eur(2900)) };
    let renewal = NextCharge::Renewal { on: ends_on(), amount: Some(eur(2900)) };
    vec![
        sample("plan-started", "plan_started", variant::PAID, plan_started(&DEFAULT, renewal)),
        sample("plan-started-trial", "plan_started", variant::PLAN_STARTS, plan_started(&LONG, first)),
        sample(
            "plan-started-pending",
            "plan_started",
            variant::PAYMENT_PENDING,
            plan_started(&DEFAULT, NextCharge::Pending),
        ),
        sample(
            "payment-failed",
            "payment_failed",
            variant::ACCESS_KEPT,
            payment(IssueKind::PaymentFailed, Access::Full),
        ),
        sample(
            "payment-failed-read-only",
            "payment_failed",
            variant::READ_ONLY,
            payment(IssueKind::PaymentFailed, Access::ReadOnly),
        ),
        sample(
            "payment-action-required",
            "payment_failed",
            variant::BANK,
            payment(IssueKind::ActionRequired, Access::BillingOnly),
        ),
    ]
}

fn links() -> Vec<Sample> {
    vec![
        sample("sign-in", "sign_in", "", sign_in(&DEFAULT)),
        sample("sign-in-long", "sign_in", variant::LONG_NAME, sign_in(&LONG)),
        sample("invitation-member", "invitation", variant::MEMBER, invitation(&DEFAULT, Role::Member)),
        sample("invitation-admin", "invitation", variant::ADMIN, invitation(&LONG, Role::Admin)),
        sample(
            "membership-removed",
            "membership_changed",
            variant::REMOVED,
            membership_changed(&DEFAULT, None),
        ),
        sample(
            "membership-admin",
            "membership_changed",
            variant::ADMIN,
            membership_changed(&LONG, Some(Role::Admin)),
        ),
        sample(
            "membership-member",
            "membership_changed",
            variant::MEMBER,
            membership_changed(&DEFAULT, Some(Role::Member)),
        ),
        sample("email-changed", "email_changed", "", email_changed(&DEFAULT)),
        sample("verify", "verify", "", verify(&DEFAULT)),
        sample("invitation-nasty", "invitation", variant::LINK_NAMES, invitation(&LINK, Role::Member)),
    ]
}

impl Names {
    fn given_name(&self) -> PlainText {
        PlainText::given(&Name::from_stored(self.user.to_owned()))
    }

    fn organization(&self) -> PlainText {
        PlainText::new(self.organization)
    }
}

fn product() -> Product {
    Product {
        name: "TimeTracker".to_owned(),
        dashboard_url: "https://app.example.com/dashboard".to_owned(),
        public_url: "https://onramp.example.com".to_owned(),
    }
}

/// Returns the nil id, which no organization has.
fn org() -> OrgId {
    OrgId::from_uuid(uuid::Uuid::nil())
}

fn ends_on() -> Date {
    date(2025, 1, 22)
}

fn secret() -> Secret {
    Secret::new(std::array::from_fn(|index| u8::try_from(index * 37 % 251).unwrap_or_default()))
}

fn welcome(names: &Names, plan: PlanSummary, verify: bool) -> Rendered {
    Welcome {
        given_name: names.given_name(),
        org: org(),
        organization: names.organization(),
        project: PlainText::new("Getting Started"),
        verify: verify.then(secret),
        steps: BUILT_IN.tasks.iter().take(4).map(|task| task.title).collect(),
        plan,
    }
    .render(&product())
}

fn trial_ending(names: &Names, days: u32, after_trial: AfterTrial) -> Rendered {
    TrialEnding {
        given_name: names.given_name(),
        org: org(),
        organization: names.organization(),
        days,
        ends_on: ends_on(),
        after_trial,
        unsubscribe: secret(),
    }
    .render(&product())
}

fn trial_ended(names: &Names) -> Rendered {
    TrialEnded {
        given_name: names.given_name(),
        org: org(),
        organization: names.organization(),
        ended_on: ends_on(),
    }
    .render(&product())
}

fn payment(kind: IssueKind, access: Access) -> Rendered {
    PaymentFailed {
        given_name: DEFAULT.given_name(),
        org: org(),
        organization: DEFAULT.organization(),
        kind,
        due: Some(eur(2900)),
        next_attempt: (access == Access::Full).then_some(date(2025, 1, 25)),
        since: ends_on(),
        access,
    }
    .render(&product())
}

fn plan_started(names: &Names, next: NextCharge) -> Rendered {
    PlanStarted {
        given_name: names.given_name(),
        org: org(),
        organization: names.organization(),
        plan: Plan::Team,
        price: Some((eur(2900), Some(Interval::Month))),
        next,
    }
    .render(&product())
}

fn eur(amount: u64) -> Money {
    Money { amount, currency: Currency::EUR }
}

fn sign_in(names: &Names) -> Rendered {
    SignIn { given_name: names.given_name(), secret: secret() }.render(&product())
}

fn membership_changed(names: &Names, role: Option<Role>) -> Rendered {
    MembershipChanged { given_name: names.given_name(), organization: names.organization(), role }
        .render(&product())
}

fn verify(names: &Names) -> Rendered {
    let (given_name, organization) = (names.given_name(), names.organization());
    Verify { given_name, organization, waits: false, secret: Secret::new([6; 32]) }.render(&product())
}

fn email_changed(names: &Names) -> Rendered {
    EmailChanged { given_name: names.given_name(), organization: names.organization() }.render(&product())
}

fn invitation(names: &Names, role: Role) -> Rendered {
    Invitation {
        inviter: PlainText::new(names.user),
        organization: names.organization(),
        role,
        secret: secret(),
        expires_on: ends_on(),
        recipient: Address::from_stored("sam@globex.example".to_owned()),
    }
    .render(&product())
}
