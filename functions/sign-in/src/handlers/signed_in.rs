//! The response to a user who used an emailed link.

use axum::response::Response;
use domain::{
    people::{Session, SessionToken, UsedLink, User},
    secret::Secret,
};
use serde_json::json;
use store::Reissued;
use telemetry::LogArea;
use web::{Kind, Problem, ResponseFormat};

use crate::{App, views, words};

/// The path that opens after signing in if the request for the link named no path.
pub const HOME: &str = "/dashboard";

/// Redirects to the path `next` and starts the session.
pub fn respond_signed_in(next: Option<&str>, session: &Session, secret: Secret) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret };
    tracing::info!(area = %LogArea::Access, organization = %session.org, user = %session.user, "signed in");
    web::start_session(next.unwrap_or(HOME), &token)
}

/// Responds to a user without an organization. The page contains a form that creates an
/// organization, and the JSON problem contains the data for it. `secret` is the secret of the
/// organization grant.
///
/// The user gets no session, because every session belongs to an organization.
pub fn respond_no_org(
    app: &App,
    format: ResponseFormat,
    user: &User,
    secret: &Secret,
    next: Option<&str>,
) -> Response {
    tracing::info!(area = %LogArea::Access, user = %user.id, "rejected sign-in: user has no organization");
    let create = json!({ "url": "/organizations/new", "founding": secret.reveal() });
    let problem = Problem::new(Kind::Forbidden, words::no_org::PROBLEM).with("create_organization", create);
    web::problem_or_page(format, problem, |_| {
        let form_token = Secret::new(app.entropy.bytes()).reveal();
        let invitation = next.filter(|next| next.starts_with("/invitations/"));
        views::no_org::no_org(&app.product, user, &secret.reveal(), &form_token, invitation)
    })
}

/// Repeats the response to a used link, with a new secret for the session or the organization
/// grant.
///
/// Returns `None` if the session ended or the organization grant was used in the meantime.
pub async fn respond_again(
    app: &App,
    format: ResponseFormat,
    used: &UsedLink,
) -> Result<Option<Response>, store::Error> {
    let secret = Secret::new(app.entropy.bytes());
    let repeated = app.store.reissue_used_link(used, &secret, app.clock.now()).await?;
    Ok(repeated.map(|repeated| match repeated {
        Reissued::Session(session) => respond_signed_in(used.next.as_deref(), &session, secret),
        Reissued::OrgCreation(user) => respond_no_org(app, format, &user, &secret, used.next.as_deref()),
    }))
}
