//! The server API, as the import calls it.

use std::{fmt, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use runtime::BaseUrl;
use serde_json::{Map, Value};
use tokio::time::{sleep, timeout};

use super::file::Line;

/// Timeout of one request, as long as API Gateway waits for a function.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Waits before the repetitions of a request that was throttled or got no response.
const WAITS: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(10)];

/// A stage with a server API, and a key for it.
pub struct Server {
    /// Connector for the requests.
    pub http: SharedHttpConnector,
    /// URL of the stage.
    pub url: BaseUrl,
    /// API key of the stage, as `{key id}.{secret}`.
    pub key: String,
}

/// Debug output of the URL only, so that logs do not contain the key.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// No response, or a response that tells the caller to try again, also after repetitions.
    #[error("{0}")]
    Unanswered(String),
    /// The server refused the request.
    #[error("{0}")]
    Refused(String),
}

impl ServerError {
    pub(super) const fn is_unanswered(&self) -> bool {
        matches!(self, Self::Unanswered(_))
    }
}

/// The effect of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Imported {
    pub is_new: bool,
    pub members: usize,
}

struct Response {
    status: u16,
    body: Value,
}

impl Server {
    /// Checks the connection and the key.
    ///
    /// # Errors
    /// Returns a message if there is no server API at the URL, or the key cannot write.
    pub async fn check(&self) -> Result<(), String> {
        let response = self.send("GET", "", None).await.map_err(|error| error.to_string())?;
        match (response.status, response.body.get("scope").and_then(Value::as_str)) {
            (200, Some("full")) => Ok(()),
            (200, Some(_)) => Err("The key only reads. Use a key without \":read\".".to_owned()),
            (401, _) => Err("The server does not accept the key.".to_owned()),
            (status, _) => Err(format!("There is no server API at this URL: it responds with {status}.")),
        }
    }

    /// Creates the organization of a line, and adds its members. What exists stays as it is.
    pub(super) async fn import(&self, line: &Line) -> Result<Imported, ServerError> {
        let created = self.post("/organizations", &Value::Object(line.organization.clone()), "").await?;
        let id = created.body.get("id").and_then(Value::as_str);
        let id = id.ok_or_else(|| ServerError::Refused("the response has no id".to_owned()))?;
        let mut members = 0;
        for (index, member) in line.members.iter().enumerate() {
            let path = format!("/organizations/{id}/members");
            let added = self.post(&path, member, &format!("members[{index}]")).await?;
            members += usize::from(added.status == 201);
        }
        Ok(Imported { is_new: created.status == 201, members })
    }

    /// Sends a request whose repetition has no further effect. `subject` starts the reason of a failure.
    async fn post(&self, path: &str, body: &Value, subject: &str) -> Result<Response, ServerError> {
        let response = self.send("POST", path, Some(body)).await?;
        match response.status {
            200 | 201 => Ok(response),
            status => Err(ServerError::Refused(reason(subject, status, &response.body))),
        }
    }

    /// Sends a request, and repeats it while the server is throttled or unavailable.
    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Response, ServerError> {
        let mut waits = WAITS.iter();
        loop {
            let outcome = match self.attempt(method, path, body).await {
                Ok(response) if matches!(response.status, 429 | 500..) => {
                    Err(format!("the server responds with {}", response.status))
                }
                outcome => outcome,
            };
            match (outcome, waits.next()) {
                (Ok(response), _) => return Ok(response),
                (Err(_), Some(wait)) => sleep(*wait).await,
                (Err(error), None) => return Err(ServerError::Unanswered(error)),
            }
        }
    }

    async fn attempt(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Response, String> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut request = HttpRequest::new(SdkBody::from(text));
        request.set_method(method).map_err(|_| "invalid request method".to_owned())?;
        request.set_uri(format!("{}/api/v1{path}", self.url)).map_err(|_| "invalid URL".to_owned())?;
        let headers = [
            ("authorization", format!("Bearer {}", self.key)),
            ("content-type", "application/json".to_owned()),
            ("user-agent", "onramp-import".to_owned()),
        ];
        for (name, value) in headers {
            request.headers_mut().try_insert(name, value).map_err(|_| format!("invalid header {name}"))?;
        }
        let exchange = timeout(TIMEOUT, async {
            let response = self.http.call(request).await.map_err(|_| "connection failed".to_owned())?;
            let status = response.status().as_u16();
            let bytes = ByteStream::new(response.into_body()).collect().await;
            let bytes = bytes.map_err(|_| "the response was incomplete".to_owned())?.into_bytes();
            Ok(Response { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
        });
        exchange.await.unwrap_or_else(|_| Err(format!("no response within {} s", TIMEOUT.as_secs())))
    }
}

/// Returns the reason of a refusal: the invalid fields, or else the detail of the problem.
fn reason(subject: &str, status: u16, problem: &Value) -> String {
    let text =
        |object: &Map<String, Value>, name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let prefix = if subject.is_empty() { String::new() } else { format!("{subject}.") };
    let errors = problem.get("errors").and_then(Value::as_array).into_iter().flatten();
    let errors = errors.filter_map(|error| {
        let error = error.as_object()?;
        Some(format!("{prefix}{}: {}", text(error, "field")?, text(error, "message")?))
    });
    let errors: Vec<String> = errors.collect();
    if !errors.is_empty() {
        return errors.join("; ");
    }
    let problem = problem.as_object();
    let detail = problem.and_then(|problem| text(problem, "detail"));
    let field = problem.and_then(|problem| text(problem, "field"));
    let subject = field.map_or_else(|| subject.to_owned(), |field| format!("{prefix}{field}"));
    let detail = detail.unwrap_or_else(|| format!("the server responds with {status}"));
    if subject.is_empty() { detail } else { format!("{subject}: {detail}") }
}
