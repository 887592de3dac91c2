//! Customer, subscription, and organization that an event refers to.

use serde_json::Value;

use super::subscription::Subscription;

/// Metadata key that contains the organization id.
pub(super) const ORGANIZATION: &str = "organization_id";

/// Kind of object that an event reports as ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndedObject {
    Subscription,
    /// The customer and all its subscriptions.
    Customer,
}

/// Ids that an event contains about its customer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EventScope<'a> {
    pub(super) customer: &'a str,
    pub(super) subscription: Option<&'a str>,
    pub(super) organization: Option<&'a str>,
    pub(super) ended: Option<EndedObject>,
    /// Seconds since the Unix epoch.
    pub(super) created: Option<i64>,
}

impl<'a> EventScope<'a> {
    /// Reads an event. Returns `None` if it has no customer.
    pub(super) fn read(event: &'a Value) -> Option<Self> {
        let object = event.pointer("/data/object")?;
        let text = |at: &str| object.pointer(at).and_then(Value::as_str);
        let first = |pointers: &[&str]| pointers.iter().find_map(|at| text(at));
        // A reference to a customer or subscription is an id or the expanded object. Since API
        // version 2025-03-31.basil, an invoice has its subscription under `parent`.
        let (customer, subscription): (&[&str], &[&str]) = match text("/object") {
            Some("customer") => (&["/id"], &[]),
            Some("subscription") => (&["/customer", "/customer/id"], &["/id"]),
            _ => (
                &["/customer", "/customer/id"],
                &["/parent/subscription_details/subscription", "/subscription", "/subscription/id"],
            ),
        };
        let organization = [
            "/metadata/organization_id",
            "/parent/subscription_details/metadata/organization_id",
            "/subscription_details/metadata/organization_id",
        ];
        Some(Self {
            customer: first(customer)?,
            subscription: first(subscription),
            organization: first(&organization),
            ended: match event.get("type").and_then(Value::as_str) {
                Some("customer.deleted") => Some(EndedObject::Customer),
                Some("customer.subscription.deleted") => Some(EndedObject::Subscription),
                _ => None,
            },
            created: event.get("created").and_then(Value::as_i64),
        })
    }

    /// Whether the event ends this subscription.
    pub(super) fn ends(&self, subscription: &Subscription) -> bool {
        match self.ended {
            Some(EndedObject::Customer) => subscription.customer == self.customer,
            Some(EndedObject::Subscription) => self.subscription == Some(&subscription.id),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn read_finds_the_ids_of_each_event_type() {
        let metadata = json!({ "organization_id": "org_1" });
        for (kind, object, expected) in [
            (
                "customer.subscription.updated",
                json!({ "object": "subscription", "id": "sub_1", "customer": "cus_1", "metadata": metadata }),
                Some(("cus_1", Some("sub_1"), Some("org_1"), None)),
            ),
            (
                "invoice.paid",
                json!({ "object": "invoice", "id": "in_1", "customer": "cus_1",
                    "parent": { "subscription_details": { "subscription": "sub_1", "metadata": metadata } } }),
                Some(("cus_1", Some("sub_1"), Some("org_1"), None)),
            ),
            (
                "invoice.paid",
                json!({ "object": "invoice", "id": "in_1", "customer": "cus_1", "subscription": "sub_1",
                    "subscription_details": { "metadata": metadata } }),
                Some(("cus_1", Some("sub_1"), Some("org_1"), None)),
            ),
            (
                "customer.deleted",
                json!({ "object": "customer", "id": "cus_1" }),
                Some(("cus_1", None, None, Some(EndedObject::Customer))),
            ),
            (
                "customer.subscription.deleted",
                json!({ "object": "subscription", "id": "sub_1", "customer": { "id": "cus_1", "object": "customer" } }),
                Some(("cus_1", Some("sub_1"), None, Some(EndedObject::Subscription))),
            ),
            ("invoice.paid", json!({ "object": "invoice", "customer": null }), None),
            ("product.created", json!({ "object": "product", "id": "prod_1" }), None),
        ] {
            let event = json!({ "type": kind, "data": { "object": object } });
            let read = EventScope::read(&event);
            let read = read.map(|it| (it.customer, it.subscription, it.organization, it.ended));
            assert_eq!(read, expected, "{kind}");
        }
    }
}
