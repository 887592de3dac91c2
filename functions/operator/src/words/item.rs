//! Texts of the items in the review queue: title, reason, and advice.

use super::email;

pub const PARKED: &str = "Parked";
pub const PARKED_REASON: &str = "The customer is not linked to an organization.";
pub const PARKED_ADVICE: &str = "The event is applied when its customer is linked. Look up the customer in Stripe. If it \
    pays for an organization, link it on the page of that organization. Otherwise dismiss the \
    event. It is deleted after 35 days.";

pub const QUARANTINED: &str = "Quarantined";
pub const QUARANTINED_ADVICE: &str = "Check the reason. The event had no effect. After you fix the cause, resend it from the \
    Stripe dashboard and dismiss this entry. It is deleted after 35 days.";

pub const CONFLICT: &str = "Conflict";
pub const CONFLICT_ADVICE: &str = "The event was applied; see the first organization. Check in Stripe which organization \
    owns the customer, and correct the metadata. Then dismiss this entry. It is deleted after 35 days.";

pub const NOTICES: &str = "Email delivery not confirmed";
pub const NOTICES_ADVICE: &str = "Ask the recipient whether it arrived, and for a working address.";

pub const SIGN_IN: &str = "Sign-in email delivery not confirmed";
pub const SIGN_IN_ADVICE: &str =
    "No action needed; the link has expired. Several such entries indicate an email problem.";

pub const INVITATION: &str = "Invitation delivery not confirmed";
pub const INVITATION_ADVICE: &str = "An admin of the organization can resend it from the members page.";

pub const CORRUPT: &str = "Unreadable item";
pub const CORRUPT_ADVICE: &str = "Inspect the item in the table and find the code that wrote it.";

pub const CUSTOMER_ID: &str = "Customer";
pub const EVENT_ID: &str = "Event";
pub const CHARGE_ID: &str = "Charge";
pub const ITEM_KEY: &str = "Item";

/// Returns a title that ends with the type of the Stripe event, if the type is readable.
pub fn title_with_type(title: &str, event_type: Option<&str>) -> String {
    match event_type {
        Some(event_type) => format!("{title}: {event_type}"),
        None => title.to_owned(),
    }
}

/// Returns a sentence about the problem of one notice. `problem` is a clause.
pub fn notice_problem(kind: &str, recipient: &str, problem: &str) -> String {
    format!("{} to {recipient}: {problem}.", email::kind(kind))
}
