//! Random lives of subscriptions, as Stripe would tell them.

use domain::{billing::CustomerId, id::OrgId};
use serde_json::{Value, json};

use crate::rng::TestRng;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// A customer's history: what Stripe says, in the order in which it happened.
pub struct History {
    pub customer: CustomerId,
    /// Whether a Checkout session links the customer. Only then may events come that do not name the organization.
    pub linked: bool,
    pub events: Vec<Value>,
}

struct Teller<'a> {
    rng: &'a mut TestRng,
    org: OrgId,
    name: String,
    /// The second in which the next event is made.
    at: i64,
    linked: bool,
    events: Vec<Value>,
}

impl History {
    /// The history of organization `n`, which begins 40 days before `now`.
    pub fn random(rng: &mut TestRng, n: usize, org: OrgId, now: i64) -> Self {
        let linked = rng.percent(60);
        let mut teller =
            Teller { rng, org, name: format!("{n}"), at: now - 40 * DAY, linked, events: Vec::new() };
        teller.life(0);
        if linked {
            teller.checkout();
        }
        for another in 1..=teller.rng.below(2) {
            teller.life(another);
        }
        if teller.rng.percent(20) {
            teller.say("charge.refunded", json!({ "id": format!("ch_{n}") }), &json!({}));
        }
        if teller.rng.percent(5) {
            let gone = teller.say("customer.deleted", json!({ "id": format!("cus_{n}") }), &json!({}));
            gone["data"]["object"]["metadata"] = json!({ "organization_id": org.to_string() });
        }
        let events = teller.events;
        Self { customer: CustomerId::parse(&format!("cus_{n}")).unwrap(), linked, events }
    }
}

impl Teller<'_> {
    /// A subscription from its beginning, with renewals that fail and succeed, to its end or to now.
    fn life(&mut self, number: usize) {
        let mut status = *self.rng.one_of(&["incomplete", "trialing", "active"]);
        self.subscription(number, "created", status, None);
        self.invoice(number, 0, "invoice.paid", if status == "trialing" { 0 } else { 2900 });
        for renewal in 1..=self.rng.below(3) {
            self.pass_time();
            let next = *self.rng.one_of(&["active", "active", "past_due", "unpaid", "paused", "trialing"]);
            if next == "past_due" || next == "unpaid" {
                let how = ["invoice.payment_failed", "invoice.payment_action_required"];
                let how = *self.rng.one_of(&how);
                self.invoice(number, renewal, how, 0);
            } else if self.rng.percent(70) {
                self.invoice(number, renewal, "invoice.paid", 2900);
            }
            if next != status {
                self.subscription(number, "updated", next, Some(status));
                status = next;
            }
            let settled = *self.rng.one_of(&["invoice.paid", "invoice.voided", "", "", ""]);
            if !settled.is_empty() {
                self.invoice(number, renewal, settled, 2900);
            }
        }
        if self.rng.percent(25) {
            self.pass_time();
            self.subscription(number, "deleted", "canceled", None);
        }
    }

    /// Half of all events share their second with the one before.
    fn pass_time(&mut self) {
        self.at += if self.rng.percent(50) { 0 } else { 1 + self.rng.below(3 * DAY as usize) as i64 };
    }

    fn subscription(&mut self, number: usize, change: &str, status: &str, before: Option<&str>) {
        let trial_end = (status == "trialing").then_some(self.at + 10 * DAY);
        let object = json!({ "id": format!("sub_{}_{number}", self.name), "object": "subscription", "status": status,
            "metadata": { "organization_id": self.org.to_string() }, "trial_end": trial_end,
            "items": { "data": [{ "price": { "id": "price_local_team" } }] } });
        let previous = before.map_or(json!({}), |before| json!({ "status": before }));
        self.say(&format!("customer.subscription.{change}"), object, &previous);
    }

    /// An invoice in the shape of one API version or another, with our metadata or, once linked, without. One payment
    /// is told by two events.
    fn invoice(&mut self, number: usize, renewal: usize, kind: &str, amount: u64) {
        let named = !self.linked || self.rng.percent(60);
        let metadata = if named { json!({ "organization_id": self.org.to_string() }) } else { json!({}) };
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
        self.say(kind, object.clone(), &json!({}));
        if kind == "invoice.paid" && self.rng.percent(70) {
            self.say("invoice.payment_succeeded", object, &json!({}));
        }
    }

    fn checkout(&mut self) {
        let org = self.org.to_string();
        let object = json!({ "id": format!("cs_{}", self.name), "object": "checkout.session",
            "client_reference_id": org, "metadata": { "organization_id": org } });
        self.say("checkout.session.completed", object, &json!({}));
    }

    /// Tells something of the customer. Ids come in no order, as Stripe's do.
    fn say(&mut self, kind: &str, mut object: Value, previous: &Value) -> &mut Value {
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
