//! Requests for sign-in links, links that do not work, and a failed sign-out.

use serde_json::json;
use test_support::{
    aws::FaultKind,
    build::parse,
    events::{recorded, with, with_body},
    function::Function,
};

async fn seeded() -> Function {
    Function::seeded("sign-in", sign_in::start).await
}

#[tokio::test]
async fn request_for_link_gets_json_on_request() {
    let event = with(recorded("sign-in", "post-login"), "/headers/accept", "application/json");
    let (status, response, _) = seeded().await.request(&event).await;
    assert_eq!((status, &response["body"]), (200, &json!(r#"{"success":true}"#)));
}

#[tokio::test]
async fn address_from_before_the_rules_gets_a_link() {
    let event = with_body(recorded("sign-in", "post-login"), "email=jo..doe%40example.com");
    let (status, _, calls) = seeded().await.request(&event).await;
    assert_eq!((status, calls), (200, vec!["TransactWriteItems".to_owned()]));
}

#[tokio::test]
async fn full_width_at_sign_gets_a_hint() {
    let event = with_body(recorded("sign-in", "post-login"), "email=jo%EF%BC%A0example.com");
    for (accept, hint) in
        [("text/html", "Use the ordinary @ character"), ("application/json", "full_width_at")]
    {
        let (status, response, _) =
            seeded().await.request(&with(event.clone(), "/headers/accept", accept)).await;
        assert_eq!(status, 422);
        assert!(response["body"].as_str().unwrap().contains(hint), "{response}");
    }
}

#[tokio::test]
async fn invalid_request_makes_no_calls() {
    let form = recorded("sign-in", "post-login");
    for (event, status) in [
        (with(form.clone(), "/headers/sec-fetch-site", "cross-site"), 403),
        (with_body(form.clone(), "email=jo"), 422),
        (with_body(form.clone(), "next=/dashboard"), 422),
        (with_body(form, "email=a%40b.example&email=c%40d.example"), 400),
    ] {
        let (actual, _, calls) = seeded().await.request(&event).await;
        assert_eq!((actual, calls), (status, vec![]), "{event}");
    }
}

#[tokio::test]
async fn expired_used_or_unknown_link_starts_no_session() {
    let link = recorded("sign-in", "post-link");
    let unknown = with(link.clone(), "/rawPath", "/login/not-a-link");
    let (fresh, used, expired) = (seeded().await, seeded().await, seeded().await);
    assert_eq!(used.request(&link).await.0, 303);
    // The link was requested a minute ago, and is valid for ten minutes.
    expired.aws.clock().set(parse("2026-01-15T09:09:00Z"));
    for (function, event, reads) in [
        (&expired, &link, 1),
        (&expired, &recorded("sign-in", "get-link"), 1),
        (&used, &link, 1),
        (&fresh, &unknown, 0),
    ] {
        let (status, response, calls) = function.request(event).await;
        assert_eq!((status, calls.len()), (404, reads), "{event}");
        assert_eq!(response["cookies"], json!([]), "{event}");
        assert!(response["body"].as_str().unwrap().contains("Send a new link"), "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn failed_sign_out_keeps_the_cookie() {
    let function = seeded().await;
    function.aws.fail("DeleteItem", FaultKind::Error500);
    let (status, response, _) = function.request(&recorded("sign-in", "post-logout")).await;
    assert_eq!((status, &response["cookies"]), (503, &json!([])));
}
