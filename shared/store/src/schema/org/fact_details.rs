//! Stored form of the values of one subscription fact that earlier versions of the code do not know.

use std::collections::BTreeSet;

use domain::billing::{
    Change, Currency, Interval, InvoiceId, Item, Money, Pause, Plan, Previous, PreviousCancel,
    SubscriptionFact, SubscriptionStatus,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::billing::time;
use crate::{at::At, error::Corrupt};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MoneyItem {
    amount: u64,
    currency: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FactDetailsItem {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<ItemItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<PreviousItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_invoice: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fixed_amount: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lacks_payment_method: bool,
    /// Whether the fact is a read, which an earlier version of the code takes for a creation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_read: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct ItemItem {
    price: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period_end: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
}

/// Previous values without the status, which is stored with the fact. A value that was absent is
/// stored as an empty list.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct PreviousItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    trial_end: Option<Vec<At>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel: Option<CancelItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<Vec<Vec<At>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prices: Option<BTreeSet<String>>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CancelItem {
    Unscheduled,
    Scheduled,
    At(At),
}

impl From<&SubscriptionFact> for FactDetailsItem {
    fn from(fact: &SubscriptionFact) -> Self {
        let previous = PreviousItem::from(&fact.previous);
        Self {
            items: fact.items.iter().map(ItemItem::from).collect(),
            previous: Some(previous).filter(|previous| *previous != PreviousItem::default()),
            latest_invoice: fact.latest_invoice.as_ref().map(ToString::to_string),
            fixed_amount: fact.fixed_amount,
            lacks_payment_method: fact.lacks_payment_method,
            is_read: fact.change == Change::Read,
        }
    }
}

impl FactDetailsItem {
    pub fn restore(self, fact: &mut SubscriptionFact) -> Result<(), Corrupt> {
        if !self.items.is_empty() {
            fact.items = self.items.into_iter().map(Item::try_from).collect::<Result<_, _>>()?;
        }
        if let Some(previous) = self.previous {
            fact.previous = previous.with_status(fact.previous.status);
        }
        fact.latest_invoice = self.latest_invoice.as_deref().map(invoice).transpose()?;
        fact.fixed_amount = self.fixed_amount;
        fact.lacks_payment_method = self.lacks_payment_method;
        if self.is_read {
            fact.change = Change::Read;
        }
        Ok(())
    }
}

impl From<&Previous> for PreviousItem {
    fn from(previous: &Previous) -> Self {
        let list = |at: Option<Timestamp>| at.into_iter().map(At).collect();
        Self {
            trial_end: previous.trial_end.map(list),
            cancel: previous.cancel.map(|cancel| match cancel {
                PreviousCancel::Unscheduled => CancelItem::Unscheduled,
                PreviousCancel::Scheduled => CancelItem::Scheduled,
                PreviousCancel::At(at) => CancelItem::At(At(at)),
            }),
            paused: previous
                .paused
                .map(|paused| paused.into_iter().map(|pause| list(pause.resumes_at)).collect()),
            prices: previous.prices.clone(),
        }
    }
}

impl PreviousItem {
    fn with_status(self, status: Option<SubscriptionStatus>) -> Previous {
        let first = |list: Vec<At>| list.first().map(|at| at.0);
        Previous {
            status,
            trial_end: self.trial_end.map(first),
            cancel: self.cancel.map(|cancel| match cancel {
                CancelItem::Unscheduled => PreviousCancel::Unscheduled,
                CancelItem::Scheduled => PreviousCancel::Scheduled,
                CancelItem::At(at) => PreviousCancel::At(at.0),
            }),
            paused: self
                .paused
                .map(|paused| paused.into_iter().next().map(|resumes| Pause { resumes_at: first(resumes) })),
            prices: self.prices,
        }
    }
}

impl From<&Item> for ItemItem {
    fn from(item: &Item) -> Self {
        Self {
            price: item.price.clone(),
            plan: item.plan.map(|plan| plan.as_str().to_owned()),
            period_end: item.period_end.map(At),
            amount: item.amount.map(MoneyItem::from),
            interval: item.interval.map(|interval| interval.as_str().to_owned()),
        }
    }
}

impl TryFrom<ItemItem> for Item {
    type Error = Corrupt;

    fn try_from(item: ItemItem) -> Result<Self, Corrupt> {
        Ok(Self {
            price: item.price,
            // A later version of the code may know more plans and intervals.
            plan: item.plan.as_deref().and_then(Plan::parse),
            period_end: time(item.period_end),
            amount: item.amount.map(Money::try_from).transpose()?,
            interval: item.interval.as_deref().and_then(Interval::parse),
        })
    }
}

impl From<Money> for MoneyItem {
    fn from(money: Money) -> Self {
        Self { amount: money.amount, currency: money.currency.as_str().to_owned() }
    }
}

impl TryFrom<MoneyItem> for Money {
    type Error = Corrupt;

    fn try_from(item: MoneyItem) -> Result<Self, Corrupt> {
        let currency = Currency::parse(&item.currency).ok_or_else(|| Corrupt::because("currency"))?;
        Ok(Self { amount: item.amount, currency })
    }
}

pub(super) fn invoice(id: &str) -> Result<InvoiceId, Corrupt> {
    InvoiceId::parse(id).map_err(Corrupt::because)
}
