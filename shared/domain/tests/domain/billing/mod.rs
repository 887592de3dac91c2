//! Tests of billing: the state depends on the set of facts, not on their order or repetition.
mod folding;
mod lifecycles;
mod many_invoices;
mod next;
mod notices;
mod oracle;
mod ownership;
mod passed_dates;
mod properties;
mod rules;
mod second;
mod strategies;
mod surplus;
mod tenancy;
mod values;
