//! All texts of all emails, one [`Words`] value per language.
//!
//! A text with variable parts is a function whose arguments are these parts. So each language can
//! have its own word order, plurals, and date format. To add a language, add another [`Words`]
//! value beside [`ENGLISH`]. The compiler then reports every missing text.

mod english;

use domain::{
    billing::{Interval, Money, Plan},
    people::Role,
};
pub(crate) use english::ENGLISH;
use jiff::civil::Date;

use crate::plain_text::PlainText;

/// The texts of all emails in one language.
pub(crate) struct Words {
    /// BCP 47 tag for the `lang` attribute of the HTML part.
    pub(crate) language: &'static str,
    pub(crate) frame: Frame,
    pub(crate) welcome: Welcome,
    pub(crate) trial_ending: TrialEnding,
    pub(crate) trial_ended: TrialEnded,
    pub(crate) payment_failed: PaymentFailed,
    pub(crate) plan_started: PlanStarted,
    pub(crate) sign_in: SignIn,
    pub(crate) invitation: Invitation,
    pub(crate) membership_changed: MembershipChanged,
    pub(crate) email_changed: EmailChanged,
    pub(crate) verify: Verify,
}

/// Texts around the body of every email.
///
/// The product name comes from the configuration, so its type is `&str`. The type of user-supplied
/// text is [`PlainText`].
pub(crate) struct Frame {
    pub(crate) hello: fn(given_name: &PlainText) -> String,
    pub(crate) hello_without_name: &'static str,
    pub(crate) copy_link: &'static str,
    pub(crate) regards: &'static str,
    pub(crate) team: fn(product: &str) -> String,
    /// States why an admin receives the email.
    pub(crate) admin_of: fn(organization: &PlainText, product: &str) -> String,
    pub(crate) plan: fn(Plan) -> &'static str,
    /// States which emails the unsubscribe link turns off, and which emails the admin still gets.
    pub(crate) unsubscribe: fn(organization: &PlainText) -> String,
    pub(crate) unsubscribe_link: &'static str,
}

pub(crate) struct Welcome {
    pub(crate) subject: fn(product: &str, organization: &PlainText) -> String,
    pub(crate) preheader: fn(organization: &PlainText) -> String,
    pub(crate) preheader_in_trial: fn(organization: &PlainText, days: u32) -> String,
    pub(crate) heading: fn(organization: &PlainText) -> String,
    pub(crate) ready: fn(product: &str, organization: &PlainText) -> String,
    pub(crate) verify: fn(valid_for: &str) -> String,
    pub(crate) verify_link: &'static str,
    /// Title while the trial runs, with the plan if one is chosen.
    pub(crate) trial_title: fn(plan: Option<&str>) -> String,
    pub(crate) trial: fn(days: u32, ends_on: Date) -> [String; 2],
    pub(crate) active_title: &'static str,
    pub(crate) active: &'static str,
    pub(crate) plan_link: &'static str,
    pub(crate) set_up_title: &'static str,
    pub(crate) set_up: fn(organization: &PlainText, project: &PlainText) -> [String; 3],
    pub(crate) steps_title: &'static str,
    pub(crate) button: &'static str,
    pub(crate) checklist_link: &'static str,
    pub(crate) tips_title: &'static str,
    pub(crate) tips: [&'static str; 2],
    pub(crate) tip_in_trial: &'static str,
}

pub(crate) struct TrialEnding {
    pub(crate) subject: fn(days: u32, organization: &PlainText) -> String,
    pub(crate) preheader: fn(organization: &PlainText, ends_on: Date) -> String,
    pub(crate) heading: fn(days: u32) -> String,
    pub(crate) panel_title: fn(ends_on: Date) -> String,
    pub(crate) panel: fn(organization: &PlainText, days: u32) -> String,
    pub(crate) read_only: [&'static str; 2],
    pub(crate) read_only_button: &'static str,
    pub(crate) plan_begins: fn(amount: Option<&str>) -> [String; 2],
    pub(crate) plan_begins_button: &'static str,
    pub(crate) needs_payment_method: [&'static str; 2],
    pub(crate) needs_payment_method_button: &'static str,
}

pub(crate) struct TrialEnded {
    pub(crate) subject: fn(organization: &PlainText) -> String,
    pub(crate) preheader: fn(organization: &PlainText) -> String,
    pub(crate) heading: &'static str,
    pub(crate) ended: fn(organization: &PlainText, ended_on: Date) -> String,
    pub(crate) means_title: &'static str,
    pub(crate) means: [&'static str; 3],
    pub(crate) to_do: &'static str,
    pub(crate) button: &'static str,
}

pub(crate) struct PaymentFailed {
    pub(crate) failed: Payment,
    pub(crate) action_required: Payment,
    pub(crate) subject: fn(topic: &str, organization: &PlainText) -> String,
    pub(crate) next_attempt: fn(on: Date) -> String,
    pub(crate) still_full_access: &'static str,
    pub(crate) read_only: &'static str,
    pub(crate) access_after_payment: &'static str,
    pub(crate) caution: &'static str,
}

/// Texts for one kind of payment problem.
pub(crate) struct Payment {
    /// Short form of the title, for the subject.
    pub(crate) topic: &'static str,
    pub(crate) title: &'static str,
    pub(crate) happened: fn(organization: &PlainText, due: Option<Money>, since: Date) -> String,
    pub(crate) to_do: &'static str,
    pub(crate) button: &'static str,
}

pub(crate) struct PlanStarted {
    pub(crate) subject: fn(plan: &str, in_trial: bool, organization: &PlainText) -> String,
    pub(crate) preheader: fn(plan: &str, organization: &PlainText) -> String,
    pub(crate) started: fn(plan: &str) -> String,
    /// Title while the trial runs.
    pub(crate) starts: fn(plan: &str, on: Date) -> String,
    pub(crate) thanks: fn(plan: &str, organization: &PlainText) -> String,
    pub(crate) panel_title: fn(plan: &str) -> String,
    pub(crate) price: fn(amount: Money, interval: Option<Interval>) -> String,
    pub(crate) first_charge: fn(amount: Option<Money>, on: Date) -> String,
    pub(crate) next_charge: fn(amount: Option<Money>, on: Date) -> String,
    pub(crate) payment_pending: &'static str,
    pub(crate) needs_payment_method: &'static str,
    pub(crate) access: &'static str,
    pub(crate) access_in_trial: &'static str,
    pub(crate) button: &'static str,
    pub(crate) change: &'static str,
}

pub(crate) struct SignIn {
    pub(crate) subject: fn(product: &str) -> String,
    pub(crate) preheader: fn(valid_for: &str) -> String,
    pub(crate) link: fn(valid_for: &str) -> String,
    pub(crate) button: &'static str,
    pub(crate) caution: &'static str,
    pub(crate) reason: fn(product: &str) -> String,
}

pub(crate) struct Invitation {
    pub(crate) subject: fn(inviter: &PlainText, organization: &PlainText) -> String,
    pub(crate) preheader: fn(role: Role, expires_on: Date) -> String,
    pub(crate) heading: fn(organization: &PlainText, product: &str) -> String,
    pub(crate) invited: fn(inviter: &PlainText, organization: &PlainText, role: Role) -> String,
    pub(crate) button: &'static str,
    pub(crate) terms: fn(recipient: &PlainText, expires_on: Date) -> String,
    pub(crate) caution: fn(inviter: &PlainText) -> String,
    pub(crate) reason: fn(inviter: &PlainText, organization: &PlainText, product: &str) -> String,
}

pub(crate) struct Verify {
    pub(crate) subject: fn(product: &str) -> String,
    pub(crate) preheader: &'static str,
    /// If the setup does not wait for the verification.
    pub(crate) sets_up: fn(organization: &PlainText) -> String,
    /// If the setup waits for the verification.
    pub(crate) waits: fn(organization: &PlainText) -> String,
    pub(crate) valid: fn(valid_for: &str) -> String,
    pub(crate) button: &'static str,
    pub(crate) caution: &'static str,
}

pub(crate) struct EmailChanged {
    pub(crate) subject: fn(product: &str) -> String,
    pub(crate) preheader: &'static str,
    pub(crate) happened: fn(product: &str) -> String,
    pub(crate) caution: fn(organization: &PlainText) -> String,
    pub(crate) button: &'static str,
    pub(crate) reason: fn(product: &str) -> String,
}

pub(crate) struct MembershipChanged {
    /// Texts for a new role.
    pub(crate) role: fn(Role) -> MembershipChange,
    /// Texts for a person who was removed.
    pub(crate) removed: MembershipChange,
    pub(crate) reason: fn(organization: &PlainText, product: &str) -> String,
}

/// Texts for one change of a membership.
pub(crate) struct MembershipChange {
    pub(crate) subject: fn(organization: &PlainText) -> String,
    pub(crate) preheader: &'static str,
    pub(crate) happened: fn(organization: &PlainText, product: &str) -> String,
    pub(crate) means: &'static str,
    pub(crate) button: &'static str,
}
