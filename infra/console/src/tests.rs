//! Tests of the console page, its assets, the list of organizations, and the gallery.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{moment::MOMENTS, *};

const STRIPE: &str = "http://localhost:8485";

async fn get(path: &str) -> (StatusCode, String, String) {
    let organizations: Organizations = Arc::new(|| {
        let items = [
            json!({ "pk": { "S": "ORG#org_broken" }, "sk": { "S": "ORG" } }),
            json!({ "pk": { "S": "ORG#org_broken" }, "sk": { "S": "MEMBER#usr_1" } }),
            json!({ "pk": { "S": "USER#usr_1" }, "sk": { "S": "USER" } }),
        ];
        Box::pin(async move { organizations(&items, jiff::Timestamp::UNIX_EPOCH) })
    });
    let app = router(Console {
        organizations,
        functions: vec!["org-signup".to_owned()],
        stripe: STRIPE.to_owned(),
    });
    let response = app.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let content_type =
        response.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, content_type.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
}

/// Returns all values of an attribute in a page.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!("{name}=\"");
    page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn page_refers_only_to_existing_assets() {
    let (status, _, page) = get("/_local").await;
    assert_eq!(status, StatusCode::OK);
    let files: Vec<_> = [attributes(&page, "href"), attributes(&page, "src")]
        .concat()
        .into_iter()
        .filter(|path| path.starts_with("/_local/assets/"))
        .collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let (status, content_type, text) = get(file).await;
        assert_eq!(status, StatusCode::OK, "{file}");
        assert!(!text.is_empty() && !content_type.is_empty(), "{file}");
    }
}

#[tokio::test]
async fn scripts_import_only_existing_modules() {
    for script in ["main.js", "wire.js", "dom.js", "clock.js", "world.js", "mail.js", "log.js", "faults.js"] {
        let (_, content_type, text) = get(&format!("/_local/assets/{script}")).await;
        assert!(content_type.starts_with("text/javascript"), "{script}");
        for import in text.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert_eq!(
                get(&format!("/_local/assets/{import}")).await.0,
                StatusCode::OK,
                "{script} → {import}"
            );
        }
    }
    assert_eq!(get("/_local/assets/none.js").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn page_has_no_external_urls_except_the_stripe_mock() {
    let (_, _, page) = get("/_local").await;
    let external = format!("<a href=\"{STRIPE}\"");
    assert_eq!(page.matches(&external).count(), 1);
    let page = page.replace(&external, "<a");
    for address in [attributes(&page, "href"), attributes(&page, "src")].concat() {
        assert!(
            address.starts_with('/') && !address.starts_with("//") || address.starts_with('#'),
            "{address}"
        );
    }
}

#[tokio::test]
async fn organizations_include_corrupt_items_only_of_organizations() {
    let (_, _, text) = get("/_local/organizations").await;
    let rows: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!((&rows[0]["id"], &rows[0]["status"]), (&json!("org_broken"), &json!("unreadable")));
}

#[test]
fn moments_send_valid_events() {
    let now = jiff::Timestamp::from_second(1_790_000_000).unwrap();
    for moment in &MOMENTS {
        let requests = moment.requests();
        let requests = requests.as_array().unwrap();
        assert!(!requests.is_empty(), "{}", moment.title);
        for request in requests {
            let spec = stripe_mock::test_events::parse_spec(request.to_string().as_bytes()).unwrap();
            let event = stripe_mock::test_events::build_event(
                &spec,
                "price_local_team",
                &stripe_mock::test_events::Seed::new([0; 16]),
                now,
            );
            for (path, value) in request["set"].as_object().unwrap() {
                let pointer = format!("/{}", path.replace('.', "/"));
                assert_eq!(event.as_ref().unwrap().pointer(&pointer), Some(value), "{}", moment.title);
            }
        }
    }
}

#[tokio::test]
async fn gallery_has_all_emails_and_no_external_urls() {
    let (status, _, console) = get("/_local").await;
    assert!(status == StatusCode::OK && attributes(&console, "href").contains(&"/_local/mails"));
    let (_, _, gallery) = get("/_local/mails").await;
    let mails: std::collections::BTreeSet<String> = attributes(&gallery, "href")
        .into_iter()
        .filter(|href| href.starts_with("/_local/mails/") && !href.contains('?'))
        .map(str::to_owned)
        .collect();
    for kind in ["welcome", "trial-ending", "trial-ended", "payment-failed", "sign-in", "invitation"] {
        assert!(mails.iter().any(|mail| mail.contains(kind)), "{kind}");
    }
    for mail in mails {
        for view in ["", "?part=text", "?scheme=dark&width=320"] {
            let (status, _, page) = get(&format!("{mail}{view}")).await;
            assert_eq!(status, StatusCode::OK, "{mail}{view}");
            for address in [attributes(&page, "href"), attributes(&page, "src")].concat() {
                assert!(address.starts_with("/_local"), "{mail}{view}: {address}");
            }
        }
        let (_, html, body) = get(&format!("{mail}.html?scheme=dark")).await;
        assert!(html.starts_with("text/html") && !body.contains("src="), "{mail}");
        let (_, text, _) = get(&format!("{mail}.txt")).await;
        assert!(text.starts_with("text/plain"), "{mail}");
    }
    for missing in ["/_local/mails/party", "/_local/mails/party.html", "/_local/mails/sign-in.pdf"] {
        assert_eq!(get(missing).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
}
