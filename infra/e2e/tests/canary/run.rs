//! One run through all functions with a canary in every input.

use serde_json::{Value, json};
use stack::Config;

use crate::canaries::{Canaries, capture, output};
use crate::failures::{corruption, faults, malformed_requests};
use e2e::driver::{Visitor, World};

pub const ORGANIZATION: &str = "Zqcanary Org";
const ADDRESS: &str = "zqcanary.jo@zqcanary.example";
const NOISE: [(&str, &str); 4] = [
    ("user-agent", "zqcanary/1.0"),
    ("x-zqcanary", "zqcanary"),
    ("referer", "https://zqcanary.example/zqcanary"),
    ("idempotency-key", "zqcanary0123456789abcdef0123456789abcdef"),
];

/// Keys of the host app. They contain the canary too.
const HOST_KEYS: &str = "zqcanary:enFjYW5hcnktaG9zdC16cWNhbmFyeS1ob3N0LXpxY2FuYXJ5";

fn config() -> Config {
    Config { host_app_url: Some("http://localhost:8486".to_owned()), ..Config::memory() }
        .set("STRIPE_WEBHOOK_SECRET", "whsec_zqcanary")
        .set("STRIPE_SECRET_KEY", "sk_test_zqcanary")
        .set("HOST_SIGNING_KEYS", "local:enFjYW5hcnl6cWNhbmFyeXpxY2FuYXJ5enFjYW5hcnk")
        .set("HOST_KEYS", HOST_KEYS)
}

pub struct Run<'w> {
    pub world: &'w World,
    pub canaries: Canaries,
}

impl<'w> Run<'w> {
    /// Sends a request with the canary in extra headers, once as a program and once as a browser.
    /// Returns both statuses.
    pub async fn send(
        &mut self,
        visitor: &mut Visitor<'_>,
        method: &str,
        path: &str,
        extra: &[(&str, &str)],
        body: &str,
    ) -> [u16; 2] {
        let mut statuses = [0; 2];
        for (status, accept) in statuses.iter_mut().zip(["application/json", "text/html"]) {
            let headers = [extra, &NOISE[..], &[("accept", accept)]].concat();
            let response = visitor.send(method, path, &headers, body.to_owned()).await;
            self.canaries.inspect(&response);
            *status = response.status;
        }
        statuses
    }

    /// Submits a form as a browser. Returns the location of the redirect.
    pub async fn submit(&mut self, visitor: &mut Visitor<'_>, path: &str, form: &[(&str, &str)]) -> String {
        let response = visitor.submit(path, form).await;
        self.canaries.inspect(&response);
        response.header("location").to_owned()
    }

    /// Invokes a function directly with an event. If the invocation fails, inspects its error
    /// message, because Lambda writes that message to the log.
    pub async fn invoke(&mut self, function: &str, event: &Value) {
        let path = format!("/_local/invoke/{function}");
        let response = self.world.send("POST", &path, &[], event.to_string()).await;
        if response.header("x-amz-function-error") == "Unhandled" {
            self.canaries.inspect_text(function, &response.text());
        }
    }

    /// Signs up a new user, and adds the secret of their session to the canaries.
    pub async fn sign_up(&mut self, organization: &str, address: &str) -> Visitor<'w> {
        let mut visitor = self.world.visitor();
        let form = [
            ("name", organization),
            ("full_name", "Zqcanary Jo"),
            ("email", address),
            ("start_trial", "true"),
        ];
        self.submit(&mut visitor, "/organizations/new", &form).await;
        self.canaries.add_secret(visitor.cookie.as_deref().unwrap());
        visitor
    }

    /// Returns the path of the link in the newest email of a kind, and adds the secret of the link
    /// to the canaries.
    pub async fn link(&mut self, kind: &str, path: &str) -> String {
        let mails = self.world.mails(kind).await;
        let text = mails.last().unwrap()["text"].as_str().unwrap();
        let link = text.split_whitespace().find(|word| word.contains(path)).unwrap();
        self.canaries.add_secret(link);
        link.strip_prefix("http://localhost:8484").unwrap().to_owned()
    }
}

/// Sign-up, sign-in, invitation, members, handoff, and sign-out, with valid and with invalid
/// requests.
async fn users(run: &mut Run<'_>) {
    let mut jo = run.sign_up(ORGANIZATION, ADDRESS).await;
    let first = jo.cookie.clone();
    run.submit(&mut jo, "/login", &[("email", ADDRESS)]).await;
    let link = run.link("sign_in", "/login/").await;
    run.submit(&mut jo, &link, &[]).await;
    run.canaries.add_secret(jo.cookie.as_deref().unwrap());
    // The same browser submits the link again.
    run.submit(&mut jo, &link, &[]).await;
    run.canaries.add_secret(jo.cookie.as_deref().unwrap());
    // Used links, ended sessions, and made-up sessions.
    let mut stale_link = run.world.visitor();
    assert_eq!(run.send(&mut stale_link, "POST", &link, &[], "").await, [404; 2]);
    let mut ended_session = run.world.visitor();
    ended_session.cookie = first;
    for (method, path) in [
        ("GET", "/dashboard"),
        ("GET", "/onboarding/api/checklist"),
        ("POST", "/handover"),
        ("POST", "/members/invitations"),
    ] {
        run.send(&mut ended_session, method, path, &[], "email=zqcanary%40zqcanary.example").await;
    }
    ended_session.cookie = Some("__Host-s=zqcanary.zqcanary.zqcanary".to_owned());
    run.send(&mut ended_session, "GET", "/onboarding/api/checklist", &[], "").await;

    run.submit(
        &mut jo,
        "/members/invitations",
        &[("email", "zqcanary.mo@zqcanary.example"), ("role", "member")],
    )
    .await;
    let invited = run.link("invitation", "/invitations/").await;
    let mut mo = run.world.visitor();
    run.submit(&mut mo, &invited, &[("full_name", "Zqcanary Mo")]).await;
    run.send(&mut mo, "POST", &invited, &[], "full_name=zqcanary").await;
    run.send(&mut mo, "POST", "/onboarding/api/checklist/dismiss", &[], "").await;
    run.send(&mut mo, "GET", "/operator", &[], "").await;
    run.send(&mut jo, "GET", "/members", &[], "").await;
    run.send(&mut jo, "POST", "/members/invitations", &[], "email=zqcanary").await;
    run.send(&mut jo, "POST", "/organizations/switch", &[], "organization=zqcanary").await;

    let mut waiting = run.world.visitor();
    let form = [
        ("name", ORGANIZATION),
        ("full_name", "Zqcanary"),
        ("email", "zqcanary.waits@zqcanary.example"),
        ("start_trial", "false"),
    ];
    run.submit(&mut waiting, "/organizations/new", &form).await;
    assert_eq!(run.send(&mut waiting, "POST", "/onboarding/api/checklist/dismiss", &[], "").await, [402; 2]);

    let target = run.submit(&mut jo, "/handover", &[]).await;
    run.canaries.add_secret(&target);
    // Exceed the rate limits of sign-in and of sign-up, for one address and for one network.
    let mut stranger = run.world.visitor();
    stranger.ip = "198.51.100.66".to_owned();
    for _ in 0..5 {
        run.submit(&mut stranger, "/login", &[("email", ADDRESS)]).await;
        let form = [("name", ORGANIZATION), ("full_name", "zqcanary"), ("email", ADDRESS)];
        run.submit(&mut stranger, "/organizations/new", &form).await;
    }
    run.submit(&mut jo, "/logout", &[]).await;
}

/// Valid and invalid signed Stripe events, and a checkout.
async fn payments(run: &mut Run<'_>) {
    let mut jo = run.sign_up("Zqcanary Pays", "zqcanary.pays@zqcanary.example").await;
    let org = jo.org();
    run.submit(&mut jo, "/billing/checkout", &[("plan", "team")]).await;
    for kind in [
        "checkout.session.completed",
        "customer.subscription.created",
        "invoice.paid",
        "invoice.payment_failed",
        "customer.deleted",
    ] {
        let set = json!({ "metadata.note": "zqcanary", "customer_email": "zqcanary@zqcanary.example", "customer_name": "Zqcanary" });
        run.world.stripe(json!({ "type": kind, "organization_id": org, "set": set })).await;
    }
    for event in [
        json!({ "id": "evt_1", "type": "invoice.paid", "created": 1, "livemode": false, "data": { "object": { "customer": { "zqcanary": 1 } } } }),
        json!({ "id": "evt_2", "type": "invoice.paid", "created": "zqcanary", "livemode": false, "data": { "object": "zqcanary" } }),
        json!({ "id": "evt_3", "type": "invoice.paid", "created": 1, "livemode": true, "data": { "object": { "id": "in_zqcanary" } } }),
        json!({ "zqcanary": "zqcanary" }),
        json!("zqcanary"),
    ] {
        let body = event.to_string();
        let now = run.world.stack.system().cloud.clock.now();
        let header = stripe::sign(&stripe::Secret::parse("whsec_zqcanary").unwrap(), now, body.as_bytes());
        let response =
            run.world.send("POST", "/billing/webhooks/stripe", &[("stripe-signature", &header)], body).await;
        run.canaries.inspect(&response);
    }
    host_events(run, &org).await;
    run.world.advance("15d").await;
    run.send(&mut jo, "POST", "/onboarding/api/checklist/dismiss", &[], "").await;
}

/// Sends signed events of the host app, and an embed token that the host app signed.
async fn host_events(run: &mut Run<'_>, org: &str) {
    let keys = host_auth::Keys::parse(HOST_KEYS).unwrap();
    let (key, now) = (keys.first().unwrap(), run.world.stack.system().cloud.clock.now());
    for event in [
        json!({ "type": "project.created", "organization_id": org, "actor": "Zqcanary Actor", "zqcanary": 1 }),
        json!({ "type": "zqcanary", "organization_id": "zqcanary", "occurred_at": "zqcanary" }),
        json!("zqcanary"),
    ] {
        let body = event.to_string();
        let header = host_auth::signature::sign(key, now, body.as_bytes());
        let response = run.world.send("POST", "/host/events", &[("onramp-signature", &header)], body).await;
        run.canaries.inspect(&response);
    }
    let claims = json!({ "aud": "zqcanary", "org": org, "sub": "zqcanary", "iat": now.as_second(), "exp": "zqcanary" });
    let bearer = format!("Bearer {}", key.token(&claims));
    let response = run.world.send("GET", "/onboarding/banner", &[("authorization", &bearer)], "").await;
    run.canaries.inspect(&response);
}

#[tokio::test(start_paused = true)]
async fn logs_metrics_and_errors_contain_no_personal_data() {
    capture();
    let world = World::with(config()).await;
    let mut run = Run { world: &world, canaries: Canaries::new() };
    users(&mut run).await;
    malformed_requests(&mut run).await;
    payments(&mut run).await;
    faults(&mut run).await;
    corruption(&mut run).await;

    assert!(run.canaries.leaks.is_empty(), "{:#?}", run.canaries.leaks);
    // The run inspects only the responses that it gets. So it must get a response with each of
    // these statuses.
    let statuses = [200, 303, 400, 401, 402, 403, 404, 405, 413, 422, 429, 500, 503];
    let missing: Vec<u16> =
        statuses.into_iter().filter(|it| !run.canaries.statuses.contains_key(it)).collect();
    assert!(missing.is_empty(), "no response had {missing:?}");
    let output = output();
    let events = [
        "created organization",
        "signed in",
        "signed out",
        "requested sign-in link",
        "handed off to host app",
        "joined organization",
    ];
    let missing: Vec<&str> = events.into_iter().filter(|event| !output.contains(event)).collect();
    assert!(missing.is_empty(), "no log line contains {missing:?}");
    let is_logged = |rule: &str| {
        let cause = format!("\"cause\":\"{rule}\"");
        output.lines().any(|line| line.contains(&cause) && line.contains("\"area\":\"access\""))
    };
    let rules = ["session", "role", "access", "link", "cross-site request"];
    let missing: Vec<&str> = rules.into_iter().filter(|rule| !is_logged(rule)).collect();
    assert!(missing.is_empty(), "no log line has the cause {missing:?}");
    let hits = run.canaries.hits(&output);
    assert!(hits.is_empty(), "{} lines, such as {:#?}", hits.len(), &hits[..hits.len().min(20)]);
}
