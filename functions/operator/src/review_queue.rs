//! `GET /operator`: the review queue and the search for an organization.

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
    out::{FoundOut, ReviewPageOut},
    pages::review_queue::{Listed, Search, render},
    words,
};

/// Usual number of items on a page. A page is longer if several items have the same time as its
/// last item, because all of them are on that page.
const PAGE_SIZE: u16 = 25;

/// Handles `GET /operator`.
///
/// The parameter `find` searches for an organization. `after` is a time: the page then contains
/// only items whose `since` is later. `list=foreign` shows parked events without our metadata,
/// which most likely belong to another product.
pub async fn show(auth: AuthenticatedOperator, State(app): State<Arc<App>>, uri: Uri) -> Response {
    match respond(&app, &auth, &uri).await {
        Ok(response) => response,
        Err(problem) => web::problem_response(auth.format, problem),
    }
}

async fn respond(app: &App, auth: &AuthenticatedOperator, uri: &Uri) -> Result<Response, Problem> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Problem::bad_request(words::queue::INVALID_QUERY))?;
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let after = value("after").map(str::parse::<Timestamp>).transpose();
    let after = after.map_err(|_| Problem::bad_request(words::queue::INVALID_AFTER))?;

    let list = match value("list") {
        None => ReviewList::NeedsReview,
        Some("foreign") => ReviewList::ParkedWithoutMetadata,
        Some(_) => return Err(Problem::bad_request(words::queue::UNKNOWN_LIST)),
    };

    let typed = value("find").filter(|text| !text.is_empty());
    let search = match typed {
        None => Search::default(),
        Some(text) => match (app.find(text).await?, auth.format) {
            (Ok(found), ResponseFormat::Json) => return Ok(Json(FoundOut::of(&found)).into_response()),
            (Err(error), ResponseFormat::Json) => return Err(Problem::invalid(vec![error])),
            (Ok(found), ResponseFormat::Page) if found.len() == 1 => {
                return Ok(web::see_other(
                    &found.first().map_or_else(|| "/operator".to_owned(), |id| path(*id)),
                ));
            }
            (Ok(found), ResponseFormat::Page) => Search { typed: text, found: Some(found), error: None },
            (Err(error), ResponseFormat::Page) => {
                Search { typed: text, found: None, error: Some(error.message) }
            }
        },
    };
    let status = if search.error.is_some() { Kind::Invalid.status() } else { StatusCode::OK };

    let page = app.store.load_review_page(list, after, PAGE_SIZE, auth.now).await?;
    Ok(match auth.format {
        ResponseFormat::Json => Json(ReviewPageOut::of(&page, auth.now)).into_response(),
        ResponseFormat::Page => web::page(
            status,
            auth.page(app, words::OPERATOR, render(&Listed { list, after, page: &page }, &search, auth.now)),
        ),
    })
}
