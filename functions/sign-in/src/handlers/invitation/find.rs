//! Finds the invitation that a path names, and what the sender of the request can do with it.

use domain::{
    id::OrgId,
    people::{Invitation, InvitationId, ORG_CREATION_GRANT_TTL, UsedLink},
    secret::{Hash, Secret},
    time,
};
use http::HeaderMap;
use jiff::Timestamp;
use store::{InvitationDetails, InvitationLookup};
use web::{Kind, Problem, auth::AuthenticatedUser};

use crate::{App, words::invitation as words_of};

/// State of an existing invitation for one request.
pub enum Found {
    /// The requester can accept the invitation.
    Open(Box<InvitationDetails>, Identity),
    /// The requester cannot accept the invitation.
    Closed(Closed),
}

/// Evidence that the invited person sent a request.
pub enum Identity {
    /// The secret from the email.
    Link,
    /// A session of the invited person.
    Session(Box<AuthenticatedUser>),
    /// The organization grant of a user without an organization, with the time at which they used
    /// their sign-in link.
    Grant(Timestamp),
}

/// The reason why a requester cannot accept an existing invitation.
pub enum Closed {
    /// The requester must sign in first.
    SignInFirst(Box<InvitationDetails>),
    /// The signed-in user is not the invited person.
    OtherUser(Box<InvitationDetails>, Box<AuthenticatedUser>),
    /// The invitation was accepted before.
    Used(Box<UsedLink>),
    /// The signed-in user is already a member of the organization.
    Member,
}

/// Loads the invitation that `token` names. `grant` is the secret of an organization grant.
///
/// DynamoDB deletes expired items late. So the two functions that this function calls also check
/// whether the invitation has expired.
pub async fn load_invitation(
    app: &App,
    headers: &HeaderMap,
    token: &str,
    grant: Option<&Secret>,
    now: Timestamp,
) -> Result<Found, Problem> {
    match (token.parse::<Secret>(), parse_reference(token)) {
        (Ok(secret), _) => load_by_secret(app, headers, secret.hash(), now).await,
        (Err(()), Some(reference)) => load_by_reference(app, headers, reference, grant, now).await,
        (Err(()), None) => Err(invitation_expired()),
    }
}

async fn load_by_secret(
    app: &App,
    headers: &HeaderMap,
    secret: Hash,
    now: Timestamp,
) -> Result<Found, Problem> {
    let (details, signed_in) = tokio::join!(
        app.store.load_invitation_for_link(secret),
        AuthenticatedUser::load(&app.store, app.session_idle, headers, now)
    );
    let details = match details?.ok_or_else(invitation_expired)? {
        InvitationLookup::Open(details) if details.invitation.value.opens_to(secret, now) => details,
        InvitationLookup::Open(_) => return Err(invitation_expired()),
        InvitationLookup::Used(used) => return Ok(Found::Closed(Closed::Used(Box::new(used)))),
    };
    let known = details.known.as_ref().map(|user| &user.value);
    let is_invited =
        |user: &AuthenticatedUser| user.found.user.value.address == details.invitation.value.address;
    // A portal session is bound to its organization, so its user signs in first.
    let signed_in = signed_in?.filter(|user| !(is_invited(user) && user.found.session.is_portal()));
    Ok(match signed_in.map(Box::new) {
        Some(user) if !is_invited(&user) => Found::Closed(Closed::OtherUser(details, user)),
        None if !Invitation::signs_in(known, &app.operators) => Found::Closed(Closed::SignInFirst(details)),
        Some(user) => Found::Open(details, Identity::Session(user)),
        None => Found::Open(details, Identity::Link),
    })
}

/// Loads an invitation by its reference. A reference is not secret, so only the invited person gets
/// a result.
///
/// The invited person must have verified the address. The evidence is their session. Without a
/// session, it is `grant`, the organization grant that a sign-in link gives to a user without an
/// organization.
async fn load_by_reference(
    app: &App,
    headers: &HeaderMap,
    (org, invitation): (OrgId, InvitationId),
    grant: Option<&Secret>,
    now: Timestamp,
) -> Result<Found, Problem> {
    let signed_in = AuthenticatedUser::load(&app.store, app.session_idle, headers, now).await?;
    let accepts =
        |user: &AuthenticatedUser| user.found.user.value.verified && !user.found.session.is_portal();
    let (user, identity) = match (signed_in.filter(accepts), grant) {
        (Some(user), _) => (user.found.user.value.clone(), Identity::Session(Box::new(user))),
        (None, Some(grant)) => {
            let granted = app.store.load_org_creation_grant(grant.hash()).await?;
            let granted = granted.filter(|(grant, _)| now < grant.expires_at && grant.used_for.is_none());
            let (grant, user) = granted.ok_or_else(Problem::unauthorized)?;
            (user.value, Identity::Grant(time::add(grant.expires_at, -ORG_CREATION_GRANT_TTL)))
        }
        (None, None) => return Err(Problem::unauthorized()),
    };
    if InvitationId::of(org, &user.address) != invitation {
        return Err(invitation_expired());
    }
    if user.orgs.contains(&org) {
        return Ok(Found::Closed(Closed::Member));
    }
    let details = app.store.load_invitation_for_address(org, &user.address).await?;
    let details = details.filter(|details| details.invitation.value.is_open(now));
    Ok(Found::Open(Box::new(details.ok_or_else(invitation_expired)?), identity))
}

/// Returns the problem of a link that opens no invitation. It is the same for a revoked, resent,
/// expired, or unknown link. An accepted invitation has its own response.
pub fn invitation_expired() -> Problem {
    Problem::new(Kind::NotFound, words_of::expired::problem())
}

/// Returns the path that names an invitation by its reference. The path contains no secret, so it
/// is safe to store it with a request for a sign-in link.
pub fn return_path(details: &InvitationDetails) -> String {
    let invitation = &details.invitation.value;
    format!("/invitations/{}_{}", invitation.org, invitation.id())
}

/// Parses a reference: the ID of the organization, `_`, and the ID of the invitation. Returns `None`
/// for any other text.
fn parse_reference(token: &str) -> Option<(OrgId, InvitationId)> {
    let (org, invitation) = token.rsplit_once('_')?;
    Some((org.parse().ok()?, invitation.parse().ok()?))
}
