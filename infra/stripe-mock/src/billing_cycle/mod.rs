//! Life cycle of customers, subscriptions, and invoices, with the events that Stripe sends.
//! Source: docs.stripe.com, "How subscriptions work" and "Using webhooks with subscriptions".

mod begin;
mod calendar;
mod charge;
mod end;
