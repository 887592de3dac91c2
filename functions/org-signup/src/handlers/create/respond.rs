//! The responses to a sign-up. Some of them also write a session, a sign-in request, or a counted
//! attempt.

use axum::response::Response;
use domain::{
    id::OrgId,
    limits::{network, sign_in_limits},
    people::{Session, SessionToken},
    secret::Secret,
};
use jiff::Timestamp;
use maud::Render;
use serde_json::json;
use store::{RepeatSession, SignInRequest, SignInRequestResult, SignUp};
use telemetry::{LogArea, Metric};
use web::{Kind, Problem, auth::AuthenticatedUser};

use super::{
    attempt::{Attempt, Earlier},
    decide::decide_session,
    form::{SignUpIn, form_hash},
};
use crate::{
    views::{form::Form, known_address::known_address, unverified::unverified},
    words,
};

/// Counts and logs a new organization, and responds with its first session.
pub fn respond_created(sign_up: &SignUp, now: Timestamp) -> Response {
    let trial = sign_up.org.current_trial().is_some();
    telemetry::count(Metric::SignedUp, 1, now);
    if trial {
        telemetry::count(Metric::Provisioned, 1, now);
    }
    tracing::info!(area = %LogArea::Provisioning, organization = %sign_up.org.id, trial, "created organization");
    respond_signed_in(&sign_up.session, &sign_up.secret, trial)
}

/// Redirects to the new organization and starts the session.
fn respond_signed_in(session: &Session, secret: &Secret, trial: bool) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret: secret.clone() };
    web::start_session(&landing(session.org, trial), &token)
}

/// Returns the path that opens after a sign-up: the welcome page with a trial, otherwise the page
/// with the plans.
fn landing(org: OrgId, trial: bool) -> String {
    if trial { "/onboarding/welcome".to_owned() } else { format!("/organizations/{org}") }
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

/// Responds to a sign-up with an address that already has an account: requests a sign-in link for
/// the address, and creates neither a session nor an organization.
pub async fn respond_known_address(attempt: &Attempt<'_>, sign_up: &SignUp) -> Result<Response, Problem> {
    let Attempt { app, request, now, .. } = attempt;
    let address = &sign_up.person.after().address;
    let sign_in = SignInRequest::new(app.entropy.bytes(), address.clone(), None, None, *now);
    let mut limits = sign_up.limits.clone();
    limits.extend(sign_in_limits(address, &network(&request.ip), *now));
    if let SignInRequestResult::Limited(window) = app.store.request_sign_in(&sign_in, &limits).await? {
        return Ok(respond_rejected(attempt, Problem::too_many(window.retry_after(*now))));
    }
    let problem = Problem::new(Kind::Conflict, words::known_address::PROBLEM);
    let page = |_: &Problem| known_address(&app.config.product);
    Ok(web::problem_or_page(request.format, problem, page))
}

/// Rejects the sign-up of a signed-in user whose address is not verified, because they already have
/// an organization.
///
/// If this form created an organization before, redirects to that organization instead.
pub async fn respond_unverified(
    attempt: &Attempt<'_>,
    user: &AuthenticatedUser,
    form: &SignUpIn,
) -> Result<Response, Problem> {
    let Attempt { app, request, now, .. } = attempt;
    let address = &user.found.user.value.address;
    if let Some(token) = &form.token {
        let earlier = app.store.load_sign_up(form_hash(token, address), *now).await?;
        if let Some((org, trial)) = earlier {
            return Ok(web::see_other(&landing(org, trial)));
        }
    }
    if let Some(window) = app.store.count_attempt(&attempt.limits(address)).await? {
        return Ok(respond_rejected(attempt, Problem::too_many(window.retry_after(*now))));
    }
    let problem = Problem::new(Kind::Forbidden, words::unverified::NOTE)
        .with("sign_in_url", json!("/login?next=/organizations/new"));
    let page = |_: &Problem| unverified(&app.config.product, user);
    Ok(web::problem_or_page(request.format, problem, page))
}

/// Responds with the problem of a form with invalid fields, or of a requester who exceeds a rate
/// limit. A page contains the form with the entered values, and shows the error of each invalid
/// field beside it.
pub fn respond_rejected(attempt: &Attempt<'_>, problem: Problem) -> Response {
    let Attempt { app, request, fields, requester, .. } = attempt;
    web::problem_or_page(request.format, problem, |problem| {
        let new_token = app.form_token();
        let form = Form {
            product: &app.config.product,
            trial_days: app
                .config
                .trial_for(requester.user().map(|user| &user.value))
                .map(|trial| trial.days),
            signed_in: requester.signed_in(),
            creation_grant: requester.creation_grant().and_then(|_| fields.get("founding")),
            token: fields.get("form_token").filter(|token| web::is_form_token(token)).unwrap_or(&new_token),
            checklists: &app.config.checklists,
            fields,
            problem: Some(problem),
        };
        form.render()
    })
}
