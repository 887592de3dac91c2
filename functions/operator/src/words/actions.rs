//! Texts of the actions on items of the queue and on organizations.

pub const TITLE: &str = "Stripe customers";
pub const RESOLVE: &str = "Resolve";
pub const CUSTOMER: &str = "Customer ID";
pub const CUSTOMER_HINT: &str = "The ID of the customer in Stripe, which starts with cus_.";
pub const INVALID_CUSTOMER: &str = "Enter a Stripe customer ID, such as cus_9s6XKzkNRiz8i3.";
pub const REASON_HINT: &str = "Stored for other operators.";

pub const DISMISS: &str = "Dismiss";
pub const DISMISS_HINT: &str = "The item leaves the queue. Its event stays stored for at most 35 days.";

pub const LINK_TITLE: &str = "Link a customer";
pub const LINK: &str = "Link customer";
pub const LINK_HINT: &str = "The customer's payments for a plan then count for this organization, also those that are parked. A link is final.";
pub const LINKED_ELSEWHERE: &str =
    "This customer is linked to another organization. A link never moves, so nothing changed.";

pub const ADDRESS_LABEL: &str = "Email addresses";
pub const EMAIL: &str = "New email address";
pub const EMAIL_HINT: &str = "Emails to the user go to this address. The old address is free again.";
pub const SET_EMAIL: &str = "Correct address";
pub const SET_EMAIL_HINT: &str = "For a founder who mistyped their address and cannot sign in. Check that the request comes from the founder.";
pub const INVALID_USER: &str = "Enter a user ID, which starts with usr_.";
pub const UNKNOWN_USER: &str = "This user is not a member of the organization.";
pub const ADDRESS_VERIFIED: &str =
    "The user has verified their address. A verified address cannot be changed here.";
pub const ADDRESS_IN_USE: &str = "This address has an account, or its mailbox had a trial.";

/// Title of the form that corrects the address of an admin.
pub fn set_email_title(name: &str) -> String {
    format!("Correct the address of {name}")
}

pub const RELEASE_TITLE: &str = "Apply parked events";
pub const RELEASE: &str = "Apply parked events";
pub const RELEASE_HINT: &str = "Applies the events that still wait under the customers of this organization. If there are none, nothing changes.";

/// Returns the label of the button that links the customer of an item.
pub fn link_to(organization: &str) -> String {
    format!("Link customer to {organization}")
}
