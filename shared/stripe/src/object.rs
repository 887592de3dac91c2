//! Parses the object of an event, by the event's type.
//!
//! Some fields moved between API versions. For such a field, this module lists the JSON paths of
//! all supported versions, the newest first. Source: Stripe's API reference for each object, and
//! the changelog of 2025-03-31 ("basil").

use domain::billing::{
    Change, CustomerId, FactKind, IncidentKind, InvoiceFact, InvoiceId, MAX_AMOUNT, Money, SubscriptionId,
};
use jiff::Timestamp;

use crate::{
    org_reference::OrgReference,
    read::{FieldError, Json},
    subscription::{line_prices, subscription},
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
const LINE_SUBSCRIPTION: [&str; 3] = [
    "/parent/subscription_item_details/subscription",
    "/parent/invoice_item_details/subscription",
    "/subscription",
];
const OWN_ORGANIZATION: &str = "/metadata/organization_id";
/// The paths of the time at which an announced invoice will be created or charged.
const UPCOMING_DATE: [&str; 3] = ["/period_end", "/next_payment_attempt", "/created"];
/// The paths of the payer's address in a Checkout session, an invoice, and a charge.
const PAYER_ADDRESS: [&str; 5] = [
    "/customer_details/email",
    "/customer_email",
    "/billing_details/email",
    "/receipt_email",
    "/customer/email",
];
/// The paths of the amount of a payment: paid, still due, disputed, or refunded.
const PAYMENT_AMOUNT: [&str; 4] = ["/amount_refunded", "/amount_total", "/amount_paid", "/amount"];

/// Maximum length of an id or address that is kept for review, in bytes.
const MAX_TEXT_BYTES: usize = 255;

/// The parsed object of an event.
pub(crate) struct Object {
    pub what: FactKind,
    pub organization: Option<String>,
    pub named: Option<OrgReference>,
    /// What an operator needs to review the payment.
    pub payment: PaymentDetails,
}

/// Details of a payment for the review by an operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentDetails {
    /// The amount of the payment, refund, or dispute.
    pub amount: Option<Money>,
    /// The disputed or refunded charge.
    pub charge: Option<String>,
    /// The address of the payer as Stripe has it. It is personal data and must not be logged.
    pub address: Option<String>,
}

/// Parses the object of an event of type `kind`. Returns `None` if Onramp does not use this type,
/// or if the object is a Checkout session without a customer.
pub(crate) fn parse(kind: &str, created: Timestamp, event: Json<'_>) -> Result<Option<Object>, FieldError> {
    let Some(topic) = Topic::of(kind) else { return Ok(None) };
    let object = event.at("/data/object").ok_or(FieldError::Missing("/data/object"))?;
    let organization = object.trimmed(&[OWN_ORGANIZATION]);
    let payment = payment_details(object);
    let with_own = |what| Object {
        what,
        organization: organization.map(str::to_owned),
        named: None,
        payment: payment.clone(),
    };
    let with_invoice =
        |what| Object { organization: invoice_organization(object).map(str::to_owned), ..with_own(what) };
    Ok(match topic {
        Topic::Paid => Some(with_invoice(invoice(object, created, paid(object)?)?)),
        Topic::Failed => {
            let (due, next_attempt) = (due(object), next_attempt(object));
            Some(with_invoice(invoice(object, created, InvoiceFact::Failed { due, next_attempt })?))
        }
        Topic::ActionRequired => {
            let (due, next_attempt) = (due(object), next_attempt(object));
            Some(with_invoice(invoice(object, created, InvoiceFact::ActionRequired { due, next_attempt })?))
        }
        Topic::Invoice(fact) => Some(with_invoice(invoice(object, created, fact)?)),
        Topic::Upcoming => upcoming(object, created)?.map(with_invoice),
        Topic::FinalizationFailed => Some(with_invoice(FactKind::FinalizationFailed {
            invoice: object.own_id("/id", InvoiceId::parse)?,
            customer: object.own_id("/customer", CustomerId::parse)?,
        })),
        Topic::Subscription(change) => {
            Some(with_own(subscription(object, change, event.at("/data/previous_attributes"))?))
        }
        // A session without a customer cannot link a customer to an organization. So Onramp ignores
        // it.
        Topic::Checkout => object.id(&["/customer"], CustomerId::parse)?.map(|customer| {
            let reference = OrgReference::of(object.trimmed(&["/client_reference_id"]), organization);
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

/// The type of the only events that are about no organization.
pub(crate) const PRICE_UPDATED: &str = "price.updated";

/// The event types that Onramp uses. The webhook endpoint at Stripe must be subscribed to all of
/// them.
///
/// The parser also accepts future types that start with `charge.dispute.`. This list contains the
/// dispute types that exist today.
pub const EVENT_TYPES: [&str; 23] = [
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
    "invoice.upcoming",
    "invoice.finalization_failed",
    "customer.deleted",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    PRICE_UPDATED,
];

/// The meaning of an event type.
#[derive(Clone, Copy)]
enum Topic {
    Paid,
    Failed,
    ActionRequired,
    Invoice(InvoiceFact),
    Upcoming,
    FinalizationFailed,
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
            "invoice.payment_failed" => Self::Failed,
            "invoice.payment_action_required" => Self::ActionRequired,
            "invoice.voided" => Self::Invoice(InvoiceFact::Voided),
            "invoice.marked_uncollectible" => Self::Invoice(InvoiceFact::Uncollectible),
            "invoice.upcoming" => Self::Upcoming,
            "invoice.finalization_failed" => Self::FinalizationFailed,
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
    let amount = amount.whole().filter(|amount| *amount <= MAX_AMOUNT);
    let amount = amount.ok_or_else(|| FieldError::wrong("/amount_paid", "not an amount"))?;
    Ok(InvoiceFact::Paid { amount })
}

/// Parses an expanded invoice that is paid, with the time of the payment. Returns `None` if it is not
/// paid, or not expanded.
#[cfg(feature = "client")]
pub(crate) fn paid_invoice(object: Json<'_>) -> Result<Option<(Timestamp, FactKind)>, FieldError> {
    let paid_at = object.time("/status_transitions/paid_at")?;
    let Some(paid_at) = paid_at.filter(|_| object.text(&["/status"]) == Some("paid")) else {
        return Ok(None);
    };
    Ok(Some((paid_at, invoice(object, paid_at, paid(object)?)?)))
}

/// Returns the amount that is still to be paid for an invoice.
fn due(object: Json<'_>) -> Option<Money> {
    object.money(&["/amount_remaining", "/amount_due"]).filter(|due| due.amount > 0)
}

/// Returns when Stripe tries again. A time of an unexpected type counts as unknown, because only texts
/// use it.
fn next_attempt(object: Json<'_>) -> Option<Timestamp> {
    object.time("/next_payment_attempt").ok().flatten()
}

fn invoice(object: Json<'_>, event_created: Timestamp, fact: InvoiceFact) -> Result<FactKind, FieldError> {
    Ok(FactKind::Invoice {
        invoice: object.own_id("/id", InvoiceId::parse)?,
        subscription: invoice_subscription(object)?,
        customer: object.own_id("/customer", CustomerId::parse)?,
        invoice_created: object.time("/created")?.unwrap_or(event_created),
        prices: line_prices(object),
        fact,
    })
}

/// Returns the subscription that an invoice or one of its lines names.
fn invoice_subscription(object: Json<'_>) -> Result<Option<SubscriptionId>, FieldError> {
    if let Some(subscription) = object.id(&INVOICE_SUBSCRIPTION, SubscriptionId::parse)? {
        return Ok(Some(subscription));
    }
    for line in object.list("/lines/data") {
        if let Some(subscription) = line.id(&LINE_SUBSCRIPTION, SubscriptionId::parse)? {
            return Ok(Some(subscription));
        }
    }
    Ok(None)
}

/// Returns the announcement of an invoice. Returns `None` if it names no subscription, no amount,
/// or no time after the announcement.
fn upcoming(object: Json<'_>, created: Timestamp) -> Result<Option<FactKind>, FieldError> {
    let customer = object.own_id("/customer", CustomerId::parse)?;
    let mut dates = Vec::new();
    for path in UPCOMING_DATE {
        dates.extend(object.time(path)?.filter(|date| *date >= created));
    }
    let announced = (invoice_subscription(object)?, dates.first().copied(), object.money(&["/amount_due"]));
    let (Some(subscription), Some(date), Some(amount)) = announced else { return Ok(None) };
    Ok(Some(FactKind::Upcoming { subscription, customer, date, amount }))
}

/// Returns the organization of an invoice. It is named in the metadata of the invoice's
/// subscription, of the invoice, or of a line item.
fn invoice_organization(object: Json<'_>) -> Option<&str> {
    object
        .trimmed(&INVOICE_ORGANIZATION)
        .or_else(|| object.list("/lines/data").find_map(|line| line.trimmed(&[OWN_ORGANIZATION])))
}

fn payment_details(object: Json<'_>) -> PaymentDetails {
    let charge = match object.text(&["/object"]) {
        Some("charge") => object.text(&["/id"]),
        _ => object.text(&["/charge", "/charge/id"]),
    };
    PaymentDetails {
        amount: object.money(&PAYMENT_AMOUNT),
        charge: charge.filter(|id| id.len() <= MAX_TEXT_BYTES).map(str::to_owned),
        address: object.text(&PAYER_ADDRESS).filter(|text| text.len() <= MAX_TEXT_BYTES).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_type_is_relevant() {
        for kind in EVENT_TYPES {
            assert!(Topic::of(kind).is_some() || kind == PRICE_UPDATED, "{kind}");
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
