//! Reading facts: the one place of the doctor that asks anybody.

mod aws;
mod outside;

pub(super) use aws::Account;
pub(super) use outside::{Stripe, dmarc, skew};
