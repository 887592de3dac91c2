//! `POST …/portal-links`: creates a link that signs a member in, once, for a minute.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    people::{PortalLink, PortalPage, ReturnUrl},
    secret::Secret,
};
use serde_json::{Map, Value};
use telemetry::LogArea;
use web::{FieldError, PathParam, Problem};

use crate::{
    App,
    auth::Caller,
    body::{self, Body},
    out::PortalLinkOut,
    subject::not_found,
    version::Precondition,
    words,
};

/// The parsed body of a request.
struct PortalLinkIn {
    /// The member: the id of Onramp, or `ext:` and the id of the host app.
    user: String,
    page: PortalPage,
    return_url: ReturnUrl,
}

/// Creates a portal link for a member of the organization.
pub async fn create_portal_link(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam(org): PathParam,
    request: Request,
) -> Result<Response, Problem> {
    caller.writer()?;
    let expected = Precondition::of(request.headers())?;
    let fields = body::read(request).await?;
    let PortalLinkIn { user, page, return_url } = PortalLinkIn::parse(&app, &fields)?;
    let (org, user) = tokio::try_join!(app.load_org(&org), app.load_user(&user))?;
    expected.check(&org)?;
    let (org, user, secret) = (org.value.id, user.value, Secret::new(app.entropy.bytes()));
    let link = PortalLink::create(&user, org, page, return_url, &secret, app.now());
    let link = link.ok_or_else(not_found)?;
    app.store.save_portal_link(&link).await?;
    tracing::info!(area = %LogArea::Access, organization = %org, user = %user.id, "created portal link");
    let url = format!("{}/portal/{}", caller.origin, secret.reveal());
    Ok((StatusCode::CREATED, Json(PortalLinkOut { url, expires_at: link.expires_at })).into_response())
}

impl PortalLinkIn {
    fn parse(app: &App, fields: &Map<String, Value>) -> Result<Self, Problem> {
        let invalid = |field: &'static str, expected| FieldError::new(field, "invalid", expected);
        let (embedders, app_url) = (&app.config.embedders, app.config.app_url.as_deref());
        let mut body = Body::new(fields);
        let user = body.required("user", |text| Ok(text.to_owned()));
        let page = body.required("page", |text| {
            PortalPage::parse(text).ok_or_else(|| invalid("page", words::PORTAL_PAGE))
        });
        let return_url = body.required("return_url", |text| {
            let url = web::parse_return_url(text, embedders, app_url);
            url.ok_or_else(|| invalid("return_url", words::RETURN_URL))
        });
        let parsed = (|| Some(Self { user: user?, page: page?, return_url: return_url? }))();
        body.finish(parsed)
    }
}
