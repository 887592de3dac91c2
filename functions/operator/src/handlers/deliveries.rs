//! `GET /operator/deliveries`: the newest webhooks to the host's endpoint.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use store::WebhookDeliveryCursor;
use web::{Problem, ResponseFormat};

use crate::{App, auth::AuthenticatedOperator, out::DeliveriesOut, views::deliveries::render, words};

/// Number of deliveries on a page.
const PAGE_SIZE: usize = 50;

/// Shows one page of deliveries.
pub async fn deliveries(auth: AuthenticatedOperator, State(app): State<Arc<App>>, uri: Uri) -> Response {
    web::respond(auth.format, handle(&app, &auth, &uri).await)
}

async fn handle(app: &App, auth: &AuthenticatedOperator, uri: &Uri) -> Result<Response, Problem> {
    let after = parse_after(uri)?;
    let page = app.store.load_webhook_deliveries(after.as_ref(), PAGE_SIZE, auth.now).await?;
    Ok(match auth.format {
        ResponseFormat::Json => Json(DeliveriesOut::of(&page)).into_response(),
        ResponseFormat::Page => {
            let content = render(&page, after.is_some(), auth.now);
            web::page(StatusCode::OK, auth.page(app, words::deliveries::TITLE, content))
        }
    })
}

/// Parses the cursor of the page.
fn parse_after(uri: &Uri) -> Result<Option<WebhookDeliveryCursor>, Problem> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Problem::bad_request(words::queue::INVALID_QUERY))?;
    let after = pairs.iter().find(|(key, _)| key == "after").map(|(_, value)| value.as_str());
    after
        .map(|text| {
            WebhookDeliveryCursor::parse(text)
                .ok_or_else(|| Problem::bad_request(words::deliveries::INVALID_AFTER))
        })
        .transpose()
}
