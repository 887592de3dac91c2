//! Parses the object of an event, by the event's type.
//!
//! Some fields moved between API versions. For such a field, this module lists the JSON paths of
//! all supported versions, the newest first. Source: Stripe's API reference for each object, and
//! the changelog of 2025-03-31 ("basil").

use domain::billing::{
    Change, CustomerId, FactKind, IncidentKind, InvoiceFact, InvoiceId, Pause, SubscriptionFact,
    SubscriptionId, SubscriptionStatus,
};
use jiff::Timestamp;

use crate::{
    event::OrgReference,
    read::{FieldError, Json},
};

/// The paths of `organization_id` in an invoice: in a copy of the subscription's metadata, in the
/// metadata of the expanded subscription, or in the invoice's own metadata.
const INVOICE_ORGANIZATION: [&str; 5] = [
    "/parent/subscription_details/metadata/organization_id",
    "/parent/subscription_details/subscription/metadata/organization_id",
    "/subscription_details/metadata/organization_id",
    "/subscription/metadata/organization_id",
    OWN_ORGANIZATION,
];
const INVOICE_SUBSCRIPTION: [&str; 2] = ["/parent/subscription_details/subscription", "/subscription"];
const OWN_ORGANIZATION: &str = "/metadata/organization_id";
const PLAN: [&str; 3] = ["/items/data/0/price/id", "/items/data/0/plan/id", "/plan/id"];
const PERIOD_END: [&str; 2] = ["/items/data/0/current_period_end", "/current_period_end"];

/// Maximum amount, in the currency's smallest unit. Stripe's amounts have at most twelve digits.
const MAX_AMOUNT: u64 = 999_999_999_999;

/// Maximum length of a price id that is stored, in bytes.
const MAX_PLAN_BYTES: usize = 255;

/// The parsed object of an event.
pub(crate) struct Object {
    pub what: FactKind,
    pub organization: Option<String>,
    pub named: Option<OrgReference>,
}

/// Parses the object of an event of type `kind`. Returns `None` if Onramp does not use this type,
/// or if the object is a Checkout session without a customer.
pub(crate) fn parse(kind: &str, created: Timestamp, event: Json<'_>) -> Result<Option<Object>, FieldError> {
    let Some(topic) = Topic::of(kind) else { return Ok(None) };
    let object = event.at("/data/object").ok_or(FieldError::Missing("/data/object"))?;
    let organization = object.text(&[OWN_ORGANIZATION]);
    let with_own = |what| Object { what, organization: organization.map(str::to_owned), named: None };
    let with_invoice =
        |what| Object { organization: invoice_organization(object).map(str::to_owned), ..with_own(what) };
    Ok(match topic {
        Topic::Paid => Some(with_invoice(invoice(object, created, paid(object)?)?)),
        Topic::Invoice(fact) => Some(with_invoice(invoice(object, created, fact)?)),
        Topic::Subscription(change) => {
            let before = event.text(&["/data/previous_attributes/status"]);
            Some(with_own(subscription(object, change, before)?))
        }
        // A session without a customer cannot link a customer to an organization. So Onramp ignores
        // it.
        Topic::Checkout => object.id(&["/customer"], CustomerId::parse)?.map(|customer| {
            let reference = org_reference(object.text(&["/client_reference_id"]), organization);
            let named = reference.all().filter_map(|id| id.parse().ok()).collect();
            Object { named: Some(reference), ..with_own(FactKind::Checkout { customer, named }) }
        }),
        Topic::CustomerDeleted => {
            Some(with_own(FactKind::CustomerDeleted { customer: object.own_id("/id", CustomerId::parse)? }))
        }
        Topic::Incident(kind) => {
            let customer = object.id(&["/customer", "/charge/customer"], CustomerId::parse)?;
            Some(with_own(FactKind::Incident { customer, kind }))
        }
    })
}

/// The event types that Onramp uses. The webhook endpoint at Stripe must be subscribed to all of
/// them.
///
/// The parser also accepts future types that start with `charge.dispute.`. This list contains the
/// dispute types that exist today.
pub const EVENT_TYPES: [&str; 20] = [
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.voided",
    "invoice.marked_uncollectible",
    "customer.deleted",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
];

/// The meaning of an event type.
#[derive(Clone, Copy)]
enum Topic {
    Paid,
    Invoice(InvoiceFact),
    Subscription(Change),
    Checkout,
    CustomerDeleted,
    Incident(IncidentKind),
}

impl Topic {
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            // Stripe sends both events for a payment. For an invoice that was paid outside of
            // Stripe, it sends only `invoice.paid`.
            "invoice.paid" | "invoice.payment_succeeded" => Self::Paid,
            "invoice.payment_failed" => Self::Invoice(InvoiceFact::Failed),
            "invoice.payment_action_required" => Self::Invoice(InvoiceFact::ActionRequired),
            "invoice.voided" => Self::Invoice(InvoiceFact::Voided),
            "invoice.marked_uncollectible" => Self::Invoice(InvoiceFact::Uncollectible),
            "customer.subscription.created" => Self::Subscription(Change::Created),
            "customer.subscription.updated"
            | "customer.subscription.paused"
            | "customer.subscription.resumed" => Self::Subscription(Change::Updated),
            "customer.subscription.trial_will_end" => Self::Subscription(Change::TrialWillEnd),
            "customer.subscription.deleted" => Self::Subscription(Change::Deleted),
            "checkout.session.completed" => Self::Checkout,
            "customer.deleted" => Self::CustomerDeleted,
            "charge.refunded" => Self::Incident(IncidentKind::Refunded),
            dispute if dispute.starts_with("charge.dispute.") => Self::Incident(IncidentKind::Disputed),
            _ => return None,
        })
    }
}

fn paid(object: Json<'_>) -> Result<InvoiceFact, FieldError> {
    let amount = object.at("/amount_paid").ok_or(FieldError::Missing("/amount_paid"))?;
    let amount = amount.0.as_u64().filter(|amount| *amount <= MAX_AMOUNT);
    let amount = amount.ok_or_else(|| FieldError::wrong("/amount_paid", "not an amount"))?;
    Ok(InvoiceFact::Paid { amount })
}

fn invoice(object: Json<'_>, event_created: Timestamp, fact: InvoiceFact) -> Result<FactKind, FieldError> {
    Ok(FactKind::Invoice {
        invoice: object.own_id("/id", InvoiceId::parse)?,
        subscription: object.id(&INVOICE_SUBSCRIPTION, SubscriptionId::parse)?,
        customer: object.own_id("/customer", CustomerId::parse)?,
        invoice_created: object.time("/created")?.unwrap_or(event_created),
        fact,
    })
}

/// Returns the organization of an invoice. It is named in the metadata of the invoice's
/// subscription, of the invoice, or of a line item.
fn invoice_organization(object: Json<'_>) -> Option<&str> {
    object
        .text(&INVOICE_ORGANIZATION)
        .or_else(|| object.list("/lines/data").find_map(|line| line.text(&[OWN_ORGANIZATION])))
}

fn subscription(object: Json<'_>, change: Change, before: Option<&str>) -> Result<FactKind, FieldError> {
    let status = object.text(&["/status"]).ok_or(FieldError::Missing("/status"))?;
    let status = SubscriptionStatus::parse(status)
        .ok_or_else(|| FieldError::wrong("/status", "not a known status"))?;
    let cancel_at = match object.time("/cancel_at")? {
        None if object.flag("/cancel_at_period_end") => period_end(object)?,
        at => at,
    };
    Ok(FactKind::Subscription {
        subscription: object.own_id("/id", SubscriptionId::parse)?,
        customer: object.own_id("/customer", CustomerId::parse)?,
        fact: SubscriptionFact {
            change,
            status,
            previous_status: before.and_then(SubscriptionStatus::parse),
            plan: object.text(&PLAN).filter(|plan| plan.len() <= MAX_PLAN_BYTES).map(str::to_owned),
            trial_end: object.time("/trial_end")?,
            cancel_at,
            paused: pause(object)?,
        },
    })
}

fn pause(object: Json<'_>) -> Result<Option<Pause>, FieldError> {
    let resumes_at = object.time("/pause_collection/resumes_at")?;
    Ok(object.at("/pause_collection").map(|_| Pause { resumes_at }))
}

fn period_end(object: Json<'_>) -> Result<Option<Timestamp>, FieldError> {
    for path in PERIOD_END {
        if let Some(end) = object.time(path)? {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

fn org_reference(reference: Option<&str>, metadata: Option<&str>) -> OrgReference {
    match (reference.map(str::to_owned), metadata.map(str::to_owned)) {
        (Some(reference), Some(metadata)) if reference == metadata => OrgReference::Agreed(metadata),
        (Some(reference), Some(metadata)) => OrgReference::Differing { reference, metadata },
        (Some(reference), None) => OrgReference::Reference(reference),
        (None, Some(metadata)) => OrgReference::Metadata(metadata),
        (None, None) => OrgReference::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_type_is_relevant() {
        for kind in EVENT_TYPES {
            assert!(Topic::of(kind).is_some(), "{kind}");
        }
    }

    #[test]
    fn every_relevant_type_is_listed() {
        // The test reads the match arms from this file, so a new arm must also be in the list.
        let source = include_str!("object.rs");
        let arms = source.split("match kind {").nth(1).and_then(|rest| rest.split("_ => return None").next());
        let named: Vec<_> =
            arms.unwrap().split('"').filter(|text| text.contains('.') && !text.contains(' ')).collect();
        assert!(named.len() > 10, "{named:?}");
        for kind in named.iter().filter(|kind| !kind.ends_with('.')) {
            assert!(EVENT_TYPES.contains(kind), "{kind}");
        }
    }
}
