//! The review queue: items that no scheduled run will finish.

mod item;
mod list;

use std::collections::HashSet;

use domain::{org::ProvisioningState, people::ActionRecord};
use futures_util::future::try_join;
use jiff::Timestamp;

use self::item::Entry;
pub use self::{
    item::{ReviewItem, ReviewItemKind, ReviewedEvent},
    list::ReviewList,
};
use crate::{
    attributes::{Attributes, text, values},
    client::Store,
    error::Error,
    keys::{DUE, Key, PARKED},
    schema::action_record::record_value,
};

/// One page of a list, oldest item first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewPage {
    /// The items of the page.
    pub items: Vec<ReviewItem>,
    /// The time after which the next page starts: pass it as `after`. `None` on the last page.
    pub next: Option<Timestamp>,
}

impl Store {
    /// Loads a page of a list. The page contains only items that began to wait later than `after`.
    /// With `None`, the page starts with the oldest item.
    ///
    /// Index entries with the same time are on the same page, so a page can have more than `size`
    /// entries. Times are in milliseconds. A corrupt item appears on the page as
    /// [`ReviewItemKind::Corrupt`], and all other items still appear.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn load_review_page(
        &self,
        list: ReviewList,
        after: Option<Timestamp>,
        size: u16,
        now: Timestamp,
    ) -> Result<ReviewPage, Error> {
        let mut entries = self.review_entries(list, after, size, now).await?;
        entries.sort_by(|a, b| (a.at, &a.key.pk, &a.key.sk).cmp(&(b.at, &b.key.pk, &b.key.sk)));
        let last = entries.get(usize::from(size).saturating_sub(1)).map(|entry| entry.at);
        let beyond = last.map_or(entries.len(), |last| entries.partition_point(|entry| entry.at <= last));
        let next = last.filter(|_| beyond < entries.len());
        entries.truncate(beyond);
        // An organization can have two entries: for its run, and for its notices.
        let mut seen = HashSet::new();
        entries.retain(|entry| seen.insert((entry.key.pk.clone(), entry.key.sk.clone())));

        let keys: Vec<Key> = entries.iter().map(|entry| entry.key.clone()).collect();
        let parked = keys.iter().filter(|key| key.sk.starts_with(PARKED));
        let (items, linked) = try_join(self.get_each(&keys), self.linked_customers(parked)).await?;
        let items = entries.into_iter().zip(items).filter_map(|(entry, item)| {
            // Skips items that left the list after the index was last updated. Also skips parked
            // events of linked customers. These events were recorded when the customer was linked,
            // and only their deletion failed.
            let released = entry.key.sk.starts_with(PARKED) && linked.contains(&entry.key.pk);
            item.filter(|item| !released && list.contains(item)).map(|item| entry.into_review_item(item))
        });
        // Skips organizations whose run did not fail and that have no email to review. An email needs no
        // review if it no longer applies, or if it is for admins and its recipient is no longer one.
        let items = items.filter(|item| match &item.kind {
            ReviewItemKind::Organization(org) => {
                org.provisioning_state() == ProvisioningState::Failed
                    || org.mails_for_review(now).next().is_some()
            }
            _ => true,
        });
        Ok(ReviewPage { items: items.collect(), next })
    }

    /// Loads one event of the review queue, or of the list of parked events without metadata. Also
    /// loads an event that left the queue. Returns `None` if the event does not exist, or if the
    /// trial sweep has not judged it yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn load_reviewed_event(&self, event: &ReviewedEvent) -> Result<Option<ReviewItem>, Error> {
        let listed = |item: &Attributes| {
            let lists = [ReviewList::NeedsReview, ReviewList::ParkedWithoutMetadata];
            !item.contains_key("due_pk") || lists.iter().any(|list| list.contains(item))
        };
        let item = self.get(&event.0).await?.filter(listed);
        let entry = Entry { at: Timestamp::UNIX_EPOCH, key: event.0.clone() };
        Ok(item.map(|item| entry.into_review_item(item)))
    }

    /// Removes an event from the review queue, and stores who did it and why. The event stays stored
    /// until it expires, so a parked event still applies when its customer is linked. The first
    /// dismissal stays if the event is dismissed again.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the event does not exist, or if the trial sweep has not judged it yet;
    /// [`Error::Unavailable`].
    pub async fn dismiss(&self, event: &ReviewedEvent, record: &ActionRecord) -> Result<(), Error> {
        self.update(
            &event.0,
            "SET dismissed_by = if_not_exists(dismissed_by, :record) REMOVE due_pk, due_at",
            "attribute_exists(pk) AND (attribute_not_exists(due_pk) OR NOT begins_with(due_pk, :due))",
            values([(":record", record_value(record)), (":due", text(DUE))]),
        )
        .await
    }
}
