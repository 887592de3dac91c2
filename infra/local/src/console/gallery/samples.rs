//! Invented mails, one for each thing that a mail may have to say, and some with difficult names.

use domain::{
    address::Address, billing::IssueKind, definition::BUILT_IN, id::OrgId, name::Name, people::Role,
    secret::Secret, status::Access,
};
use jiff::civil::{Date, date};
use mail::{
    AfterTrial, Invitation, PaymentFailed, PlainText, PlanSummary, Product, Rendered, SignIn, TrialEnded,
    TrialEnding, Welcome,
};

/// A mail of the gallery.
pub(super) struct Sample {
    /// Its place in the gallery's addresses.
    pub(super) name: &'static str,
    /// The kind of mail, as tags have it.
    pub(super) kind: &'static str,
    /// What is special about it.
    pub(super) variant: &'static str,
    /// The mail.
    pub(super) rendered: Rendered,
}

/// The mail that is shown first.
pub(super) const FIRST: &str = "welcome-trial";

const LONG_NAME: &str = "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine von der Wiesenstraße";
const LONG_ORGANIZATION: &str = "The International Society for the Improvement of Very Long Names";
const NASTY: &str = "Visit https://evil.example/now <b>&\"free\"";

/// Who a mail is about.
struct Cast {
    person: &'static str,
    organization: &'static str,
}

const USUAL: Cast = Cast { person: "John Doe", organization: "Acme Corp" };

/// All of them, kind by kind.
pub(super) fn all() -> Vec<Sample> {
    let trial = |days| PlanSummary::Trial { days, ends_on: ends_on() };
    let sample = |name, kind, variant, rendered| Sample { name, kind, variant, rendered };
    let long = Cast { person: LONG_NAME, organization: LONG_ORGANIZATION };
    let nasty = Cast { person: NASTY, organization: NASTY };
    vec![
        sample(FIRST, "welcome", "In a trial", welcome(&USUAL, trial(14))),
        sample("welcome-last-day", "welcome", "In a trial, one day left", welcome(&USUAL, trial(1))),
        sample("welcome-paid", "welcome", "Without a trial, paid", welcome(&USUAL, PlanSummary::Active)),
        sample(
            "welcome-late",
            "welcome",
            "Late, neither in a trial nor paid",
            welcome(&USUAL, PlanSummary::Other),
        ),
        sample("welcome-long", "welcome", "Long names", welcome(&long, trial(14))),
        sample("welcome-nasty", "welcome", "A name that would be a link", welcome(&nasty, trial(14))),
        sample(
            "trial-ending",
            "trial_ending",
            "Three days left",
            trial_ending(&USUAL, 3, AfterTrial::ReadOnly),
        ),
        sample(
            "trial-ending-last-day",
            "trial_ending",
            "One day left",
            trial_ending(&USUAL, 1, AfterTrial::ReadOnly),
        ),
        sample(
            "trial-ending-plan",
            "trial_ending",
            "A plan begins then",
            trial_ending(&USUAL, 3, AfterTrial::PlanBegins),
        ),
        sample(
            "trial-ending-nasty",
            "trial_ending",
            "A name that would be a link",
            trial_ending(&nasty, 3, AfterTrial::ReadOnly),
        ),
        sample("trial-ended", "trial_ended", "", trial_ended(&USUAL)),
        sample("trial-ended-long", "trial_ended", "Long names", trial_ended(&long)),
        sample(
            "payment-failed",
            "payment_failed",
            "Access stays",
            payment(IssueKind::PaymentFailed, Access::Full),
        ),
        sample(
            "payment-failed-read-only",
            "payment_failed",
            "Read-only",
            payment(IssueKind::PaymentFailed, Access::ReadOnly),
        ),
        sample(
            "payment-action-required",
            "payment_failed",
            "The bank asks",
            payment(IssueKind::ActionRequired, Access::BillingOnly),
        ),
        sample("sign-in", "sign_in", "", sign_in(&USUAL)),
        sample("sign-in-long", "sign_in", "Long name", sign_in(&long)),
        sample("invitation-member", "invitation", "As a member", invitation(&USUAL, Role::Member)),
        sample("invitation-admin", "invitation", "As an admin, long names", invitation(&long, Role::Admin)),
        sample(
            "invitation-nasty",
            "invitation",
            "Names that would be links",
            invitation(&nasty, Role::Member),
        ),
    ]
}

impl Cast {
    fn given_name(&self) -> PlainText {
        PlainText::given(&Name::from_stored(self.person.to_owned()))
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

/// An id that nobody has.
fn org() -> OrgId {
    OrgId::from_uuid(uuid::Uuid::nil())
}

fn ends_on() -> Date {
    date(2025, 1, 22)
}

fn secret() -> Secret {
    Secret::new(std::array::from_fn(|index| u8::try_from(index * 37 % 251).unwrap_or_default()))
}

fn welcome(cast: &Cast, plan: PlanSummary) -> Rendered {
    Welcome {
        given_name: cast.given_name(),
        org: org(),
        organization: cast.organization(),
        project: PlainText::new("Getting Started"),
        steps: BUILT_IN.tasks.iter().take(4).map(|task| task.title).collect(),
        plan,
    }
    .render(&product())
}

fn trial_ending(cast: &Cast, days: u32, after_trial: AfterTrial) -> Rendered {
    TrialEnding {
        given_name: cast.given_name(),
        org: org(),
        organization: cast.organization(),
        days,
        ends_on: ends_on(),
        after_trial,
        unsubscribe: secret(),
    }
    .render(&product())
}

fn trial_ended(cast: &Cast) -> Rendered {
    TrialEnded {
        given_name: cast.given_name(),
        org: org(),
        organization: cast.organization(),
        ended_on: ends_on(),
    }
    .render(&product())
}

fn payment(kind: IssueKind, access: Access) -> Rendered {
    PaymentFailed {
        given_name: USUAL.given_name(),
        org: org(),
        organization: USUAL.organization(),
        kind,
        since: ends_on(),
        access,
    }
    .render(&product())
}

fn sign_in(cast: &Cast) -> Rendered {
    SignIn { given_name: cast.given_name(), secret: secret() }.render(&product())
}

fn invitation(cast: &Cast, role: Role) -> Rendered {
    Invitation {
        inviter: PlainText::new(cast.person),
        organization: cast.organization(),
        role,
        secret: secret(),
        expires_on: ends_on(),
        recipient: Address::from_stored("sam@globex.example".to_owned()),
    }
    .render(&product())
}
