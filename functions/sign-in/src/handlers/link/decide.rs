//! Decides what the use of a sign-in link gives its user.

use domain::{
    id::OrgId,
    people::{ORG_CREATION_GRANT_TTL, Session, SessionToken, User},
    secret::Secret,
    time,
};
use jiff::Timestamp;
use store::{Link, OrgCreationGrant};

/// The effect of a sign-in link.
pub struct SignIn {
    /// The user, whose address is now verified.
    pub user: User,
    /// The session. `None` if the user has no organization.
    pub session: Option<Session>,
    /// The right to create an organization. It is issued only if there is no session.
    pub grant: OrgCreationGrant,
}

/// Decides the effect of a sign-in link. `secret` is the secret of the session or of the
/// organization grant, and `previous` is the token of the browser's previous session.
pub fn decide_sign_in(
    link: &Link,
    user: &User,
    previous: Option<&SessionToken>,
    secret: &Secret,
    now: Timestamp,
) -> SignIn {
    let mut user = user.clone();
    user.verify_address();
    let session = target_org(&user, link, previous)
        .map(|org| Session { signed_in_at: Some(now), ..Session::begin(org, &user, now) });
    let grant = OrgCreationGrant {
        secret_hash: secret.hash(),
        user: user.id,
        expires_at: time::add(now, ORG_CREATION_GRANT_TTL),
        used_for: None,
    };
    SignIn { user, session, grant }
}

/// Returns the organization in which a link signs the user in. The first of these applies:
///
/// - the organization whose page was requested
/// - the organization of the browser's previous session
/// - the organization that the user joined last
///
/// Organizations of which the user is not a member are skipped. Returns `None` for a user without
/// an organization.
fn target_org(user: &User, link: &Link, previous: Option<&SessionToken>) -> Option<OrgId> {
    let requested = link.next.as_deref().and_then(|next| next.strip_prefix("/organizations/"));
    let requested = requested.and_then(|rest| rest.split(['/', '?', '#']).next()?.parse().ok());
    user.default_org(requested.into_iter().chain(previous.map(|token| token.org)))
}

#[cfg(test)]
mod tests {
    use test_support::build::jo;

    use super::*;

    #[test]
    fn link_opens_requested_then_previous_then_latest_org() {
        let org = |n: u8| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse::<OrgId>().unwrap();
        let user = |orgs: &[u8]| User { orgs: orgs.iter().map(|n| org(*n)).collect(), ..jo() };
        let link = |next: Option<String>| Link {
            secret_hash: Secret::new([1; 32]).hash(),
            user: user(&[]).id,
            address: user(&[]).address,
            next,
            requested_at: None,
            browser: None,
            expires_at: "2026-01-15T09:00:00Z".parse().unwrap(),
        };
        let previous = |n| SessionToken { org: org(n), user: user(&[]).id, secret: Secret::new([2; 32]) };
        for (orgs, next, before, expected) in [
            (&[1, 2, 3][..], Some(format!("/organizations/{}", org(1))), Some(2), Some(1)),
            (&[1, 2, 3], Some(format!("/organizations/{}?a=b", org(2))), None, Some(2)),
            (&[1, 2, 3], Some(format!("/organizations/{}", org(9))), Some(2), Some(2)),
            (&[1, 2, 3], Some("/dashboard".to_owned()), Some(1), Some(1)),
            (&[1, 2, 3], Some("/organizations/new".to_owned()), Some(9), Some(3)),
            (&[1, 2, 3], None, None, Some(3)),
            (&[], None, Some(1), None),
        ] {
            let found = target_org(&user(orgs), &link(next.clone()), before.map(previous).as_ref());
            assert_eq!(found, expected.map(org), "{orgs:?} {next:?} {before:?}");
        }
    }
}
