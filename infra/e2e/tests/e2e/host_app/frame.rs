//! The embedded frame, and fragments that did not change.

use serde_json::json;
use stack::Config;

use crate::host_app::embedding::{FRAGMENTS, request};
use crate::host_app::{
    handoff::{HOST_APP, world},
    host_key::token,
};
use e2e::driver::World;

#[tokio::test]
async fn frame_is_allowed_on_listed_origins_only() {
    let world = world().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let token = token(&world, &jo);
    for (query, words) in [("", "0 of 8 done"), ("&part=banner", "14 days left")] {
        let frame = world.send("GET", &format!("/onboarding/embed?token={token}{query}"), &[], "").await;
        assert_eq!(frame.status, 200);
        assert!(frame.text().contains(words), "{}", frame.text());
        assert!(frame.header("content-security-policy").contains(&format!("frame-ancestors {HOST_APP};")));
        assert_eq!(frame.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(
            (frame.header("cache-control"), frame.header("referrer-policy")),
            ("no-store", "same-origin")
        );
    }
    // After an error, the frame is a page that the host app may embed. It is empty and contains the
    // reason. Its script retries only after temporary errors.
    let good = format!("/onboarding/embed?token={token}");
    world.inject(json!([{ "function": "checklist-read", "rate": 1.0, "kind": "throttle" }])).await;
    let down = world.send("GET", &good, &[], "").await;
    world.inject(json!([])).await;
    let invalid = world.send("GET", &format!("{good}&part=everything"), &[], "").await;
    let bare = world.send("GET", "/onboarding/embed", &[], "").await;
    for (frame, status, is_final, reason) in [
        (down, 503, false, "Onramp is temporarily unavailable"),
        (invalid, 400, true, "invalid frame URL: `part` must be `widget` or `banner`"),
        (bare, 401, true, "the embed token is missing"),
    ] {
        assert_eq!(frame.status, status);
        assert!(frame.header("content-security-policy").contains(&format!("frame-ancestors {HOST_APP};")));
        let text = frame.text();
        assert!(
            text.contains("<main></main>") && text.contains(&format!("data-ob-why=\"{reason}")),
            "{text}"
        );
        assert_eq!(text.contains("data-ob-over"), is_final, "{status}: {text}");
    }
    let no_origins = World::with(Config::memory()).await;
    let frame = no_origins.send("GET", "/onboarding/embed", &[], "").await;
    assert!(
        frame.header("content-security-policy").contains("frame-ancestors 'none'"),
        "no origin is listed"
    );
}

#[tokio::test]
async fn unchanged_fragment_is_304() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let token = token(&world, &jo);
    for path in FRAGMENTS {
        let first = request(&world, "GET", path, &token, &[]).await;
        let tag = first.header("etag").to_owned();
        let again = request(&world, "GET", path, &token, &[("if-none-match", &tag)]).await;
        assert_eq!(
            (again.status, again.text().as_str(), again.header("cache-control")),
            (304, "", "no-store"),
            "{path}"
        );
        assert_eq!(
            world.calls_of(&again).await,
            ["BatchGetItem"],
            "{path}: it is authorized like every other request"
        );
    }
    let tag = request(&world, "GET", FRAGMENTS[0], &token, &[]).await.header("etag").to_owned();
    world.host_event("project.created", json!({ "organization_id": jo.org() })).await;
    let changed = request(&world, "GET", FRAGMENTS[0], &token, &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status, 200);
    assert!(changed.text().contains("1 of 8 done"), "{}", changed.text());
    // A day later the banner shows fewer days, so the response differs, although nothing was
    // written.
    let tag = request(&world, "GET", FRAGMENTS[1], &token, &[]).await.header("etag").to_owned();
    world.advance("25h").await;
    let fresh = crate::host_app::host_key::token(&world, &jo);
    assert_eq!(request(&world, "GET", FRAGMENTS[1], &fresh, &[("if-none-match", &tag)]).await.status, 200);
    world.advance("14d").await;
    // The session has expired now, and a matching ETag does not replace it.
    assert_eq!(jo.send("GET", FRAGMENTS[2], &[("if-none-match", &tag)], "").await.status, 401);
}
