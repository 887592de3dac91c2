//! Limits on the size and number of requests, and parts of a request that have no effect.

use serde_json::json;

use e2e::driver::World;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn forged_forwarding_headers_bypass_no_limit() {
    let world = World::new().await;
    let mut statuses = Vec::new();
    for n in 0..21 {
        let (claimed, body) = (format!("198.51.100.{n}"), format!("email=jo{n}%40example.com"));
        let headers = [
            FORM,
            ("x-local-source-ip", "203.0.113.9"),
            ("x-forwarded-for", &claimed),
            ("forwarded", &format!("for={claimed}")),
            ("x-real-ip", &claimed),
            ("cf-connecting-ip", &claimed),
        ];
        let response = world.send("POST", "/login", &headers, body).await;
        let wait = response.header("retry-after").parse::<u64>();
        assert_eq!(wait.is_ok_and(|seconds| (1..=3600).contains(&seconds)), response.status == 429);
        statuses.push(response.status);
    }
    assert_eq!((&statuses[..20], statuses[20]), (&[200; 20][..], 429));
    let other_network = [FORM, ("x-local-source-ip", "203.0.113.10"), ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(world.send("POST", "/login", &other_network, "email=jo%40example.com").await.status, 200);
}

#[tokio::test]
async fn limit_ignores_the_spelling_of_an_address() {
    let world = World::new().await;
    let mut statuses = Vec::new();
    for (n, typed) in
        ["jo@example.com", "JO@example.com", "Jo@Example.COM", " jo@example.com "].iter().enumerate()
    {
        // The rate limit counts all IPv6 addresses of one /64 network together.
        let ip = format!("2001:db8:1:2::{n}");
        let body = json!({ "email": typed }).to_string();
        let headers = [("content-type", "application/json"), ("x-local-source-ip", ip.as_str())];
        let response = world.send("POST", "/login", &headers, body).await;
        statuses.push((response.status, response.header("retry-after").parse::<u64>().is_ok()));
    }
    assert_eq!(statuses, [(200, false), (200, false), (200, false), (429, true)]);
    // After the window of 15 minutes, the address can request a link again.
    world.advance("15m").await;
    let again = [FORM, ("x-local-source-ip", "2001:db8:1:2::9")];
    let response = world.send("POST", "/login", &again, "email=jo%40example.com").await;
    assert_eq!(response.status, 200, "{}", response.text());
}

#[tokio::test]
async fn unknown_fields_have_no_effect() {
    let world = World::new().await;
    let body = json!({
        "name": "Acme", "full_name": "Jo", "email": "jo@example.com", "start_trial": false,
        "id": "org_0198c0de-0000-7000-8000-000000000001", "role": "operator", "verified": true, "status": "active",
        "access": "full", "trial_days": 730, "trial_ends_at": "2099-01-01T00:00:00Z", "provisioned": true,
        "organization_id": "org_0198c0de-0000-7000-8000-000000000001", "version": 99, "is_admin": true,
    });
    let mut jo = world.visitor();
    let headers = [("content-type", "application/json")];
    let response = jo.send("POST", "/organizations/new", &headers, body.to_string()).await;
    assert_eq!(response.status, 303, "{}", response.text());
    assert_ne!(jo.org(), "org_0198c0de-0000-7000-8000-000000000001");
    let organization = jo.organization().await;
    assert_eq!(
        (&organization["status"], &organization["access"]),
        (&json!("pending"), &json!("billing_only"))
    );
    let stored = world.local("GET", "/_local/table", None).await.to_string();
    assert!(!stored.contains("2099") && !stored.contains("operator"), "{stored}");
}

#[tokio::test]
async fn ambiguous_bodies_are_rejected() {
    let world = World::new().await;
    let json = ("content-type", "application/json");
    for (path, header, body) in [
        ("/organizations/new", FORM, "name=A&name=B&full_name=Jo&email=jo%40example.com"),
        ("/organizations/new", FORM, "name=A&full_name=Jo&email=jo%40example.com&email=mo%40example.com"),
        ("/organizations/new", json, r#"{"name":"A","full_name":"Jo","email":"jo@example.com","name":"B"}"#),
        ("/login", FORM, "email=jo%40example.com&email=mo%40example.com"),
        ("/login", json, r#"{"email":"jo@example.com","e\u006dail":"mo@example.com"}"#),
        ("/login", ("content-type", "text/plain"), "email=jo%40example.com"),
        ("/login", ("content-type", "application/xml"), "<email>jo@example.com</email>"),
    ] {
        let response = world.send("POST", path, &[header], body).await;
        assert_eq!(
            (response.status, response.header("content-type")),
            (400, "application/problem+json"),
            "{body}"
        );
    }
    assert_eq!(world.item_count().await, 0);
}

#[tokio::test]
async fn sign_in_redirects_only_to_own_pages() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    for (n, (next, location)) in [
        ("/onboarding/checklist", "/onboarding/checklist"),
        ("/onboarding/checklist?a=b#c", "/onboarding/checklist"),
        ("//evil.example", "/dashboard"),
        ("///evil.example", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("\\\\evil.example", "/dashboard"),
        ("/%2f%2fevil.example", "/dashboard"),
        ("/%5cevil.example", "/dashboard"),
        ("/\t/evil.example", "/dashboard"),
        ("/\n/evil.example", "/dashboard"),
        ("\t//evil.example", "/dashboard"),
        (" //evil.example", "/dashboard"),
        ("https://evil.example", "/dashboard"),
        ("https:evil.example", "/dashboard"),
        ("https:/evil.example", "/dashboard"),
        ("http://localhost:8484/dashboard", "/dashboard"),
        ("javascript:alert(1)", "/dashboard"),
        ("data:text/html,x", "/dashboard"),
        ("/dashboard/..//evil.example", "/dashboard"),
        ("/organizations/..", "/dashboard"),
        ("/dashboard@evil.example", "/dashboard"),
        ("/logout", "/dashboard"),
        ("/_local", "/dashboard"),
        ("", "/dashboard"),
    ]
    .into_iter()
    .enumerate()
    {
        // Use a separate network address and a separate time window for each case, so that no rate
        // limit applies.
        world.advance("15m").await;
        let mut jo = world.visitor();
        jo.ip = format!("198.51.100.{n}");
        let form = jo.open(&format!("/login?next={}", encoded(next))).await;
        assert!(!form.text().contains("evil"), "{next:?}");
        let requested = jo.submit("/login", &[("email", "jo@example.com"), ("next", next)]).await;
        assert_eq!(requested.status, 200, "{next:?}: {}", requested.text());
        let mails = world.mails("sign_in").await;
        let text = mails.last().unwrap()["text"].as_str().unwrap();
        assert!(!text.contains("evil"), "{next:?}: {text}");
        let link = text.split_whitespace().find(|word| word.contains("/login/")).unwrap();
        let signed_in = jo.submit(link.strip_prefix("http://localhost:8484").unwrap(), &[]).await;
        assert_eq!((signed_in.status, signed_in.header("location")), (303, location), "{next:?}");
    }
}

#[tokio::test]
async fn request_with_too_many_headers_reaches_no_function() {
    let world = World::new().await;
    let long = "x".repeat(10_240);
    let response = world.send("GET", "/onboarding/api/checklist", &[("x-long", &long)], "").await;
    assert_eq!((response.status, response.header("x-request-id")), (431, ""));
    let cookie = format!("__Host-s={}", "x".repeat(8_000));
    let response = world.send("GET", "/onboarding/api/checklist", &[("cookie", &cookie)], "").await;
    assert_eq!(response.status, 401);
    assert!(world.calls_of(&response).await.is_empty(), "a malformed token is never looked up");
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
