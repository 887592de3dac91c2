use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::timeout;

use super::response::Response;
use super::{Journey, Left};

/// As long as API Gateway waits for a function.
const LIMIT: Duration = Duration::from_secs(30);

/// Somebody with a session, or still without one.
pub(super) struct Client {
    pub journey: Journey,
    pub left: Left,
    /// The session's cookie, name and value.
    pub cookie: Option<String>,
}

impl Client {
    /// Asks the stage.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Response, String> {
        let wrong = |_| "the request cannot be made".to_owned();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).map_err(wrong)?;
        request
            .set_uri(format!("{}{path}", self.journey.url.as_str()))
            .map_err(|_| "the address is none".to_owned())?;
        let cookie = self.cookie.clone();
        let own = cookie.as_deref().map(|cookie| ("cookie", cookie));
        for (name, value) in headers.iter().copied().chain(own).chain([("user-agent", "onramp-smoke")]) {
            let set = request.headers_mut().try_insert(name, value.to_owned());
            set.map_err(|_| "the request cannot be made".to_owned())?;
        }
        let answered = timeout(LIMIT, async {
            let response = self
                .journey
                .http
                .call(request)
                .await
                .map_err(|_| "no connection could be made".to_owned())?;
            let status = response.status().as_u16();
            let headers = response.headers().iter();
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let bytes = ByteStream::new(response.into_body()).collect().await;
            let bytes = bytes.map_err(|_| "the answer broke off".to_owned())?.into_bytes();
            Ok::<_, String>(Response { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() })
        });
        answered.await.unwrap_or_else(|_| Err(format!("no answer in {} s", LIMIT.as_secs())))
    }

    /// Reads JSON.
    pub async fn read(&mut self, path: &str) -> Result<Response, String> {
        self.send("GET", path, &[("accept", "application/json")], String::new()).await
    }

    /// Opens a page.
    pub async fn open(&mut self, path: &str) -> Result<Response, String> {
        self.send("GET", path, &[("accept", "text/html")], String::new()).await
    }

    /// Posts as a program does.
    pub async fn post(&mut self, path: &str) -> Result<Response, String> {
        self.send("POST", path, &[("accept", "application/json")], String::new()).await
    }
}
