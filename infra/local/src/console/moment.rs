//! What may happen in the world that Stripe would tell of, as data.

use serde_json::{Map, Value, json};

/// A moment and the events by which Stripe tells of it, in their usual order.
#[derive(Debug)]
pub(super) struct Moment {
    /// What happens, in words.
    pub(super) title: &'static str,
    /// The events.
    pub(super) events: &'static [Step],
}

/// One event, and what differs from its usual form.
#[derive(Debug)]
pub(super) struct Step {
    /// Stripe's event type.
    pub(super) event_type: &'static str,
    /// Dotted paths and their texts.
    pub(super) set: &'static [(&'static str, &'static str)],
}

const fn default_step(event_type: &'static str) -> Step {
    Step { event_type, set: &[] }
}

/// The moments in the order of a customer's life.
pub(super) const MOMENTS: [Moment; 8] = [
    Moment { title: "Checkout completes", events: &[default_step("checkout.session.completed")] },
    Moment {
        title: "First payment arrives",
        events: &[
            default_step("customer.subscription.created"),
            Step {
                event_type: "invoice.paid",
                set: &[("data.object.billing_reason", "subscription_create")],
            },
        ],
    },
    Moment { title: "Renewal is paid", events: &[default_step("invoice.paid")] },
    Moment {
        title: "Card is declined",
        events: &[
            default_step("invoice.payment_failed"),
            Step {
                event_type: "customer.subscription.updated",
                set: &[("data.object.status", "past_due"), ("data.previous_attributes.status", "active")],
            },
        ],
    },
    Moment { title: "Needs authentication", events: &[default_step("invoice.payment_action_required")] },
    Moment {
        title: "Trial is about to end",
        events: &[default_step("customer.subscription.trial_will_end")],
    },
    Moment { title: "Subscription is cancelled", events: &[default_step("customer.subscription.deleted")] },
    Moment { title: "Payment is refunded", events: &[default_step("charge.refunded")] },
];

impl Moment {
    /// The bodies for `POST /_local/stripe/events`; whom they are about is added where it is known.
    pub(super) fn requests(&self) -> Value {
        self.events.iter().map(Step::request).collect()
    }
}

impl Step {
    fn request(&self) -> Value {
        let set: Map<String, Value> =
            self.set.iter().map(|(path, text)| ((*path).to_owned(), Value::from(*text))).collect();
        json!({ "type": self.event_type, "set": set })
    }
}
