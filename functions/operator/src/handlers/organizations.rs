//! `GET /operator/organizations`: all organizations, the newest first, or those that match a search.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use domain::{
    billing::CustomerId,
    id::{ExternalId, OrgId},
    org::{Org, Status},
    people::Address,
};
use http::{StatusCode, Uri};
use store::ListCursor;
use web::{FieldError, Kind, Problem, ResponseFormat};

use crate::{
    App,
    auth::AuthenticatedOperator,
    out::OrganizationsOut,
    views::{
        organizations::{Listed, render},
        paths,
    },
    words,
};

/// Maximum number of organizations on a page.
const PAGE_SIZE: usize = 50;

/// The query of the route.
struct ListIn {
    /// Text of the search.
    search: Option<String>,
    status: Option<Status>,
    cursor: Option<ListCursor>,
}

/// Lists organizations, or finds some of them exactly.
pub async fn organizations(auth: AuthenticatedOperator, State(app): State<Arc<App>>, uri: Uri) -> Response {
    web::respond(auth.format, handle(&app, &auth, &uri).await)
}

async fn handle(app: &App, auth: &AuthenticatedOperator, uri: &Uri) -> Result<Response, Problem> {
    let ListIn { search, status, cursor } = ListIn::parse(uri)?;
    let (orgs, next) = match &search {
        Some(text) => (load_found(app, text, "q").await?, None),
        None => {
            let page = app.store.list_orgs(cursor, PAGE_SIZE, auth.now).await?;
            (Ok(page.orgs.into_iter().map(|org| org.value).collect()), page.next)
        }
    };
    let orgs = orgs.map(|orgs: Vec<Org>| {
        orgs.into_iter().filter(|org| status.is_none_or(|status| org.status(auth.now) == status)).collect()
    });
    respond(app, auth, &Listed { search: search.as_deref(), status, is_later: cursor.is_some(), orgs, next })
}

fn respond(app: &App, auth: &AuthenticatedOperator, listed: &Listed<'_>) -> Result<Response, Problem> {
    match (auth.format, &listed.orgs) {
        (ResponseFormat::Json, Err(error)) => Err(Problem::invalid(vec![error.clone()])),
        (ResponseFormat::Json, Ok(orgs)) => {
            Ok(Json(OrganizationsOut::of(orgs, listed.next, auth.now)).into_response())
        }
        (ResponseFormat::Page, orgs) => {
            if let (Some(_), Ok([only])) = (listed.search, orgs.as_deref()) {
                return Ok(web::see_other(&paths::organization(only.id)));
            }
            let status = if orgs.is_err() { Kind::Invalid.status() } else { StatusCode::OK };
            let content = render(listed, app.config.mode, auth.now);
            Ok(web::page(status, auth.page(app, words::organizations::TITLE, content)))
        }
    }
}

impl ListIn {
    fn parse(uri: &Uri) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Problem::bad_request(words::queue::INVALID_QUERY))?;
        // A form without a selection sends empty values.
        let value = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.trim())
                .filter(|it| !it.is_empty())
        };
        let status = value("status").map(|text| {
            Status::parse(text).ok_or_else(|| Problem::bad_request(words::organizations::UNKNOWN_STATUS))
        });
        let cursor = value("cursor")
            .map(|text| text.parse().map_err(|_| Problem::bad_request(words::organizations::INVALID_CURSOR)));
        Ok(Self {
            search: value("q").map(str::to_owned),
            status: status.transpose()?,
            cursor: cursor.transpose()?,
        })
    }
}

/// Loads the organizations that a text names exactly: by their id, their external id, the address of
/// a member, or their Stripe customer. A text can be several of these.
///
/// The inner error means that it is none of them. `field` is the name of the parameter with the text.
pub async fn load_found(
    app: &App,
    text: &str,
    field: &'static str,
) -> Result<Result<Vec<Org>, FieldError>, Problem> {
    let text = text.trim();
    let (id, external) = (text.parse::<OrgId>().ok(), text.parse::<ExternalId>().ok());
    let (customer, address) = (CustomerId::parse(text).ok(), Address::parse_existing(text).ok());
    if id.is_none() && external.is_none() && customer.is_none() && address.is_none() {
        return Ok(Err(FieldError::new(field, "invalid", words::search::INVALID)));
    }
    let store = &app.store;
    let of_id = async {
        match id {
            Some(id) => store.load_org(id).await,
            None => Ok(None),
        }
    };
    let of_external = async {
        match &external {
            Some(id) => store.load_external_org(id).await,
            None => Ok(None),
        }
    };
    let of_customer = async {
        match &customer {
            Some(id) => store.load_org_of_customer(id).await,
            None => Ok(None),
        }
    };
    let of_address = async {
        let user = match &address {
            Some(address) => store.load_user_of(address).await?,
            None => None,
        };
        store.load_orgs(&user.map_or(Vec::new(), |user| user.value.orgs)).await
    };
    let (by_id, by_external, by_customer, by_address) =
        tokio::try_join!(of_id, of_external, of_customer, of_address)?;
    let exact = [by_id, by_external, by_customer].into_iter().flatten().map(|org| org.value);
    let mut seen = BTreeSet::new();
    Ok(Ok(exact.chain(by_address).filter(|org| seen.insert(org.id)).collect()))
}
