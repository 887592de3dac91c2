//! Billing situations that the console simulates, with their Stripe events.

use serde_json::{Map, Value, json};

use super::words::moment as words;

/// A billing situation with its Stripe events, in the order in which Stripe sends them.
#[derive(Debug)]
pub(super) struct Moment {
    /// Label of the button.
    pub(super) title: &'static str,
    pub(super) events: &'static [Step],
}

/// An event, with the values that override its default.
#[derive(Debug)]
pub(super) struct Step {
    /// Stripe's event type, such as `invoice.paid`.
    pub(super) event_type: &'static str,
    /// Overrides: dotted path and string value.
    pub(super) set: &'static [(&'static str, &'static str)],
}

const fn default_step(event_type: &'static str) -> Step {
    Step { event_type, set: &[] }
}

/// All situations, in the order of a customer's life cycle.
pub(super) const MOMENTS: [Moment; 8] = [
    Moment { title: words::CHECKOUT_COMPLETES, events: &[default_step("checkout.session.completed")] },
    Moment {
        title: words::FIRST_PAYMENT,
        events: &[
            default_step("customer.subscription.created"),
            Step {
                event_type: "invoice.paid",
                set: &[("data.object.billing_reason", "subscription_create")],
            },
        ],
    },
    Moment { title: words::RENEWAL, events: &[default_step("invoice.paid")] },
    Moment {
        title: words::CARD_DECLINED,
        events: &[
            default_step("invoice.payment_failed"),
            Step {
                event_type: "customer.subscription.updated",
                set: &[("data.object.status", "past_due"), ("data.previous_attributes.status", "active")],
            },
        ],
    },
    Moment { title: words::AUTHENTICATION, events: &[default_step("invoice.payment_action_required")] },
    Moment { title: words::TRIAL_ENDS, events: &[default_step("customer.subscription.trial_will_end")] },
    Moment { title: words::CANCELED, events: &[default_step("customer.subscription.deleted")] },
    Moment { title: words::REFUNDED, events: &[default_step("charge.refunded")] },
];

impl Moment {
    /// Returns the bodies for `POST /_local/stripe/events`. The script adds the organization.
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
