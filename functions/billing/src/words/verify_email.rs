//! The page and the problem for an admin whose address is unverified.

use domain::{people::SIGN_IN_LINK_TTL, time::in_words};

/// The detail for API clients, which get a problem instead of the page.
pub const JSON: &str = "Your email address is unverified. We sent a sign-in link to it. Open the link: it leads \
                        to the page with your billing portal.";
pub const TITLE: &str = "Check your inbox";
pub const HEADING: &str = "First, verify your email address";
/// The text before the address. [`LEAD_AFTER_ADDRESS`] follows the address.
pub const LEAD_BEFORE_ADDRESS: &str =
    "Your billing portal shows invoices and payment details, so we make sure that ";
pub const LEAD_AFTER_ADDRESS: &str = " is yours.";

pub fn note() -> String {
    format!(
        "We sent you a sign-in link that works for {}. Open it, and continue to your billing portal from the \
         page it leads to.",
        in_words(SIGN_IN_LINK_TTL)
    )
}
