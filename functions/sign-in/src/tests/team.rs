//! Tests of members, invitations, sessions, and organizations with recorded events.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{id::OrgId, people::InvitationId, secret::Secret};
use serde_json::{Map, Value, json};

use super::{empty, recorded, run, with};

const ORG: &str = "org_0198c0de-0000-7000-8000-000000000001";
const OTHER_ORG: &str = "org_0198c0de-0000-7000-8000-000000000005";
const JO: &str = "usr_0198c0de-0000-7000-8000-000000000002";
const MO: &str = "usr_0198c0de-0000-7000-8000-000000000004";
/// Secret of the recorded session cookie.
const COOKIE: &str = "5ec2e70000000000000000000000000000000000000000000000000000000001";
/// Secret of the recorded invitation link.
const TOKEN: &str = "1a71c0de00000000000000000000000000000000000000000000000000000001";
const NOW: &str = "2026-01-15T09:00:00.000Z";

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

fn hash(secret: &str) -> String {
    secret.parse::<Secret>().unwrap().hash().to_string()
}

/// Converts plain JSON to DynamoDB's JSON, which names the type of each value.
fn item(value: &Value) -> Value {
    match value {
        Value::String(text) => json!({ "S": text }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::Bool(yes) => json!({ "BOOL": yes }),
        Value::Array(list) => json!({ "L": list.iter().map(item).collect::<Vec<_>>() }),
        Value::Object(map) => json!({ "M": attributes(map) }),
        Value::Null => json!({ "NULL": true }),
    }
}

fn attributes(map: &Map<String, Value>) -> Value {
    map.iter().map(|(name, value)| (name.clone(), item(value))).collect()
}

fn stored(value: &Value) -> Value {
    attributes(value.as_object().unwrap())
}

/// All items that a batch can read: Jo, the admin of an organization in trial, the member Mo, and
/// Mo's invitation.
fn all_items() -> Vec<Value> {
    let trial = json!({ "started_at": NOW, "ends_at": "2026-01-29T09:00:00.000Z", "reminder_days": [3] });
    let profile = json!({ "id": ORG, "name": "Acme", "time_zone": "UTC", "signed_up_at": NOW });
    let admins = json!([{ "user": JO, "name": "Jo", "address": "jo@acme.example" }]);
    let user = |id: &str, address: &str| {
        json!({ "pk": format!("USER#{id}"), "sk": "USER", "id": id, "name": "Jo", "address": address,
            "verified": true, "orgs": [ORG, OTHER_ORG], "version": 1 })
    };
    let member = |id: &str, role: &str| {
        json!({ "pk": format!("ORG#{ORG}"), "sk": format!("MEMBER#{id}"), "role": role, "name": "Jo",
            "address": "jo@acme.example", "since": NOW })
    };
    let id = InvitationId::of(
        ORG.parse::<OrgId>().unwrap(),
        &domain::people::Address::parse("mo@acme.example").unwrap(),
    );
    let session = json!({ "pk": format!("USER#{JO}"), "sk": format!("SESSION#{}", hash(COOKIE)), "org": ORG,
        "user": JO, "created_at": NOW, "seen_at": NOW, "expires_at": 0 });
    let org = json!({ "pk": format!("ORG#{ORG}"), "sk": "ORG", "profile": profile, "admins": admins,
        "trial": trial, "version": 1 });
    let invitation = json!({ "pk": format!("ORG#{ORG}"), "sk": format!("INVITE#{id}"), "org": ORG,
        "address": "mo@acme.example", "role": "member", "inviter": "Jo", "created_at": NOW,
        "good_until": "2026-01-22T09:00:00.000Z", "sends": 1, "mail": { "state": "sent", "at": NOW },
        "secret_hash": hash(TOKEN), "version": 1 });
    let link = json!({ "pk": format!("LINK#{}", hash(TOKEN)), "sk": "INVITATION", "org": ORG,
        "invitation": id.to_string(), "address": "mo@acme.example" });
    let people =
        [user(JO, "jo@acme.example"), user(MO, "mo@acme.example"), member(JO, "admin"), member(MO, "member")];
    people.into_iter().chain([session, org, invitation, link]).map(|it| stored(&it)).collect()
}

/// A table with all items of [`all_items`]. Every write succeeds.
fn full(operation: &str) -> (u16, Value) {
    let response = match operation {
        "BatchGetItem" => json!({ "Responses": { "onramp": all_items() } }),
        _ => json!({}),
    };
    (200, response)
}

#[tokio::test]
async fn request_without_session_redirects_to_login() {
    for (case, page) in FORMS {
        let mut event = recorded(case);
        event.as_object_mut().unwrap().remove("cookies");
        let (status, out, calls) = run(full, &event).await;
        assert_eq!((status, calls), (303, vec![]), "{case}");
        assert_eq!(out["headers"]["location"], format!("/login?next={page}"), "{case}");
    }
    for (case, page) in [("get-members", "/members"), ("get-account", "/account")] {
        let (status, out, _) = run(empty, &recorded(case)).await;
        assert_eq!((status, &out["headers"]["location"]), (303, &json!(format!("/login?next={page}"))));
    }
}

#[tokio::test]
async fn cross_site_form_is_rejected() {
    for case in FORMS.map(|(case, _)| case).into_iter().chain(["post-invitation"]) {
        let event = with(recorded(case), "/headers/sec-fetch-site", json!("cross-site"));
        let (status, out, calls) = run(full, &event).await;
        assert_eq!((status, calls, &out["cookies"]), (403, vec![], &json!([])), "{case}");
    }
}

#[tokio::test]
async fn each_request_makes_only_the_expected_calls() {
    for (case, status, expected) in [
        ("get-members", 200, "BatchGetItem Query Query"),
        ("get-account", 200, "BatchGetItem BatchGetItem Query"),
        ("get-invitation", 200, "BatchGetItem BatchGetItem"),
        ("post-members-invite", 303, "BatchGetItem GetItem Query TransactWriteItems"),
        ("post-members-invite-json", 200, "BatchGetItem GetItem Query TransactWriteItems"),
        ("post-members-role", 303, "BatchGetItem BatchGetItem TransactWriteItems"),
        ("post-members-remove", 303, "BatchGetItem BatchGetItem TransactWriteItems"),
        ("post-sessions-end", 303, "BatchGetItem DeleteItem"),
        ("post-sessions-end-all", 303, "BatchGetItem TransactWriteItems"),
        ("post-switch", 303, "BatchGetItem TransactWriteItems"),
        ("post-invitation", 303, "BatchGetItem BatchGetItem TransactWriteItems"),
    ] {
        let (actual, out, mut calls) = run(full, &recorded(case)).await;
        calls.sort();
        assert_eq!((actual, calls.join(" ").as_str()), (status, expected), "{case}: {out}");
    }
}

#[tokio::test]
async fn admin_by_membership_item_alone_is_rejected() {
    let split_read = |operation: &str| {
        let (status, mut response) = full(operation);
        for item in response["Responses"]["onramp"].as_array_mut().into_iter().flatten() {
            if item["sk"]["S"] == "ORG" {
                item["admins"]["L"][0]["M"]["user"]["S"] = json!(MO);
            }
        }
        (status, response)
    };
    for case in ["post-members-invite", "post-members-role", "post-members-remove"] {
        let (status, _, calls) = run(split_read, &recorded(case)).await;
        assert_eq!((status, calls), (403, vec!["BatchGetItem".to_owned()]), "{case}");
    }
}

/// The table of [`full`], with a plan for one person and the member Jo. Every write succeeds.
fn with_one_seat(operation: &str) -> (u16, Value) {
    let fact = json!({ "change": "created", "status": "active" });
    let subscription = json!({ "customer": "cus_1", "newest": NOW, "facts": { "evt_1": fact } });
    let billing = item(&json!({ "subscriptions": { "sub_1": subscription } }));
    let (status, mut response) = full(operation);
    for stored in response["Responses"]["onramp"].as_array_mut().into_iter().flatten() {
        if stored["sk"]["S"] == "ORG" {
            stored["billing"] = billing.clone();
            stored["onboarding"] = item(&json!({ "plan": "single" }));
        }
    }
    if operation == "Query" {
        response = json!({ "Items": all_items().get(2..3).unwrap() });
    }
    (status, response)
}

#[tokio::test]
async fn plan_without_a_free_seat_counts_and_writes_nothing() {
    for (case, expected) in [
        ("post-members-invite-json", "BatchGetItem Query"),
        ("post-invitation", "BatchGetItem BatchGetItem Query"),
    ] {
        let (status, out, calls) = run(with_one_seat, &recorded(case)).await;
        assert_eq!((status, calls.join(" ").as_str()), (402, expected), "{case}: {out}");
        assert_eq!(out["cookies"], json!([]), "{case}");
    }
}

/// The table of [`full`] until the first transaction, and of [`with_one_seat`] after it. This
/// transaction fails, because the organization changed after it was read.
fn downgraded_meanwhile(operation: &str, transactions: &AtomicUsize) -> (u16, Value) {
    match (operation, transactions.load(Ordering::SeqCst)) {
        ("TransactWriteItems", 0) => {
            transactions.fetch_add(1, Ordering::SeqCst);
            let codes =
                ["None", "None", "None", "ConditionalCheckFailed"].map(|code| json!({ "Code": code }));
            (400, json!({ "__type": "TransactionCanceledException", "CancellationReasons": codes }))
        }
        (_, 0) => full(operation),
        _ => with_one_seat(operation),
    }
}

#[tokio::test]
async fn downgrade_between_read_and_write_is_decided_again() {
    static OF_INVITE: AtomicUsize = AtomicUsize::new(0);
    static OF_ACCEPT: AtomicUsize = AtomicUsize::new(0);
    for (case, table, expected) in [
        (
            "post-members-invite-json",
            (|operation: &str| downgraded_meanwhile(operation, &OF_INVITE)) as fn(&str) -> _,
            "BatchGetItem GetItem Query TransactWriteItems BatchGetItem Query",
        ),
        (
            "post-invitation",
            |operation| downgraded_meanwhile(operation, &OF_ACCEPT),
            "BatchGetItem BatchGetItem TransactWriteItems BatchGetItem BatchGetItem Query",
        ),
    ] {
        let (status, out, calls) = run(table, &recorded(case)).await;
        assert_eq!((status, calls.join(" ").as_str()), (402, expected), "{case}: {out}");
    }
}

#[tokio::test]
async fn join_and_switch_start_a_new_session() {
    for (case, org) in [("post-invitation", ORG), ("post-switch", OTHER_ORG)] {
        let (_, out, _) = run(full, &recorded(case)).await;
        let cookie = out["cookies"][0].as_str().unwrap();
        assert!(cookie.starts_with(&format!("__Host-s={org}.usr_")), "{case}: {cookie}");
        assert!(!cookie.contains(COOKIE), "{case}: the secret must be new");
    }
}

#[tokio::test]
async fn invitation_json_omits_the_secret() {
    let event = recorded("post-members-invite-json");
    let (_, out, _) = run(full, &event).await;
    let json = |text: &Value| serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap();
    let (sent, body) = (json(&event["body"]), json(&out["body"]));
    let invitation = &body["invitation"];
    assert_eq!(
        (&invitation["email"], &invitation["role"], &invitation["status"], &invitation["expires_at"]),
        (&sent["email"], &json!("admin"), &json!("sending"), &json!("2026-01-22T09:00:00Z"))
    );
    assert_eq!(body.as_object().unwrap().len() + invitation.as_object().unwrap().len(), 7);
}
