//! Texts of the search for an organization.

pub const LABEL: &str = "Find an organization";
pub const HINT: &str = "Organization ID, external ID, the email address of a member, or Stripe customer.";
pub const SUBMIT: &str = "Find";
pub const INVALID: &str = "Enter an organization ID (org_…), an external ID, an email address, or a Stripe customer (cus_…). Names can’t be searched.";
pub const NOT_FOUND_TITLE: &str = "Nothing found";
pub const NOT_FOUND: &str = "No matching organization.";

/// Returns the heading of two or more results.
pub fn results(count: usize) -> String {
    format!("{count} organizations")
}
