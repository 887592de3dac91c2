//! `/members`: the members of an organization and its invitations.
//!
//! Admins invite and remove members, and change roles. Every member sees the list and can leave.

mod change;
pub mod confirm;
mod errors;
mod invitations;
mod membership;
mod request;
mod respond;

use std::sync::Arc;

use axum::{extract::State, response::Response};
pub use change::authorize;
pub use errors::to_problem;
pub use respond::show;
use web::{FormRequest, PathParam};

use crate::{
    App,
    handlers::members::{
        request::TeamRequest,
        respond::{respond_changed, respond_problem},
    },
};

/// `POST /members/invitations`: invites the address that the fields name.
pub async fn invite(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    respond(&app, TeamRequest::Invite, &form).await
}

/// `POST /members/invitations/{invitation}/resend`: emails an invitation again.
pub async fn resend(State(app): State<Arc<App>>, PathParam(id): PathParam, form: FormRequest) -> Response {
    respond(&app, TeamRequest::Resend(id), &form).await
}

/// `POST /members/invitations/{invitation}/revoke`: revokes an invitation.
pub async fn revoke(State(app): State<Arc<App>>, PathParam(id): PathParam, form: FormRequest) -> Response {
    respond(&app, TeamRequest::Revoke(id), &form).await
}

/// `POST /members/leave`: removes the caller from the organization.
pub async fn leave(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    respond(&app, TeamRequest::Leave, &form).await
}

/// `POST /members/{user}/remove`: removes a member, who can be the caller.
pub async fn remove(State(app): State<Arc<App>>, PathParam(id): PathParam, form: FormRequest) -> Response {
    respond(&app, TeamRequest::Remove(id), &form).await
}

/// `POST /members/{user}/role`: gives a member the role that the fields name.
pub async fn change_role(
    State(app): State<Arc<App>>,
    PathParam(id): PathParam,
    form: FormRequest,
) -> Response {
    respond(&app, TeamRequest::ChangeRole(id), &form).await
}

/// Makes the requested change and responds. A browser is asked before a change that cannot be taken
/// back.
async fn respond(app: &App, request: TeamRequest, form: &FormRequest) -> Response {
    let asks = matches!(request, TeamRequest::Revoke(_) | TeamRequest::Remove(_) | TeamRequest::Leave);
    if asks && let Some(question) = web::ask_first(form) {
        return question;
    }
    match change::change_team(app, &request, form).await {
        Ok(changed) => respond_changed(form.format, &changed),
        Err(problem) => respond_problem(app, form, problem).await,
    }
}
