//! What facts mean: pure, and each with what to do about it.

mod clock;
mod mail;
mod money;
mod rules;
mod secrets;
mod table;

pub(super) use clock::clock;
pub(super) use mail::{account, dmarc, identity, set};
pub(super) use money::{Place, price, webhook};
pub(super) use rules::schedule;
pub(super) use secrets::{Speaker, common_key, host_keys, secret_key, webhook_secret};
pub(super) use table::table;

use super::facts::Unread;
use super::finding::{Area, Finding};

/// Something that could not be read: not there is a fault, not seen a doubt.
fn unread(area: Area, subject: &str, why: &Unread, permission: &str, missing: &str) -> Finding {
    match why {
        Unread::Missing => Finding::error(area, subject, "does not exist", missing),
        Unread::Denied => Finding::warning(
            area,
            subject,
            "is not accessible with these credentials",
            format!("allow them {permission}"),
        ),
        Unread::Failed(word) => {
            let message = format!("could not be read: {word}");
            Finding::warning(area, subject, message, "check that the service is reachable, then rerun")
        }
    }
}
