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
    handlers::organizations::load_found,
    out::{FoundOut, ReviewPageOut},
    views::{
        paths,
        review_queue::{Listed, Search, render},
    },
    words,
};

/// Usual number of items on a page. A page is longer if several items have the same time as its
/// last item, because all of them are on that page.
const PAGE_SIZE: u16 = 25;

/// The query of the route.
struct QueueIn {
    list: ReviewList,
    /// Only items whose `since` is later than this time are on the page.
    after: Option<Timestamp>,
    /// Text of the search.
    find: Option<String>,
}

/// Shows one page of the review queue, and the organizations that the search finds.
pub async fn review_queue(auth: AuthenticatedOperator, State(app): State<Arc<App>>, uri: Uri) -> Response {
    web::respond(auth.format, handle(&app, &auth, &uri).await)
}

async fn handle(app: &App, auth: &AuthenticatedOperator, uri: &Uri) -> Result<Response, Problem> {
    let QueueIn { list, after, find } = QueueIn::parse(uri)?;
    let found = match &find {
        Some(text) => Some(load_found(app, text, "find").await?),
        None => None,
    };
    match (found, auth.format) {
        (Some(found), ResponseFormat::Json) => {
            let found = found.map_err(|error| Problem::invalid(vec![error]))?;
            Ok(Json(FoundOut::of(&found)).into_response())
        }
        (None, ResponseFormat::Json) => {
            let page = app.store.load_review_page(list, after, PAGE_SIZE, auth.now).await?;
            Ok(Json(ReviewPageOut::of(&page, auth.now)).into_response())
        }
        (found, ResponseFormat::Page) => {
            if let Some(Ok(found)) = &found
                && let [only] = found.as_slice()
            {
                return Ok(web::see_other(&paths::organization(only.id)));
            }
            let page = app.store.load_review_page(list, after, PAGE_SIZE, auth.now).await?;
            let search = Search { typed: find.as_deref().unwrap_or_default(), found };
            Ok(respond_page(app, auth, &Listed { list, after, page: &page }, &search))
        }
    }
}

impl QueueIn {
    /// Parses the query. The list `foreign` contains parked events without our metadata, which most
    /// likely belong to another product.
    fn parse(uri: &Uri) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Problem::bad_request(words::queue::INVALID_QUERY))?;
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let after = value("after").map(str::parse).transpose();
        let after = after.map_err(|_| Problem::bad_request(words::queue::INVALID_AFTER))?;
        let list = match value("list") {
            None => ReviewList::NeedsReview,
            Some("foreign") => ReviewList::ParkedWithoutMetadata,
            Some(_) => return Err(Problem::bad_request(words::queue::UNKNOWN_LIST)),
        };
        let find = value("find").filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Self { list, after, find })
    }
}

fn respond_page(
    app: &App,
    auth: &AuthenticatedOperator,
    listed: &Listed<'_>,
    search: &Search<'_>,
) -> Response {
    let is_invalid = matches!(search.found, Some(Err(_)));
    let status = if is_invalid { Kind::Invalid.status() } else { StatusCode::OK };
    web::page(status, auth.page(app, words::OPERATOR, render(listed, search, app.config.mode, auth.now)))
}
