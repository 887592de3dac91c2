//! The plan, the next billing event, and the payment issue of an organization.

use domain::{
    billing::{Issue, NextBillingEvent, Plan},
    org::Org,
};
use jiff::Timestamp;
use serde::Serialize;

/// The plan of an organization's subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanOut {
    /// `single` or `team`; null for a price of no plan.
    pub key: Option<&'static str>,
    /// `day`, `week`, `month`, or `year`, if it is known.
    pub interval: Option<&'static str>,
    /// Number of members that the plan allows; null without a limit.
    pub seats: Option<usize>,
    /// Amount per interval in the currency's smallest unit, if it is certain.
    pub amount: Option<u64>,
    /// Lower-case currency code of the amount.
    pub currency: Option<String>,
}

impl PlanOut {
    /// Returns the plan at `now`; `None` if no subscription of the organization is alive.
    #[must_use]
    pub fn of(org: &Org, now: Timestamp) -> Option<Self> {
        if !org.billing.is_alive(now) {
            return None;
        }
        let plan = org.plan(now);
        let item = org.billing.plan_item(now);
        let amount = item.and_then(|item| item.amount);
        Some(Self {
            key: plan.map(Plan::as_str),
            interval: item.and_then(|item| Some(item.interval?.as_str())),
            seats: plan.and_then(Plan::seats),
            amount: amount.map(|amount| amount.amount),
            currency: amount.map(|amount| amount.currency.as_str().to_owned()),
        })
    }
}

/// What stands in the way of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IssueOut {
    /// The problem: `payment_failed` or `action_required`.
    pub kind: &'static str,
    /// Id of the invoice.
    pub invoice: String,
    /// Since when the problem exists.
    pub since: Timestamp,
}

impl From<Issue> for IssueOut {
    fn from(issue: Issue) -> Self {
        Self { kind: issue.kind.as_str(), invoice: issue.invoice.to_string(), since: issue.since }
    }
}

/// The next charge or end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextOut {
    /// `trial_ends`, `plan_starts`, `renews`, `ends`, `payment_pending`, `payment_overdue`, or
    /// `needs_payment_method`.
    pub kind: &'static str,
    /// When it happens; for an overdue payment, since when. Null if it is not known.
    pub at: Option<Timestamp>,
    /// Amount of the charge in the currency's smallest unit; null if it is not certain.
    pub amount: Option<u64>,
    /// Lower-case currency code of the amount.
    pub currency: Option<String>,
}

impl From<NextBillingEvent> for NextOut {
    fn from(next: NextBillingEvent) -> Self {
        Self {
            kind: next.kind.as_str(),
            at: next.at,
            amount: next.amount.map(|amount| amount.amount),
            currency: next.amount.map(|amount| amount.currency.as_str().to_owned()),
        }
    }
}
