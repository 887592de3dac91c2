//! The texts that API clients read.

use domain::{org::MAX_ADMINS, provisioning::MAX_OUTPUT_BYTES};
use store::MAX_ACCOUNT_ORGS;

/// 401: no valid key.
pub const NO_KEY: &str = "Send a valid API key: Authorization: Bearer {key id}.{secret}.";
/// 403: the key only reads.
pub const READ_ONLY: &str = "This API key only reads. Use a key without \":read\".";
/// 400: the body is not a JSON object.
pub const NOT_AN_OBJECT: &str = "The body must be one JSON object in UTF-8, without a key that occurs twice.";
/// 413: the body is too large.
pub fn too_large(limit: usize) -> String {
    format!("The body must have at most {} KiB.", limit / 1024)
}
/// 404 for an organization, a user, or a path that does not exist.
pub const NOT_FOUND: &str = "There is no such resource on this stage.";
/// 409: the host app's id belongs to another organization.
pub const ORG_ID_IN_USE: &str = "Another organization has this external_id.";
/// 409: the organization has another id of the host app.
pub const ORG_ID_SET: &str = "The organization already has another external_id, which cannot change.";
/// 409: the id and the address belong to different users.
pub const USER_DISAGREES: &str = "The external_id and the email belong to different users, or the user has another external_id. Nothing was changed.";
/// 409: the only admin.
pub const LAST_ADMIN: &str = "This member is the only admin. Make another member an admin first.";
/// 409: the maximum number of admins.
pub fn too_many_admins() -> String {
    format!("An organization can have at most {MAX_ADMINS} admins.")
}
/// 402: the plan has no free seat.
pub fn no_seat(seats: usize) -> String {
    format!("The number of seats of the organization's plan is {seats}, and none is free.")
}
/// 409: the new address belongs to another user.
pub const ADDRESS_IN_USE: &str = "Another user has this email. Nothing was changed.";
/// 409: the user has too many organizations.
pub fn too_many_organizations() -> String {
    format!("Users with more than {MAX_ACCOUNT_ORGS} organizations cannot change.")
}
/// 409: the Stripe customer belongs to another organization.
pub const CUSTOMER_IN_USE: &str =
    "This Stripe customer is linked to another organization. Nothing was changed.";
/// 409: Onramp has not called the step yet.
pub const STEP_NOT_BEGUN: &str = "Onramp has not called this step yet. Nothing was changed.";
/// 409: the step ended with another result.
pub const STEP_ENDED: &str = "This step already ended with another result. Nothing was changed.";
/// 412: the version differs.
pub const VERSION_DIFFERS: &str =
    "The organization has another version than If-Match names. Read it again, and decide again.";

/// A field without a value that is required.
pub const REQUIRED: &str = "Enter a value.";
/// A field with a value of another type.
pub fn wrong_type(expected: &str) -> String {
    format!("Expected {expected}.")
}
/// A missing or invalid key of an extension.
pub const IDEMPOTENCY_KEY: &str =
    "Send a header Idempotency-Key of 1 to 255 ASCII characters. The same key extends the trial once.";
/// A role that does not exist.
pub const ROLE: &str = "Expected admin or member.";
/// A language that Onramp does not have.
pub const LANGUAGE: &str = "Expected a language of Onramp: en.";
/// A time zone that does not exist.
pub const TIME_ZONE: &str = "Expected the name of an IANA time zone, such as Europe/Berlin.";
/// An industry that no checklist has.
pub const INDUSTRY: &str = "Expected an industry of this deployment's checklists.";
/// A limit out of range.
pub const LIMIT: &str = "Expected an integer from 1 to 100.";
/// A cursor that this API did not return.
pub const CURSOR: &str = "Expected a next_cursor of an earlier response.";
/// A status that does not exist.
pub const STATUS: &str = "Expected a status of an organization, such as trialing.";
/// An `If-Match` that is not an entity tag of this API.
pub const IF_MATCH: &str = "Expected the ETag of an organization, such as \"17\".";
/// A customer id that Stripe does not have.
pub const CUSTOMER: &str = "Expected the id of a Stripe customer, such as cus_Q1w2E3r4T5y6U7.";
/// 400: parameters that exclude each other.
pub const ONE_EXACT: &str =
    "external_id and stripe_customer each find one organization. Use one of them, without other parameters.";
/// 400: the query is not URL-encoded, or has a parameter twice.
pub const MALFORMED_QUERY: &str = "The query must be URL-encoded and contain each parameter at most once.";
/// A time of an import that is no time.
pub const TIMESTAMP: &str = "Expected an RFC 3339 timestamp, such as 2026-01-15T09:00:00Z.";
/// A sign-up in the future or before this kind of service existed.
pub const SIGNED_UP_AT: &str = "Expected a time from 2010-01-01T00:00:00Z until now.";
/// A trial that ends before it starts.
pub const TRIAL_ENDS_AT: &str = "Expected a time after signed_up_at, or after 2010-01-01T00:00:00Z.";
/// A field of an import without the field on which it depends.
pub const NEEDS_PROVISIONED: &str = "Only allowed with \"provisioned\": true.";
/// Completed tasks that the checklist does not have.
pub fn unknown_tasks(unknown: &[String], valid: &[&str]) -> String {
    format!("The checklist has no task {}. Its tasks are {}.", unknown.join(", "), valid.join(", "))
}
/// A result of a step that does not exist.
pub const STEP_STATUS: &str = "Expected done or failed.";
/// An address of an organization that is not safe as a link.
pub const STEP_URL: &str = "Expected an https:// URL.";
/// Outputs of all steps that are too large together.
pub fn outputs_too_large() -> String {
    format!("The outputs of all steps can have at most {MAX_OUTPUT_BYTES} bytes together.")
}
/// A page that portal links cannot open.
pub const PORTAL_PAGE: &str = "Expected checklist, plans, billing, members, or account.";
/// A URL outside the host app.
pub const RETURN_URL: &str = "Expected a URL whose origin is that of APP_URL, or one of EMBED_ORIGINS.";
