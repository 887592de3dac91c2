//! One run of a case on its own local stack.

use axum::body::Bytes;
use http::Request;
use serde_json::Value;
use stack::Config;
use stripe::{Secret, sign};

use e2e::driver::{TestResponse, Visitor, World};
use test_support::billing_case::{Case, EventStep, Names, RequestStep, Step, WordStep, is_about_state};

use crate::billing_cases::question;

const START: &str = "2026-11-18T12:00:00Z";
const SECOND: &str = "sam@example.com";
const OPERATOR: &str = "operator@example.com";

/// State of a run after its sign-ups.
pub struct Run<'w> {
    world: &'w World,
    first: Visitor<'w>,
    second: Option<Visitor<'w>>,
    /// Email address of the first user.
    email: String,
    pub names: Names,
    pub sign_up_status: u16,
    /// Status and location of the last response to a request of the case.
    pub last: Option<(u16, String)>,
}

/// Runs the steps on a new stack, and returns a line for each wrong answer. Without `all`, asks only
/// the questions about the state.
pub async fn wrong_answers(case: &Case, steps: &[(usize, &Step)], all: bool) -> Vec<String> {
    let config = case.settings.iter().fold(Config::memory(), |config, (name, value)| config.set(name, value));
    let stack = match stack::Stack::start(config).await {
        Ok(stack) => stack,
        Err(error) => return vec![format!("the stack does not start: {error}").replace('\n', " ")],
    };
    let world = World { stack };
    world.stack.system().cloud.clock.set(START.parse().unwrap());
    let mut run = Run::sign_up(&world, case).await;
    let mut wrong = Vec::new();
    for (number, step) in steps {
        match step {
            Step::Event(event) => wrong.extend(run.send_event(*number, event).await),
            Step::Request(request) => run.send_request(request).await,
            Step::Advance(step) => {
                world.advance(&step.advance).await;
                run.renew_sessions().await;
            }
            Step::Word(WordStep::Settle) => world.settle().await,
        }
    }
    world.settle().await;
    for (question, expected) in &case.expect {
        if (all || is_about_state(question))
            && let Some(found) = question::wrong_answer(&mut run, question, expected).await
        {
            wrong.push(format!("{question}: expected {expected}, found {found}"));
        }
    }
    wrong
}

impl<'w> Run<'w> {
    async fn sign_up(world: &'w World, case: &Case) -> Self {
        let mut first = world.visitor();
        let defaults = [
            ("name", "Acme"),
            ("full_name", "Jo Doe"),
            ("email", "jo@example.com"),
            ("start_trial", "false"),
        ];
        let form =
            defaults.map(|(name, default)| (name, case.sign_up.get(name).map_or(default, String::as_str)));
        let response = first.submit("/organizations/new", &form).await;
        let second = if case.second_organization {
            let mut second = world.visitor();
            second.ip = "203.0.113.8".to_owned();
            second.sign_up("Other", SECOND, false).await;
            Some(second)
        } else {
            None
        };
        let id = |visitor: &Visitor<'_>| visitor.cookie.as_ref().map(|_| visitor.org()).unwrap_or_default();
        let names = Names {
            now: world.stack.system().cloud.clock.now().as_second(),
            organization: id(&first),
            second: second.as_ref().map(id).unwrap_or_default(),
            customer: create_customer(world),
        };
        let email = form[2].1.to_owned();
        Self { world, first, second, email, names, sign_up_status: response.status, last: None }
    }

    /// Posts a signed event. Returns a line if the webhook does not accept it.
    async fn send_event(&self, number: usize, step: &EventStep) -> Option<String> {
        let body = step.build(number, &self.names).to_string();
        let system = self.world.stack.system();
        let secret = Secret::parse(self.world.stack.webhook_secret()).unwrap();
        let signature = sign(&secret, system.cloud.clock.now(), body.as_bytes());
        let headers = [("content-type", "application/json"), ("stripe-signature", signature.as_str())];
        let response = self.world.send("POST", "/billing/webhooks/stripe", &headers, body).await;
        let refused = || format!("step {number}, {}: {} {}", step.event, response.status, response.text());
        (response.status != 200).then(refused)
    }

    async fn send_request(&mut self, step: &RequestStep) {
        let (method, path) = step.request.split_once(' ').unwrap();
        let path = self.names.text(path);
        let mut stranger = self.world.visitor();
        stranger.ip = "203.0.113.9".to_owned();
        let sender = if step.stranger { &mut stranger } else { &mut self.first };
        let form: Vec<_> = step.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let response = match method {
            "POST" => sender.submit(&path, &form).await,
            _ => sender.send(method, &path, &[("accept", "text/html"), ("sec-fetch-site", "none")], "").await,
        };
        self.last = Some((response.status, path_of(&response)));
    }

    fn visitor(&mut self, second: bool) -> &mut Visitor<'w> {
        if second { self.second.as_mut().unwrap() } else { &mut self.first }
    }

    /// Returns a field of `organization` in the checklist's JSON. A dot leads to a nested field.
    pub async fn organization_field(&mut self, field: &str, second: bool) -> Value {
        let response = self.visitor(second).read("/onboarding/api/checklist").await;
        if response.status != 200 {
            return format!("(status {})", response.status).into();
        }
        let path = format!("/organization/{}", field.replace('.', "/"));
        response.json().pointer(&path).cloned().unwrap_or_else(|| "(absent)".into())
    }

    pub async fn is_provisioned(&self, second: bool) -> bool {
        let id = if second { &self.names.second } else { &self.names.organization };
        let items = self.world.items(&format!("ORG#{id}")).await;
        items.iter().any(|item| item["sk"]["S"] == "ORG" && item["provisioned"].get("M").is_some())
    }

    /// Returns the texts of all emails of a kind to the first organization.
    pub async fn mails(&self, kind: &str) -> Vec<String> {
        let mails = self.world.mails(kind).await;
        let own = mails.iter().filter(|mail| mail["organization_id"] == *self.names.organization);
        own.map(|mail| plain(mail["text"].as_str().unwrap())).collect()
    }

    /// Returns the visible text of a page.
    pub async fn page(&mut self, path: &str, second: bool) -> String {
        let response = self.visitor(second).open(path).await;
        if response.status == 200 {
            visible(&response.text())
        } else {
            format!("(status {})", response.status)
        }
    }

    /// Signs the users in again whose sessions have expired, because the clock moved.
    async fn renew_sessions(&mut self) {
        let visitors = [Some(&mut self.first), self.second.as_mut()];
        for (visitor, email) in visitors.into_iter().zip([&self.email, SECOND]) {
            if let Some(visitor) = visitor
                && visitor.read("/onboarding/api/checklist").await.status == 401
            {
                sign_in(self.world, visitor, email).await;
            }
        }
    }

    /// Returns the kinds of all items in the operator's review queue.
    pub async fn review_kinds(&self) -> Vec<String> {
        let mut host = self.world.visitor();
        host.ip = "203.0.113.10".to_owned();
        host.sign_up("Host", OPERATOR, true).await;
        sign_in(self.world, &mut host, OPERATOR).await;
        let queue = host.read("/operator").await.json();
        let items = queue["waiting"].as_array().unwrap();
        items.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
    }
}

/// Signs a user in by an emailed link.
async fn sign_in(world: &World, visitor: &mut Visitor<'_>, email: &str) {
    visitor.submit("/logout", &[]).await;
    visitor.submit("/login", &[("email", email)]).await;
    let mails = world.mails("sign_in").await;
    let text = mails.last().unwrap()["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/login/")).unwrap();
    visitor.submit(link.strip_prefix("http://localhost:8484").unwrap(), &[]).await;
}

/// Creates a customer at the Stripe mock that is not linked to an organization.
fn create_customer(world: &World) -> String {
    let request = Request::post("/v1/customers").header("authorization", "Bearer sk_test_local_onramp");
    let response = world.stack.stripe_request(&request.body(Bytes::from("email=jo%40example.com")).unwrap());
    let customer: Value = serde_json::from_slice(response.body()).unwrap();
    customer["id"].as_str().unwrap().to_owned()
}

/// Returns the location without its origin.
fn path_of(response: &TestResponse) -> String {
    let location = response.header("location");
    match location.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or_else(String::new, |start| rest[start..].to_owned()),
        None => location.to_owned(),
    }
}

/// Returns the text of a page without markup.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    plain(&text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// Returns a text with single spaces and plain apostrophes. No space precedes a period.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('’', "'").replace(" .", ".")
}
