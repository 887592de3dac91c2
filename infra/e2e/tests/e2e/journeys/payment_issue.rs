//! Failed payments: what the pages show and which emails are sent.

use serde_json::{Value, json};

use e2e::driver::{Visitor, World};

/// Returns an event about an invoice of the visitor's organization.
fn invoice_event(jo: &Visitor<'_>, kind: &str, invoice: &str) -> Value {
    json!({ "type": kind, "organization_id": jo.org(), "set": { "data.object.id": invoice } })
}

/// Sends a Stripe event and checks that the webhook accepts it.
async fn send_event(world: &World, spec: Value) {
    assert_eq!(world.stripe(spec).await, [200]);
}

/// Returns the admin of an organization that has paid its first invoice.
async fn paying<'w>(world: &'w World) -> Visitor<'w> {
    let jo = world.pending("Acme", "jo@example.com").await;
    send_event(world, json!({ "type": "customer.subscription.created", "organization_id": jo.org() })).await;
    send_event(world, invoice_event(&jo, "invoice.paid", "in_1")).await;
    jo
}

#[tokio::test]
async fn failed_payment_is_emailed_once_and_shown_until_paid() {
    let world = World::new().await;
    let mut jo = paying(&world).await;
    for _ in 0..3 {
        send_event(&world, invoice_event(&jo, "invoice.payment_failed", "in_2")).await;
        world.advance("5h").await;
    }
    let mails = world.mails("payment_failed").await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert_eq!(mails[0]["to"], json!(["jo@example.com"]));
    assert_eq!(mails[0]["subject"], "A payment didn’t go through - Acme");
    assert!(mails[0]["text"].as_str().unwrap().contains(&format!("/organizations/{}", jo.org())));
    assert_eq!(jo.organization().await["billing_issue"]["kind"], "payment_failed");
    assert!(jo.open("/dashboard").await.text().contains("A payment failed"));

    send_event(&world, invoice_event(&jo, "invoice.paid", "in_2")).await;
    assert_eq!(jo.organization().await["billing_issue"], json!(null));
    send_event(&world, invoice_event(&jo, "invoice.payment_failed", "in_3")).await;
    assert_eq!(world.mails("payment_failed").await.len(), 2, "another invoice sends another email");
}

#[tokio::test]
async fn bank_confirmation_is_shown_and_emailed_with_its_own_text() {
    let world = World::new().await;
    let mut jo = paying(&world).await;
    send_event(&world, invoice_event(&jo, "invoice.payment_action_required", "in_2")).await;
    let issue = jo.organization().await["billing_issue"].clone();
    assert_eq!((&issue["kind"], &issue["invoice"]), (&json!("action_required"), &json!("in_2")));
    assert!(jo.open("/dashboard").await.text().contains("bank needs you to confirm"));
    let mails = world.mails("payment_failed").await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["subject"], "Please confirm a payment - Acme");
    send_event(&world, invoice_event(&jo, "invoice.payment_failed", "in_2")).await;
    assert_eq!(world.mails("payment_failed").await.len(), 1, "one invoice sends one email");
}

#[tokio::test]
async fn payment_email_is_dropped_when_the_invoice_is_closed() {
    for closing in
        ["invoice.paid", "invoice.voided", "invoice.marked_uncollectible", "customer.subscription.deleted"]
    {
        let world = World::new().await;
        let jo = paying(&world).await;
        world.settle().await;
        // The email stays pending, because the mailer cannot write its claim to the table.
        world
            .inject(
                json!([{ "function": "mailer", "service": "dynamodb", "rate": 1.0, "kind": "error_500" }]),
            )
            .await;
        send_event(&world, invoice_event(&jo, "invoice.payment_failed", "in_2")).await;
        let closed = match closing {
            "customer.subscription.deleted" => json!({ "type": closing, "organization_id": jo.org() }),
            _ => invoice_event(&jo, closing, "in_2"),
        };
        send_event(&world, closed).await;
        world.local("DELETE", "/_local/faults", None).await;
        world.advance("10m").await;
        assert_eq!(world.mails("payment_failed").await.len(), 0, "{closing}");
    }
}
