//! The checklist: completing, skipping, dismissing, host events, and custom definitions.

use serde_json::json;
use stack::Config;

use crate::journeys::invitations::{admin, join};
use e2e::driver::World;

#[tokio::test]
async fn completed_task_counts_and_keeps_its_first_time() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let completed = jo.post("/onboarding/api/checklist/complete/created_project").await;
    assert_eq!(completed.status, 200);
    let response = completed.json();
    assert_eq!((&response["success"], &response["task_key"]), (&json!(true), &json!("created_project")));
    assert_eq!((&response["completion_percentage"], &response["is_complete"]), (&json!(12), &json!(false)));
    assert_eq!(response["next_task"]["key"], "invited_team_member");
    let first = jo.checklist().await["tasks"][1]["completed_at"].clone();
    world.advance("1h").await;
    jo.post("/onboarding/api/checklist/complete/created_project").await;
    let task = jo.checklist().await["tasks"][1].clone();
    assert_eq!(task["completed_at"], first);
    assert_eq!((&task["source"], &task["completed_by"]), (&json!("manual"), &json!("Jo Doe")));
    assert_eq!(world.events("checklist.task_completed").await.len(), 1);
}

#[tokio::test]
async fn dismissed_checklist_can_be_restored_with_its_progress() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    jo.post("/onboarding/api/checklist/complete/created_client").await;
    let response = jo.post("/onboarding/api/checklist/dismiss").await;
    assert_eq!((response.status, response.json()), (200, json!({ "success": true, "dismissed": true })));
    let list = jo.checklist().await;
    assert_eq!((&list["dismissed"], &list["completion_percentage"]), (&json!(true), &json!(12)));
    let response = jo.post("/onboarding/api/checklist/restore").await;
    assert_eq!(response.json(), json!({ "success": true, "dismissed": false }));
    assert_eq!(jo.checklist().await["dismissed"], false);
}

#[tokio::test]
async fn seven_completed_and_one_skipped_is_complete_at_87() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let keys: Vec<String> = jo.checklist().await["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["key"].as_str().unwrap().to_owned())
        .collect();
    for key in &keys[..7] {
        assert_eq!(jo.post(&format!("/onboarding/api/checklist/complete/{key}")).await.status, 200);
    }
    let response = jo.post("/onboarding/api/checklist/skip/generated_report").await.json();
    assert_eq!((&response["completion_percentage"], &response["is_complete"]), (&json!(87), &json!(true)));
    assert_eq!(response["next_task"], json!(null));
    assert_eq!(world.events("checklist.completed").await.len(), 1);
    let response = jo.post("/onboarding/api/checklist/unskip/generated_report").await.json();
    assert_eq!(response["is_complete"], false);
}

#[tokio::test]
async fn wrong_tick_is_undone_but_an_event_is_not() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let path = |what: &str, task: &str| format!("/onboarding/api/checklist/{what}/{task}");
    let marked = jo.submit(&path("complete", "created_client"), &[]).await;
    assert_eq!(marked.status, 303);
    let page = jo.open("/onboarding/checklist").await.text();
    assert!(page.contains(&path("uncomplete", "created_client")), "{page}");
    let undone = jo.submit(&path("uncomplete", "created_client"), &[]).await;
    assert_eq!((undone.status, undone.header("location")), (303, "/onboarding/checklist"));
    let list = jo.checklist().await;
    assert_eq!((&list["completed_count"], &list["tasks"][4]["completed_at"]), (&json!(0), &json!(null)));
    let again = jo.post(&path("uncomplete", "created_client")).await;
    assert_eq!((again.status, &again.json()["completion_percentage"]), (200, &json!(0)), "nothing to undo");

    world.host_event("client.created", json!({ "organization_id": jo.org() })).await;
    let proven = jo.post(&path("uncomplete", "created_client")).await;
    assert_eq!((proven.status, jo.checklist().await["completed_count"].clone()), (409, json!(1)));
    assert!(!jo.open("/onboarding/checklist").await.text().contains("/uncomplete/"));
}

#[tokio::test]
async fn collapsed_widget_and_hidden_banner_belong_to_the_person() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "member").await;
    for change in ["collapse", "hide-calm"] {
        let path = format!("/onboarding/api/checklist/view/{change}");
        assert!(jo.open("/dashboard").await.text().contains(&path), "{change}");
        assert_eq!(jo.submit(&path, &[]).await.status, 303);
    }
    let page = jo.open("/dashboard").await.text();
    assert!(page.contains("7 steps left") && !page.contains("Continue setup"), "{page}");
    assert!(!page.contains("14 days left"), "{page}");
    assert!(
        mo.open("/dashboard").await.text().contains("14 days left"),
        "a member has a banner of their own"
    );

    assert_eq!(jo.post("/onboarding/api/checklist/view/expand").await.status, 200);
    assert!(jo.open("/dashboard").await.text().contains("Continue setup"));
    world.advance("7d").await;
    assert!(jo.open("/dashboard").await.text().contains("7 days left"), "the next step of urgency");
}

#[tokio::test]
async fn unknown_task_returns_400_with_valid_keys() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let response = jo.post("/onboarding/api/checklist/complete/made_coffee").await;
    assert_eq!(response.status, 400);
    assert_eq!(response.json()["valid_keys"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn form_redirects_to_the_page_it_came_from() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let path = "/onboarding/api/checklist/complete/created_project";
    let headers = [
        ("accept", "text/html"),
        ("sec-fetch-site", "same-origin"),
        ("referer", "http://localhost:8484/onboarding/checklist"),
    ];
    let response = jo.send("POST", path, &headers, "").await;
    assert_eq!((response.status, response.header("location")), (303, "/onboarding/checklist"));
    assert!(jo.open("/onboarding/checklist").await.text().contains("1 of 8"));
}

#[tokio::test]
async fn two_admins_at_once_keep_both_completions() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let (mut one, mut two) = (world.visitor(), world.visitor());
    one.cookie.clone_from(&jo.cookie);
    two.cookie.clone_from(&jo.cookie);
    let (first, second) = tokio::join!(
        one.post("/onboarding/api/checklist/complete/created_project"),
        two.post("/onboarding/api/checklist/complete/created_client")
    );
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(one.checklist().await["completed_count"], 2);
}

#[tokio::test]
async fn host_app_events_complete_tasks_in_any_state() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let detail =
        |org: String| json!({ "organization_id": org, "actor": "Mo", "occurred_at": "2025-01-09T08:00:00Z" });
    world.host_event("project.created", detail(jo.org())).await;
    let list = jo.checklist().await;
    let task = &list["tasks"][1];
    assert_eq!((&task["completed"], &task["source"]), (&json!(true), &json!("event")));
    assert_eq!(task["completed_by"], "Mo");
    assert_eq!(
        (&list["id"], &list["created_at"]),
        (&json!(null), &json!(null)),
        "the organization is not provisioned yet"
    );
    // Onramp ignores events of an unknown type or of an unknown organization.
    world.host_event("coffee.made", detail(jo.org())).await;
    world.host_event("project.created", detail("org_0198c0de-0000-7000-8000-00000000dead".to_owned())).await;
    assert_eq!(jo.checklist().await["completed_count"], 1);
    // Provisioning keeps the completion from before, and completes another task.
    world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
    assert_eq!(jo.checklist().await["completed_count"], 2);
}

#[tokio::test]
async fn completion_is_celebrated_until_it_is_seen() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    for task in jo.checklist().await["tasks"].as_array().unwrap().clone() {
        jo.post(&format!("/onboarding/api/checklist/complete/{}", task["key"].as_str().unwrap())).await;
    }
    let list = jo.checklist().await;
    assert_eq!((&list["celebrates"], &list["completion_percentage"]), (&json!(true), &json!(100)));
    assert!(list["milestones"].as_array().unwrap().iter().all(|it| !it["reached_at"].is_null()), "{list}");
    let response = jo.post("/onboarding/api/checklist/seen").await;
    assert_eq!((response.status, response.json()), (200, json!({ "success": true, "celebrates": false })));
    assert_eq!(jo.checklist().await["celebrates"], false);
}

/// The file `agency.toml` and a parameter add a custom checklist. The industry in the sign-up form
/// selects it. The plan adds a task, and a host event whose type only this file contains completes
/// that task.
#[tokio::test]
async fn custom_checklist_follows_industry_and_grows_with_plan() {
    let world = World::with(Config::memory().set("CHECKLIST_DEFINITIONS", "built-in,agency")).await;
    let form = world.visitor().open("/organizations/new").await;
    assert!(form.text().contains("Agency or studio"), "{}", form.text());
    let fields = [("name", "Studio"), ("full_name", "Jo Doe"), ("email", "jo@example.com")];
    let mut jo = world.visitor();
    let refused = jo.submit("/organizations/new", &[&fields[..], &[("industry", "bakery")]].concat()).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("Choose an option from the list or leave it empty."),
        "{}",
        refused.text()
    );
    let response = jo.submit("/organizations/new", &[&fields[..], &[("industry", "agency")]].concat()).await;
    assert_eq!(response.header("location"), "/onboarding/welcome");
    let keys = |list: &serde_json::Value| -> Vec<String> {
        let tasks = list["tasks"].as_array().unwrap();
        tasks.iter().map(|task| task["key"].as_str().unwrap().to_owned()).collect()
    };
    let list = jo.checklist().await;
    assert_eq!(list["definition"], json!({ "key": "agency", "version": 1 }));
    assert_eq!(
        keys(&list),
        [
            "invited_team_member",
            "created_project",
            "created_time_entry",
            "set_working_hours",
            "set_hourly_rates",
            "created_client",
            "added_billing_info",
            "generated_report",
        ]
    );
    let detail = json!({ "organization_id": jo.org(), "actor": "Ann" });
    world.host_event("timesheet.approved", detail).await;
    assert_eq!(jo.checklist().await["completed_count"], 0, "the plan does not include this task yet");
    let subscribed = json!({
        "type": "customer.subscription.created",
        "organization_id": jo.org(),
        "set": { "data.object.items.data.0.price.id": "price_local_team", "data.object.status": "active" },
    });
    assert_eq!(world.stripe(subscribed).await, [200]);
    let list = jo.checklist().await;
    assert_eq!((&list["total_count"], &list["completed_count"]), (&json!(9), &json!(1)));
    let task = list["tasks"].as_array().unwrap().iter().find(|it| it["key"] == "approved_timesheet").unwrap();
    assert_eq!((&task["completed"], &task["completed_by"]), (&json!(true), &json!("Ann")));
    let unknown = jo.post("/onboarding/api/checklist/complete/customized_settings").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(unknown.json()["valid_keys"].as_array().unwrap().len(), 9);
    let page = jo.open("/onboarding/checklist").await.text();
    assert!(page.contains("Set hourly rates") && page.contains("Approve a timesheet"), "{page}");
    let built_in = world.trialing("Acme", "ann@example.com").await.checklist().await;
    assert_eq!(built_in["definition"]["key"], "built-in");
}
