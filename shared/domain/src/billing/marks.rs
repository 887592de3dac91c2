//! What is left of invoices and subscriptions whose facts are not kept any longer.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The most marks of a kind.
const MAX_MARKS: usize = 512;

/// A set of invoices in 8 bytes each: the second in which the invoice was made, then 32 bits of its id's hash.
///
/// At most 512 are kept, those of the newest invoices. The highest mark that was left out is the floor: everything at or
/// below it counts as marked, so no invoice ever becomes unmarked. The join of two sets does not depend on the order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceMarks {
    marks: BTreeSet<u64>,
    floor: u64,
}

impl InvoiceMarks {
    /// The set of these marks above a floor.
    #[must_use]
    pub fn new(marks: BTreeSet<u64>, floor: u64) -> Self {
        let mut set = Self { marks, floor };
        set.bound();
        set
    }

    /// The marks, in ascending order.
    pub fn marks(&self) -> impl Iterator<Item = u64> {
        self.marks.iter().copied()
    }

    /// The highest mark that was left out; 0 while none was.
    #[must_use]
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.floor == 0
    }

    /// Marks an invoice. One whose own time is not known any more is marked without it.
    pub(super) fn insert(&mut self, created: Option<Timestamp>, id: &str) {
        self.marks.insert(mark(created.map_or(0, second), id));
        self.bound();
    }

    /// Whether an invoice is marked.
    pub(super) fn contains(&self, created: Timestamp, id: &str) -> bool {
        let second = second(created);
        let candidates = |second: u32| {
            let first = u64::from(second) << 32;
            self.marks.range(first..=first | u64::from(u32::MAX)).next().is_some()
        };
        if !candidates(second) && !candidates(0) && u64::from(second) << 32 > self.floor {
            return false;
        }
        let mark = mark(second, id);
        mark <= self.floor || self.marks.contains(&mark) || self.marks.contains(&(mark & u64::from(u32::MAX)))
    }

    pub(super) fn join(&mut self, other: Self) {
        self.marks.extend(other.marks);
        self.floor = self.floor.max(other.floor);
        self.bound();
    }

    fn bound(&mut self) {
        while self.marks.len() > MAX_MARKS {
            self.floor = self.floor.max(self.marks.pop_first().unwrap_or_default());
        }
        let floor = self.floor;
        self.marks.retain(|mark| *mark > floor);
    }
}

/// A set of ended subscriptions in 8 bytes each: 64 bits of the id's hash. At most 512 are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionMarks(BTreeSet<u64>);

impl SubscriptionMarks {
    /// The set of these marks.
    #[must_use]
    pub fn new(marks: BTreeSet<u64>) -> Self {
        let mut set = Self(marks);
        set.bound();
        set
    }

    /// The marks, in ascending order.
    pub fn marks(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn insert(&mut self, id: &str) {
        self.0.insert(hash(id));
        self.bound();
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&hash(id))
    }

    pub(super) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
        self.bound();
    }

    fn bound(&mut self) {
        while self.0.len() > MAX_MARKS {
            self.0.pop_last();
        }
    }
}

fn mark(second: u32, id: &str) -> u64 {
    u64::from(second) << 32 | hash(id) >> 32
}

/// Seconds of the epoch; a time outside of what 32 bits hold counts as the nearest one within.
fn second(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}

fn hash(id: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = Sha256::digest(id).into();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
