//! `POST /organizations/new`: creates an organization and signs its first admin in.
//!
//! A browser can send a form again for ten minutes, because the first response may be lost. The
//! repeated form creates nothing. It leads to the organization of the first request with a new
//! session, at most five times.

mod attempt;
mod commit;
mod decide;
mod form;
mod respond;

use std::sync::Arc;

use axum::{extract::State, response::Response};
use store::{SignUp, SignedUp};
use telemetry::LogArea;
use web::{FieldError, FormRequest, Problem};

use self::{
    attempt::{Attempt, Earlier},
    commit::commit_sign_up,
    decide::decide_sign_up,
    form::SignUpIn,
    respond::{
        respond_created, respond_known_address, respond_rejected, respond_repeated, respond_unverified,
    },
};
use crate::{App, auth};

/// Creates an organization. If another request changed the user in the meantime, loads and decides
/// again.
pub async fn create(State(app): State<Arc<App>>, request: FormRequest) -> Response {
    let outcome = store::retry(|| sign_up(&app, &request)).await;
    web::respond(request.format, outcome)
}

/// Attempts the sign-up once.
async fn sign_up(app: &App, request: &FormRequest) -> Result<Response, Problem> {
    let attempt = load_attempt(app, request).await?;
    if let Some(user) = attempt.requester.signed_in() {
        user.require_own_sign_in("/organizations/new")?;
    }
    let form = match parse_form(&attempt) {
        Ok(form) => form,
        Err(errors) => return Ok(respond_rejected(&attempt, Problem::invalid(errors))),
    };
    if let Some(user) = attempt.requester.signed_in().filter(|user| !user.found.user.value.verified) {
        return respond_unverified(&attempt, user, &form).await;
    }
    let mut sign_up = decide_sign_up(&attempt, &form)?;
    let mut committed = commit_sign_up(&attempt, &mut sign_up).await?;
    // The transaction checks the trial record, so the usual sign-up needs no read before it.
    if committed == SignedUp::MailboxHadTrial {
        sign_up = decide_sign_up(&attempt, &SignUpIn { start_trial: false, ..form })?;
        committed = commit_sign_up(&attempt, &mut sign_up).await?;
        if committed == SignedUp::Created {
            tracing::info!(area = %LogArea::Provisioning, organization = %sign_up.org.id, "started no second trial of a mailbox");
        }
    }
    respond_committed(&attempt, &sign_up, committed).await
}

async fn load_attempt<'a>(app: &'a App, request: &'a FormRequest) -> Result<Attempt<'a>, Problem> {
    let requester = auth::load_requester(app, request).await?;
    Ok(Attempt { app, request, fields: request.fields()?, requester, now: app.clock.now() })
}

fn parse_form(attempt: &Attempt<'_>) -> Result<SignUpIn, Vec<FieldError>> {
    let known = attempt.requester.user().map(|user| &user.value);
    SignUpIn::parse(attempt.fields, &attempt.request.headers, known, &attempt.app.config.checklists)
}

async fn respond_committed(
    attempt: &Attempt<'_>,
    sign_up: &SignUp,
    committed: SignedUp,
) -> Result<Response, Problem> {
    Ok(match committed {
        SignedUp::Created => respond_created(sign_up, attempt.now),
        SignedUp::Replayed { org, user, trial, join, until } => {
            respond_repeated(attempt, sign_up, &Earlier { org, user, trial, join, until }).await?
        }
        SignedUp::Limited(window) => {
            respond_rejected(attempt, Problem::too_many(window.retry_after(attempt.now)))
        }
        SignedUp::AddressKnown => respond_known_address(attempt, sign_up).await?,
        // `commit_sign_up` never returns `Braked`, because its last attempt sends the email later,
        // and the mail brake does not apply to that. A sign-up without a trial never gets
        // `MailboxHadTrial`.
        SignedUp::Braked(_) | SignedUp::MailboxHadTrial => return Err(store::Error::Conflict.into()),
    })
}
