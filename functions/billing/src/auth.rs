//! The door: only an admin comes in, and who leaves is on the way to Stripe or knows why not.

use axum::{extract::Request, response::Response};
use domain::{org::Org, people::User, secret::Secret};
use http::HeaderMap;
use store::Stored;
use telemetry::LogArea;
use web::{Kind, Problem, ResponseFormat};

use crate::{App, errors};

/// What a request says of its sender, before anything is read.
pub struct Credentials {
    pub headers: HeaderMap,
    /// The origin under which we were reached.
    pub origin: String,
    /// The network address that the request came from.
    pub ip: String,
}

/// An admin, with their organization. Only [`App::admit`] makes one.
pub struct AuthenticatedAdmin {
    pub org: Stored<Org>,
    /// Invoices and receipts go to their address, if this is who begins to pay.
    pub user: User,
    /// The origin under which we were reached.
    pub origin: String,
    /// The network address that the request came from.
    pub ip: String,
    /// What the browser keeps that asked for a sign-in link before.
    pub mark: Option<Secret>,
    pub wants: ResponseFormat,
}

impl Credentials {
    pub fn of(request: &Request) -> Self {
        Self { headers: request.headers().clone(), origin: web::origin(request), ip: web::source_ip(request) }
    }
}

/// An admin whose address is verified: who may open the portal. Only [`Caller::verified`] makes one.
pub struct Verified<'c>(pub &'c AuthenticatedAdmin);

impl AuthenticatedAdmin {
    /// The path of the page with the plans, or with the button that opens the portal.
    pub fn page(&self) -> String {
        format!("/organizations/{}", self.org.value.id)
    }

    /// The address of that page.
    pub fn plans(&self) -> String {
        format!("{}{}", self.origin, self.page())
    }

    pub fn verified(&self) -> Option<Verified<'_>> {
        self.user.verified.then_some(Verified(self))
    }
}

impl App {
    /// One consistent read: session, person, membership and organization. Billing is open in every state of it.
    pub async fn authenticate(&self, arrival: &Credentials) -> Result<AuthenticatedAdmin, Problem> {
        let Credentials { headers, origin, ip } = arrival;
        let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
        let found = self.store.load_session(&token).await.map_err(errors::from_store)?;
        let found = found.ok_or_else(Problem::unauthorized)?;
        let member = found.authorize(self.clock.now()).ok_or_else(Problem::unauthorized)?;
        member.admin().ok_or_else(Problem::forbidden)?;
        Ok(AuthenticatedAdmin {
            org: found.org,
            user: found.user.value,
            origin: origin.clone(),
            ip: ip.clone(),
            mark: web::browser::mark(headers),
            wants: ResponseFormat::of(headers),
        })
    }
}

/// The response; else the problem in the caller's own kind.
pub fn respond(wants: ResponseFormat, outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(problem) if wants == ResponseFormat::Page && problem.kind == Kind::Unauthorized => {
            web::to_login("/dashboard")
        }
        Err(problem) => web::refuse(wants, problem.within(LogArea::Billing)),
    }
}
