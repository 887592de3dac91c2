//! How things begin: customers, and subscriptions that a Checkout makes.

use super::super::customer::{Card, Customer, Metadata};
use super::super::invoice::{Invoice, Reason};
use super::super::session::{CheckoutSession, Progress};
use super::super::subscription::{Status, Subscription, next_month};
use super::super::transition::Transition;
use super::calendar::is_near;

impl Transition<'_> {
    /// A new customer; its id.
    pub(in super::super) fn create_customer(
        &mut self,
        email: Option<String>,
        name: Option<String>,
        metadata: Metadata,
    ) -> String {
        let customer = Customer { email, name, metadata, ..Customer::unnamed(&self.id("cus"), self.now) };
        let id = customer.id.clone();
        self.tell("customer.created", &customer.object());
        self.book.customers.insert(id.clone(), customer);
        id
    }

    /// Somebody pays an open Checkout; `card` is how the card behaves from now on. The Checkout as it is then.
    pub(in super::super) fn complete(&mut self, session: &str, card: Card) -> Option<CheckoutSession> {
        let mut session = self.book.checkouts.get(session)?.clone();
        if session.progress != Progress::Open {
            return Some(session);
        }
        let known = session.customer.take().filter(|id| self.book.customer(id).is_some());
        let customer = known.unwrap_or_else(|| self.create_customer(None, None, Metadata::new()));
        if let Some(customer) = self.book.customers.get_mut(&customer) {
            customer.card = Some(card);
        }
        let mut subscription = self.begun(&session, &customer);
        let invoice = self.make_out(&subscription, Reason::SubscriptionCreate);
        subscription.latest_invoice = Some(invoice.clone());
        session.customer = Some(customer);
        session.subscription = Some(subscription.id.clone());
        session.invoice = Some(invoice.clone());
        session.progress = Progress::Complete;
        self.tell_checkout("checkout.session.completed", &session);
        let object = subscription.object(self.price(&subscription.price));
        self.tell("customer.subscription.created", &object);
        if subscription.trial_told {
            self.tell("customer.subscription.trial_will_end", &object);
        }
        self.book.subscriptions.insert(subscription.id.clone(), subscription);
        self.book.checkouts.insert(session.id.clone(), session.clone());
        self.pay(&invoice);
        Some(session)
    }

    /// Tells of a Checkout as it is.
    pub(in super::super) fn tell_checkout(&mut self, kind: &str, session: &CheckoutSession) {
        let customer = session.customer.as_ref().and_then(|id| self.book.customers.get(id));
        let object = session.object(self.price(&session.price), customer, &self.account.origin);
        self.tell(kind, &object);
    }

    /// A subscription of a Checkout, before its first payment.
    fn begun(&self, session: &CheckoutSession, customer: &str) -> Subscription {
        let trial_end = session.trial_end.filter(|end| *end > self.now);
        let anchor = trial_end.unwrap_or(self.now);
        Subscription {
            id: self.id("sub"),
            customer: customer.to_owned(),
            price: session.price.clone(),
            quantity: session.quantity,
            metadata: session.subscription_metadata.clone(),
            status: if trial_end.is_some() { Status::Trialing } else { Status::Incomplete },
            created: self.now,
            anchor,
            period_start: self.now,
            period_end: trial_end.unwrap_or_else(|| next_month(anchor, self.now)),
            trial_end,
            // Of a trial shorter than three days its end is told at once.
            trial_told: trial_end.is_some_and(|end| is_near(end, self.now)),
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            latest_invoice: None,
        }
    }

    /// Makes out the invoice of the period that a subscription is in; its id. A trial costs nothing.
    pub(in super::super) fn make_out(&mut self, subscription: &Subscription, reason: Reason) -> String {
        let price = self.price(&subscription.price);
        let free = subscription.status == Status::Trialing;
        let number = self.book.customers.get_mut(&subscription.customer).map(|customer| {
            customer.invoices += 1;
            customer.invoice_number()
        });
        let invoice = Invoice {
            id: self.id("in"),
            number: number.unwrap_or_default(),
            customer: subscription.customer.clone(),
            subscription: subscription.id.clone(),
            metadata: subscription.metadata.clone(),
            price: subscription.price.clone(),
            quantity: subscription.quantity,
            reason,
            amount: if free { 0 } else { price.amount * i64::from(subscription.quantity) },
            created: self.now,
            period_start: subscription.period_start,
            period_end: subscription.period_end,
            paid_at: None,
            attempts: 0,
            next_attempt: None,
            needs_confirmation: false,
        };
        let id = invoice.id.clone();
        self.book.invoices.insert(id.clone(), invoice);
        id
    }
}
