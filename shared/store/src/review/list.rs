//! The two lists of the review queue, and their entries in the indexes.

use domain::{mail::FAILURE_SHOWN_FOR, time::add};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::item::Entry;
use crate::{
    at::At,
    attributes::{Attributes, text},
    client::Store,
    error::Error,
    index::{
        CORRUPT, EVENTS_FOR_REVIEW, IndexPartition, MAIL_FOR_REVIEW, PARKED_WITHOUT_METADATA, RUNS_FOR_REVIEW,
    },
    keys::Key,
    operation::Query,
};

/// One of the two lists of the review queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReviewList {
    /// The items that need review.
    #[default]
    NeedsReview,
    /// Parked events without the metadata of Onramp, which probably belong to another product in
    /// the same Stripe account.
    ParkedWithoutMetadata,
}

impl ReviewList {
    /// Returns the partitions of the list, each with the maximum age of the entries to show.
    const fn partitions(self) -> &'static [(IndexPartition, Option<SignedDuration>)] {
        match self {
            // A failed email stays in its item, and its index entry stays too. Therefore the review
            // queue shows entries of this partition only for a limited time.
            Self::NeedsReview => &[
                (EVENTS_FOR_REVIEW, None),
                (MAIL_FOR_REVIEW, Some(FAILURE_SHOWN_FOR)),
                (RUNS_FOR_REVIEW, None),
                (CORRUPT, None),
            ],
            Self::ParkedWithoutMetadata => &[(PARKED_WITHOUT_METADATA, None)],
        }
    }

    /// Returns whether the stored item belongs to the list. The index may be outdated, so this
    /// method checks the item itself.
    pub(super) fn contains(self, item: &Attributes) -> bool {
        self.partitions().iter().any(|(list, _)| {
            let partition = item.get(list.hash).and_then(|partition| partition.as_s().ok());
            partition.is_some_and(|stored| (0..list.shards).any(|shard| *stored == (list.pk)(shard)))
        })
    }
}

impl Store {
    /// Loads the first entries of a list, in no order: of each shard, one more than `size`, and all
    /// that have the same time as the entry with the number `size`.
    pub(super) async fn review_entries(
        &self,
        list: ReviewList,
        after: Option<Timestamp>,
        size: u16,
        now: Timestamp,
    ) -> Result<Vec<Entry>, Error> {
        let queries = list.partitions().iter().flat_map(|(partition, max_age)| {
            let after = after.max(max_age.map(|max_age| add(now, -max_age)));
            (0..partition.shards).map(move |shard| self.entries_of_shard(*partition, shard, after, size))
        });
        Ok(try_join_all(queries).await?.into_iter().flatten().collect())
    }

    /// Queries the first entries of a shard: one more than `size`, and all that have the same time
    /// as the entry with the number `size`.
    async fn entries_of_shard(
        &self,
        partition: IndexPartition,
        shard: u8,
        after: Option<Timestamp>,
        size: u16,
    ) -> Result<Vec<Entry>, Error> {
        // Requests one entry more than the page has, to detect whether there is a next page.
        let mut query = self.index_query(partition, shard).limit(i32::from(size) + 1);
        query = match after {
            None => query.key_condition_expression("#hash = :hash"),
            Some(after) => query
                .key_condition_expression("#hash = :hash AND #range > :after")
                .expression_attribute_names("#range", partition.range)
                .expression_attribute_values(":after", text(&At(after))),
        };
        let entry = |item: Attributes| {
            let at = item.get(partition.range)?.as_s().ok()?.parse().ok()?;
            Some(Entry { at, key: Key::of(&item)? })
        };
        let mut entries: Vec<Entry> = Vec::new();
        let mut from = None;
        loop {
            let input = query.clone().set_exclusive_start_key(from).build();
            let response = self.call::<Query>(input).await.map_err(|error| Error::of(&error))?;
            entries.extend(response.items.unwrap_or_default().into_iter().filter_map(entry));
            from = response.last_evaluated_key;
            let last = entries.get(usize::from(size).saturating_sub(1)).map(|entry| entry.at);
            let beyond = last.is_some_and(|last| entries.last().is_some_and(|entry| entry.at > last));
            if from.is_none() || beyond {
                return Ok(entries);
            }
        }
    }
}
