//! Turns facts into findings with pure functions. Every finding that is not good has a fix.

mod clock;
mod mail;
mod money;
mod rules;
mod secrets;
mod table;

pub(super) use clock::clock;
pub(super) use mail::{account, configuration_set, dmarc, identity};
pub(super) use money::{WebhookTarget, price, webhook};
pub(super) use rules::schedule;
pub(super) use secrets::{Signer, api_keys, host_keys, secret_key, shared_key, webhook_secret};
pub(super) use table::table;

use super::{
    facts::Unread,
    finding::{Area, Finding},
};

/// Creates the finding for a fact that could not be read. A missing resource is an error, with
/// `missing` as its fix. Any other reason is a warning. If the credentials lack a permission, the
/// fix is "grant them" followed by `permission`.
fn unread(area: Area, subject: &str, why: &Unread, permission: &str, missing: &str) -> Finding {
    match why {
        Unread::Missing => Finding::error(area, subject, "does not exist", missing),
        Unread::Denied => Finding::warning(
            area,
            subject,
            "is not accessible with these credentials",
            format!("grant them {permission}"),
        ),
        Unread::Failed(error) => {
            let message = format!("could not be read: {error}");
            Finding::warning(area, subject, message, "check that the service is reachable, then rerun")
        }
    }
}
