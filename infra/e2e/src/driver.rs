//! Test driver: a local stack with helpers for the requests of browsers, JSON clients, Stripe, and
//! the host app.

use axum::body::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use stack::{Config, Stack};

/// A local stack that belongs to one test.
pub struct World {
    pub stack: Stack,
}

/// A complete HTTP response with its body.
pub struct TestResponse {
    pub status: u16,
    pub inner: Response<Bytes>,
}

/// A client with cookies: a browser, or a program that has a session.
pub struct Visitor<'w> {
    world: &'w World,
    /// Session cookie as `name=value`.
    pub cookie: Option<String>,
    /// Cookie that identifies the browser that requested a sign-in link, as `name=value`.
    pub browser_cookie: Option<String>,
    /// Source IP address of the requests.
    pub ip: String,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Config::memory()).await
    }

    pub async fn with(config: Config) -> Self {
        Self { stack: Stack::start(config).await.unwrap() }
    }

    pub fn visitor(&self) -> Visitor<'_> {
        Visitor { world: self, cookie: None, browser_cookie: None, ip: "203.0.113.7".to_owned() }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> TestResponse {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8484");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.stack.request(request.body(body.into()).unwrap()).await;
        TestResponse { status: response.status().as_u16(), inner: response }
    }

    /// Sends a request to the control interface and returns the JSON body. Fails unless it returns 200.
    pub async fn local(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let response = self.send(method, path, &[("content-type", "application/json")], body).await;
        assert_eq!(response.status, 200, "{method} {path}: {}", response.text());
        response.json()
    }

    /// Waits until streams, emails, and events are processed.
    pub async fn settle(&self) {
        self.local("POST", "/_local/settle", None).await;
    }

    /// Advances the clock by a duration such as `"14d"`.
    pub async fn advance(&self, duration: &str) {
        self.local("POST", "/_local/clock", Some(json!({ "advance": duration }))).await;
    }

    /// Settles the stack and returns the emails of a kind, oldest first.
    pub async fn mails(&self, kind: &str) -> Vec<Value> {
        self.settle().await;
        let mails = self.local("GET", "/_local/mail", None).await;
        mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == kind).cloned().collect()
    }

    /// Settles the stack and returns the domain events of a type that reached the event bus.
    pub async fn events(&self, detail_type: &str) -> Vec<Value> {
        self.settle().await;
        let events = self.local("GET", "/_local/events", None).await;
        events
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["detail-type"] == detail_type)
            .cloned()
            .collect()
    }

    /// Sends an event from the Stripe mock and returns the status of each delivery.
    pub async fn stripe(&self, spec: Value) -> Vec<u16> {
        let sent = self.local("POST", "/_local/stripe/events", Some(spec)).await;
        sent["statuses"].as_array().unwrap().iter().map(|status| status.as_u64().unwrap() as u16).collect()
    }

    /// Sends a Stripe event that sets the status of the organization's subscription.
    pub async fn set_subscription_status(&self, org: &str, status: &str) {
        let event = json!({ "type": "customer.subscription.updated", "organization_id": org, "set": { "status": status } });
        assert_eq!(self.stripe(event).await, [200]);
    }

    /// Puts an event on the bus as the host app does, and settles the stack.
    pub async fn host_event(&self, detail_type: &str, detail: Value) {
        let event = json!({ "source": "timetracker", "detail-type": detail_type, "detail": detail });
        self.local("POST", "/_local/events", Some(event)).await;
        self.settle().await;
    }

    /// Returns the AWS operations that a function executed to produce this response, in order.
    pub async fn calls_of(&self, response: &TestResponse) -> Vec<String> {
        let id = response.header("x-request-id");
        let calls = self.local("GET", "/_local/calls", None).await;
        let of_request = calls.as_array().unwrap().iter().filter(|call| call["request_id"] == id);
        of_request.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the items of a partition.
    pub async fn items(&self, pk: &str) -> Vec<Value> {
        let pk = pk.replace('#', "%23");
        self.local("GET", &format!("/_local/table?pk={pk}"), None).await.as_array().unwrap().clone()
    }

    /// Counts the items in the table.
    pub async fn item_count(&self) -> usize {
        self.local("GET", "/_local/table", None).await.as_array().unwrap().len()
    }

    /// Calls DynamoDB directly, to create states that no function writes.
    pub fn write(&self, operation: &str, mut request: Value) {
        let engine = &self.stack.system().cloud.engine;
        request["TableName"] = json!(engine.tables()[0].name);
        let reply = engine.call(operation, request.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// Replaces the list of faults that the stack injects.
    pub async fn inject(&self, faults: Value) {
        self.local("POST", "/_local/faults", Some(faults)).await;
    }

    /// Signs up a new user with a trial and returns the signed-in visitor.
    pub async fn trialing(&self, organization: &str, email: &str) -> Visitor<'_> {
        let mut visitor = self.visitor();
        let response = visitor.sign_up(organization, email, true).await;
        assert_eq!(response.header("location"), "/onboarding/welcome", "{}", response.text());
        visitor
    }

    /// Signs up a new user without a trial and returns the signed-in visitor.
    pub async fn pending(&self, organization: &str, email: &str) -> Visitor<'_> {
        let mut visitor = self.visitor();
        let response = visitor.sign_up(organization, email, false).await;
        assert_eq!(
            response.header("location"),
            format!("/organizations/{}", visitor.org()),
            "{}",
            response.text()
        );
        visitor
    }
}

impl Visitor<'_> {
    /// Sends a request with this visitor's cookies and IP address, and stores the cookies it receives.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> TestResponse {
        let mut all = headers.to_vec();
        all.push(("x-local-source-ip", &self.ip));
        let cookies = [self.cookie.as_deref(), self.browser_cookie.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
        let cookies = cookies.join("; ");
        if !cookies.is_empty() {
            all.push(("cookie", &cookies));
        }
        let response = self.world.send(method, path, &all, body).await;
        for set in response.inner.headers().get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let stored =
                if pair.starts_with("__Host-s=") { &mut self.cookie } else { &mut self.browser_cookie };
            *stored = (!pair.ends_with('=')).then_some(pair);
        }
        response
    }

    /// Sends a GET as a browser does when the user opens a page.
    pub async fn open(&mut self, path: &str) -> TestResponse {
        self.send("GET", path, &[("accept", "text/html,*/*;q=0.8"), ("sec-fetch-site", "none")], "").await
    }

    /// Sends a GET that accepts JSON.
    pub async fn read(&mut self, path: &str) -> TestResponse {
        self.send("GET", path, &[("accept", "application/json")], "").await
    }

    /// Sends a POST without a body that accepts JSON.
    pub async fn post(&mut self, path: &str) -> TestResponse {
        self.send("POST", path, &[("accept", "application/json")], "").await
    }

    /// Sends a form as a browser does from the same origin.
    pub async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> TestResponse {
        let body = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>();
        let headers = [
            ("accept", "text/html,*/*;q=0.8"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://localhost:8484"),
        ];
        self.send("POST", path, &headers, body.join("&")).await
    }

    /// Submits the sign-up form and checks that it redirects.
    pub async fn sign_up(&mut self, organization: &str, email: &str, trial: bool) -> TestResponse {
        let trial = trial.to_string();
        let form =
            [("name", organization), ("full_name", "Jo Doe"), ("email", email), ("start_trial", &trial)];
        let response = self.submit("/organizations/new", &form).await;
        assert_eq!(response.status, 303, "{}", response.text());
        response
    }

    /// Returns the ID of the organization that the session belongs to.
    pub fn org(&self) -> String {
        let cookie = self.cookie.as_deref().unwrap();
        cookie.strip_prefix("__Host-s=").unwrap().split('.').next().unwrap().to_owned()
    }

    /// Returns the user ID of the session.
    pub fn user(&self) -> String {
        self.cookie.as_deref().unwrap().split('.').nth(1).unwrap().to_owned()
    }

    /// Reads the checklist as JSON.
    pub async fn checklist(&mut self) -> Value {
        let response = self.read("/onboarding/api/checklist").await;
        assert_eq!(response.status, 200, "{}", response.text());
        response.json()
    }

    /// Reads the organization part of the checklist JSON.
    pub async fn organization(&mut self) -> Value {
        self.checklist().await["organization"].clone()
    }
}

impl TestResponse {
    /// Returns a header's value, or an empty string if it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.inner.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.inner.body()).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.inner.body()).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
