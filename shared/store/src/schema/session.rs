//! Stored form of a session.

use domain::{people::Session, secret::Secret};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::Attributes,
    error::Corrupt,
    keys::Key,
    schema::{from_item, read, to_item},
};

#[derive(Debug, Serialize, Deserialize)]
struct SessionItem {
    org: String,
    user: String,
    created_at: At,
    seen_at: At,
    #[serde(default)]
    epoch: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<At>,
    /// The join number. An item that an earlier version of the code wrote may lack this attribute,
    /// and may lack `signed_in_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    join: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed_in_at: Option<At>,
    /// Used only by DynamoDB, which deletes the item after this time. The code uses the times above
    /// to decide whether a session has ended.
    expires_at: i64,
}

pub(crate) fn encode(session: &Session, secret: &Secret) -> Result<Attributes, Corrupt> {
    to_item(
        &Key::session(session.user, secret.hash()),
        &SessionItem {
            org: session.org.to_string(),
            user: session.user.to_string(),
            created_at: At(session.created_at),
            seen_at: At(session.seen_at),
            epoch: session.epoch,
            ends_at: session.until.map(At),
            join: session.join,
            signed_in_at: session.signed_in_at.map(At),
            expires_at: session.ends_at().as_second(),
        },
    )
}

pub(crate) fn decode(item: Attributes) -> Result<Session, Corrupt> {
    let item: SessionItem = from_item(item)?;
    Ok(Session {
        org: read("session's organization", &item.org)?,
        user: read("session's user", &item.user)?,
        created_at: item.created_at.0,
        seen_at: item.seen_at.0,
        epoch: item.epoch,
        until: item.ends_at.map(|at| at.0),
        join: item.join,
        signed_in_at: item.signed_in_at.map(|at| at.0),
    })
}
