//! Stored form of the billing values that earlier versions of the code do not know.
//!
//! They are a separate attribute of the item, which an earlier version keeps unchanged. Values of an
//! event are stored under the event's id. If an earlier version replaced the facts of a
//! subscription, the values of the former events are ignored.
//!
//! An item without this attribute was written by an earlier version. Its subscriptions count, and
//! its payments without a subscription are one-offs.

use std::collections::BTreeMap;

use domain::billing::{
    Billing, EventId, Facts, InvoiceId, Mention, PaidInvoice, Pause, StoredFact, Subscription,
    SubscriptionStatus, Upcoming,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    billing::{FactItem, PauseItem, event, fact_of, item_of, time},
    fact_details::{FactDetailsItem, MoneyItem, invoice},
};
use crate::{at::At, error::Corrupt, schema::read};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BillingDetailsItem {
    /// When the first of the removed subscriptions began.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_paid_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_through: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_off_paid_at: Option<At>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    subscriptions: BTreeMap<String, SubscriptionDetailsItem>,
    /// The amounts that are still to be paid, by invoice.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    due: BTreeMap<String, DueItem>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SubscriptionDetailsItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<MentionItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named_other: Option<MentionItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counted_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_live_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_paid: Option<PaidInvoiceItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_through: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upcoming: Option<UpcomingItem>,
    /// Values of the facts, by event.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<String, FactDetailsItem>,
    /// The second before the newest one in which an event was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<EarlierItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct MentionItem {
    at: At,
    event: String,
    org: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct PaidInvoiceItem {
    created: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoice: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct UpcomingItem {
    announced_at: At,
    event: String,
    date: At,
    amount: MoneyItem,
}

#[derive(Debug, Serialize, Deserialize)]
struct DueItem {
    at: At,
    amount: MoneyItem,
}

#[derive(Debug, Serialize, Deserialize)]
struct EarlierItem {
    at: At,
    facts: BTreeMap<String, EarlierFactItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct EarlierFactItem {
    fact: FactItem,
    #[serde(default)]
    details: FactDetailsItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused: Option<PauseItem>,
}

impl BillingDetailsItem {
    pub(crate) fn is_empty(&self) -> bool {
        self.first_paid_at.is_none()
            && self.paid_through.is_none()
            && self.one_off_paid_at.is_none()
            && self.subscriptions.is_empty()
            && self.due.is_empty()
    }

    /// Completes a billing state that was read without these values.
    pub(crate) fn restore(self, billing: &mut Billing) -> Result<(), Corrupt> {
        billing.first_paid_at = time(self.first_paid_at);
        billing.paid_through = time(self.paid_through);
        billing.one_off_paid_at =
            [billing.one_off_paid_at, time(self.one_off_paid_at)].into_iter().flatten().min();
        let mut details = self.subscriptions;
        for (id, subscription) in &mut billing.subscriptions {
            match details.remove(id.as_str()) {
                Some(details) => details.restore(subscription)?,
                None => restore_earlier_version(subscription, None),
            }
        }
        for (id, due) in self.due {
            let invoice = InvoiceId::parse(&id).ok().and_then(|id| billing.invoices.get_mut(&id));
            if let Some(invoice) = invoice {
                invoice.due = Some((due.at.0, due.amount.try_into()?));
            }
        }
        Ok(())
    }
}

/// Completes a billing state that an earlier version of the code wrote.
pub(crate) fn restore_billing_of_earlier_version(billing: &mut Billing) {
    let first_paid_at = billing.first_paid_at;
    if billing.one_off_paid_at.is_some() && billing.subscriptions.is_empty() {
        // The only payments were one-offs.
        billing.one_off_paid_at = billing.one_off_paid_at.min(first_paid_at.or(billing.one_off_paid_at));
        billing.first_paid_at = None;
    }
    for subscription in billing.subscriptions.values_mut() {
        restore_earlier_version(subscription, first_paid_at);
    }
}

/// Completes a subscription that an earlier version of the code wrote. It counted. `first_paid_at`
/// is the organization's first payment, also of 0.
fn restore_earlier_version(subscription: &mut Subscription, first_paid_at: Option<Timestamp>) {
    let newest = subscription.newest();
    let facts = subscription.facts.values().flat_map(BTreeMap::values);
    let live = facts.map(|stored| stored.fact.status).any(SubscriptionStatus::is_live);
    let known = newest.or(subscription.paid_at);
    subscription.counted_at = known.or(Some(Timestamp::UNIX_EPOCH));
    subscription.first_live_at = first_paid_at.or(subscription.paid_at).or(newest.filter(|_| live));
    subscription.last_paid =
        subscription.paid_at.or(first_paid_at).map(|created| PaidInvoice { created, invoice: None });
}

impl From<&Billing> for BillingDetailsItem {
    fn from(billing: &Billing) -> Self {
        Self {
            first_paid_at: billing.first_paid_at.map(At),
            paid_through: billing.paid_through.map(At),
            one_off_paid_at: billing.one_off_paid_at.map(At),
            subscriptions: billing.subscriptions.iter().map(|(id, it)| (id.to_string(), it.into())).collect(),
            due: billing
                .invoices
                .iter()
                .filter_map(|(id, invoice)| {
                    let (at, due) = invoice.due.filter(|_| !invoice.is_settled())?;
                    Some((id.to_string(), DueItem { at: At(at), amount: due.into() }))
                })
                .collect(),
        }
    }
}

impl From<&Subscription> for SubscriptionDetailsItem {
    fn from(it: &Subscription) -> Self {
        let mut seconds = it.facts.iter().rev();
        let newest = seconds.next();
        let earlier = seconds.next().map(|(at, facts)| EarlierItem {
            at: At(*at),
            facts: facts.iter().map(|(id, stored)| (id.to_string(), stored.into())).collect(),
        });
        Self {
            named: it.named.as_ref().map(MentionItem::from),
            named_other: it.named_other.as_ref().map(MentionItem::from),
            linked_to: it.linked_to.map(|org| org.to_string()),
            counted_at: it.counted_at.map(At),
            first_live_at: it.first_live_at.map(At),
            ended_at: it.ended_at.map(At),
            last_paid: it.last_paid.as_ref().map(|paid| PaidInvoiceItem {
                created: At(paid.created),
                invoice: paid.invoice.as_ref().map(ToString::to_string),
            }),
            paid_through: it.paid_through.map(At),
            upcoming: it.upcoming.as_ref().map(|it| UpcomingItem {
                announced_at: At(it.announced_at),
                event: it.event.to_string(),
                date: At(it.date),
                amount: it.amount.into(),
            }),
            facts: newest
                .into_iter()
                .flat_map(|(_, facts)| facts)
                .map(|(id, stored)| (id.to_string(), (&stored.fact).into()))
                .collect(),
            earlier,
        }
    }
}

impl SubscriptionDetailsItem {
    fn restore(self, it: &mut Subscription) -> Result<(), Corrupt> {
        it.named = self.named.map(Mention::try_from).transpose()?;
        it.named_other = self.named_other.map(Mention::try_from).transpose()?;
        it.linked_to = self.linked_to.as_deref().map(|org| read("linked organization", org)).transpose()?;
        it.counted_at = time(self.counted_at);
        // An earlier version of the code may have recorded the payment or the end.
        it.first_live_at = time(self.first_live_at).or(it.paid_at);
        it.ended_at = time(self.ended_at).or(it.ended_at);
        it.last_paid = self.last_paid.map(PaidInvoice::try_from).transpose()?;
        it.paid_through = time(self.paid_through);
        it.upcoming = self.upcoming.map(Upcoming::try_from).transpose()?;
        let mut details = self.facts;
        for (event, stored) in it.facts.values_mut().flatten() {
            if let Some(details) = details.remove(event.as_str()) {
                details.restore(&mut stored.fact)?;
            }
        }
        if let Some(earlier) = self.earlier
            && it.newest() > Some(earlier.at.0)
        {
            let facts = earlier.facts.into_iter().map(|(id, it)| Ok((event(&id)?, it.try_into()?)));
            it.facts.insert(earlier.at.0, facts.collect::<Result<Facts, Corrupt>>()?);
        }
        Ok(())
    }
}

impl From<&StoredFact> for EarlierFactItem {
    fn from(stored: &StoredFact) -> Self {
        Self {
            fact: item_of(stored),
            details: (&stored.fact).into(),
            paused: stored.fact.paused.map(PauseItem::from),
        }
    }
}

impl TryFrom<EarlierFactItem> for StoredFact {
    type Error = Corrupt;

    fn try_from(item: EarlierFactItem) -> Result<Self, Corrupt> {
        let mut stored = fact_of(item.fact)?;
        item.details.restore(&mut stored.fact)?;
        stored.fact.paused = item.paused.map(Pause::from);
        Ok(stored)
    }
}

impl From<&Mention> for MentionItem {
    fn from(mention: &Mention) -> Self {
        Self { at: At(mention.at), event: mention.event.to_string(), org: mention.org.to_string() }
    }
}

impl TryFrom<MentionItem> for Mention {
    type Error = Corrupt;

    fn try_from(item: MentionItem) -> Result<Self, Corrupt> {
        Ok(Self { at: item.at.0, event: event(&item.event)?, org: read("named organization", &item.org)? })
    }
}

impl TryFrom<PaidInvoiceItem> for PaidInvoice {
    type Error = Corrupt;

    fn try_from(item: PaidInvoiceItem) -> Result<Self, Corrupt> {
        Ok(Self { created: item.created.0, invoice: item.invoice.as_deref().map(invoice).transpose()? })
    }
}

impl TryFrom<UpcomingItem> for Upcoming {
    type Error = Corrupt;

    fn try_from(item: UpcomingItem) -> Result<Self, Corrupt> {
        let event: EventId = event(&item.event)?;
        let (announced_at, date) = (item.announced_at.0, item.date.0);
        Ok(Self { announced_at, event, date, amount: item.amount.try_into()? })
    }
}

/// When Stripe tries again to collect an invoice, as the event of the time `at` reports it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AttemptItem {
    at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<At>,
}

/// Returns the next attempts. They are an attribute of their own, which an earlier version of the
/// code keeps unchanged.
pub(crate) fn attempts(billing: &Billing) -> BTreeMap<String, AttemptItem> {
    let attempt = billing.invoices.iter().filter_map(|(id, invoice)| {
        let (at, next) = invoice.next_attempt?;
        Some((id.to_string(), AttemptItem { at: At(at), next: next.map(At) }))
    });
    attempt.collect()
}

pub(crate) fn restore_attempts(billing: &mut Billing, attempts: &BTreeMap<String, AttemptItem>) {
    for (id, invoice) in &mut billing.invoices {
        let attempt = attempts.get(id.as_str());
        invoice.next_attempt = attempt.map(|it| (it.at.0, it.next.as_ref().map(|next| next.0)));
    }
}
