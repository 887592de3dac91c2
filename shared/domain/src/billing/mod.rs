//! Billing state of an organization, computed from a set of facts.
//!
//! Stripe delivers events late, more than once, and in any order. An organization therefore stores
//! the facts that events report, and never a status. Every status is a pure function of the stored
//! set of facts. So an event cannot arrive too early, and a repeated event changes nothing. A list
//! of processed event ids is not needed.
//!
//! # Terms
//!
//! - A [`Fact`] is the statement of one Stripe event, with its event id and its creation time.
//! - A *join* combines two states into one that contains the facts of both ([`Billing::merge`]).
//!   The result does not depend on the order, the grouping, or the repetition of the facts. (A join
//!   is commutative, associative, and idempotent.)
//! - *Derived* values, such as [`Billing::status`], are computed from the facts and not stored.
//! - The *best* subscription of an organization is the one with the best [`SubscriptionStatus`]. Of
//!   subscriptions with the same status, it is the one with the newest event.
//! - To *fold* is to replace old facts by a smaller summary with the same derived values
//!   ([`Billing::fold`]). The [watermark](Billing::watermark) is the time before which facts were
//!   folded. An event from before the watermark is noted as a [`Conflict`] and changes nothing
//!   else.
//!
//! # Rules
//!
//! `docs/billing.md` states the rules in this order, and so do the modules:
//!
//! 1. Who owns a subscription, and what counts: [`Subscription::counts`].
//! 2. What begins a tenancy: [`Billing::needs_provisioning`].
//! 3. What ends: [`Subscription::status`], [`Billing::status`].
//! 4. What happens next: [`Org::next_billing_event`](crate::org::Org::next_billing_event).
//! 5. Money without effect: [`Billing::surplus`].
//!
//! # Example
//!
//! Two events arrive in both orders, and one of them arrives twice. The state is the same.
//!
//! ```
//! use std::collections::BTreeSet;
//!
//! use domain::billing::{Attribution, Billing, CustomerId, EventId, Fact, FactKind};
//! use jiff::Timestamp;
//!
//! let customer = CustomerId::parse("cus_1").unwrap();
//! let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
//! let fact = |event: &str, second, what| Fact {
//!     event: EventId::parse(event).unwrap(),
//!     created: Timestamp::from_second(second).unwrap(),
//!     names: Some(org),
//!     what,
//! };
//! let checkout = FactKind::Checkout { customer: customer.clone(), named: BTreeSet::new() };
//! let paid = fact("evt_1", 10, checkout);
//! let deleted = fact("evt_2", 20, FactKind::CustomerDeleted { customer });
//!
//! let (mut one, mut other) = (Billing::default(), Billing::default());
//! for fact in [&paid, &deleted] {
//!     one.record(fact, Attribution::Named, org);
//! }
//! for fact in [&deleted, &paid, &deleted] {
//!     other.record(fact, Attribution::Named, org);
//! }
//! assert_eq!(one, other);
//! assert!(one.has_billing_info() && one.customer_deleted());
//! ```

mod checkout;
mod conflict;
mod derive;
mod fact;
mod fold;
mod id;
mod invoice;
mod join;
mod marks;
mod money;
mod next;
mod offer;
mod plan;
mod price;
mod review;
mod second;
mod state;
mod status;
mod subscription;
mod subscription_fact;
mod surplus;

pub use checkout::{CUSTOMER_KEY_PERIOD, FirstCharge};
pub use conflict::Conflict;
pub use fact::{Attribution, Fact, FactKind, IncidentKind, InvoiceFact};
pub use id::{BadId, CustomerId, EventId, InvoiceId, SubscriptionId};
pub use invoice::{Invoice, Issue, IssueKind};
pub use marks::{InvoiceMarks, SubscriptionMarks};
pub use money::{Currency, Interval, MAX_AMOUNT, Money};
pub use next::{NextBillingEvent, NextKind};
pub use offer::Headcount;
pub use plan::{Plan, PlanPrices, Prices};
pub use price::ListPrice;
pub use review::{PARKED_RETENTION, REVIEW_DELAY, ReviewKind};
pub use second::{Facts, StoredFact};
pub use state::Billing;
pub use status::SubscriptionStatus;
pub use subscription::{END_GRACE, Mention, PaidInvoice, Subscription, TRIAL_GRACE, TRIAL_LIMIT, Upcoming};
pub use subscription_fact::{Change, Item, Pause, Previous, PreviousCancel, SubscriptionFact};
pub use surplus::Surplus;
