//! What fails in a run: requests, AWS calls, and items.

use serde_json::json;

use crate::run::{ORGANIZATION, Run};

/// Malformed requests, which none of our forms sends.
pub async fn malformed_requests(run: &mut Run<'_>) {
    let mut jo = run.sign_up(ORGANIZATION, "zqcanary.strange@zqcanary.example").await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let json = ("content-type", "application/json");
    let parts = ("content-type", "multipart/form-data; boundary=zqcanary");
    for (method, path, headers, body) in [
        ("GET", "/zqcanary?zqcanary=zqcanary", &[][..], ""),
        ("GET", "/organizations/zqcanary", &[], ""),
        ("GET", "/assets/zqcanary", &[], ""),
        ("GET", "/login/zqcanary", &[], ""),
        ("GET", "/mail/unsubscribe/zqcanary", &[], ""),
        ("GET", "/invitations/zqcanary", &[], ""),
        ("GET", "/login?next=//zqcanary.example/", &[], ""),
        ("DELETE", "/login/zqcanary", &[], "zqcanary"),
        ("POST", "/login/zqcanary", &[], "zqcanary"),
        ("POST", "/login", &[form], "email=zqcanary"),
        ("POST", "/login", &[form], "email=zqcanary&email=zqcanary"),
        ("POST", "/login", &[form], "zqcanary=zqcanary&email=zqcanary"),
        ("POST", "/login", &[json], "{\"email\": \"zqcanary"),
        ("POST", "/login", &[json], "{\"email\": [\"zqcanary\"]}"),
        ("POST", "/login", &[parts], "--zqcanary\r\nzqcanary"),
        ("POST", "/login", &[("content-type", "zqcanary/zqcanary")], "zqcanary"),
        ("POST", "/login", &[form, ("origin", "https://zqcanary.example")], "email=zqcanary"),
        ("POST", "/login", &[form, ("sec-fetch-site", "zqcanary")], "email=zqcanary"),
        (
            "POST",
            "/organizations/new",
            &[form],
            "name=zqcanary%00&full_name=zqcanary%E2%80%AE&email=zqcanary&start_trial=zqcanary",
        ),
        ("POST", "/organizations/new", &[json], "{\"name\": {\"zqcanary\": 1}}"),
        ("POST", "/onboarding/api/checklist/complete/zqcanary", &[], "zqcanary"),
        ("POST", "/onboarding/api/checklist/skip/zqcanary", &[json], "{zqcanary}"),
        ("POST", "/billing/checkout", &[form], "plan=zqcanary"),
        ("POST", "/billing/checkout", &[json], "zqcanary"),
        ("POST", "/operator/organizations/zqcanary/extend-trial", &[form], "days=zqcanary&reason=zqcanary"),
        ("POST", "/billing/webhooks/stripe", &[("stripe-signature", "t=zqcanary,v1=zqcanary")], "zqcanary"),
        ("POST", "/host/events", &[("onramp-signature", "t=zqcanary,v1=zqcanary")], "zqcanary"),
        ("GET", "/onboarding/widget", &[("authorization", "Bearer zqcanary.zqcanary.zqcanary")], ""),
        ("GET", "/onboarding/embed?token=zqcanary&part=zqcanary", &[], ""),
        ("POST", "/billing/webhooks/stripe", &[], "{\"zqcanary\": true}"),
        ("GET", "/%7azqcanary%2e%2e/zqcanary", &[("x-forwarded-for", "zqcanary")], ""),
    ] {
        run.send(&mut jo, method, path, headers, body).await;
    }
    let large = format!("email={}", "zqcanary".repeat(20_000));
    assert_eq!(run.send(&mut jo, "POST", "/login", &[form], &large).await, [413; 2]);
    let cookies = format!("__Host-s=zqcanary; {}", jo.cookie.clone().unwrap());
    run.send(&mut run.world.visitor(), "GET", "/onboarding/api/checklist", &[("cookie", &cookies)], "").await;
}

/// Injects faults at AWS and Stripe calls while a user sends requests.
pub async fn faults(run: &mut Run<'_>) {
    let mut jo = run.sign_up("Zqcanary Unlucky", "zqcanary.unlucky@zqcanary.example").await;
    for (service, kinds) in [
        ("dynamodb", &["throttle", "conflict", "access_denied", "reply_lost", "crash"][..]),
        ("sesv2", &["throttle", "error_500", "access_denied", "reset", "reply_lost"]),
        ("events", &["partial", "error_500"]),
        ("secretsmanager", &["access_denied"]),
        ("stripe", &["error_500", "reset", "reply_lost"]),
    ] {
        for kind in kinds {
            run.world.inject(json!([{ "service": service, "rate": 1.0, "kind": kind }])).await;
            let mut visitor = run.world.visitor();
            visitor.ip = format!("198.51.100.{}", run.canaries.statuses.values().sum::<usize>() % 250);
            run.send(&mut jo, "GET", "/onboarding/api/checklist", &[], "").await;
            run.send(&mut jo, "POST", "/onboarding/api/checklist/complete/created_client", &[], "").await;
            run.send(
                &mut jo,
                "POST",
                "/billing/checkout",
                &[("content-type", "application/x-www-form-urlencoded")],
                "plan=team",
            )
            .await;
            let form = [
                ("name", "Zqcanary"),
                ("full_name", "Zqcanary"),
                ("email", "zqcanary.late@zqcanary.example"),
            ];
            run.submit(&mut visitor, "/organizations/new", &form).await;
            run.submit(&mut visitor, "/login", &[("email", "zqcanary.unlucky@zqcanary.example")]).await;
            run.world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
            run.world.local("DELETE", "/_local/faults", None).await;
            run.world.advance("20m").await;
        }
    }
}

/// Corrupt items and malformed events.
pub async fn corruption(run: &mut Run<'_>) {
    let mut jo = run.sign_up("Zqcanary Broken", "zqcanary.broken@zqcanary.example").await;
    let org = jo.org();
    let keys = |sk: &str| json!({ "pk": { "S": format!("ORG#{org}") }, "sk": { "S": sk } });
    let item = run.world.items(&format!("ORG#{org}")).await;
    let org_item = item.iter().find(|item| item["sk"]["S"] == "ORG" || item["sk"] == "ORG").unwrap().clone();
    for attribute in org_item
        .as_object()
        .unwrap()
        .keys()
        // The attributes of the keys must be texts.
        .filter(|key| !["pk", "sk"].contains(&key.as_str()) && !key.ends_with("_pk") && !key.ends_with("_at"))
    {
        let mut world_jo = run.world.visitor();
        world_jo.cookie = jo.cookie.clone();
        run.world.write(
            "UpdateItem",
            json!({
                "Key": keys("ORG"),
                "UpdateExpression": "SET #a = :a",
                "ExpressionAttributeNames": { "#a": attribute },
                "ExpressionAttributeValues": { ":a": { "M": { "zqcanary": { "S": "zqcanary" } } } },
            }),
        );
        run.send(&mut world_jo, "GET", "/onboarding/api/checklist", &[], "").await;
        run.send(&mut world_jo, "POST", "/onboarding/api/checklist/dismiss", &[], "").await;
        run.world.settle().await;
        run.world.advance("6m").await;
    }
    let mail = json!({ "mail": { "destination": ["zqcanary@zqcanary.example"], "tags": { "kind": ["zqcanary"], "organization": ["zqcanary"] } }, "eventType": "zqcanary", "bounce": "zqcanary" });
    let image = json!({ "pk": { "S": "zqcanary" }, "sk": { "S": "ORG" }, "name": { "N": "zqcanary" } });
    let record = json!({ "eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": { "Keys": image, "NewImage": image, "OldImage": image, "SequenceNumber": "1", "ApproximateCreationDateTime": 1 } });
    let events = [
        json!("zqcanary"),
        json!({ "zqcanary": "zqcanary" }),
        json!({ "version": "2.0", "rawPath": "zqcanary", "headers": { "zqcanary": 1 }, "requestContext": "zqcanary" }),
        json!({ "source": "timetracker", "detail-type": "zqcanary", "time": "zqcanary", "detail": { "organization_id": "zqcanary", "actor": "zqcanary" } }),
        json!({ "source": "timetracker", "detail-type": "project.created", "time": "2026-01-15T09:00:00Z", "detail": { "organization_id": "zqcanary", "actor": ["zqcanary"] } }),
        json!({ "source": "timetracker", "detail-type": "project.created", "time": "2026-01-15T09:00:00Z", "detail": { "organization_id": "org_0198c0de-0000-7000-8000-000000000009", "actor": "zqcanary", "occurred_at": "zqcanary" } }),
        json!({ "source": "aws.ses", "detail-type": "Email Bounced", "time": "2026-01-15T09:00:00Z", "detail": mail }),
        json!({ "source": "aws.ses", "detail-type": "Email Bounced", "detail": "zqcanary" }),
        json!({ "source": "aws.partner/stripe.com/zqcanary", "detail-type": "invoice.paid", "detail": { "id": "evt_9", "type": ["zqcanary"] } }),
        json!({ "source": "zqcanary", "detail-type": "invoice.paid", "detail": { "id": "zqcanary" } }),
        json!({ "Records": [record] }),
        json!({ "Records": ["zqcanary"] }),
    ];
    for function in run.world.stack.system().fleet.names() {
        for event in &events {
            run.invoke(&function, event).await;
        }
    }
    jo.cookie = None;
}
