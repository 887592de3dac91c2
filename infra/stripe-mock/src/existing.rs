//! Subscriptions that exist before Onramp is used. No event reported them.

use jiff::{SignedDuration, Timestamp};

use super::{
    StripeMock,
    customer::{Customer, Metadata},
    invoice::{Invoice, Reason},
    subscription::{Status, Subscription},
};

/// Age of an existing subscription.
const AGE: SignedDuration = SignedDuration::from_hours(100 * 24);
/// Days of the current period before and after now.
const PERIOD: [i64; 2] = [10, 20];

/// State of an existing subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// The trial runs, and no invoice is due.
    Trialing,
    /// The current period is paid.
    Active,
    /// Active, with an invoice that is not paid yet.
    Invoicing,
    /// The last payment failed.
    PastDue,
    /// It ended when its last period ended.
    Canceled,
}

impl StripeMock {
    /// Adds a customer with a subscription to the team plan, and returns the id of the subscription. No
    /// event is sent.
    pub fn add_existing(&self, customer: &str, existing: Existing) -> String {
        let now = self.clock.now();
        let day = |days: i64| now.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(now);
        let created = now.saturating_sub(AGE).unwrap_or(now);
        let (id, invoice) = (customer.replacen("cus_", "sub_", 1), customer.replacen("cus_", "in_", 1));
        let [before, after] = PERIOD;
        let (period_start, period_end) = (day(-before), day(after));
        let is_trial = existing == Existing::Trialing;
        let ended_at = (existing == Existing::Canceled).then_some(period_start);
        let subscription = Subscription {
            id: id.clone(),
            customer: customer.to_owned(),
            price: self.account.team.id.clone(),
            quantity: 1,
            metadata: Metadata::new(),
            status: match existing {
                Existing::Trialing => Status::Trialing,
                Existing::Active | Existing::Invoicing => Status::Active,
                Existing::PastDue => Status::PastDue,
                Existing::Canceled => Status::Canceled,
            },
            created,
            anchor: created,
            period_start,
            period_end,
            trial_end: is_trial.then_some(period_end),
            trial_end_announced: true,
            cancel_at_period_end: false,
            canceled_at: ended_at,
            ended_at,
            latest_invoice: Some(invoice.clone()),
        };
        let is_paid = !matches!(existing, Existing::Invoicing | Existing::PastDue);
        let mut state = self.lock();
        let invoice = self.invoice_of(&subscription, invoice, is_paid.then_some(period_start));
        state
            .customers
            .insert(customer.to_owned(), Customer { invoices: 1, ..Customer::with_id(customer, created) });
        state.invoices.insert(invoice.id.clone(), invoice);
        state.subscriptions.insert(id.clone(), subscription);
        self.save(&state);
        id
    }

    fn invoice_of(&self, subscription: &Subscription, id: String, paid_at: Option<Timestamp>) -> Invoice {
        let is_free = subscription.status == Status::Trialing;
        Invoice {
            number: format!("{id}-0001"),
            id,
            customer: subscription.customer.clone(),
            subscription: subscription.id.clone(),
            metadata: Metadata::new(),
            price: subscription.price.clone(),
            quantity: 1,
            reason: Reason::SubscriptionCycle,
            amount: if is_free { 0 } else { self.account.team.amount },
            created: subscription.period_start,
            period_start: subscription.period_start,
            period_end: subscription.period_end,
            paid_at,
            attempts: 1,
            next_attempt: None,
            needs_confirmation: false,
        }
    }
}
