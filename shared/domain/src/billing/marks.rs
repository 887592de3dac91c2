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
        let mark = mark(second(created), id);
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
    (u64::from(second) << 32) + (hash(id) >> 32)
}

/// Returns seconds since the epoch, clamped to 32 bits.
fn second(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}

fn hash(id: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = Sha256::digest(id).into();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u32) -> Timestamp {
        Timestamp::from_second(second.into()).unwrap()
    }

    /// Returns a set with one marked invoice per second.
    fn marked(seconds: impl IntoIterator<Item = u32>) -> InvoiceMarks {
        let mut set = InvoiceMarks::default();
        for second in seconds {
            set.insert(Some(at(second)), &format!("in_{second}"));
        }
        set
    }

    #[test]
    fn mark_has_the_second_and_half_of_the_hash_of_the_id() {
        // Marks are stored, so every version of the code must compute the same ones.
        for (created, mark) in [
            (Some(at(1_736_330_400)), 0x677e_4ca0_7d1d_b59b),
            (None, 0x7d1d_b59b),
            (Some(Timestamp::MIN), 0x7d1d_b59b),
            (Some(Timestamp::MAX), 0xffff_ffff_7d1d_b59b),
        ] {
            let mut set = InvoiceMarks::default();
            set.insert(created, "in_1");
            assert_eq!(set.marks().collect::<Vec<_>>(), [mark], "{created:?}");
            assert!(set.contains(created.unwrap_or_default(), "in_1"), "{created:?}");
            assert!(!set.contains(created.unwrap_or_default(), "in_2"), "{created:?}");
        }
    }

    #[test]
    fn invoice_is_marked_with_its_time_and_id() {
        let set = marked([7, 9]);
        for (second, id, contained) in
            [(7, "in_7", true), (9, "in_9", true), (7, "in_9", false), (8, "in_7", false), (9, "in_7", false)]
        {
            assert_eq!(set.contains(at(second), id), contained, "{second} {id}");
        }
        let mut unknown = InvoiceMarks::default();
        unknown.insert(None, "in_7");
        assert!(unknown.contains(at(7), "in_7") && unknown.contains(at(8), "in_7"));
        assert!(!unknown.contains(at(7), "in_8"));
    }

    #[test]
    fn set_of_invoices_keeps_the_newest_512() {
        let full = marked(1..=512);
        assert_eq!((full.marks().count(), full.floor()), (512, 0));
        assert_eq!(InvoiceMarks::new(full.marks().collect(), 0), full);
        assert!(!full.contains(at(0), "in_0"));

        let all = marked(0..=600);
        assert_eq!(all, marked((0..=600).rev()));
        assert_eq!(all.marks().count(), 512);
        let marked_once = |second: u32| all.contains(at(second), &format!("in_{second}"));
        assert!((0..=600).all(marked_once));
        assert!(all.contains(at(88), "in_other"), "an invoice below the floor counts as marked");
        assert!(!all.contains(at(89), "in_other") && !marked_once(601));
        let lowest = all.marks().next().unwrap();
        assert!(all.floor() < lowest && lowest >> 32 == 89);
    }

    #[test]
    fn floor_removes_the_marks_up_to_it() {
        let set = InvoiceMarks::new(BTreeSet::from([4, 5, 6]), 5);
        assert_eq!((set.marks().collect::<Vec<_>>(), set.floor()), (vec![6], 5));
    }

    #[test]
    fn joined_sets_equal_the_set_of_all_invoices() {
        for (one, other) in [(0..300, 200..500), (0..600, 300..900), (0..600, 600..601)] {
            let all = marked(one.clone().chain(other.clone()));
            for (one, other) in [(marked(one.clone()), marked(other.clone())), (marked(other), marked(one))] {
                let mut joined = one;
                joined.join(other);
                assert_eq!(joined, all);
            }
        }
    }

    #[test]
    fn set_of_subscriptions_keeps_the_lowest_512_hashes() {
        let of = |marks: std::ops::Range<u64>| SubscriptionMarks::new(marks.collect());
        assert_eq!(of(0..512).marks().collect::<Vec<_>>(), (0..512).collect::<Vec<_>>());
        assert_eq!(of(0..600), of(0..512));
        let mut joined = of(500..900);
        joined.join(of(0..510));
        assert_eq!(joined, of(0..512));

        let mut set = SubscriptionMarks::default();
        for n in 0..600 {
            set.insert(&format!("sub_{n}"));
        }
        assert_eq!(set.marks().count(), 512);
        let mut one = SubscriptionMarks::default();
        assert!(!one.contains("in_1"));
        one.insert("in_1");
        assert!(one.contains("in_1") && !one.contains("in_2"));
        assert_eq!(one.marks().collect::<Vec<_>>(), [0x7d1d_b59b_eac8_bd9b]);
    }
}
