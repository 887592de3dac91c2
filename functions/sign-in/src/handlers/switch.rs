//! `/organizations/switch`: switches to another organization of the user.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    id::OrgId,
    people::{SWITCH_GRACE_PERIOD, SessionToken},
    secret::Secret,
    time,
};
use telemetry::LogArea;
use web::{Fields, FormRequest, Problem, auth::AuthenticatedUser};

use super::account::PAGE;
use crate::App;

/// `POST /organizations/switch`: switches to the organization in the field `organization`, and
/// redirects to the path in the field `next`, or to the dashboard.
///
/// If the browser sends two such requests at once, each request starts a valid session. So both
/// cookies work, and the browser can keep either.
pub async fn switch(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    web::respond_or_login(form.format, PAGE, switch_session(&app, &form).await)
}

async fn switch_session(app: &App, form: &FormRequest) -> Result<Response, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    let fields = form.fields()?;
    let org = parse_org(fields, &caller)?;
    let next = fields.get("next").and_then(web::next_path);
    let session = caller.found.session.switched(org, &caller.found.user.value, caller.now);
    let until = time::add(caller.now, SWITCH_GRACE_PERIOD);
    let secret = Secret::new(app.entropy.bytes());
    if !app.store.switch_session(&caller.token, until, &session, &secret).await? {
        return Err(Problem::unauthorized());
    }
    tracing::info!(area = %LogArea::Access, organization = %org, user = %session.user, "switched organization");
    let token = SessionToken { org, user: session.user, secret };
    Ok(web::start_session(next.as_deref().unwrap_or("/dashboard"), &token))
}

/// Parses the organization. The response for an organization of which the user is not a member is
/// the same as for an unknown organization.
fn parse_org(fields: &Fields, caller: &AuthenticatedUser) -> Result<OrgId, Problem> {
    let id_in = |name| fields.get(name)?.parse().ok();
    let org: Option<OrgId> = id_in("organization").or_else(|| id_in("organization_id"));
    org.filter(|org| caller.found.user.value.orgs.contains(org)).ok_or_else(Problem::not_found)
}
