use local::Config;
use serde_json::{Value, json};

use crate::{
    canaries::{Canaries, listen, said},
    driver::{Visitor, World},
};

const ORGANIZATION: &str = "Zqcanary Org";
const ADDRESS: &str = "zqcanary.jo@zqcanary.example";
const JSON: (&str, &str) = ("accept", "application/json");
const HTML: (&str, &str) = ("accept", "text/html");
const NOISE: [(&str, &str); 4] = [
    ("user-agent", "zqcanary/1.0"),
    ("x-zqcanary", "zqcanary"),
    ("referer", "https://zqcanary.example/zqcanary"),
    ("idempotency-key", "zqcanary0123456789abcdef0123456789abcdef"),
];

/// Of the canary, too.
const HOST_KEYS: &str = "zqcanary:enFjYW5hcnktaG9zdC16cWNhbmFyeS1ob3N0LXpxY2FuYXJ5";

fn config() -> Config {
    Config { host_app_url: Some("http://localhost:8486".to_owned()), ..Config::memory() }
        .set("STRIPE_WEBHOOK_SECRET", "whsec_zqcanary")
        .set("STRIPE_SECRET_KEY", "sk_test_zqcanary")
        .set("HOST_SIGNING_KEYS", "local:enFjYW5hcnl6cWNhbmFyeXpxY2FuYXJ5enFjYW5hcnk")
        .set("HOST_KEYS", HOST_KEYS)
}

struct Run<'w> {
    world: &'w World,
    canaries: Canaries,
}

impl<'w> Run<'w> {
    /// A request with noise in all of its headers, as a program and then as a browser sends it; what both got.
    async fn send(
        &mut self,
        who: &mut Visitor<'_>,
        method: &str,
        path: &str,
        further: &[(&str, &str)],
        body: &str,
    ) -> [u16; 2] {
        let mut statuses = [0; 2];
        for (status, accept) in statuses.iter_mut().zip(["application/json", "text/html"]) {
            let headers = [further, &NOISE[..], &[("accept", accept)]].concat();
            let answer = who.send(method, path, &headers, body.to_owned()).await;
            self.canaries.look(&answer);
            *status = answer.status;
        }
        statuses
    }

    /// A form as a browser sends it; where it leads.
    async fn submit(&mut self, who: &mut Visitor<'_>, path: &str, form: &[(&str, &str)]) -> String {
        let answer = who.submit(path, form).await;
        self.canaries.look(&answer);
        answer.header("location").to_owned()
    }

    /// An event straight to a function. A failed invocation's message is a log line on AWS.
    async fn invoke(&mut self, function: &str, event: &Value) {
        let path = format!("/_local/invoke/{function}");
        let answer = self.world.send("POST", &path, &[], event.to_string()).await;
        if answer.header("x-amz-function-error") == "Unhandled" {
            self.canaries.listen_to(function, &answer.text());
        }
    }

    /// Somebody who has just signed up, with the session's secret known.
    async fn sign_up(&mut self, organization: &str, address: &str) -> Visitor<'w> {
        let mut visitor = self.world.visitor();
        let form = [
            ("name", organization),
            ("full_name", "Zqcanary Jo"),
            ("email", address),
            ("start_trial", "true"),
        ];
        self.submit(&mut visitor, "/organizations/new", &form).await;
        self.canaries.dig(visitor.cookie.as_deref().unwrap());
        visitor
    }

    /// The path of the newest mail's link of that kind.
    async fn link(&mut self, kind: &str, path: &str) -> String {
        let mails = self.world.mails(kind).await;
        let text = mails.last().unwrap()["text"].as_str().unwrap();
        let link = text.split_whitespace().find(|word| word.contains(path)).unwrap();
        self.canaries.dig(link);
        link.strip_prefix("http://localhost:8484").unwrap().to_owned()
    }
}

/// Sign-up, sign-in, invitation, members, hand-over, sign-out; and all of it once more wrongly.
async fn people(run: &mut Run<'_>) {
    let mut jo = run.sign_up(ORGANIZATION, ADDRESS).await;
    let first = jo.cookie.clone();
    run.submit(&mut jo, "/login", &[("email", ADDRESS)]).await;
    let link = run.link("sign_in", "/login/").await;
    run.submit(&mut jo, &link, &[]).await;
    run.canaries.dig(jo.cookie.as_deref().unwrap());
    // The same browser repeats the request.
    run.submit(&mut jo, &link, &[]).await;
    run.canaries.dig(jo.cookie.as_deref().unwrap());
    // Used links, dead sessions, made-up ones.
    let mut late = run.world.visitor();
    assert_eq!(run.send(&mut late, "POST", &link, &[], "").await, [404; 2]);
    let mut old = run.world.visitor();
    old.cookie = first;
    for (method, path) in [
        ("GET", "/dashboard"),
        ("GET", "/onboarding/api/checklist"),
        ("POST", "/handover"),
        ("POST", "/members/invitations"),
    ] {
        run.send(&mut old, method, path, &[], "email=zqcanary%40zqcanary.example").await;
    }
    old.cookie = Some("__Host-s=zqcanary.zqcanary.zqcanary".to_owned());
    run.send(&mut old, "GET", "/onboarding/api/checklist", &[], "").await;

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

    let into = run.submit(&mut jo, "/handover", &[]).await;
    run.canaries.dig(&into);
    // Beyond the limits of asking and of signing up, by one address and by one network.
    let mut stranger = run.world.visitor();
    stranger.ip = "198.51.100.66".to_owned();
    for _ in 0..5 {
        run.submit(&mut stranger, "/login", &[("email", ADDRESS)]).await;
        let form = [("name", ORGANIZATION), ("full_name", "zqcanary"), ("email", ADDRESS)];
        run.submit(&mut stranger, "/organizations/new", &form).await;
    }
    run.submit(&mut jo, "/logout", &[]).await;
}

/// Requests that no form of ours sends.
async fn strangers(run: &mut Run<'_>) {
    let mut jo = run.sign_up(ORGANIZATION, "zqcanary.strange@zqcanary.example").await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let json = ("content-type", "application/json");
    let parts = ("content-type", "multipart/form-data; boundary=zqcanary");
    for (method, path, headers, body) in [
        ("GET", "/zqcanary?zqcanary=zqcanary", &[][..], ""),
        ("GET", "/organizations/zqcanary", &[], ""),
        ("GET", "/assets/zqcanary", &[], ""),
        ("GET", "/login/zqcanary", &[], ""),
        ("GET", "/mail/unsubscribe/zqcanary", &[], ""),
        ("GET", "/invitations/zqcanary", &[], ""),
        ("GET", "/login?next=//zqcanary.example/", &[], ""),
        ("DELETE", "/login/zqcanary", &[], "zqcanary"),
        ("POST", "/login/zqcanary", &[], "zqcanary"),
        ("POST", "/login", &[form], "email=zqcanary"),
        ("POST", "/login", &[form], "email=zqcanary&email=zqcanary"),
        ("POST", "/login", &[form], "zqcanary=zqcanary&email=zqcanary"),
        ("POST", "/login", &[json], "{\"email\": \"zqcanary"),
        ("POST", "/login", &[json], "{\"email\": [\"zqcanary\"]}"),
        ("POST", "/login", &[parts], "--zqcanary\r\nzqcanary"),
        ("POST", "/login", &[("content-type", "zqcanary/zqcanary")], "zqcanary"),
        ("POST", "/login", &[form, ("origin", "https://zqcanary.example")], "email=zqcanary"),
        ("POST", "/login", &[form, ("sec-fetch-site", "zqcanary")], "email=zqcanary"),
        (
            "POST",
            "/organizations/new",
            &[form],
            "name=zqcanary%00&full_name=zqcanary%E2%80%AE&email=zqcanary&start_trial=zqcanary",
        ),
        ("POST", "/organizations/new", &[json], "{\"name\": {\"zqcanary\": 1}}"),
        ("POST", "/onboarding/api/checklist/complete/zqcanary", &[], "zqcanary"),
        ("POST", "/onboarding/api/checklist/skip/zqcanary", &[json], "{zqcanary}"),
        ("POST", "/billing/checkout", &[form], "plan=zqcanary"),
        ("POST", "/billing/checkout", &[json], "zqcanary"),
        ("POST", "/operator/organizations/zqcanary/extend-trial", &[form], "days=zqcanary&reason=zqcanary"),
        ("POST", "/billing/webhooks/stripe", &[("stripe-signature", "t=zqcanary,v1=zqcanary")], "zqcanary"),
        ("POST", "/host/events", &[("onramp-signature", "t=zqcanary,v1=zqcanary")], "zqcanary"),
        ("GET", "/onboarding/widget", &[("authorization", "Bearer zqcanary.zqcanary.zqcanary")], ""),
        ("GET", "/onboarding/embed?token=zqcanary&part=zqcanary", &[], ""),
        ("POST", "/billing/webhooks/stripe", &[], "{\"zqcanary\": true}"),
        ("GET", "/%7azqcanary%2e%2e/zqcanary", &[("x-forwarded-for", "zqcanary")], ""),
    ] {
        run.send(&mut jo, method, path, headers, body).await;
    }
    let large = format!("email={}", "zqcanary".repeat(20_000));
    assert_eq!(run.send(&mut jo, "POST", "/login", &[form], &large).await, [413; 2]);
    let cookies = format!("__Host-s=zqcanary; {}", jo.cookie.clone().unwrap());
    run.send(&mut run.world.visitor(), "GET", "/onboarding/api/checklist", &[("cookie", &cookies)], "").await;
}

/// Events that Stripe signed, good and bad, and a checkout.
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
        let answer =
            run.world.send("POST", "/billing/webhooks/stripe", &[("stripe-signature", &header)], body).await;
        run.canaries.look(&answer);
    }
    told_by_host(run, &org).await;
    run.world.advance("15d").await;
    run.send(&mut jo, "POST", "/onboarding/api/checklist/dismiss", &[], "").await;
}

/// Events that the host app signed, and a token that it minted.
async fn told_by_host(run: &mut Run<'_>, org: &str) {
    let keys = host::Keys::parse(HOST_KEYS).unwrap();
    let (key, now) = (keys.first().unwrap(), run.world.stack.system().cloud.clock.now());
    for event in [
        json!({ "type": "project.created", "organization_id": org, "actor": "Zqcanary Actor", "zqcanary": 1 }),
        json!({ "type": "zqcanary", "organization_id": "zqcanary", "occurred_at": "zqcanary" }),
        json!("zqcanary"),
    ] {
        let body = event.to_string();
        let header = host::signature::sign(key, now, body.as_bytes());
        let answer = run.world.send("POST", "/host/events", &[("onramp-signature", &header)], body).await;
        run.canaries.look(&answer);
    }
    let claims = json!({ "aud": "zqcanary", "org": org, "sub": "zqcanary", "iat": now.as_second(), "exp": "zqcanary" });
    let bearer = format!("Bearer {}", key.token(&claims));
    let answer = run.world.send("GET", "/onboarding/banner", &[("authorization", &bearer)], "").await;
    run.canaries.look(&answer);
}

/// Everything that AWS and Stripe can do to a request, with somebody in the middle of it.
async fn trouble(run: &mut Run<'_>) {
    let mut jo = run.sign_up("Zqcanary Unlucky", "zqcanary.unlucky@zqcanary.example").await;
    for (service, kinds) in [
        ("dynamodb", &["throttle", "conflict", "access_denied", "reply_lost", "crash"][..]),
        ("sesv2", &["throttle", "error_500", "access_denied", "reset", "reply_lost"]),
        ("events", &["partial", "error_500"]),
        ("secretsmanager", &["access_denied"]),
        ("stripe", &["error_500", "reset", "reply_lost"]),
    ] {
        for kind in kinds {
            run.world.inject(json!([{ "service": service, "rate": 1.0, "kind": kind }])).await;
            let mut visitor = run.world.visitor();
            visitor.ip = format!("198.51.100.{}", run.canaries.statuses.values().sum::<usize>() % 250);
            run.send(&mut jo, "GET", "/onboarding/api/checklist", &[], "").await;
            run.send(&mut jo, "POST", "/onboarding/api/checklist/complete/created_client", &[], "").await;
            run.send(
                &mut jo,
                "POST",
                "/billing/checkout",
                &[("content-type", "application/x-www-form-urlencoded")],
                "plan=team",
            )
            .await;
            let form = [
                ("name", "Zqcanary"),
                ("full_name", "Zqcanary"),
                ("email", "zqcanary.late@zqcanary.example"),
            ];
            run.submit(&mut visitor, "/organizations/new", &form).await;
            run.submit(&mut visitor, "/login", &[("email", "zqcanary.unlucky@zqcanary.example")]).await;
            run.world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
            run.world.local("DELETE", "/_local/faults", None).await;
            run.world.advance("20m").await;
        }
    }
}

/// Items and events that are not as we write them.
async fn corruption(run: &mut Run<'_>) {
    let mut jo = run.sign_up("Zqcanary Broken", "zqcanary.broken@zqcanary.example").await;
    let org = jo.org();
    let keys = |sk: &str| json!({ "pk": { "S": format!("ORG#{org}") }, "sk": { "S": sk } });
    let item = run.world.items(&format!("ORG#{org}")).await;
    let org_item = item.iter().find(|item| item["sk"]["S"] == "ORG" || item["sk"] == "ORG").unwrap().clone();
    for attribute in org_item
        .as_object()
        .unwrap()
        .keys()
        .filter(|key| !matches!(key.as_str(), "pk" | "sk" | "due_pk" | "due_at" | "mail_pk" | "mail_at"))
    {
        let mut world_jo = run.world.visitor();
        world_jo.cookie = jo.cookie.clone();
        run.world.write(
            "UpdateItem",
            json!({
                "Key": keys("ORG"),
                "UpdateExpression": "SET #a = :a",
                "ExpressionAttributeNames": { "#a": attribute },
                "ExpressionAttributeValues": { ":a": { "M": { "zqcanary": { "S": "zqcanary" } } } },
            }),
        );
        run.send(&mut world_jo, "GET", "/onboarding/api/checklist", &[], "").await;
        run.send(&mut world_jo, "POST", "/onboarding/api/checklist/dismiss", &[], "").await;
        run.world.settle().await;
        run.world.advance("6m").await;
    }
    let mail = json!({ "mail": { "destination": ["zqcanary@zqcanary.example"], "tags": { "kind": ["zqcanary"], "organization": ["zqcanary"] } }, "eventType": "zqcanary", "bounce": "zqcanary" });
    let image = json!({ "pk": { "S": "zqcanary" }, "sk": { "S": "ORG" }, "name": { "N": "zqcanary" } });
    let record = json!({ "eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": { "Keys": image, "NewImage": image, "OldImage": image, "SequenceNumber": "1", "ApproximateCreationDateTime": 1 } });
    let events = [
        json!("zqcanary"),
        json!({ "zqcanary": "zqcanary" }),
        json!({ "version": "2.0", "rawPath": "zqcanary", "headers": { "zqcanary": 1 }, "requestContext": "zqcanary" }),
        json!({ "source": "timetracker", "detail-type": "zqcanary", "time": "zqcanary", "detail": { "organization_id": "zqcanary", "actor": "zqcanary" } }),
        json!({ "source": "timetracker", "detail-type": "project.created", "time": "2026-01-15T09:00:00Z", "detail": { "organization_id": "zqcanary", "actor": ["zqcanary"] } }),
        json!({ "source": "timetracker", "detail-type": "project.created", "time": "2026-01-15T09:00:00Z", "detail": { "organization_id": "org_0198c0de-0000-7000-8000-000000000009", "actor": "zqcanary", "occurred_at": "zqcanary" } }),
        json!({ "source": "aws.ses", "detail-type": "Email Bounced", "time": "2026-01-15T09:00:00Z", "detail": mail }),
        json!({ "source": "aws.ses", "detail-type": "Email Bounced", "detail": "zqcanary" }),
        json!({ "source": "aws.partner/stripe.com/zqcanary", "detail-type": "invoice.paid", "detail": { "id": "evt_9", "type": ["zqcanary"] } }),
        json!({ "source": "zqcanary", "detail-type": "invoice.paid", "detail": { "id": "zqcanary" } }),
        json!({ "Records": [record] }),
        json!({ "Records": ["zqcanary"] }),
    ];
    for function in run.world.stack.system().fleet.names() {
        for event in &events {
            run.invoke(&function, event).await;
        }
    }
    jo.cookie = None;
}

#[tokio::test(start_paused = true)]
async fn logs_metrics_and_errors_contain_no_personal_data() {
    listen();
    let world = World::with(config()).await;
    let mut run = Run { world: &world, canaries: Canaries::new() };
    people(&mut run).await;
    strangers(&mut run).await;
    payments(&mut run).await;
    trouble(&mut run).await;
    corruption(&mut run).await;

    assert!(run.canaries.heard.is_empty(), "{:#?}", run.canaries.heard);
    // What was never said, or never answered, was not looked at either.
    let statuses = [200, 303, 400, 401, 402, 403, 404, 405, 413, 422, 429, 500, 503];
    let missing: Vec<u16> =
        statuses.into_iter().filter(|it| !run.canaries.statuses.contains_key(it)).collect();
    assert!(missing.is_empty(), "no answer had {missing:?}");
    let said = said();
    let events = [
        "created organization",
        "signed in",
        "signed out",
        "requested sign-in link",
        "handed off to host app",
        "joined organization",
    ];
    let missing: Vec<&str> = events.into_iter().filter(|event| !said.contains(event)).collect();
    assert!(missing.is_empty(), "no line says {missing:?}");
    let refused = |rule: &str| {
        let told = format!("\"cause\":\"{rule}\"");
        said.lines().any(|line| line.contains(&told) && line.contains("\"area\":\"access\""))
    };
    let rules = ["session", "role", "access", "link", "cross-site request"];
    let missing: Vec<&str> = rules.into_iter().filter(|rule| !refused(rule)).collect();
    assert!(missing.is_empty(), "no line tells of {missing:?}");
    let hits = run.canaries.hits(&said);
    assert!(hits.is_empty(), "{} lines, such as {:#?}", hits.len(), &hits[..hits.len().min(20)]);
}
