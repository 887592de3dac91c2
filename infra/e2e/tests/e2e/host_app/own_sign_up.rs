//! The sample host app's own sign-up: it creates a tenant over the server API, and follows it by webhooks.

use serde_json::Value;

use crate::host_app::handoff::{cookie, host_app, text, world};

#[tokio::test]
async fn sample_sign_up_creates_a_tenant_that_it_follows() {
    let world = world().await;
    let form = "company=Acme&name=Jo+Doe&email=jo%40example.com";
    let entered = host_app(&world, "POST", "/sign-up", &[], form).await;
    assert_eq!((entered.status().as_u16(), &entered.headers()["location"]), (303, &"/".parse().unwrap()));
    let session = cookie(&entered);
    let headers = [("cookie", session.as_str())];
    world.settle().await;
    for (path, words) in [
        ("/", "Hello, Jo Doe"),
        ("/integration", "<dd>trialing</dd>"),
        ("/integration", "0 of 8 tasks"),
        ("/webhooks", "trial.started"),
    ] {
        let page = text(&host_app(&world, "GET", path, &headers, "").await);
        assert!(page.contains(words), "{path}: {page}");
    }

    // The elements ask for a portal link, which needs no sign-in. No one else gets one.
    let asked = r#"{"page": "members"}"#;
    let given = host_app(&world, "POST", "/onramp-portal", &headers, asked).await;
    let link: Value = serde_json::from_slice(given.body()).unwrap();
    let mut browser = world.visitor();
    let path = link["url"].as_str().unwrap().strip_prefix("http://localhost:8484").unwrap();
    let visit = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let opened = browser.send("GET", path, &visit, "").await;
    assert_eq!((opened.status, opened.header("location")), (303, "/members"));
    assert_eq!(host_app(&world, "POST", "/onramp-portal", &[], asked).await.status(), 404);

    // The address belongs to another user of the product now.
    let again = host_app(&world, "POST", "/sign-up", &[], form).await;
    assert_eq!(again.status(), 422);
    assert!(text(&again).contains("already has an account"), "{}", text(&again));
}
