//! The response to a sign-up that created an organization.

use axum::response::Response;
use domain::{
    id::OrgId,
    people::{Session, SessionToken},
    secret::Secret,
};
use jiff::Timestamp;
use store::SignUp;
use telemetry::{LogArea, Metric};

/// Counts and logs a new organization, and responds with its first session.
pub fn respond_created(sign_up: &SignUp, now: Timestamp) -> Response {
    let trial = sign_up.org.trial.is_some();
    telemetry::count(Metric::SignedUp, 1, now);
    if trial {
        telemetry::count(Metric::Provisioned, 1, now);
    }
    tracing::info!(area = %LogArea::Provisioning, organization = %sign_up.org.id, trial, "created organization");
    respond_signed_in(&sign_up.session, &sign_up.secret, trial)
}

/// Redirects to the new organization and starts the session.
pub fn respond_signed_in(session: &Session, secret: &Secret, trial: bool) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret: secret.clone() };
    web::start_session(&landing(session.org, trial), &token)
}

/// Returns the path that opens after a sign-up: the welcome page with a trial, otherwise the page
/// with the plans.
pub fn landing(org: OrgId, trial: bool) -> String {
    if trial { "/onboarding/welcome".to_owned() } else { format!("/organizations/{org}") }
}
