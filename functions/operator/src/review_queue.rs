//! `GET /operator`: what waits for a person, and the way to one organization.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use jiff::Timestamp;
use store::ReviewList;
use web::{Kind, Problem, ResponseFormat};

use crate::{
    App,
    auth::AuthenticatedOperator,
    find::path,
    out::{FoundOut, WaitingOut},
    pages::waiting::{Listed, Search, render},
    store_problem,
};

/// How many things a page shows.
const PAGE: u16 = 25;

/// `GET /operator`. With `find` it leads to an organization; with `after` it goes on where a page ended; with
/// `list=foreign` it shows parked events that are most likely another product's.
pub async fn show(desk: AuthenticatedOperator, State(app): State<Arc<App>>, uri: Uri) -> Response {
    match respond(&app, &desk, &uri).await {
        Ok(response) => response,
        Err(problem) => web::problem_response(desk.wants, problem),
    }
}

async fn respond(app: &App, desk: &AuthenticatedOperator, uri: &Uri) -> Result<Response, Problem> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Problem::bad_request("The address cannot be read."))?;
    let value = |name: &str| pairs.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
    let after = value("after").map(str::parse::<Timestamp>).transpose();
    let after = after.map_err(|_| Problem::bad_request("The page's beginning is no moment."))?;

    let list = match value("list") {
        None => ReviewList::NeedsReview,
        Some("foreign") => ReviewList::ParkedWithoutMetadata,
        Some(_) => return Err(Problem::bad_request("There is no such list.")),
    };

    let typed = value("find").filter(|text| !text.is_empty());
    let search = match typed {
        None => Search::default(),
        Some(text) => match (app.find(text).await?, desk.wants) {
            (Ok(found), ResponseFormat::Json) => return Ok(Json(FoundOut::of(&found)).into_response()),
            (Err(fault), ResponseFormat::Json) => return Err(Problem::invalid(vec![fault])),
            (Ok(found), ResponseFormat::Page) if found.len() == 1 => {
                return Ok(web::see_other(
                    &found.first().map_or_else(|| "/operator".to_owned(), |id| path(*id)),
                ));
            }
            (Ok(found), ResponseFormat::Page) => Search { typed: text, found: Some(found), fault: None },
            (Err(fault), ResponseFormat::Page) => {
                Search { typed: text, found: None, fault: Some(fault.message) }
            }
        },
    };
    let status = if search.fault.is_some() { Kind::Invalid.status() } else { StatusCode::OK };

    let waiting = app.store.load_review_page(list, after, PAGE, desk.now).await.map_err(store_problem)?;
    Ok(match desk.wants {
        ResponseFormat::Json => Json(WaitingOut::of(&waiting, desk.now)).into_response(),
        ResponseFormat::Page => web::page(
            status,
            desk.page(app, "Operator", render(&Listed { list, after, page: &waiting }, &search, desk.now)),
        ),
    })
}
