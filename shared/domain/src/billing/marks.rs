//! Compact sets of invoices and subscriptions whose facts were removed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Maximum number of marks in a set.
const MAX_MARKS: usize = 512;

/// A set of invoices that uses 8 bytes per invoice.
///
/// A mark consists of the second in which the invoice was created and 32 bits of the hash of its
/// id. The set keeps the 512 highest marks, which are those of the newest invoices. If there are
/// more, the lowest marks are removed, and the highest removed mark becomes the *floor*. An invoice
/// whose mark is not above the floor counts as marked. So an invoice that was marked once stays
/// marked. The join of two sets is the same in either order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceMarks {
    marks: BTreeSet<u64>,
    floor: u64,
}

impl InvoiceMarks {
    /// Returns the set with these marks and this floor.
    #[must_use]
    pub fn new(marks: BTreeSet<u64>, floor: u64) -> Self {
        let mut set = Self { marks, floor };
        set.bound();
        set
    }

    /// Returns the marks in ascending order.
    pub fn marks(&self) -> impl Iterator<Item = u64> {
        self.marks.iter().copied()
    }

    /// Returns the highest removed mark; 0 if none was removed.
    #[must_use]
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// Marks an invoice. Without a creation time, the part of the mark for the time is 0.
    pub(super) fn insert(&mut self, created: Option<Timestamp>, id: &str) {
        self.marks.insert(mark(created.map_or(0, second), id));
        self.bound();
    }

    /// Returns whether an invoice is marked.
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

/// A set of at most 512 ended subscriptions. It stores 64 bits of the hash of each id. If there are
/// more, the highest hashes are removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionMarks(BTreeSet<u64>);

impl SubscriptionMarks {
    /// Returns the set with these marks.
    #[must_use]
    pub fn new(marks: BTreeSet<u64>) -> Self {
        let mut set = Self(marks);
        set.bound();
        set
    }

    /// Returns the marks in ascending order.
    pub fn marks(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
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

/// Returns seconds since the epoch, clamped to 32 bits.
fn second(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}

fn hash(id: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = Sha256::digest(id).into();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
