//! Forms of members, sessions, and organizations: who may send them, and what they start.

use std::convert::Infallible;

use domain::billing::Plan;
use serde_json::{Value, json};
use test_support::{
    build::{parse, prices, setup},
    events::{recorded, with, without_cookies},
    function::Function,
    seed::{ACME, GLOBEX, MO, SESSION, subscribed},
};

/// Recorded events of forms that require a session. Each comes with the page that contains the
/// form.
const FORMS: [(&str, &str); 9] = [
    ("post-members-invite", "/members"),
    ("post-members-resend", "/members"),
    ("post-members-revoke", "/members"),
    ("post-members-role", "/members"),
    ("post-members-remove", "/members"),
    ("post-members-leave", "/members"),
    ("post-sessions-end", "/account"),
    ("post-sessions-end-all", "/account"),
    ("post-switch", "/account"),
];

async fn seeded() -> Function {
    Function::seeded("sign-in", sign_in::start).await
}

fn event(case: &str) -> Value {
    recorded("sign-in", case)
}

#[tokio::test]
async fn request_without_session_redirects_to_login() {
    let function = seeded().await;
    let pages = [("get-members", "/members"), ("get-account", "/account")];
    for (case, page) in FORMS.into_iter().chain(pages) {
        let (status, response, calls) = function.request(&without_cookies(event(case))).await;
        assert_eq!((status, calls), (303, vec![]), "{case}");
        assert_eq!(response["headers"]["location"], format!("/login?next={page}"), "{case}");
    }
}

#[tokio::test]
async fn cross_site_form_is_rejected() {
    let function = seeded().await;
    for case in FORMS.map(|(case, _)| case).into_iter().chain(["post-invitation"]) {
        let event = with(event(case), "/headers/sec-fetch-site", "cross-site");
        let (status, response, calls) = function.request(&event).await;
        assert_eq!((status, calls, &response["cookies"]), (403, vec![], &json!([])), "{case}");
    }
}

#[tokio::test]
async fn handoff_requires_a_session() {
    let page = event("post-handover-without-session");
    for (event, status) in [
        (with(page, "/headers/accept", "application/json"), 401),
        (with(event("post-handover"), "/headers/sec-fetch-site", "same-site"), 403),
    ] {
        let (actual, _, calls) = seeded().await.request(&event).await;
        assert_eq!((actual, calls), (status, vec![]), "{event}");
    }
}

#[tokio::test]
async fn admin_by_membership_item_alone_is_rejected() {
    let function = seeded().await;
    let store = function.aws.store();
    let changed = store.change_org(parse(ACME), function.aws.now(), |org| {
        org.admins[0].user = parse(MO);
        Ok::<_, Infallible>(())
    });
    changed.await.unwrap();
    for case in ["post-members-invite", "post-members-role", "post-members-remove"] {
        let (status, _, calls) = function.request(&event(case)).await;
        assert_eq!((status, calls), (403, vec!["BatchGetItem".to_owned()]), "{case}");
    }
}

#[tokio::test]
async fn plan_without_a_free_seat_counts_and_writes_nothing() {
    let function = seeded().await;
    let store = function.aws.store();
    let changed = store.change_org(parse(ACME), function.aws.now(), |org| {
        org.record(&subscribed(ACME, Plan::Single), &prices(), &setup(), function.aws.now());
        Ok::<_, Infallible>(())
    });
    changed.await.unwrap();
    for (case, expected) in [
        ("post-members-invite-json", "BatchGetItem Query"),
        ("post-invitation", "BatchGetItem BatchGetItem Query"),
    ] {
        let (status, response, calls) = function.request(&event(case)).await;
        assert_eq!((status, calls.join(" ").as_str()), (402, expected), "{case}: {response}");
        assert_eq!(response["cookies"], json!([]), "{case}");
    }
}

#[tokio::test]
async fn join_and_switch_start_a_new_session() {
    for (case, org) in [("post-invitation", ACME), ("post-switch", GLOBEX)] {
        let (_, response, _) = seeded().await.request(&event(case)).await;
        let cookie = response["cookies"][0].as_str().unwrap();
        assert!(cookie.starts_with(&format!("__Host-s={org}.usr_")), "{case}: {cookie}");
        assert!(!cookie.contains(SESSION), "{case}: the secret must be new");
    }
}
