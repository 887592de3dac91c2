//! Reads facts through the real SDKs and HTTP. This is the only part of the doctor that makes
//! requests.

mod aws;
mod outside;

pub(super) use aws::Account;
pub(super) use outside::{Stripe, dmarc, skew};
