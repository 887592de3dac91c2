//! Unsubscribe links that do not work, and their undo.

use std::convert::Infallible;

use serde_json::json;
use test_support::{
    build::parse,
    events::{recorded, with},
    function::Function,
    seed::ACME,
};

async fn seeded() -> Function {
    Function::seeded("sign-in", sign_in::start).await
}

#[tokio::test]
async fn invalid_unsubscribe_link_gets_the_same_page_and_no_write() {
    let unknown = with(recorded("sign-in", "get-unsubscribe"), "/rawPath", "/mail/unsubscribe/not-a-link");
    let (former_admin, expired) = (seeded().await, seeded().await);
    let store = former_admin.aws.store();
    let removed = store.change_org(parse(ACME), former_admin.aws.now(), |org| {
        org.admins.clear();
        Ok::<_, Infallible>(())
    });
    removed.await.unwrap();
    expired.aws.clock().set(parse("2028-01-15T09:00:00Z"));
    let (_, expected, _) = expired.request(&unknown).await;
    for function in [former_admin, expired] {
        for case in ["get-unsubscribe", "post-unsubscribe", "post-unsubscribe-undo"] {
            let (status, response, calls) = function.request(&recorded("sign-in", case)).await;
            assert_eq!((status, &response["body"]), (404, &expected["body"]), "{case}");
            assert!(!calls.contains(&"UpdateItem".to_owned()), "{case}");
        }
    }
}

#[tokio::test]
async fn undo_turns_reminders_back_on() {
    let function = seeded().await;
    let before = function.aws.items();
    let undo = recorded("sign-in", "post-unsubscribe-undo");
    function.request(&recorded("sign-in", "post-unsubscribe")).await;
    let cross_site = with(undo.clone(), "/headers/sec-fetch-site", "cross-site");
    assert_eq!(function.request(&cross_site).await.0, 403);
    let (status, _, calls) = function.request(&undo).await;
    assert_eq!((status, calls.last().map(String::as_str)), (303, Some("UpdateItem")));
    let org = (format!("ORG#{ACME}"), "ORG".to_owned());
    assert_eq!(function.aws.items()[&org]["admins"], before[&org]["admins"]);
    assert_ne!(json!(function.aws.items()[&org]["version"]), json!(before[&org]["version"]));
}
