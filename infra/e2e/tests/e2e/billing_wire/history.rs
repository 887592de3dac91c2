//! Random billing histories: the events that Stripe would send for a customer.

use domain::{billing::CustomerId, id::OrgId};
use serde_json::{Value, json};

use crate::billing_wire::rng::TestRng;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// Billing history of one customer: Stripe's events in the order in which they happened.
pub struct History {
    pub customer: CustomerId,
    pub events: Vec<Value>,
}

struct Generator<'a> {
    rng: &'a mut TestRng,
    org: OrgId,
    name: String,
    /// Unix time of the next event, in seconds.
    at: i64,
    linked: bool,
    events: Vec<Value>,
}

impl History {
    /// Generates the history of organization `n`. It starts 40 days before `now`.
    pub fn random(rng: &mut TestRng, n: usize, org: OrgId, now: i64) -> Self {
        let linked = rng.percent(60);
        let mut generator =
            Generator { rng, org, name: format!("{n}"), at: now - 40 * DAY, linked, events: Vec::new() };
        generator.subscription_history(0);
        if linked {
            generator.checkout();
        }
        for number in 1..=generator.rng.below(2) {
            generator.subscription_history(number);
        }
        if generator.rng.percent(20) {
            generator.one_off();
        }
        if generator.rng.percent(20) {
            generator.foreign_product();
        }
        if generator.rng.percent(20) {
            generator.bank_debit();
        }
        if generator.rng.percent(20) {
            generator.add_event("charge.refunded", json!({ "id": format!("ch_{n}") }), &json!({}));
        }
        if generator.rng.percent(5) {
            let deletion =
                generator.add_event("customer.deleted", json!({ "id": format!("cus_{n}") }), &json!({}));
            deletion["data"]["object"]["metadata"] = json!({ "organization_id": org.to_string() });
        }
        let events = generator.events;
        Self { customer: CustomerId::parse(&format!("cus_{n}")).unwrap(), events }
    }
}

impl Generator<'_> {
    /// Generates the events of one subscription, with failed and successful renewals. At the end of
    /// the history, the subscription has ended or is still alive.
    fn subscription_history(&mut self, number: usize) {
        let mut status = *self.rng.one_of(&["incomplete", "trialing", "active"]);
        self.subscription(number, "created", status, None);
        self.invoice(number, 0, "invoice.paid", if status == "trialing" { 0 } else { 2900 });
        for renewal in 1..=self.rng.below(3) {
            self.pass_time();
            let next = *self.rng.one_of(&["active", "active", "past_due", "unpaid", "paused", "trialing"]);
            if next == "past_due" || next == "unpaid" {
                let failure = ["invoice.payment_failed", "invoice.payment_action_required"];
                let failure = *self.rng.one_of(&failure);
                self.invoice(number, renewal, failure, 0);
            } else if self.rng.percent(70) {
                self.invoice(number, renewal, "invoice.paid", 2900);
            }
            if next != status {
                self.subscription(number, "updated", next, Some(status));
                status = next;
            }
            let outcome = *self.rng.one_of(&["invoice.paid", "invoice.voided", "", "", ""]);
            if !outcome.is_empty() {
                self.invoice(number, renewal, outcome, 2900);
            }
        }
        if self.rng.percent(25) {
            self.pass_time();
            self.subscription(number, "deleted", "canceled", None);
        }
    }

    /// Moves the time of the next event forward by at most three days. Half of all events have the
    /// same second as the event before.
    fn pass_time(&mut self) {
        self.at += if self.rng.percent(50) { 0 } else { 1 + self.rng.below(3 * DAY as usize) as i64 };
    }

    fn subscription(&mut self, number: usize, change: &str, status: &str, previous_status: Option<&str>) {
        let trial_end = (status == "trialing").then_some(self.at + 10 * DAY);
        let object = json!({ "id": format!("sub_{}_{number}", self.name), "object": "subscription", "status": status,
            "metadata": { "organization_id": self.org.to_string() }, "trial_end": trial_end,
            "items": { "data": [{ "price": { "id": "price_local_team" } }] } });
        let previous = previous_status.map_or(json!({}), |status| json!({ "status": status }));
        self.add_event(&format!("customer.subscription.{change}"), object, &previous);
    }

    /// Adds an event about an invoice. The format is that of an old or a new API version. If the
    /// customer is linked, the invoice can omit our metadata. Stripe reports some payments with two
    /// events, and so does this function.
    fn invoice(&mut self, number: usize, renewal: usize, kind: &str, amount: u64) {
        let has_metadata = !self.linked || self.rng.percent(60);
        let metadata =
            if has_metadata { json!({ "organization_id": self.org.to_string() }) } else { json!({}) };
        let subscription = format!("sub_{}_{number}", self.name);
        let details = json!({ "subscription": subscription, "metadata": metadata });
        let mut object = json!({ "id": format!("in_{}_{number}_{renewal}", self.name), "object": "invoice",
            "amount_paid": amount, "created": self.at });
        if self.rng.percent(50) {
            object["parent"] = json!({ "type": "subscription_details", "subscription_details": details });
        } else {
            object["subscription"] = json!(subscription);
            object["subscription_details"] = details;
        }
        self.add_event(kind, object.clone(), &json!({}));
        if kind == "invoice.paid" && self.rng.percent(70) {
            self.add_event("invoice.payment_succeeded", object, &json!({}));
        }
    }

    /// Adds a paid invoice without a subscription.
    fn one_off(&mut self) {
        self.pass_time();
        let object = json!({ "id": format!("in_{}_one", self.name), "object": "invoice", "amount_paid": 500,
            "created": self.at, "billing_reason": "manual", "lines": { "data": [] } });
        self.add_event("invoice.paid", object, &json!({}));
    }

    /// Adds a subscription of another product of the same customer, and its invoice.
    fn foreign_product(&mut self) {
        self.pass_time();
        let id = format!("sub_{}_foreign", self.name);
        let object = json!({ "id": id, "object": "subscription", "status": "active", "metadata": {},
            "items": { "data": [{ "price": { "id": "price_of_another_product" } }] } });
        self.add_event("customer.subscription.created", object, &json!({}));
        let invoice = json!({ "id": format!("in_{}_foreign", self.name), "object": "invoice",
            "amount_paid": 700, "created": self.at, "subscription": id });
        self.add_event("invoice.paid", invoice, &json!({}));
    }

    /// Adds a subscription that is active before its bank debit arrives. Half of the debits fail.
    fn bank_debit(&mut self) {
        let number = 9;
        self.subscription(number, "created", "active", None);
        self.at += 3 * DAY;
        if self.rng.percent(50) {
            self.invoice(number, 0, "invoice.payment_failed", 0);
            self.subscription(number, "updated", "past_due", Some("active"));
        } else {
            self.invoice(number, 0, "invoice.paid", 2900);
        }
    }

    fn checkout(&mut self) {
        let org = self.org.to_string();
        let object = json!({ "id": format!("cs_{}", self.name), "object": "checkout.session",
            "client_reference_id": org, "metadata": { "organization_id": org } });
        self.add_event("checkout.session.completed", object, &json!({}));
    }

    /// Adds an event about the customer. As with Stripe, the order of event ids is not the order of
    /// the events.
    fn add_event(&mut self, kind: &str, mut object: Value, previous: &Value) -> &mut Value {
        if object.get("customer").is_none() && kind != "customer.deleted" {
            object["customer"] = json!(format!("cus_{}", self.name));
        }
        if kind == "charge.refunded" && !self.linked {
            object["metadata"] = json!({ "organization_id": self.org.to_string() });
        }
        let id = format!("evt_{}_{:04x}_{}", self.name, self.rng.below(0x1_0000), self.events.len());
        self.events
            .push(json!({ "id": id, "object": "event", "type": kind, "created": self.at, "livemode": false,
            "data": { "object": object, "previous_attributes": previous } }));
        self.events.last_mut().unwrap()
    }
}
