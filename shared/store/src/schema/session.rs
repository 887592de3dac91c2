//! Stored form of a session.

use domain::{
    people::{PORTAL_SESSION_MAX_AGE, SESSION_MAX_AGE, Session},
    secret::Secret,
    time::add,
};
use jiff::SignedDuration;
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
    /// The attribute that makes this a portal session. Earlier versions ignore it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_url: Option<String>,
    /// Used only by DynamoDB, which deletes the item after this time. The code uses the times above
    /// to decide whether a session has ended.
    expires_at: i64,
}

/// How much earlier than its real beginning the stored beginning of a session is.
///
/// An earlier version of the code ends every session 30 days after its beginning. It does not know
/// portal sessions, which end sooner. Because their stored beginning is early, it ends them at the
/// same time as this version, even after a switch to another organization.
fn head_start(is_portal: bool) -> SignedDuration {
    if is_portal { SESSION_MAX_AGE - PORTAL_SESSION_MAX_AGE } else { SignedDuration::ZERO }
}

pub(crate) fn encode(session: &Session, secret: &Secret) -> Result<Attributes, Corrupt> {
    to_item(
        &Key::session(session.user, secret.hash()),
        &SessionItem {
            org: session.org.to_string(),
            user: session.user.to_string(),
            created_at: At(add(session.created_at, -head_start(session.is_portal()))),
            seen_at: At(session.seen_at),
            epoch: session.epoch,
            ends_at: session.until.map(At),
            join: session.join,
            signed_in_at: session.signed_in_at.map(At),
            return_url: session.return_url.as_ref().map(|url| url.as_str().to_owned()),
            expires_at: session.ends_at().as_second(),
        },
    )
}

pub(crate) fn decode(item: Attributes) -> Result<Session, Corrupt> {
    let item: SessionItem = from_item(item)?;
    Ok(Session {
        org: read("session's organization", &item.org)?,
        user: read("session's user", &item.user)?,
        created_at: add(item.created_at.0, head_start(item.return_url.is_some())),
        seen_at: item.seen_at.0,
        epoch: item.epoch,
        until: item.ends_at.map(|at| at.0),
        join: item.join,
        signed_in_at: item.signed_in_at.map(|at| at.0),
        return_url: item.return_url.map(|url| read("return URL of a session", &url)).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_version_ends_a_portal_session_at_the_same_time() {
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let ordinary = Session::begin_first(org, user, "2025-01-08T10:00:00Z".parse().unwrap());
        let return_url = Some("https://app.example.com/a?b#c".parse().unwrap());
        let portal = Session { return_url, ..ordinary.clone() };
        let secret = Secret::new([7; 32]);
        for session in [ordinary, portal] {
            let item = encode(&session, &secret).unwrap();
            assert_eq!(decode(item.clone()).unwrap(), session);
            // An earlier version ignores the new attribute.
            let mut earlier = item;
            earlier.remove("return_url");
            let earlier = decode(earlier).unwrap();
            assert_eq!((earlier.ends_at(), earlier.seen_at), (session.ends_at(), session.seen_at));
        }
    }
}
