//! Stored form of the billing state.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::{
    Billing, Change, Conflict, CustomerId, EventId, IncidentKind, Invoice, InvoiceId, Item, Pause, Previous,
    StoredFact, Subscription, SubscriptionFact, SubscriptionId, SubscriptionStatus,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{at::At, error::Corrupt};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BillingItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    former_customers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deleted_customers: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    subscriptions: BTreeMap<String, SubscriptionItem>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    invoices: BTreeMap<String, InvoiceItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_paid_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_through: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_at: Option<At>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    incidents: BTreeMap<String, IncidentItem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    noted: Vec<ConflictItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    watermark: Option<At>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SubscriptionItem {
    customer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<At>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<String, FactItem>,
    #[serde(default)]
    ended: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_at: Option<At>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FactItem {
    change: String,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trial_end: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cancel_at: Option<At>,
    #[serde(default)]
    contested: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct InvoiceItem {
    created: At,
    #[serde(rename = "heard")]
    last_event_at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subscription: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action_required: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    voided: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uncollectible: Option<At>,
}

#[derive(Debug, Serialize, Deserialize)]
struct IncidentItem {
    at: At,
    kind: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "conflict", rename_all = "snake_case")]
enum ConflictItem {
    Customer { customer: String },
    Session { event: String },
    Content { event: String },
    Late { event: String },
}

impl BillingItem {
    pub(crate) fn is_empty(&self) -> bool {
        self.customer.is_none()
            && self.former_customers.is_empty()
            && self.deleted_customers.is_empty()
            && self.subscriptions.is_empty()
            && self.invoices.is_empty()
            && self.first_paid_at.is_none()
            && self.paid_through.is_none()
            && self.checkout_at.is_none()
            && self.incidents.is_empty()
            && self.noted.is_empty()
            && self.watermark.is_none()
    }
}

impl From<&Billing> for BillingItem {
    fn from(billing: &Billing) -> Self {
        Self {
            customer: billing.customer.as_ref().map(ToString::to_string),
            former_customers: billing.former_customers.iter().map(ToString::to_string).collect(),
            deleted_customers: billing.deleted_customers.iter().map(ToString::to_string).collect(),
            subscriptions: billing.subscriptions.iter().map(|(id, it)| (id.to_string(), it.into())).collect(),
            invoices: billing.invoices.iter().map(|(id, it)| (id.to_string(), it.into())).collect(),
            // An earlier version of the code provisions and keeps a trial by these values.
            first_paid_at: billing.began_at().map(At),
            paid_through: billing.paid_through().map(At),
            checkout_at: billing.checkout_at.map(At),
            incidents: billing
                .incidents
                .iter()
                .map(|(id, (at, kind))| {
                    (id.to_string(), IncidentItem { at: At(*at), kind: kind.as_str().to_owned() })
                })
                .collect(),
            noted: billing.noted.iter().map(ConflictItem::from).collect(),
            watermark: billing.watermark.map(At),
        }
    }
}

impl TryFrom<BillingItem> for Billing {
    type Error = Corrupt;

    fn try_from(item: BillingItem) -> Result<Self, Corrupt> {
        let incident = |(id, it): (String, IncidentItem)| {
            let kind =
                IncidentKind::parse(&it.kind).ok_or_else(|| Corrupt::because("kind of an incident"))?;
            Ok((event(&id)?, (it.at.0, kind)))
        };
        // An earlier version of the code stored payments without a subscription under the customer.
        let one_offs = item.subscriptions.iter().filter(|(id, it)| **id == it.customer);
        let one_off_paid_at = one_offs.filter_map(|(_, it)| time(it.paid_at)).min();
        Ok(Self {
            one_off_paid_at,
            customer: item.customer.as_deref().map(customer).transpose()?,
            former_customers: customers(&item.former_customers)?,
            deleted_customers: customers(&item.deleted_customers)?,
            subscriptions: item
                .subscriptions
                .into_iter()
                .filter(|(id, it)| *id != it.customer)
                .map(|(id, it)| Ok((subscription(&id)?, it.try_into()?)))
                .collect::<Result<_, Corrupt>>()?,
            invoices: item
                .invoices
                .into_iter()
                .map(|(id, it)| Ok((InvoiceId::parse(&id).map_err(Corrupt::because)?, it.try_into()?)))
                .collect::<Result<_, Corrupt>>()?,
            first_paid_at: time(item.first_paid_at),
            paid_through: time(item.paid_through),
            checkout_at: time(item.checkout_at),
            incidents: item.incidents.into_iter().map(incident).collect::<Result<_, Corrupt>>()?,
            noted: item.noted.into_iter().map(Conflict::try_from).collect::<Result<_, _>>()?,
            watermark: time(item.watermark),
            ..Self::default()
        })
    }
}

impl From<&Subscription> for SubscriptionItem {
    fn from(it: &Subscription) -> Self {
        let newest = it.facts.last_key_value();
        let facts = newest.into_iter().flat_map(|(_, facts)| facts);
        Self {
            customer: it.customer.to_string(),
            newest: it.newest().map(At),
            facts: facts.map(|(id, stored)| (id.to_string(), item_of(stored))).collect(),
            ended: it.ended_at.is_some(),
            paid_at: it.paid_at.map(At),
        }
    }
}

impl TryFrom<SubscriptionItem> for Subscription {
    type Error = Corrupt;

    fn try_from(item: SubscriptionItem) -> Result<Self, Corrupt> {
        let (newest, paid_at) = (time(item.newest), time(item.paid_at));
        let facts = item.facts.into_iter().map(|(id, it)| Ok((event(&id)?, fact_of(it)?)));
        let facts = facts.collect::<Result<_, Corrupt>>()?;
        let ended = newest.or(paid_at).unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(Self {
            facts: newest.map(|newest| (newest, facts)).into_iter().collect(),
            ended_at: item.ended.then_some(ended),
            paid_at,
            ..Self::unknown(customer(&item.customer)?)
        })
    }
}

/// Returns the stored form of a fact without its pause and its details.
pub(super) fn item_of(stored: &StoredFact) -> FactItem {
    let fact = &stored.fact;
    FactItem {
        change: fact.change.known_earlier().as_str().to_owned(),
        status: fact.status.as_str().to_owned(),
        previous_status: fact.previous.status.map(|status| status.as_str().to_owned()),
        plan: fact.prices().next().map(str::to_owned),
        trial_end: fact.trial_end.map(At),
        cancel_at: fact.cancel_at.map(At),
        contested: stored.contested,
    }
}

/// Returns a fact without its pause and its details.
pub(super) fn fact_of(item: FactItem) -> Result<StoredFact, Corrupt> {
    let status = |status: &str| {
        SubscriptionStatus::parse(status).ok_or_else(|| Corrupt::because("subscription status"))
    };
    let change = Change::parse(&item.change).ok_or_else(|| Corrupt::because("subscription change"))?;
    let previous_status = item.previous_status.as_deref().map(status).transpose()?;
    let fact = SubscriptionFact {
        previous: Previous { status: previous_status, ..Previous::default() },
        items: item.plan.map(Item::of_price).into_iter().collect(),
        trial_end: time(item.trial_end),
        cancel_at: time(item.cancel_at),
        ..SubscriptionFact::new(change, status(&item.status)?)
    };
    Ok(StoredFact { fact, contested: item.contested })
}

/// A payment pause that an event reported.
///
/// The pauses are a separate attribute at the top level of the item: a map from event IDs to
/// pauses. An earlier version of the code does not understand this attribute, so it keeps the
/// attribute unchanged. If the fact of an event was deleted, the pause of this event is ignored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PauseItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resumes_at: Option<At>,
}

impl From<Pause> for PauseItem {
    fn from(pause: Pause) -> Self {
        Self { resumes_at: pause.resumes_at.map(At) }
    }
}

impl From<PauseItem> for Pause {
    fn from(item: PauseItem) -> Self {
        Self { resumes_at: time(item.resumes_at) }
    }
}

pub(crate) fn pauses(billing: &Billing) -> BTreeMap<String, PauseItem> {
    let newest = billing.subscriptions.values().filter_map(|it| it.facts.last_key_value());
    newest
        .flat_map(|(_, facts)| facts)
        .filter_map(|(event, stored)| Some((event.to_string(), stored.fact.paused?.into())))
        .collect()
}

pub(crate) fn restore_pauses(billing: &mut Billing, pauses: &BTreeMap<String, PauseItem>) {
    for (event, stored) in billing.subscriptions.values_mut().flat_map(|it| it.facts.values_mut().flatten()) {
        let pause = pauses.get(event.as_str());
        stored.fact.paused = pause.map(|it| Pause { resumes_at: it.resumes_at.map(|at| at.0) });
    }
}

impl From<&Invoice> for InvoiceItem {
    fn from(it: &Invoice) -> Self {
        Self {
            created: At(it.created),
            last_event_at: At(it.last_event_at),
            subscription: it.subscription.as_ref().map(ToString::to_string),
            paid: it.paid,
            failed: it.failed.map(At),
            action_required: it.action_required.map(At),
            voided: it.voided.map(At),
            uncollectible: it.uncollectible.map(At),
        }
    }
}

impl TryFrom<InvoiceItem> for Invoice {
    type Error = Corrupt;

    fn try_from(item: InvoiceItem) -> Result<Self, Corrupt> {
        Ok(Self {
            created: item.created.0,
            last_event_at: item.last_event_at.0,
            subscription: item.subscription.as_deref().map(subscription).transpose()?,
            paid: item.paid,
            due: None,
            next_attempt: None,
            failed: time(item.failed),
            action_required: time(item.action_required),
            voided: time(item.voided),
            uncollectible: time(item.uncollectible),
        })
    }
}

impl From<&Conflict> for ConflictItem {
    fn from(conflict: &Conflict) -> Self {
        match conflict {
            Conflict::Customer { customer } => Self::Customer { customer: customer.to_string() },
            Conflict::Session { event } => Self::Session { event: event.to_string() },
            Conflict::Content { event } => Self::Content { event: event.to_string() },
            Conflict::Late { event } => Self::Late { event: event.to_string() },
        }
    }
}

impl TryFrom<ConflictItem> for Conflict {
    type Error = Corrupt;

    fn try_from(item: ConflictItem) -> Result<Self, Corrupt> {
        Ok(match item {
            ConflictItem::Customer { customer: id } => Self::Customer { customer: customer(&id)? },
            ConflictItem::Session { event: id } => Self::Session { event: event(&id)? },
            ConflictItem::Content { event: id } => Self::Content { event: event(&id)? },
            ConflictItem::Late { event: id } => Self::Late { event: event(&id)? },
        })
    }
}

pub(super) fn time(at: Option<At>) -> Option<Timestamp> {
    at.map(|at| at.0)
}

fn customer(id: &str) -> Result<CustomerId, Corrupt> {
    CustomerId::parse(id).map_err(Corrupt::because)
}

fn customers(ids: &[String]) -> Result<BTreeSet<CustomerId>, Corrupt> {
    ids.iter().map(|id| customer(id)).collect()
}

pub(super) fn subscription(id: &str) -> Result<SubscriptionId, Corrupt> {
    SubscriptionId::parse(id).map_err(Corrupt::because)
}

pub(super) fn event(id: &str) -> Result<EventId, Corrupt> {
    EventId::parse(id).map_err(Corrupt::because)
}
