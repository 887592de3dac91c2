//! Lists the webhook endpoints and the event destinations of the account. Source: docs.stripe.com,
//! "List all webhook endpoints" and "List Event Destinations".

use serde_json::{Value, json};
use stripe::EVENT_TYPES;

use super::{error::ApiError, list::Page, params::Params};
use crate::{StripeMock, test_events::ApiVersion};

/// `GET /v1/webhook_endpoints`: lists the account's only endpoint.
pub(super) fn endpoints(mock: &StripeMock, mut params: Params) -> Result<Value, ApiError> {
    let page = Page::new("webhook_endpoint", &mut params)?;
    params.finish()?;
    let endpoint = json!({
        "id": "we_local_onramp", "object": "webhook_endpoint", "api_version": ApiVersion::default().as_str(),
        "application": null, "description": null, "enabled_events": EVENT_TYPES, "livemode": false, "metadata": {},
        "status": "enabled", "url": mock.account.webhook,
    });
    page.of("/v1/webhook_endpoints", std::iter::once(endpoint), |_| true)
}

/// `GET /v2/core/event_destinations`: returns an empty list.
pub(super) fn destinations() -> Value {
    json!({ "data": [], "next_page_url": null, "previous_page_url": null })
}
