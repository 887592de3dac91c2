//! `POST /invitations/{token}`: accepts an invitation.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    people::{Name, NameError, SessionToken, TeamError},
    secret::Secret,
};
use http::Uri;
use store::{Acceptance, Accepted, InvitationDetails, WaitingInvitations};
use telemetry::LogArea;
use web::{FieldError, FormRequest, PathParam, Problem};

use super::{
    decide::{Attempt, decide_acceptance, to_problem},
    find::{Found, Identity, load_invitation},
    respond::{respond_closed, respond_problem},
};
use crate::{
    App,
    handlers::signed_in::HOME,
    views::invitation::{self as views, InvitationPage},
};

/// Adds the user with the invited address to the organization.
///
/// Accepting also verifies the address and starts a session. If the path contains the secret from
/// the email and the response is lost, the same browser can repeat the request for a minute.
pub async fn accept(
    State(app): State<Arc<App>>,
    PathParam(token): PathParam,
    uri: Uri,
    form: FormRequest,
) -> Response {
    let outcome = store::retry(|| {
        let attempt = Attempt { app: &app, token: &token, form: &form, now: app.clock.now() };
        join(attempt)
    });
    outcome.await.unwrap_or_else(|problem| respond_problem(&app, form.format, uri.path(), problem))
}

/// Attempts to accept an invitation once. Checks the user's identity, then the organization's
/// access, then the input.
async fn join(attempt: Attempt<'_>) -> Result<Response, Problem> {
    let Attempt { app, token, form, now } = attempt;
    let grant: Option<Secret> = form.fields().ok().and_then(|fields| fields.get("founding")?.parse().ok());
    let (details, identity) = match load_invitation(app, &form.headers, token, grant.as_ref(), now).await? {
        Found::Open(details, identity) => (details, identity),
        Found::Closed(closed) => return respond_closed(attempt, closed).await,
    };
    let members = app.store.count_members(&details.org.value, now).await?;
    if let Err(error) = details.org.value.may_join(members, now) {
        return respond_rejected(attempt, &details, error);
    }
    let typed = form.fields()?.get("full_name").unwrap_or_default();
    let name = match parse_name(typed, &details) {
        Ok(name) => name,
        Err(error) => return Ok(respond_invalid(attempt, &details, typed, error)),
    };
    let waiting = load_released(attempt, &details, &identity).await?;
    let acceptance = decide_acceptance(attempt, *details, members, name, (&identity, waiting))?;
    match app.store.commit_acceptance(&acceptance).await? {
        Accepted::Joined => Ok(respond_joined(&acceptance)),
        // Another request used the link first, possibly an earlier request of this browser.
        Accepted::AlreadyUsed => Err(store::Error::Conflict.into()),
    }
}

/// Loads the user's own invitations that the acceptance releases, because it verifies their address.
///
/// Another person may have signed up with this address and written invitations. So only a browser
/// that is signed in as the user releases them.
async fn load_released(
    Attempt { app, now, .. }: Attempt<'_>,
    details: &InvitationDetails,
    identity: &Identity,
) -> Result<Vec<WaitingInvitations>, store::Error> {
    match (&details.known, identity) {
        (Some(known), Identity::Session(caller))
            if !known.value.verified && caller.member.user() == known.value.id =>
        {
            app.store.load_waiting_invitations(&known.value, now).await
        }
        _ => Ok(Vec::new()),
    }
}

/// Returns the name of the user: of their account, or the name that they entered.
///
/// Another person may have created the account of an unverified address, so the name of such an
/// account is not used.
fn parse_name(typed: &str, details: &InvitationDetails) -> Result<Name, NameError> {
    match details.known.as_ref().filter(|user| user.value.verified) {
        Some(user) => Ok(user.value.name.clone()),
        None => Name::parse(typed),
    }
}

/// Responds to a user who may not join. If the plan has no free seat, a browser gets the page that
/// offers to check again.
fn respond_rejected(
    attempt: Attempt<'_>,
    details: &InvitationDetails,
    error: TeamError,
) -> Result<Response, Problem> {
    let Attempt { app, form, .. } = attempt;
    let problem = to_problem(error, details, &form.origin);
    if !matches!(error, TeamError::NoSeat(_)) {
        return Err(problem);
    }
    Ok(web::problem_or_page(form.format, problem, |_| views::no_seat(&app.product, details)))
}

/// Responds with 422 and the error of the name.
fn respond_invalid(
    attempt: Attempt<'_>,
    details: &InvitationDetails,
    typed: &str,
    error: NameError,
) -> Response {
    let message = error.to_string();
    let problem = Problem::invalid(vec![FieldError::new("full_name", error.code(), message.clone())]);
    web::problem_or_page(attempt.form.format, problem, |_| {
        InvitationPage::new(&attempt.app.product, attempt.token, details).render(typed, Some(&message))
    })
}

fn respond_joined(acceptance: &Acceptance) -> Response {
    let (org, user) = (acceptance.session.org, acceptance.session.user);
    let role = acceptance.membership.role.as_str();
    tracing::info!(area = %LogArea::Access, organization = %org, %user, role, "joined organization");
    web::start_session(HOME, &SessionToken { org, user, secret: acceptance.secret.clone() })
}
