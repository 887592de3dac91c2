//! The states of mails.

use domain::delivery::{Claim, Delivery};
use serde::{Deserialize, Serialize};

use super::At;

/// One mail to one recipient. End states keep little: they stay for ever.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum DeliveryItem {
    Pending { since: At, not_before: At, attempts: u32 },
    Sending { since: At, claim: String, until: At, attempts: u32 },
    Sent { at: At },
    Failed { at: At },
    Unknown { claim: String, at: At },
    Dropped { at: At },
}

impl From<&Delivery> for DeliveryItem {
    fn from(delivery: &Delivery) -> Self {
        match delivery.clone() {
            Delivery::Pending { since, not_before, attempts } => {
                Self::Pending { since: At(since), not_before: At(not_before), attempts }
            }
            Delivery::Sending { since, claim, until, attempts } => {
                Self::Sending { since: At(since), claim: claim.0, until: At(until), attempts }
            }
            Delivery::Sent { at } => Self::Sent { at: At(at) },
            Delivery::Failed { at } => Self::Failed { at: At(at) },
            Delivery::Unknown { claim, at } => Self::Unknown { claim: claim.0, at: At(at) },
            Delivery::Dropped { at } => Self::Dropped { at: At(at) },
        }
    }
}

impl From<DeliveryItem> for Delivery {
    fn from(item: DeliveryItem) -> Self {
        match item {
            DeliveryItem::Pending { since, not_before, attempts } => {
                Self::Pending { since: since.0, not_before: not_before.0, attempts }
            }
            DeliveryItem::Sending { since, claim, until, attempts } => {
                Self::Sending { since: since.0, claim: Claim(claim), until: until.0, attempts }
            }
            DeliveryItem::Sent { at } => Self::Sent { at: at.0 },
            DeliveryItem::Failed { at } => Self::Failed { at: at.0 },
            DeliveryItem::Unknown { claim, at } => Self::Unknown { claim: Claim(claim), at: at.0 },
            DeliveryItem::Dropped { at } => Self::Dropped { at: at.0 },
        }
    }
}
