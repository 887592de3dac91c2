//! Every text that users read, by page: headings, labels, form errors, and problem details.

pub mod form;
pub mod known_address;
pub mod unverified;

use domain::{people::ORG_CREATION_GRANT_TTL, time::in_words};

/// The detail for a form whose organization grant has expired or was used.
pub fn form_expired() -> String {
    let period = in_words(ORG_CREATION_GRANT_TTL);
    format!("This form was already used or has expired ({period}). Sign in again to start over.")
}
