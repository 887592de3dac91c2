//! Decides what an accepted invitation writes.

use domain::{
    people::{Name, Session, User},
    secret::Secret,
};
use store::{Acceptance, InvitationDetails, Person};
use web::Problem;

use super::{attempt::Attempt, find::Identity, problem::to_problem};
use crate::handlers::browser::browser_hash;

/// Decides the user, the membership, and the session that an acceptance writes. `members` is the
/// number of members, which a plan may limit.
///
/// A signed-in user gets a session in the new organization that replaces their current session. The
/// new session keeps the end and the sign-in time of the current session.
pub fn decide_acceptance(
    attempt: Attempt<'_>,
    details: InvitationDetails,
    members: usize,
    name: Name,
    identity: &Identity,
) -> Result<Acceptance, Problem> {
    let Attempt { app, token, form, now } = attempt;
    let (org_id, invitation) = (details.org.value.id, &details.invitation.value);
    let mut user = match &details.known {
        Some(known) => User { name, ..known.value.clone() },
        None => User::new(app.entropy.user_id(now), name, invitation.address.clone()),
    };
    let mut org = details.org.value.clone();
    let membership = org.accept(invitation, &user, members, now);
    let membership = membership.map_err(|error| to_problem(error, &details, &form.origin))?;
    user.verify_address();
    user.join(org_id);
    let session = match identity {
        Identity::Session(current) => current.found.session.switched(org_id, &user, now),
        Identity::Link => Session::begin(org_id, &user, now),
        Identity::Grant(at) => Session { signed_in_at: Some(*at), ..Session::begin(org_id, &user, now) },
    };
    // The new session replaces the current one only if the browser can repeat the request after a
    // lost response. A request with a reference cannot be repeated, so it leaves the current
    // session valid.
    let browser = browser_hash(&form.headers);
    let repeatable = browser.is_some() && token.parse::<Secret>().is_ok();
    let instead_of = web::session::token(&form.headers).filter(|token| repeatable && token.user == user.id);
    let person = match details.known.clone() {
        Some(before) => Person::Known(Box::new(before), user),
        None => Person::New(user),
    };
    let secret = Secret::new(app.entropy.bytes());
    Ok(Acceptance { details, org, person, membership, session, secret, instead_of, browser })
}
