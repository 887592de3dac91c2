//! Queries of the indexes by time, and moves of items from one index partition to another.

use aws_sdk_dynamodb::operation::query::QueryOutput;
use domain::{id::OrgId, people::InvitationId};
use futures_util::{
    future::try_join_all,
    stream::{self, Stream, TryStreamExt},
};
use jiff::Timestamp;

use crate::{
    at::At,
    attributes::{Attributes, text, values},
    client::Store,
    error::Error,
    index::{CORRUPT, DUE, IndexPartition, MAIL, READS, STEPS},
    keys::{INVITE, Key, SHARDS, corrupt_pk},
    operation::Query,
    parked::WaitingEvent,
    schema::{invitation, org},
    sign_in_request,
    sign_in_request_id::SignInRequestId,
    update::{Change, Only},
};

/// Maximum number of index entries in one page of an index query.
const PAGE_SIZE: i32 = 250;

/// An entry of the index `by-due` that the trial sweep processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// The trial sweep of an organization is due.
    Org(OrgId),
    /// A parked event has waited for ten minutes and needs review.
    Parked(WaitingEvent),
    /// A quarantined event has waited for ten minutes and may raise the alarm.
    Alarm(WaitingEvent),
}

/// Size and age of the backlog: the items that are due. Counts only the first page of each shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Number of items, at most 250 per shard.
    pub count: usize,
    /// The time at which the oldest item became due, or `None` if no item is due.
    pub oldest: Option<Timestamp>,
}

/// The key of an item that can contain emails to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailDue {
    /// An organization, which contains notices.
    Org(OrgId),
    /// A sign-in request, which contains one email.
    SignIn(SignInRequestId),
    /// An invitation, which contains one email.
    Invitation(OrgId, InvitationId),
}

impl Store {
    /// Streams the organizations and parked events that are due at `now`, earliest first in each
    /// shard.
    ///
    /// The stream queries the next page of a shard only after the caller consumed the previous
    /// page. So memory use stays constant. An item that stays due after its processing does not
    /// hide later items. The index may be outdated, so the caller must load each item before it
    /// acts.
    ///
    /// If the query of one shard fails, the stream contains one [`Error::Unavailable`] for this
    /// shard. The entries of all other shards are still in the stream.
    pub fn due(&self, now: Timestamp) -> impl Stream<Item = Result<Due, Error>> + Unpin {
        stream::select_all((0..SHARDS).map(|shard| Box::pin(self.candidates(DUE, shard, now, Due::of_key))))
    }

    /// Counts the items that are due at `now`. DynamoDB updates an index shortly after the table,
    /// so items that were just processed may still count.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn backlog(&self, now: Timestamp) -> Result<Backlog, Error> {
        let pages = try_join_all((0..SHARDS).map(|shard| self.page(DUE, shard, now, None))).await?;
        let times = pages.iter().flat_map(QueryOutput::items).filter_map(|key| {
            let at = key.get(DUE.range)?.as_s().ok()?;
            at.parse::<Timestamp>().ok()
        });
        Ok(times.fold(Backlog::default(), |backlog, at| Backlog {
            count: backlog.count + 1,
            oldest: backlog.oldest.min(Some(at)).or(Some(at)),
        }))
    }

    /// Streams the keys of the items whose emails are due at `now`, in the same way as
    /// [`Store::due`].
    pub fn mail_due(&self, now: Timestamp) -> impl Stream<Item = Result<MailDue, Error>> + Unpin {
        stream::select_all(
            (0..SHARDS).map(|shard| Box::pin(self.candidates(MAIL, shard, now, MailDue::of_index_key))),
        )
    }

    /// Streams the organizations whose customer must be read at Stripe at `now`, in the same way as
    /// [`Store::due`].
    pub fn reads_due(&self, now: Timestamp) -> impl Stream<Item = Result<OrgId, Error>> + Unpin {
        stream::select_all((0..SHARDS).map(|shard| Box::pin(self.candidates(READS, shard, now, org_of_key))))
    }

    /// Streams the organizations whose run the provisioner must continue at `now`, in the same way as
    /// [`Store::due`].
    pub fn runs_due(&self, now: Timestamp) -> impl Stream<Item = Result<OrgId, Error>> + Unpin {
        stream::select_all((0..SHARDS).map(|shard| Box::pin(self.candidates(STEPS, shard, now, org_of_key))))
    }

    /// Moves a corrupt item to the partition for corrupt items, without decoding it.
    ///
    /// The item leaves the partitions for due items, due emails, and work. So only
    /// [`Store::corrupt_items`] and the review queue find the item. [`Store::restore_index_entry`],
    /// or the next write that changes the item, restores its index attributes.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the item is already in the partition for corrupt items, or was
    /// deleted; [`Error::Unavailable`].
    pub async fn mark_corrupt(&self, due: MailDue, now: Timestamp) -> Result<(), Error> {
        let bound = values([(":corrupt", text(&corrupt_pk(0))), (":now", text(&At(now)))]);
        self.update(
            &due.key(),
            "SET mail_pk = :corrupt, mail_at = :now REMOVE mail_ready, due_pk, due_at, work_pk, work_at",
            "attribute_exists(pk) AND (attribute_not_exists(mail_pk) OR mail_pk <> :corrupt)",
            bound,
        )
        .await
    }

    /// Streams the keys of the items in the partition for corrupt items, in the same way as
    /// [`Store::due`].
    pub fn corrupt_items(&self, now: Timestamp) -> impl Stream<Item = Result<MailDue, Error>> + Unpin {
        Box::pin(self.candidates(CORRUPT, 0, now, MailDue::of_index_key))
    }

    /// Restores the index attributes of an item, if this version of the code can decode the item.
    /// Writes nothing if the item does not exist.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the item is still corrupt; [`Error::Conflict`] if another write
    /// changed the item in the meantime; [`Error::Unavailable`].
    pub async fn restore_index_entry(&self, due: MailDue) -> Result<(), Error> {
        let key = due.key();
        let Some(item) = self.get(&key).await? else { return Ok(()) };
        let (form, version) = match due {
            MailDue::Org(_) => {
                let org = org::decode(item)?;
                (org::encode(&org.value, org.version)?, org.version)
            }
            MailDue::SignIn(_) => {
                let request = sign_in_request::decode(item)?;
                (sign_in_request::encode(&request.value, request.version)?, request.version)
            }
            MailDue::Invitation(..) => {
                let invitation = invitation::decode(item)?;
                (invitation::encode(&invitation.value, invitation.version)?, invitation.version)
            }
        };
        let index_change = || Ok(Some(Change::with_index(&form, form.clone(), form.clone())));
        self.change(&key, &Only::Version(version), index_change).await
    }

    /// Streams the index entries of one shard whose time is `now` or earlier, page by page.
    fn candidates<T>(
        &self,
        partition: IndexPartition,
        shard: u8,
        now: Timestamp,
        read: fn(Key) -> Option<T>,
    ) -> impl Stream<Item = Result<T, Error>> {
        // The outer option is `None` after the last page. The inner option is the key after which
        // the next page starts; it is `None` for the first page.
        let pages = stream::try_unfold(Some(None), move |from: Option<Option<Attributes>>| async move {
            let Some(from) = from else { return Ok(None) };
            let page = self.page(partition, shard, now, from).await?;
            let keys = page.items.unwrap_or_default();
            let found: Vec<_> = keys.iter().filter_map(|key| read(Key::of(key)?)).map(Ok).collect();
            Ok::<_, Error>(Some((stream::iter(found), page.last_evaluated_key.map(Some))))
        });
        pages.try_flatten()
    }

    /// Queries one page of a shard's index entries whose time is `now` or earlier. The page starts
    /// after the key `from`, or with the first entry if `from` is `None`.
    async fn page(
        &self,
        partition: IndexPartition,
        shard: u8,
        now: Timestamp,
        from: Option<Attributes>,
    ) -> Result<QueryOutput, Error> {
        let input = self
            .index_query(partition, shard)
            .key_condition_expression("#hash = :hash AND #range <= :now")
            .expression_attribute_names("#range", partition.range)
            .expression_attribute_values(":now", text(&At(now)))
            .set_exclusive_start_key(from)
            .limit(PAGE_SIZE)
            .build();
        self.call::<Query>(input).await.map_err(|error| Error::of(&error))
    }
}

fn org_of_key(key: Key) -> Option<OrgId> {
    let Key { pk, .. } = key;
    pk.strip_prefix("ORG#")?.parse().ok()
}

impl Due {
    fn of_key(key: Key) -> Option<Self> {
        match key.pk.split_once('#')? {
            ("ORG", id) => id.parse().ok().map(Self::Org),
            ("CUSTOMER", _) => Some(Self::Parked(WaitingEvent::new(key))),
            ("STRIPE", _) => Some(Self::Alarm(WaitingEvent::new(key))),
            _ => None,
        }
    }
}

impl MailDue {
    fn key(self) -> Key {
        match self {
            Self::Org(org) => Key::org(org),
            Self::SignIn(request) => Key::sign_in_request(request),
            Self::Invitation(org, invitation) => Key::invitation(org, invitation),
        }
    }

    fn of_index_key(key: Key) -> Option<Self> {
        let Key { pk, sk } = key;
        Self::of_key(&pk, &sk)
    }

    /// Parses the key of an item that can contain emails. Returns `None` for the key of any other
    /// item. The key may come from an index entry or from a record of the table's stream.
    #[must_use]
    pub fn of_key(pk: &str, sk: &str) -> Option<Self> {
        match (pk.split_once('#')?, sk) {
            (("ORG", org), "ORG") => org.parse().ok().map(Self::Org),
            (("ORG", org), sk) => {
                Some(Self::Invitation(org.parse().ok()?, sk.strip_prefix(INVITE)?.parse().ok()?))
            }
            (("ASKED", id), _) => id.parse().ok().map(Self::SignIn),
            _ => None,
        }
    }
}
