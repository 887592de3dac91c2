//! One call to the host's endpoint.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use jiff::SignedDuration;
use runtime::OutboundHttp;
use tokio::time::{Instant, timeout_at};

use crate::url::EndpointUrl;

/// Maximum size of a response's body. The body of a larger response counts as unreadable.
pub const MAX_BODY_BYTES: usize = 4 * 1024;

/// The endpoint with its connection.
#[derive(Clone, Debug)]
pub struct HostEndpoint {
    url: EndpointUrl,
    http: SharedHttpConnector,
}

/// A call with its signature. Every attempt has the same ID and body.
#[derive(Clone, Copy, Debug)]
pub struct SignedCall<'a> {
    /// ID of the message.
    pub id: &'a str,
    /// Time of the attempt in seconds since 1970.
    pub timestamp: i64,
    /// Value of the header `webhook-signature`.
    pub signature: &'a str,
    /// Body, a JSON document.
    pub body: &'a [u8],
}

/// A response of the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostResponse {
    /// HTTP status of the response.
    pub status: u16,
    /// Body. `None` if it is larger than [`MAX_BODY_BYTES`] or was not complete in time.
    pub body: Option<Vec<u8>>,
    /// Whether the body is declared as JSON.
    pub is_json: bool,
    /// How long the host wants Onramp to wait before the next attempt (RFC 9110, "Retry-After").
    pub retry_after: Option<SignedDuration>,
}

/// Why a call has no response. It is unknown whether the host handled the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The response did not start within the timeout.
    #[error("no response in time")]
    Timeout,
    /// No connection, or the connection broke.
    #[error("no connection")]
    NoConnection,
}

impl HostEndpoint {
    /// Creates the endpoint. Call this once, at startup.
    #[must_use]
    pub fn new(url: EndpointUrl, outbound: &OutboundHttp) -> Self {
        let http = if url.is_loopback() { outbound.connector() } else { outbound.public_connector() };
        Self { url, http }
    }

    /// Sends a call and returns the response. The timeout limits the call with the response's body.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn post(&self, call: SignedCall<'_>, timeout: Duration) -> Result<HostResponse, CallError> {
        let deadline = Instant::now() + timeout;
        let request = self.request(call).ok_or(CallError::NoConnection)?;
        let response = match timeout_at(deadline, self.http.call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_timeout() => return Err(CallError::Timeout),
            Ok(Err(_)) => return Err(CallError::NoConnection),
            Err(_) => return Err(CallError::Timeout),
        };
        let status = response.status().as_u16();
        let is_json = response.headers().get("content-type").is_some_and(is_json);
        let retry_after = response.headers().get("retry-after").and_then(retry_after);
        let body = timeout_at(deadline, read(response)).await.ok().flatten();
        Ok(HostResponse { status, body, is_json, retry_after })
    }

    /// Builds the HTTP request. Returns `None` if the ID is not a valid header value.
    fn request(&self, call: SignedCall<'_>) -> Option<HttpRequest> {
        let mut request = HttpRequest::new(SdkBody::from(call.body));
        request.set_method("POST").ok()?;
        request.set_uri(self.url.as_str()).ok()?;
        let headers = request.headers_mut();
        headers.try_insert("content-type", "application/json").ok()?;
        headers.try_insert("webhook-id", call.id.to_owned()).ok()?;
        headers.try_insert("webhook-timestamp", call.timestamp.to_string()).ok()?;
        headers.try_insert("webhook-signature", call.signature.to_owned()).ok()?;
        Some(request)
    }
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Returns the delay of `Retry-After` in seconds. A date is ignored, because the clocks may differ.
fn retry_after(text: &str) -> Option<SignedDuration> {
    text.trim().parse::<u32>().ok().map(|seconds| SignedDuration::from_secs(seconds.into()))
}

/// Reads a body, or returns `None` if it is too large or the connection breaks.
async fn read(response: HttpResponse) -> Option<Vec<u8>> {
    let mut stream = ByteStream::new(response.into_body());
    let mut body = Vec::new();
    while let Some(part) = stream.next().await {
        body.extend_from_slice(&part.ok()?);
        if body.len() > MAX_BODY_BYTES {
            return None;
        }
    }
    Some(body)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_smithy_runtime_api::{
        client::{http::HttpConnectorFuture, result::ConnectorError},
        http::StatusCode,
    };

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Reply {
        Status(u16, usize),
        Reset,
        Hang,
    }

    /// Connector with one reply. It records the requests.
    #[derive(Clone, Debug)]
    struct Wire(Reply, Arc<Mutex<Vec<HttpRequest>>>);

    impl HttpConnector for Wire {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            self.1.lock().unwrap().push(request);
            let reply = self.0;
            HttpConnectorFuture::new(async move {
                match reply {
                    Reply::Status(status, bytes) => {
                        let status = StatusCode::try_from(status).unwrap();
                        Ok(HttpResponse::new(status, SdkBody::from(vec![b' '; bytes])))
                    }
                    Reply::Reset => Err(ConnectorError::io("reset".into())),
                    Reply::Hang => std::future::pending().await,
                }
            })
        }
    }

    async fn post(reply: Reply) -> (Result<HostResponse, CallError>, HttpRequest) {
        let wire = Wire(reply, Arc::default());
        let outbound = OutboundHttp::new(SharedHttpConnector::new(wire.clone()));
        let url = "https://app.example.com/webhooks?source=onramp".parse().unwrap();
        let call = SignedCall { id: "org_1/2/0", timestamp: 7, signature: "v1,x", body: b"{}" };
        let response = HostEndpoint::new(url, &outbound).post(call, Duration::from_secs(10)).await;
        (response, wire.1.lock().unwrap().remove(0))
    }

    #[tokio::test(start_paused = true)]
    async fn outcome_is_the_response_or_the_reason_for_none() {
        let response = |status, body| Ok(HostResponse { status, body, is_json: false, retry_after: None });
        for (reply, expected) in [
            (Reply::Status(204, 0), response(204, Some(Vec::new()))),
            (Reply::Status(302, 1), response(302, Some(b" ".to_vec()))),
            (Reply::Status(200, MAX_BODY_BYTES + 1), response(200, None)),
            (Reply::Reset, Err(CallError::NoConnection)),
            (Reply::Hang, Err(CallError::Timeout)),
        ] {
            assert_eq!(post(reply).await.0, expected, "{reply:?}");
        }
    }

    #[tokio::test]
    async fn request_has_the_headers_of_standard_webhooks() {
        let (_, request) = post(Reply::Status(200, 0)).await;
        let header = |name: &str| request.headers().get(name).unwrap().to_owned();
        let target = (request.method(), request.uri());
        assert_eq!(target, ("POST", "https://app.example.com/webhooks?source=onramp"));
        assert_eq!(
            ["webhook-id", "webhook-timestamp", "webhook-signature", "content-type"].map(header),
            ["org_1/2/0", "7", "v1,x", "application/json"]
        );
        assert_eq!(request.body().bytes(), Some(b"{}".as_slice()));
    }

    #[test]
    fn headers_of_the_response_are_read() {
        for (text, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/html", false),
            ("application/json-seq", false),
            ("", false),
        ] {
            assert_eq!(is_json(text), expected, "{text}");
        }
        assert_eq!(retry_after(" 120 "), Some(SignedDuration::from_secs(120)));
        for text in ["", "-1", "1.5", "Mon, 30 Nov 2026 09:00:00 GMT", "99999999999"] {
            assert_eq!(retry_after(text), None, "{text}");
        }
    }
}
