//! The door: who may come in, and what those are told who may not.

use std::sync::Arc;

use axum::{extract::FromRequestParts, response::Response};
use domain::{
    operator::{NotAdmitted, Operator},
    people::SessionToken,
};
use http::{Method, request::Parts};
use jiff::Timestamp;
use maud::{Markup, Render};
use store::SignedIn;
use web::{
    Problem, ResponseFormat,
    ui::{Page, Person, Width},
};

use crate::App;

/// An operator at work, at one moment. A handler that takes one cannot run for anybody else.
#[derive(Clone, Debug)]
pub struct AuthenticatedOperator {
    /// Who it is.
    pub operator: Operator,
    /// What they can read.
    pub wants: ResponseFormat,
    /// When.
    pub now: Timestamp,
    organization: String,
    admin: bool,
}

impl FromRequestParts<Arc<App>> for AuthenticatedOperator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let wants = ResponseFormat::of(&parts.headers);
        let desk = match web::session::token(&parts.headers) {
            Some(token) => authenticate(app, &token, wants).await,
            None => Ok(Err(NotAdmitted::NoOperator)),
        };
        let desk = desk.map_err(|problem| web::refuse(wants, problem))?;
        desk.map_err(|why| match (why, wants) {
            (NotAdmitted::NoOperator, _) => web::refuse(wants, Problem::not_found()),
            (NotAdmitted::Stale, ResponseFormat::Json) => web::refuse(wants, Problem::unauthorized()),
            // A form cannot be sent again after the sign-in, so that leads to the page with all the others.
            (NotAdmitted::Stale, ResponseFormat::Page) if parts.method == Method::POST => {
                web::to_login("/operator")
            }
            (NotAdmitted::Stale, ResponseFormat::Page) => web::to_login(parts.uri.path()),
        })
    }
}

/// One consistent read tells who it is. Only an operator's visit is a use of a session here.
async fn authenticate(
    app: &App,
    token: &SessionToken,
    wants: ResponseFormat,
) -> Result<Result<AuthenticatedOperator, NotAdmitted>, Problem> {
    // An operator must see that the table fails. The cookie is not proven yet, so every failure looks the same.
    let found = app.store.load_session(token).await;
    let Some(found) = found.map_err(|error| Problem::unavailable().because(error))? else {
        return Ok(Err(NotAdmitted::NoOperator));
    };
    let now = app.clock.now();
    let desk = match AuthenticatedOperator::of(app, &found, wants, now) {
        Ok(desk) => desk,
        Err(why) => return Ok(Err(why)),
    };
    if found.session.needs_last_seen_update(now) {
        match app.store.update_last_seen(token, now).await {
            Ok(()) | Err(store::Error::Conflict) => {}
            // A page is worth more than the note of when it was looked at.
            Err(error) => tracing::warn!(%error, "the session's last use was not written"),
        }
    }
    Ok(Ok(desk))
}

impl AuthenticatedOperator {
    fn of(app: &App, found: &SignedIn, wants: ResponseFormat, now: Timestamp) -> Result<Self, NotAdmitted> {
        let member = found.authorize(now).ok_or(NotAdmitted::NoOperator)?;
        let (user, listed) = (&found.user.value, &app.config.operators);
        Ok(Self {
            operator: Operator::authorize(&member, &found.session, user, listed, now)?,
            wants,
            now,
            organization: found.org.value.name.to_string(),
            admin: member.admin().is_some(),
        })
    }

    /// A whole page for this operator.
    pub fn page(&self, app: &App, title: &str, main: Markup) -> Markup {
        let person = Person {
            name: self.operator.name().as_str(),
            organization: &self.organization,
            admin: self.admin,
            here: None,
        };
        Page { product: &app.config.product, title, person: Some(person), width: Width::Reading, main }
            .render()
    }
}
