//! Authenticates a request, and rejects every caller who is not an admin.

use axum::{extract::Request, response::Response};
use domain::{org::Org, people::User, secret::Secret};
use http::HeaderMap;
use store::Stored;
use telemetry::LogArea;
use web::{Kind, Problem, ResponseFormat};

use crate::App;

/// The parts of a request that authentication needs.
pub struct Credentials {
    pub headers: HeaderMap,
    /// The origin of the stage, as the caller sees it.
    pub origin: String,
    /// The IP address of the caller.
    pub ip: String,
}

/// An admin with their organization. Only [`App::authenticate`] creates one.
pub struct AuthenticatedAdmin {
    pub org: Stored<Org>,
    /// The user. A new customer at Stripe gets their address, to which Stripe sends invoices and
    /// receipts.
    pub user: User,
    /// The origin of the stage, as the caller sees it.
    pub origin: String,
    /// The IP address of the caller.
    pub ip: String,
    /// The secret in the browser's cookie. `None` if this browser has not requested a sign-in link
    /// lately.
    pub browser_secret: Option<Secret>,
    pub format: ResponseFormat,
}

impl Credentials {
    pub fn of(request: &Request) -> Self {
        Self { headers: request.headers().clone(), origin: web::origin(request), ip: web::source_ip(request) }
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

impl App {
    /// Authenticates an admin with one consistent read of session, user, membership, and
    /// organization.
    ///
    /// It accepts organizations in every access status, because a payment can restore lost access.
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<AuthenticatedAdmin, Problem> {
        let Credentials { headers, origin, ip } = credentials;
        let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
        let found = self.store.load_session(&token).await?;
        let found = found.ok_or_else(Problem::unauthorized)?;
        let member = found.authorize(self.clock.now()).ok_or_else(Problem::unauthorized)?;
        member.admin().ok_or_else(Problem::forbidden)?;
        Ok(AuthenticatedAdmin {
            org: found.org,
            user: found.user.value,
            origin: origin.clone(),
            ip: ip.clone(),
            browser_secret: web::browser::secret(headers),
            format: ResponseFormat::of(headers),
        })
    }
}

/// Renders the outcome of a handler. A browser without a session is redirected to the sign-in page.
pub fn respond(format: ResponseFormat, outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(problem) if format == ResponseFormat::Page && problem.kind == Kind::Unauthorized => {
            web::to_login("/dashboard")
        }
        Err(problem) => web::problem_response(format, problem.within(LogArea::Billing)),
    }
}
