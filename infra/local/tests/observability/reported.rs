//! Metrics of successful and of failing organizations.

use serde_json::json;

use crate::{
    counted::{begin, counted, measured},
    driver::World,
};

const TASKS: [&str; 8] = [
    "invited_team_member",
    "created_project",
    "created_time_entry",
    "set_working_hours",
    "created_client",
    "customized_settings",
    "added_billing_info",
    "generated_report",
];

#[tokio::test]
async fn successful_organization_is_counted_once_in_every_metric() {
    begin();
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("4m").await;
    for task in TASKS {
        jo.post(&format!("/onboarding/api/checklist/complete/{task}")).await;
    }
    let paid = json!({ "type": "invoice.paid", "organization_id": jo.org(), "count": 2 });
    assert_eq!(world.stripe(paid).await, [200, 200]);
    world.settle().await;
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (1, 0));
    assert!(
        matches!(measured("TimeToFirstValue").as_slice(), [240..300]),
        "{:?}",
        measured("TimeToFirstValue")
    );
    assert!(matches!(measured("TimeToComplete").as_slice(), [240..300]), "{:?}", measured("TimeToComplete"));
    assert_eq!((counted("OnboardingCompleted"), counted("OnboardingCompletedInTime")), (1, 1));
    assert_eq!((counted("TrialConverted"), counted("TrialRecovered")), (1, 0));
}

#[tokio::test]
async fn late_payer_is_counted_separately() {
    begin();
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("15d").await;
    let paid = json!({ "type": "invoice.paid", "organization_id": jo.org() });
    assert_eq!(world.stripe(paid).await, [200]);
    let now = world.local("GET", "/_local/clock", None).await["now"].clone();
    for event in ["project.created", "client.created"] {
        let detail = json!({ "organization_id": jo.org(), "actor": "Jo", "occurred_at": now });
        world.host_event(event, detail).await;
    }
    assert_eq!((counted("TrialExpired"), counted("TrialExpiredWithoutPaymentMethod")), (1, 1));
    assert_eq!((counted("TrialConverted"), counted("TrialRecovered")), (0, 1));
    assert!(
        measured("TimeToFirstValue").len() == 1 && counted("TimeToFirstValue") >= 1_296_000,
        "the task that billing completes does not count"
    );
    let before = counted("ClockRan");
    let scheduled = include_str!("../../../../events/trial-reminder/scheduled.json");
    world.local("POST", "/_local/invoke/trial-reminder", serde_json::from_str(scheduled).ok()).await;
    assert_eq!(counted("ClockRan"), before + 1, "each run is a heartbeat");
}

#[tokio::test]
async fn failed_and_repeated_provisioning_are_both_counted() {
    begin();
    let world = World::new().await;
    world.inject(json!([{ "operation": "TransactWriteItems", "nth": 1, "kind": "access_denied" }])).await;
    let form = "name=Acme&full_name=Jo+Doe&email=jo%40example.com&start_trial=true";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let rejected = world.send("POST", "/organizations/new", &headers, form).await;
    assert!(rejected.status >= 500, "{}", rejected.status);
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (0, 1));

    let ann = world.pending("Other", "ann@example.com").await;
    let denied = json!([{ "function": "stripe-webhook", "operation": "UpdateItem", "nth": 1, "kind": "access_denied" }]);
    world.inject(denied).await;
    let paid = json!({ "type": "invoice.paid", "organization_id": ann.org() });
    let statuses = world.stripe(paid).await;
    assert_eq!(statuses.first(), Some(&500));
    world.settle().await;
    assert_eq!(counted("ProvisioningFailed"), 2);
    if statuses.len() == 1 {
        let again = json!({ "type": "invoice.paid", "organization_id": ann.org() });
        assert_eq!(world.stripe(again).await, [200]);
    }
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (1, 2));
}

#[tokio::test]
async fn lost_race_counts_as_no_failure() {
    begin();
    let world = World::new().await;
    world.inject(json!([{ "operation": "TransactWriteItems", "nth": 1, "kind": "conflict" }])).await;
    world.trialing("Acme", "jo@example.com").await;
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (1, 0));
}

#[tokio::test]
async fn repeated_stream_record_is_counted_once() {
    begin();
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.settle().await;
    world.inject(json!([{ "service": "events", "nth": 1, "kind": "access_denied" }])).await;
    jo.post("/onboarding/api/checklist/complete/created_project").await;
    assert_eq!(world.events("checklist.task_completed").await.len(), 1);
    assert_eq!(measured("TimeToFirstValue").len(), 1);
}
