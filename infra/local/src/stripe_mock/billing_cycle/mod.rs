//! What happens to customers, subscriptions and invoices, with the events that Stripe sends for it.
//! Source: docs.stripe.com, "How subscriptions work" and "Using webhooks with subscriptions".

mod begin;
mod calendar;
mod charge;
mod end;
