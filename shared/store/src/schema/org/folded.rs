//! Stored form of the folded billing facts: marks of invoices and subscriptions whose facts are
//! deleted.
//!
//! The form is a separate attribute of the item. A version of the code that does not understand
//! this attribute keeps the attribute unchanged.

use std::{collections::BTreeSet, fmt};

use domain::billing::{Billing, InvoiceMarks, SubscriptionMarks};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FoldedItem {
    #[serde(skip_serializing_if = "InvoiceMarksItem::is_empty")]
    settled: InvoiceMarksItem,
    #[serde(skip_serializing_if = "InvoiceMarksItem::is_empty")]
    mailed: InvoiceMarksItem,
    #[serde(skip_serializing_if = "MarksItem::is_empty")]
    ended: MarksItem,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct InvoiceMarksItem {
    #[serde(skip_serializing_if = "MarksItem::is_empty")]
    marks: MarksItem,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<u64>,
}

/// A set of marks, stored as a binary value of 8 bytes per mark.
#[derive(Debug, Default)]
struct MarksItem(BTreeSet<u64>);

impl FoldedItem {
    pub fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.mailed.is_empty() && self.ended.is_empty()
    }

    /// Writes the marks into `billing`.
    pub fn unfold(self, billing: &mut Billing) {
        billing.settled = self.settled.into();
        billing.mailed = self.mailed.into();
        billing.ended = SubscriptionMarks::new(self.ended.0);
    }
}

impl From<&Billing> for FoldedItem {
    fn from(billing: &Billing) -> Self {
        Self {
            settled: (&billing.settled).into(),
            mailed: (&billing.mailed).into(),
            ended: MarksItem(billing.ended.marks().collect()),
        }
    }
}

impl InvoiceMarksItem {
    fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.floor.is_none()
    }
}

impl From<&InvoiceMarks> for InvoiceMarksItem {
    fn from(it: &InvoiceMarks) -> Self {
        Self { marks: MarksItem(it.marks().collect()), floor: Some(it.floor()).filter(|floor| *floor > 0) }
    }
}

impl From<InvoiceMarksItem> for InvoiceMarks {
    fn from(item: InvoiceMarksItem) -> Self {
        Self::new(item.marks.0, item.floor.unwrap_or_default())
    }
}

impl MarksItem {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for MarksItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|mark| mark.to_be_bytes()).collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for MarksItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = MarksItem;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("marks of 8 bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<MarksItem, E> {
                let (marks, []) = bytes.as_chunks() else {
                    return Err(E::custom("not marks of 8 bytes"));
                };
                Ok(MarksItem(marks.iter().map(|mark| u64::from_be_bytes(*mark)).collect()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
