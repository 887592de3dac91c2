//! Decides everything that a sign-up writes.

use domain::{
    id::OrgId,
    org::{AdminContact, Org},
    people::{Session, User},
    secret::{Hash, Secret},
    trial::Trial,
};
use store::{OrgCreationGrant, Person, SessionProof, SignUp};
use web::Problem;

use super::{
    attempt::{Attempt, Earlier},
    form::{SignUpIn, form_hash},
};
use crate::auth::form_expired;

/// Decides the user, the organization, and the session that a sign-up writes.
///
/// # Errors
/// 409 if another form used the organization grant.
pub fn decide_sign_up(attempt: &Attempt<'_>, form: &SignUpIn) -> Result<SignUp, Problem> {
    let Attempt { app, requester, now, .. } = attempt;
    let id = app.entropy.org_id(*now);
    let mut user = match requester.user() {
        Some(known) => known.value.clone(),
        None => User::new(app.entropy.user_id(*now), form.person.0.clone(), form.person.1.clone()),
    };
    user.join(id);
    let trial = decide_trial(attempt, form, &user);
    user.trial_used |= trial.is_some();
    let token = form.token.clone().unwrap_or_else(|| app.form_token());
    let replay = form_hash(&token, &user.address);
    Ok(SignUp {
        org: decide_org(attempt, form, id, &user, trial),
        session: Session { signed_in_at: requester.signed_in_at(), ..Session::begin(id, &user, *now) },
        secret: Secret::new(app.entropy.bytes()),
        replay,
        creation_grant: decide_grant(requester.creation_grant(), replay)?,
        limits: attempt.limits(&user.address),
        first_mail: None,
        person: match requester.user() {
            Some(before) => Person::Known(Box::new(before.clone()), user),
            None => Person::New(user),
        },
    })
}

/// Decides the trial. `None` if the form asks for none, or if the user cannot start one.
fn decide_trial(attempt: &Attempt<'_>, form: &SignUpIn, user: &User) -> Option<Trial> {
    let config = &attempt.app.config;
    config.trial_for(Some(user)).filter(|_| form.start_trial)?.start(attempt.now)
}

/// Decides the organization. With a trial, it is also provisioned.
fn decide_org(attempt: &Attempt<'_>, form: &SignUpIn, id: OrgId, user: &User, trial: Option<Trial>) -> Org {
    let Attempt { app, now, .. } = attempt;
    let admin = AdminContact::new(user.id, user.name.clone(), user.address.clone());
    let mut org = Org::sign_up(id, form.organization.clone(), form.zone.clone(), admin, *now);
    let industry = form.industry.map(|industry| industry.key.to_owned());
    org.onboarding.definition = Some(app.config.checklists.of(industry.as_deref()).key.to_owned());
    org.onboarding.industry = industry;
    if let Some(trial) = trial {
        let setup = app.config.steps.founding(app.entropy.project_id(*now), user.verified);
        org.start_trial(trial, &setup, *now);
    }
    org
}

/// Returns the hash of the organization grant that the sign-up uses.
///
/// # Errors
/// 409 if another form used the grant.
fn decide_grant(grant: Option<&OrgCreationGrant>, replay: Hash) -> Result<Option<Hash>, Problem> {
    if grant.and_then(|grant| grant.used_for).is_some_and(|earlier| earlier != replay) {
        return Err(form_expired());
    }
    Ok(grant.map(|grant| grant.secret_hash))
}

/// Decides the session, and the proof that it requires.
///
/// A new user has no session and no grant. Only the form shows who they are. So the store starts a
/// session for them only while their address is unverified. After that, a session requires a
/// sign-in link.
pub fn decide_session(attempt: &Attempt<'_>, earlier: &Earlier) -> (SessionProof, Session) {
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
