//! The sparse indexes, and the partitions that the code queries.

use aws_sdk_dynamodb::operation::query::{QueryInput, builders::QueryInputBuilder};

use jiff::{Timestamp, civil::ISOWeekDate, tz::TimeZone};

use crate::{
    at::At,
    attributes::{Attributes, text, values},
    client::Store,
    keys::{
        SHARDS, cohort_pk, corrupt_pk, due_pk, mail_pk, parked_without_metadata_pk, read_pk, review_pk,
        step_pk,
    },
};

/// A kind of partition of one index.
#[derive(Clone, Copy)]
pub(crate) struct IndexPartition {
    pub index: &'static str,
    /// The attribute that contains the partition.
    pub hash: &'static str,
    /// The attribute that contains the time.
    pub range: &'static str,
    /// Returns the partition of a shard.
    pub pk: fn(u8) -> String,
    pub shards: u8,
}

/// Organizations for the trial sweep, and parked events that wait.
pub(crate) const DUE: IndexPartition =
    IndexPartition { index: "by-due", hash: "due_pk", range: "due_at", pk: due_pk, shards: SHARDS };
/// Parked and quarantined events that need review.
pub(crate) const EVENTS_FOR_REVIEW: IndexPartition = IndexPartition { pk: review_pk, ..DUE };
/// Parked events without the metadata of Onramp.
pub(crate) const PARKED_WITHOUT_METADATA: IndexPartition =
    IndexPartition { pk: parked_without_metadata_pk, ..DUE };
/// Items with an email to send.
pub(crate) const MAIL: IndexPartition =
    IndexPartition { index: "by-mail", hash: "mail_pk", range: "mail_at", pk: mail_pk, shards: SHARDS };
/// Items with an email that needs review.
pub(crate) const MAIL_FOR_REVIEW: IndexPartition = IndexPartition { pk: review_pk, ..MAIL };
/// Corrupt items, which need review.
pub(crate) const CORRUPT: IndexPartition = IndexPartition { pk: corrupt_pk, shards: 1, ..MAIL };

/// Returns the attributes that put an item into a partition of the index `by-due`.
pub(crate) fn due_entry(partition: &str, at: Timestamp) -> Attributes {
    values([("due_pk", text(partition)), ("due_at", text(&At(at)))])
}

/// Organizations whose customer the reconciler reads at Stripe.
pub(crate) const READS: IndexPartition =
    IndexPartition { index: "by-work", hash: "work_pk", range: "work_at", pk: read_pk, shards: SHARDS };

/// Organizations whose run failed, which needs review.
pub(crate) const RUNS_FOR_REVIEW: IndexPartition = IndexPartition { pk: review_pk, ..READS };
/// Organizations whose run the provisioner continues.
pub(crate) const STEPS: IndexPartition = IndexPartition { pk: step_pk, ..READS };

/// Returns the attributes that put an organization into a partition of the index `by-work`.
pub(crate) fn work_entry(partition: &str, at: Timestamp) -> Attributes {
    values([("work_pk", text(partition)), ("work_at", text(&At(at)))])
}

/// The attributes that put an organization into the index `by-cohort`.
pub(crate) const COHORT_ATTRIBUTES: [&str; 2] = ["cohort_pk", "cohort_at"];

/// Returns the attributes that put an organization into the index `by-cohort`. They never change,
/// because the time of the sign-up never changes.
pub(crate) fn cohort_entry(shard: u8, signed_up_at: Timestamp) -> Attributes {
    let [pk, at] = COHORT_ATTRIBUTES;
    values([(pk, text(&cohort_pk(iso_week(signed_up_at), shard))), (at, text(&At(signed_up_at)))])
}

/// Returns the week of a time in UTC.
pub(crate) fn iso_week(at: Timestamp) -> ISOWeekDate {
    at.to_zoned(TimeZone::UTC).date().iso_week_date()
}

impl Store {
    /// Returns a query of one shard. Its key condition can use the placeholders `#hash` and `:hash`.
    pub(crate) fn index_query(&self, partition: IndexPartition, shard: u8) -> QueryInputBuilder {
        self.query_of_index(partition.index, partition.hash, &(partition.pk)(shard))
    }

    /// Returns a query of one week and shard of the index `by-cohort`, with the same placeholders.
    pub(crate) fn cohort_query(&self, week: ISOWeekDate, shard: u8) -> QueryInputBuilder {
        self.query_of_index("by-cohort", COHORT_ATTRIBUTES[0], &cohort_pk(week, shard))
    }

    fn query_of_index(&self, index: &str, hash: &str, partition: &str) -> QueryInputBuilder {
        QueryInput::builder()
            .table_name(&self.table)
            .index_name(index)
            .expression_attribute_names("#hash", hash)
            .expression_attribute_values(":hash", text(&partition))
    }
}
