//! Creation of customers, subscriptions, and invoices.

use super::{
    super::{
        customer::{Card, Customer, Metadata},
        invoice::{Invoice, Reason},
        session::{CheckoutSession, Progress},
        subscription::{Status, Subscription, next_month},
        transition::Transition,
    },
    calendar::is_near,
};

impl Transition<'_> {
    /// Creates a customer and returns its id.
    pub(in super::super) fn create_customer(
        &mut self,
        email: Option<String>,
        name: Option<String>,
        metadata: Metadata,
    ) -> String {
        let customer = Customer { email, name, metadata, ..Customer::with_id(&self.id("cus"), self.now) };
        let id = customer.id.clone();
        self.emit("customer.created", &customer.object());
        self.state.customers.insert(id.clone(), customer);
        id
    }

    /// Completes an open Checkout session and stores `card` as the card of the customer. The first
    /// payment succeeds with any card. A session that is not open stays unchanged.
    ///
    /// Returns the session, or `None` if there is no session with this id.
    pub(in super::super) fn complete(&mut self, session: &str, card: Card) -> Option<CheckoutSession> {
        let mut session = self.state.checkouts.get(session)?.clone();
        if session.progress != Progress::Open {
            return Some(session);
        }
        let existing = session.customer.take().filter(|id| self.state.customer(id).is_some());
        let customer = existing.unwrap_or_else(|| self.create_customer(None, None, Metadata::new()));
        if let Some(customer) = self.state.customers.get_mut(&customer) {
            customer.card = Some(card);
        }
        let mut subscription = self.new_subscription(&session, &customer);
        let invoice = self.create_invoice(&subscription, Reason::SubscriptionCreate);
        subscription.latest_invoice = Some(invoice.clone());
        session.customer = Some(customer);
        session.subscription = Some(subscription.id.clone());
        session.invoice = Some(invoice.clone());
        session.progress = Progress::Complete;
        self.emit_checkout("checkout.session.completed", &session);
        let object = subscription.object(self.price(&subscription.price));
        self.emit("customer.subscription.created", &object);
        if subscription.trial_end_announced {
            self.emit("customer.subscription.trial_will_end", &object);
        }
        self.state.subscriptions.insert(subscription.id.clone(), subscription);
        self.state.checkouts.insert(session.id.clone(), session.clone());
        self.pay(&invoice);
        Some(session)
    }

    /// Emits an event about a Checkout session in its current state.
    pub(in super::super) fn emit_checkout(&mut self, kind: &str, session: &CheckoutSession) {
        let customer = session.customer.as_ref().and_then(|id| self.state.customers.get(id));
        let object = session.object(self.price(&session.price), customer, &self.account.origin);
        self.emit(kind, &object);
    }

    /// Builds the subscription of a Checkout session, before its first payment.
    fn new_subscription(&self, session: &CheckoutSession, customer: &str) -> Subscription {
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
            // The end of a trial shorter than three days is announced immediately.
            trial_end_announced: trial_end.is_some_and(|end| is_near(end, self.now)),
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            latest_invoice: None,
        }
    }

    /// Creates the invoice of the subscription's current period and returns the id of the invoice.
    /// The invoice of a trial has the amount 0.
    pub(in super::super) fn create_invoice(&mut self, subscription: &Subscription, reason: Reason) -> String {
        let price = self.price(&subscription.price);
        let free = subscription.status == Status::Trialing;
        let number = self.state.customers.get_mut(&subscription.customer).map(|customer| {
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
        self.state.invoices.insert(id.clone(), invoice);
        id
    }
}
