//! Reads facts from Stripe's API, from DNS, and from the `Date` header of a response.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::timeout;

use crate::doctor::facts::{Destination, Endpoint, Fact, Price, Skew, Unread};

/// Origin of Stripe's API.
const ORIGIN: &str = "https://api.stripe.com";
/// API version that these requests set in `Stripe-Version`.
const VERSION: &str = "2026-07-29.dahlia";
/// A public DNS resolver with a JSON API over HTTPS.
const RESOLVER: &str = "https://dns.google/resolve";
/// Timeout of one request.
const LIMIT: Duration = Duration::from_secs(10);

/// Stripe's API with the key to use. It has no `Debug` because of the key.
pub(in crate::doctor) struct Stripe<'a> {
    pub http: &'a SharedHttpConnector,
    pub key: &'a str,
}

impl Stripe<'_> {
    /// Lists the webhook endpoints (Stripe's API reference, "List all webhook endpoints").
    pub(in crate::doctor) async fn endpoints(&self) -> Fact<Vec<Endpoint>> {
        let found = self.get("/v1/webhook_endpoints?limit=100").await?;
        Ok(list(&found).map(endpoint).collect())
    }

    /// Lists the event destinations (Stripe's API reference, "List Event Destinations").
    pub(in crate::doctor) async fn destinations(&self) -> Fact<Vec<Destination>> {
        let found = self.get("/v2/core/event_destinations?include[0]=webhook_endpoint.url&limit=100").await?;
        Ok(list(&found).map(destination).collect())
    }

    /// Reads a price (Stripe's API reference, "Retrieve a price").
    pub(in crate::doctor) async fn price(&self, id: &str) -> Fact<Price> {
        let found = self.get(&format!("/v1/prices/{id}")).await?;
        let flag = |name: &str| found.get(name).and_then(Value::as_bool).unwrap_or_default();
        let interval = found.pointer("/recurring/interval").and_then(Value::as_str).map(str::to_owned);
        Ok(Price { active: flag("active"), live: flag("livemode"), interval })
    }

    async fn get(&self, path: &str) -> Fact<Value> {
        let bearer = format!("Bearer {}", self.key);
        let headers = [("authorization", bearer.as_str()), ("stripe-version", VERSION)];
        let response = get(self.http, &format!("{ORIGIN}{path}"), &headers).await?;
        let status = response.status().as_u16();
        let bytes = ByteStream::new(response.into_body()).collect().await;
        let body = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes.into_bytes()).ok());
        match (status, body) {
            (200, Some(body)) => Ok(body),
            (404, _) => Err(Unread::Missing),
            (401, _) => Err(Unread::Failed("Stripe rejected the secret key".to_owned())),
            (403, _) => Err(Unread::Denied),
            (status, _) => Err(Unread::Failed(format!("Stripe returned {status}"))),
        }
    }
}

/// Reads the DMARC record that applies to `domain`. If the domain has no record, the record of its
/// nearest parent domain applies (compare RFC 7489, section 6.6.3). The function queries a public
/// resolver over HTTPS ("JSON API for DNS over HTTPS", Google Public DNS).
pub(in crate::doctor) async fn dmarc(http: &SharedHttpConnector, domain: &str) -> Fact<String> {
    let mut rest = Some(domain);
    while let Some(name) = rest.filter(|name| name.contains('.')) {
        let response = get(http, &format!("{RESOLVER}?name=_dmarc.{name}&type=TXT"), &[]).await?;
        let bytes = ByteStream::new(response.into_body()).collect().await.ok();
        let reply: Value = bytes
            .and_then(|bytes| serde_json::from_slice(&bytes.into_bytes()).ok())
            .ok_or_else(|| Unread::Failed("no DNS answer".to_owned()))?;
        // 0 is NOERROR and 3 is NXDOMAIN (RFC 1035, section 4.1.1). Any other status does not say
        // whether the record exists.
        if !matches!(reply.get("Status").and_then(Value::as_u64), Some(0 | 3)) {
            return Err(Unread::Failed("the DNS resolver failed".to_owned()));
        }
        let records = reply.get("Answer").and_then(Value::as_array).into_iter().flatten();
        let mut texts = records.filter_map(|record| text(record, "/data")).map(|text| text.replace('"', ""));
        if let Some(record) = texts.find(|text| text.starts_with("v=DMARC1")) {
            return Ok(record);
        }
        rest = name.split_once('.').map(|(_, parent)| parent);
    }
    Err(Unread::Missing)
}

fn list(response: &Value) -> impl Iterator<Item = &Value> {
    response.get("data").and_then(Value::as_array).into_iter().flatten()
}

fn text(object: &Value, path: &str) -> Option<String> {
    object.pointer(path).and_then(Value::as_str).map(str::to_owned)
}

fn endpoint(object: &Value) -> Endpoint {
    let types = object.get("enabled_events").and_then(Value::as_array).into_iter().flatten();
    Endpoint {
        url: text(object, "/url").unwrap_or_default(),
        enabled: text(object, "/status").as_deref() == Some("enabled"),
        types: types.filter_map(Value::as_str).map(str::to_owned).collect(),
        version: text(object, "/api_version"),
    }
}

fn destination(object: &Value) -> Destination {
    Destination {
        url: text(object, "/webhook_endpoint/url"),
        thin: text(object, "/event_payload").as_deref() == Some("thin"),
        enabled: text(object, "/status").as_deref() == Some("enabled"),
    }
}

/// Returns how far `now` is ahead of the `Date` header of a response from `url`.
pub(in crate::doctor) async fn skew(
    http: &SharedHttpConnector,
    url: &str,
    now: impl Fn() -> Timestamp,
) -> Fact<Skew> {
    let response = get(http, url, &[]).await?;
    let missing = || Unread::Failed("no Date header in the response".to_owned());
    let date = response.headers().get("date").ok_or_else(missing)?;
    let date = jiff::fmt::rfc2822::parse(date).map_err(|error| Unread::Failed(error.to_string()))?;
    Ok(now().duration_since(date.timestamp()))
}

async fn get(http: &SharedHttpConnector, url: &str, headers: &[(&'static str, &str)]) -> Fact<HttpResponse> {
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_uri(url).map_err(|_| Unread::Failed("invalid URL".to_owned()))?;
    for (name, value) in headers {
        let inserted = request.headers_mut().try_insert(*name, (*value).to_owned());
        inserted.map_err(|_| Unread::Failed(format!("invalid value for the header {name}")))?;
    }
    match timeout(LIMIT, http.call(request)).await {
        Ok(Ok(response)) => Ok(response),
        _ => Err(Unread::Failed("no response".to_owned())),
    }
}
