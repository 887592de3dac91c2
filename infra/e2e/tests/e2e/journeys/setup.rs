//! The steps of the host app as customers and operators see them.

use serde_json::{Value, json};

use super::operator::{OPERATOR, review_items};
use crate::{
    journeys::sign_in::sign_in_by_link,
    provisioning::host::{DONE, Host, Reply},
};
use e2e::driver::{Visitor, World};

const DOWN: Reply = Reply::Json(503, "");
const REJECTED: Reply = Reply::Json(422, r#"{"message": "The region is closed."}"#);

/// Starts a world with one step, to whose calls the host responds with `reply`.
async fn start(reply: Reply) -> (World, Host) {
    let (world, host) = Host::start().await;
    host.respond_with(move |_| reply);
    (world, host)
}

async fn operator(world: &World) -> Visitor<'_> {
    let mut operator = world.visitor();
    operator.sign_up("Host", OPERATOR, false).await;
    sign_in_by_link(world, &mut operator, OPERATOR).await;
    operator
}

/// Returns the state of the steps in the checklist's JSON.
async fn setup(visitor: &mut Visitor<'_>) -> Value {
    visitor.read("/onboarding/api/checklist").await.json()["organization"]["provisioning"].take()
}

#[tokio::test(start_paused = true)]
async fn operator_retries_and_skips_a_failed_step() {
    let (world, host) = start(REJECTED).await;
    let mut operator = operator(&world).await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.settle().await;
    assert_eq!(setup(&mut jo).await, json!({ "state": "failed", "done": 0, "total": 1 }));
    let page = jo.open("/dashboard").await.text();
    assert!(page.contains("has been notified") && page.contains("Nothing is lost"), "{page}");
    assert!(!page.contains("region"), "the message is for operators: {page}");

    let path = format!("/operator/organizations/{}", jo.org());
    let [item] = review_items(&mut operator).await.try_into().unwrap();
    assert_eq!((&item["kind"], &item["organization_id"]), (&json!("provisioning"), &json!(jo.org())));
    assert!(
        item["why"][0].as_str().unwrap().contains("1 attempt: The host app responded with 422: The region")
    );
    let seen = operator.read(&path).await.json();
    assert_eq!(seen["provisioning"]["steps"][0]["state"], "failed");

    let reason = ("reason", "The team has looked at it.");
    assert_eq!(operator.submit(&format!("{path}/fail-run"), &[reason]).await.status, 409, "it has ended");
    assert_eq!(operator.submit(&format!("{path}/retry-step"), &[reason]).await.status, 303);
    world.settle().await;
    let seen = operator.read(&path).await.json();
    let step = &seen["provisioning"]["steps"][0];
    assert_eq!(
        (&step["state"], &step["attempts"]),
        (&json!("failed"), &json!(2)),
        "the host was called again"
    );
    let other = [("step", "import"), reason];
    assert_eq!(operator.submit(&format!("{path}/skip-step"), &other).await.status, 409, "another step");
    host.respond_with(|_| DOWN);
    let skip = [("step", "workspace"), reason];
    assert_eq!(operator.submit(&format!("{path}/skip-step"), &skip).await.status, 303);
    world.settle().await;
    assert_eq!(setup(&mut jo).await, json!({ "state": "ready", "done": 1, "total": 1 }));
    assert_eq!(review_items(&mut operator).await, Vec::<Value>::new());
    let page = jo.open("/dashboard").await.text();
    assert!(page.contains("Acme is ready") && page.contains("14 days left"), "{page}");
    assert_eq!(world.mails("welcome").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn run_that_was_given_up_can_still_become_ready() {
    let (world, host) = start(DOWN).await;
    let mut operator = operator(&world).await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("30m").await;
    assert_eq!(setup(&mut jo).await["state"], "running");
    let page = jo.open("/onboarding/welcome").await.text();
    assert!(page.contains("Setting up… 1 of 1") && page.contains("Your trial starts when"), "{page}");

    let path = format!("/operator/organizations/{}", jo.org());
    let reason = ("reason", "They left.");
    assert_eq!(operator.submit(&format!("{path}/fail-run"), &[reason]).await.status, 303);
    let seen = operator.read(&path).await.json();
    assert_eq!(seen["provisioning"]["error"], "An operator gave up: They left.");
    assert!(operator.open(&path).await.text().contains("give up: They left."));
    world.advance("2h").await;
    assert_eq!(
        (setup(&mut jo).await["state"].clone(), world.mails("welcome").await.len()),
        (json!("failed"), 0)
    );

    host.respond_with(|_| DONE);
    assert_eq!(operator.submit(&format!("{path}/retry-step"), &[reason]).await.status, 303);
    world.settle().await;
    assert_eq!(
        (setup(&mut jo).await["state"].clone(), world.mails("welcome").await.len()),
        (json!("ready"), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn mailbox_has_one_trial_even_before_the_trial_starts() {
    let (world, _) = start(DOWN).await;
    world.trialing("Acme", "jo@example.com").await;
    let mut again = world.visitor();
    let response = again.sign_up("Third", "jo+2@example.com", true).await;
    assert_eq!(response.header("location"), format!("/organizations/{}", again.org()), "no second trial");
}
