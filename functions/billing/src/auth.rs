//! Authenticates the admin who sent a request.

use std::sync::Arc;

use axum::{extract::FromRequestParts, response::Response};
use domain::{
    org::Org,
    people::{ReturnUrl, User},
    secret::Secret,
};
use http::request::Parts;
use store::Stored;
use telemetry::LogArea;
use web::{Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::App;

/// An admin with their organization. A handler with this extractor runs only for admins.
///
/// The extractor accepts organizations in every access status, because a payment can restore lost
/// access.
pub struct AuthenticatedAdmin {
    pub org: Stored<Org>,
    /// The user. A new customer at Stripe gets their address, to which Stripe sends invoices and
    /// receipts.
    pub user: User,
    /// The page of the host app to which the user returns, in a portal session.
    pub return_url: Option<ReturnUrl>,
    /// The origin of the stage, as the caller sees it.
    pub origin: String,
    /// The IP address of the caller.
    pub ip: String,
    /// The secret in the browser's cookie. `None` if this browser has not requested a sign-in link
    /// lately.
    pub browser_secret: Option<Secret>,
    pub format: ResponseFormat,
}

impl FromRequestParts<Arc<App>> for AuthenticatedAdmin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let (headers, format) = (&parts.headers, ResponseFormat::of(&parts.headers));
        let user =
            AuthenticatedUser::authenticate(&app.store, app.config.session_idle, headers, app.clock.now())
                .await;
        let admin = user.and_then(|user| {
            user.admin()?;
            Ok(user.found)
        });
        let found = admin.map_err(|problem| respond(format, Err(problem)))?;
        Ok(Self {
            org: found.org,
            user: found.user.value,
            return_url: found.session.return_url,
            origin: web::origin_of_parts(headers, &parts.extensions),
            ip: web::source_ip(&parts.extensions),
            browser_secret: web::browser::secret(headers),
            format,
        })
    }
}

/// Proof that the admin's address is verified, which the portal requires. Only
/// [`AuthenticatedAdmin::verified`] creates one.
pub struct Verified<'c>(pub &'c AuthenticatedAdmin);

impl AuthenticatedAdmin {
    /// Returns the path of the organization's page, which shows the plans or the portal button.
    pub fn org_path(&self) -> String {
        format!("/organizations/{}", self.org.value.id)
    }

    /// Returns the absolute URL of the organization's page.
    pub fn org_url(&self) -> String {
        format!("{}{}", self.origin, self.org_path())
    }

    pub fn verified(&self) -> Option<Verified<'_>> {
        self.user.verified.then_some(Verified(self))
    }
}

/// Renders the outcome of a handler. A browser without a session is redirected to the sign-in page. If
/// Stripe or the table is unavailable, the error page sends the form again.
pub fn respond(format: ResponseFormat, outcome: Result<Response, Problem>) -> Response {
    web::respond_or_login(format, "/dashboard", outcome.map_err(|problem| problem.within(LogArea::Billing)))
}
