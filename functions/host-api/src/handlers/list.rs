//! `GET /api/v1/organizations`: lists organizations, the newest first, or finds one exactly.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    billing::CustomerId,
    org::{Org, Status},
};
use store::{OrgPage, Stored};
use web::{FieldError, Problem};

use super::organization::parse_external_id;
use crate::{
    App,
    auth::Caller,
    out::OrganizationsOut,
    query::{Parameters, Parser},
    words,
};

/// Maximum number of organizations of a page, and the default.
const MAX_LIMIT: usize = 100;

/// Parameters of a page of the list.
const PAGE: [&str; 3] = ["limit", "cursor", "status"];

/// Lists organizations, or finds one of them.
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let mut parser = parameters.read()?;
    let id = parser.optional("external_id", parse_external_id);
    let customer = parser.optional("stripe_customer", parse_customer);
    let exact = ["external_id", "stripe_customer"].iter().filter(|name| parser.has(&[name])).count();
    if exact > 1 || (exact == 1 && parser.has(&PAGE)) {
        return Err(Problem::bad_request(words::ONE_EXACT));
    }
    let (page, status) = match (id, customer) {
        (Some(id), _) => (found(app.store.load_external_org(&id).await?), None),
        (None, Some(customer)) => (found(app.store.load_org_of_customer(&customer).await?), None),
        (None, None) => load_page(&app, parser).await?,
    };
    let now = app.now();
    let shown = page.orgs.iter().filter(|org| status.is_none_or(|status| org.value.status(now) == status));
    let out = OrganizationsOut {
        organizations: shown.map(|org| app.state(&caller, org, now)).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    };
    Ok(Json(out).into_response())
}

async fn load_page(app: &App, mut parser: Parser) -> Result<(OrgPage, Option<Status>), Problem> {
    let invalid = |name: &'static str, expected: &'static str| FieldError::new(name, "invalid", expected);
    let limit = parser.optional("limit", |text| {
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| invalid("limit", words::LIMIT))
    });
    let cursor = parser.optional("cursor", |text| text.parse().map_err(|_| invalid("cursor", words::CURSOR)));
    let status =
        parser.optional("status", |text| Status::parse(text).ok_or_else(|| invalid("status", words::STATUS)));
    parser.finish()?;
    let page = app.store.list_orgs(cursor, limit.unwrap_or(MAX_LIMIT), app.now()).await?;
    Ok((page, status))
}

/// Returns the page of an exact search.
fn found(org: Option<Stored<Org>>) -> OrgPage {
    OrgPage { orgs: org.into_iter().collect(), next: None }
}

fn parse_customer(text: &str) -> Result<CustomerId, FieldError> {
    CustomerId::parse(text).map_err(|_| FieldError::new("stripe_customer", "invalid", words::CUSTOMER))
}
