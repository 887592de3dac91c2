//! Decides what an accepted invitation writes.

use domain::{
    people::{Name, Session, TeamError, User},
    secret::Secret,
};
use jiff::Timestamp;
use store::{Acceptance, InvitationDetails, Person, WaitingInvitations};
use web::{FormRequest, Kind, Problem};

use super::find::Identity;
use crate::{
    App,
    handlers::{browser::browser_hash, members},
    words::invitation as words_of,
};

/// The request of one attempt to accept an invitation.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    pub app: &'a App,
    /// The secret or the reference in the path.
    pub token: &'a str,
    pub form: &'a FormRequest,
    pub now: Timestamp,
}

/// Decides the user, the membership, and the session that an acceptance writes. `members` is the
/// number of members, which a plan may limit. `waiting` are the user's own invitations that the
/// verification of their address releases.
///
/// A signed-in user gets a session in the new organization that replaces their current session. The
/// new session keeps the end and the sign-in time of the current session.
pub fn decide_acceptance(
    attempt: Attempt<'_>,
    details: InvitationDetails,
    members: usize,
    name: Name,
    (identity, waiting): (&Identity, Vec<WaitingInvitations>),
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
    Ok(Acceptance { details, org, person, membership, session, secret, instead_of, browser, waiting })
}

/// Converts a rejection into a problem whose text is for the invited person. The text can name the
/// inviter, whom they can contact.
pub fn to_problem(error: TeamError, details: &InvitationDetails, origin: &str) -> Problem {
    let (org, inviter) = (&details.org.value, details.invitation.value.inviter.as_str());
    let name = org.name.as_str();
    match error {
        TeamError::AlreadyMember => Problem::new(Kind::Conflict, words_of::ALREADY_MEMBER),
        TeamError::NoAccess(_) | TeamError::NoSeat(_) => {
            let mut problem = members::to_problem(error, origin, org.id);
            problem.detail = match error {
                TeamError::NoSeat(_) => words_of::no_seat::problem(name).into(),
                _ => words_of::plan_needed(name, inviter).into(),
            };
            problem
        }
        TeamError::InviterGone => {
            Problem::new(Kind::Conflict, words_of::inviter_no_longer_admin(name, inviter))
        }
        TeamError::TooManyAdmins => Problem::new(Kind::Conflict, words_of::too_many_admins(name, inviter)),
        error => members::to_problem(error, origin, org.id),
    }
}
