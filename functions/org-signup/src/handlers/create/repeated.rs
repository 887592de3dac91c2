//! The response to a form that created an organization before.

use axum::response::Response;
use domain::{
    id::{OrgId, UserId},
    people::Session,
};
use jiff::Timestamp;
use store::{RepeatSession, SessionProof, SignUp};
use web::Problem;

use super::{
    attempt::Attempt, created::respond_signed_in, known_address::respond_known_address,
    rejected::respond_rejected,
};

/// The earlier sign-up with the same form.
pub struct Earlier {
    pub org: OrgId,
    pub user: UserId,
    pub trial: bool,
    pub join: u64,
    /// Time from which the same form creates another organization instead of repeating this
    /// sign-up.
    pub until: Timestamp,
}

/// Responds to a repeated form with a session in the organization of the first request.
///
/// The redirect also equals the first one: if the first request started a trial, it leads to the
/// welcome page.
pub async fn respond_repeated(
    attempt: &Attempt<'_>,
    sign_up: &SignUp,
    earlier: &Earlier,
) -> Result<Response, Problem> {
    let (proof, session) = decide_session(attempt, earlier);
    match attempt.app.store.start_repeat_session(sign_up.replay, proof, &session, &sign_up.secret).await? {
        RepeatSession::Started => Ok(respond_signed_in(&session, &sign_up.secret, earlier.trial)),
        RepeatSession::LimitReached => {
            let seconds = earlier.until.duration_since(attempt.now).as_secs().max(1);
            Ok(respond_rejected(attempt, Problem::too_many(seconds.unsigned_abs())))
        }
        RepeatSession::Rejected => respond_known_address(attempt, sign_up).await,
    }
}

/// Decides the session, and the proof that it requires.
///
/// A new user has no session and no grant. Only the form shows who they are. So the store starts a
/// session for them only while their address is unverified. After that, a session requires a
/// sign-in link.
fn decide_session(attempt: &Attempt<'_>, earlier: &Earlier) -> (SessionProof, Session) {
    let Attempt { requester, now, .. } = attempt;
    let known = requester.user().map(|user| &user.value).filter(|user| user.id == earlier.user);
    let (proof, session, signed_in_at) = match known {
        Some(user) => {
            let session = Session::begin(earlier.org, user, *now);
            (SessionProof::UserKnown, session, requester.signed_in_at())
        }
        None => (SessionProof::SignUpOnly, Session::begin_first(earlier.org, earlier.user, *now), None),
    };
    (proof, Session { join: Some(earlier.join), signed_in_at, ..session })
}
