//! Texts of `GET /operator/organizations/{id}`: sections and details.

use domain::org::SuppressionReason;

use super::email;

pub const DETAILS: &str = "Details";
pub const ID: &str = "ID";
pub const ACCESS: &str = "Access";
pub const SIGNED_UP: &str = "Signed up";
pub const PROVISIONED: &str = "Provisioned";
pub const NOT_PROVISIONED: &str = "not yet";
pub const CHECKLIST: &str = "Checklist";
pub const TIME_ZONE: &str = "Time zone";

pub const EMAILS: &str = "Emails";
pub const NO_EMAILS: &str = "None yet.";
pub const FORMER_ADMIN: &str = "a former admin";

pub const ADMINS: &str = "Admins";
pub const REMINDERS_OFF: &str = "Reminders turned off";

/// Returns a status or a kind for display, without underscores.
pub fn status(status: &str) -> String {
    status.replace('_', " ")
}

/// Returns what provisioned the organization. The text follows the date.
pub fn provisioned_by(trigger: &str) -> String {
    format!(", through a {trigger}")
}

/// Returns the progress of the checklist.
pub fn progress(completed: usize, total: usize, percentage: usize, dismissed: bool) -> String {
    let dismissed = if dismissed { ", dismissed" } else { "" };
    format!("{completed} of {total} tasks completed ({percentage}%){dismissed}")
}

/// Returns the kind and the recipient of an email.
pub fn email_to(kind: &str, recipient: &str) -> String {
    format!("{} to {recipient}", email::kind(kind))
}

/// Returns that an admin gets no notices, and why.
pub fn notices_suppressed(why: SuppressionReason) -> String {
    format!("Notices suppressed: {}", email::suppression(why))
}
