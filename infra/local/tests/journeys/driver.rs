//! What people and machines do, as methods.

use axum::body::Bytes;
use http::{Request, Response};
use local::{Config, Stack};
use serde_json::{Value, json};

/// A stack of one's own.
pub struct World {
    pub stack: Stack,
}

/// An answer, read.
pub struct Answer {
    pub status: u16,
    pub response: Response<Bytes>,
}

/// Somebody with a browser, or a program with a session.
pub struct Visitor<'w> {
    world: &'w World,
    /// The cookie of the session.
    pub cookie: Option<String>,
    /// What the browser keeps that asked for a link.
    pub mark: Option<String>,
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
        Visitor { world: self, cookie: None, mark: None, ip: "203.0.113.7".to_owned() }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8484");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.stack.request(request.body(body.into()).unwrap()).await;
        Answer { status: response.status().as_u16(), response }
    }

    /// Asks the control interface.
    pub async fn local(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let answer = self.send(method, path, &[("content-type", "application/json")], body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
        answer.json()
    }

    pub async fn settle(&self) {
        self.local("POST", "/_local/settle", None).await;
    }

    pub async fn advance(&self, duration: &str) {
        self.local("POST", "/_local/clock", Some(json!({ "advance": duration }))).await;
    }

    /// Mails of a kind, oldest first, after everything that is under way is done.
    pub async fn mails(&self, kind: &str) -> Vec<Value> {
        self.settle().await;
        let mails = self.local("GET", "/_local/mail", None).await;
        mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == kind).cloned().collect()
    }

    /// Domain events of a type that reached the bus.
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

    /// Has Stripe send an event; answers the statuses of its deliveries.
    pub async fn stripe(&self, spec: Value) -> Vec<u16> {
        let sent = self.local("POST", "/_local/stripe/events", Some(spec)).await;
        sent["statuses"].as_array().unwrap().iter().map(|status| status.as_u64().unwrap() as u16).collect()
    }

    /// Has Stripe tell that the organization's subscription is in another status.
    pub async fn subscription_is(&self, org: &str, status: &str) {
        let event = json!({ "type": "customer.subscription.updated", "organization_id": org, "set": { "status": status } });
        assert_eq!(self.stripe(event).await, [200]);
    }

    /// Puts an event on the bus as the host app does.
    pub async fn host_event(&self, detail_type: &str, detail: Value) {
        let event = json!({ "source": "timetracker", "detail-type": detail_type, "detail": detail });
        self.local("POST", "/_local/events", Some(event)).await;
        self.settle().await;
    }

    /// The AWS calls of the request that got this answer, in order.
    pub async fn calls_of(&self, answer: &Answer) -> Vec<String> {
        let id = answer.header("x-request-id");
        let calls = self.local("GET", "/_local/calls", None).await;
        let of_request = calls.as_array().unwrap().iter().filter(|call| call["request_id"] == id);
        of_request.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
    }

    /// Items of a partition.
    pub async fn items(&self, pk: &str) -> Vec<Value> {
        let pk = pk.replace('#', "%23");
        self.local("GET", &format!("/_local/table?pk={pk}"), None).await.as_array().unwrap().clone()
    }

    /// How many items there are.
    pub async fn item_count(&self) -> usize {
        self.local("GET", "/_local/table", None).await.as_array().unwrap().len()
    }

    /// Writes to the table past every function, for what no function does yet.
    pub fn write(&self, operation: &str, mut request: Value) {
        let engine = &self.stack.system().cloud.engine;
        request["TableName"] = json!(engine.tables()[0].name);
        let reply = engine.call(operation, request.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    pub async fn inject(&self, faults: Value) {
        self.local("POST", "/_local/faults", Some(faults)).await;
    }

    /// Signs somebody new up, with a trial, and gives back the signed-in visitor.
    pub async fn trialing(&self, organization: &str, email: &str) -> Visitor<'_> {
        let mut visitor = self.visitor();
        let answer = visitor.sign_up(organization, email, true).await;
        assert_eq!(answer.header("location"), "/onboarding/welcome", "{}", answer.text());
        visitor
    }

    /// The same without a trial.
    pub async fn pending(&self, organization: &str, email: &str) -> Visitor<'_> {
        let mut visitor = self.visitor();
        let answer = visitor.sign_up(organization, email, false).await;
        assert_eq!(
            answer.header("location"),
            format!("/organizations/{}", visitor.org()),
            "{}",
            answer.text()
        );
        visitor
    }
}

impl Visitor<'_> {
    /// Sends a request with this visitor's session and address, and keeps what session comes back.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut all = headers.to_vec();
        all.push(("x-local-source-ip", &self.ip));
        let cookies =
            [self.cookie.as_deref(), self.mark.as_deref()].into_iter().flatten().collect::<Vec<_>>();
        let cookies = cookies.join("; ");
        if !cookies.is_empty() {
            all.push(("cookie", &cookies));
        }
        let answer = self.world.send(method, path, &all, body).await;
        for set in answer.response.headers().get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let kept = if pair.starts_with("__Host-s=") { &mut self.cookie } else { &mut self.mark };
            *kept = (!pair.ends_with('=')).then_some(pair);
        }
        answer
    }

    /// Opens a page as a browser does.
    pub async fn open(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[("accept", "text/html,*/*;q=0.8"), ("sec-fetch-site", "none")], "").await
    }

    /// Reads JSON as a program does.
    pub async fn read(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[("accept", "application/json")], "").await
    }

    /// Posts as a program does.
    pub async fn post(&mut self, path: &str) -> Answer {
        self.send("POST", path, &[("accept", "application/json")], "").await
    }

    /// Sends a form as a browser does.
    pub async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>();
        let headers = [
            ("accept", "text/html,*/*;q=0.8"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://localhost:8484"),
        ];
        self.send("POST", path, &headers, body.join("&")).await
    }

    pub async fn sign_up(&mut self, organization: &str, email: &str, trial: bool) -> Answer {
        let trial = trial.to_string();
        let form =
            [("name", organization), ("full_name", "Jo Doe"), ("email", email), ("start_trial", &trial)];
        let answer = self.submit("/organizations/new", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer
    }

    /// The organization this visitor is signed in to.
    pub fn org(&self) -> String {
        let cookie = self.cookie.as_deref().unwrap();
        cookie.strip_prefix("__Host-s=").unwrap().split('.').next().unwrap().to_owned()
    }

    /// Who this visitor is.
    pub fn user(&self) -> String {
        self.cookie.as_deref().unwrap().split('.').nth(1).unwrap().to_owned()
    }

    /// The checklist as JSON.
    pub async fn checklist(&mut self) -> Value {
        let answer = self.read("/onboarding/api/checklist").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// What the checklist says of the organization.
    pub async fn organization(&mut self) -> Value {
        self.checklist().await["organization"].clone()
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.response.body()).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.response.body()).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
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
