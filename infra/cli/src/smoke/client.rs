//! HTTP client of the smoke test. It keeps the session cookie between requests.

use std::time::Duration;

use aws_smithy_runtime_api::client::{http::HttpConnector, orchestrator::HttpRequest};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use tokio::time::timeout;

use super::{
    journey::{Journey, TestData},
    response::Response,
};

/// Timeout of one request, as long as API Gateway waits for a function.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The visitor who signs up and becomes an admin during the test.
pub(super) struct Client {
    pub journey: Journey,
    pub test_data: TestData,
    /// Name and value of the session cookie; `None` before the sign-up.
    pub cookie: Option<String>,
    /// Whether the sign-up page offers a trial.
    pub offers_trial: bool,
    /// Whether the sign-up started a trial. A mailbox gets one trial, so only the first run with an
    /// address starts one.
    pub has_trial: bool,
}

impl Client {
    /// Sends a request, with the session cookie if there is one.
    ///
    /// # Errors
    /// Returns a message if the request is invalid, fails, or times out.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Response, String> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).map_err(|_| "invalid request method".to_owned())?;
        request.set_uri(format!("{}{path}", self.journey.url)).map_err(|_| "invalid URL".to_owned())?;
        let cookie = self.cookie.clone();
        let cookie = cookie.as_deref().map(|cookie| ("cookie", cookie));
        for (name, value) in headers.iter().copied().chain(cookie).chain([("user-agent", "onramp-smoke")]) {
            let set = request.headers_mut().try_insert(name, value.to_owned());
            set.map_err(|_| format!("invalid value for the header {name}"))?;
        }
        let exchange = timeout(TIMEOUT, async {
            let response =
                self.journey.http.call(request).await.map_err(|_| "connection failed".to_owned())?;
            let status = response.status().as_u16();
            let headers = response.headers().iter();
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let bytes = ByteStream::new(response.into_body()).collect().await;
            let bytes = bytes.map_err(|_| "the response was incomplete".to_owned())?.into_bytes();
            Ok::<_, String>(Response { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() })
        });
        exchange.await.unwrap_or_else(|_| Err(format!("no response within {} s", TIMEOUT.as_secs())))
    }

    /// Sends a `GET` request for JSON.
    pub async fn read(&mut self, path: &str) -> Result<Response, String> {
        self.send("GET", path, &[("accept", "application/json")], String::new()).await
    }

    /// Sends a `GET` request for an HTML page.
    pub async fn open(&mut self, path: &str) -> Result<Response, String> {
        self.send("GET", path, &[("accept", "text/html")], String::new()).await
    }

    /// Sends a `POST` request without a body, as an API client.
    pub async fn post(&mut self, path: &str) -> Result<Response, String> {
        self.send("POST", path, &[("accept", "application/json")], String::new()).await
    }
}
