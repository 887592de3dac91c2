//! Reads facts about a deployed stage with the AWS SDKs and over HTTP. Only this part of the doctor
//! makes requests.

mod aws;
mod outside;

pub(super) use aws::Account;
pub(super) use outside::{Stripe, dmarc, skew};
