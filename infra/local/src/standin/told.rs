//! Whom an event speaks of.

use serde_json::Value;

/// The metadata that names an organization.
pub(super) const ORGANIZATION: &str = "organization_id";

/// What an event says of its customer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told<'a> {
    pub(super) customer: &'a str,
    pub(super) subscription: Option<&'a str>,
    pub(super) organization: Option<&'a str>,
    pub(super) deleted: bool,
}

impl<'a> Told<'a> {
    /// Reads an event; `None` where it names no customer.
    pub(super) fn read(event: &'a Value) -> Option<Self> {
        let object = event.pointer("/data/object")?;
        let text = |at: &str| object.pointer(at).and_then(Value::as_str);
        let first = |places: &[&str]| places.iter().find_map(|at| text(at));
        let kind = text("/object").unwrap_or_default();
        // Newer invoices name their subscription under what they bill (Stripe, version 2025-03-31.basil).
        let subscription = ["/parent/subscription_details/subscription", "/subscription"];
        let organization = [
            "/metadata/organization_id",
            "/parent/subscription_details/metadata/organization_id",
            "/subscription_details/metadata/organization_id",
        ];
        Some(Self {
            customer: text(if kind == "customer" { "/id" } else { "/customer" })?,
            subscription: if kind == "subscription" { text("/id") } else { first(&subscription) },
            organization: first(&organization),
            deleted: event.get("type").is_some_and(|kind| kind == "customer.deleted"),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_say_whom_they_are_about() {
        let metadata = json!({ "organization_id": "org_1" });
        for (kind, object, told) in [
            (
                "customer.subscription.updated",
                json!({ "object": "subscription", "id": "sub_1", "customer": "cus_1", "metadata": metadata }),
                Some(("cus_1", Some("sub_1"), Some("org_1"), false)),
            ),
            (
                "invoice.paid",
                json!({ "object": "invoice", "id": "in_1", "customer": "cus_1",
                    "parent": { "subscription_details": { "subscription": "sub_1", "metadata": metadata } } }),
                Some(("cus_1", Some("sub_1"), Some("org_1"), false)),
            ),
            (
                "invoice.paid",
                json!({ "object": "invoice", "id": "in_1", "customer": "cus_1", "subscription": "sub_1",
                    "subscription_details": { "metadata": metadata } }),
                Some(("cus_1", Some("sub_1"), Some("org_1"), false)),
            ),
            (
                "customer.deleted",
                json!({ "object": "customer", "id": "cus_1" }),
                Some(("cus_1", None, None, true)),
            ),
            ("invoice.paid", json!({ "object": "invoice", "customer": null }), None),
            ("product.created", json!({ "object": "product", "id": "prod_1" }), None),
        ] {
            let event = json!({ "type": kind, "data": { "object": object } });
            let read = Told::read(&event);
            let read = read.map(|it| (it.customer, it.subscription, it.organization, it.deleted));
            assert_eq!(read, told, "{kind}");
        }
    }
}
