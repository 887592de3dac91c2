use aws_sdk_dynamodb::{operation::query::QueryOutput, types::AttributeValue};
use domain::{id::OrgId, invitation::InvitationId};
use futures_util::{
    future::try_join_all,
    stream::{self, Stream, TryStreamExt},
};
use jiff::Timestamp;

use crate::{
    client::{Attributes, Store},
    error::Error,
    invitation,
    item::{self, At},
    key::{BY_DUE, BY_MAIL, INVITE, Key, SHARDS, corrupt_pk, due_pk, mail_pk, review_pk, shard},
    sign_in_request::{self, SignInRequestId},
    update::{Change, Only},
};

/// The most candidates that one look into an index brings back from each shard.
const PAGE_SIZE: i32 = 250;

/// One of the two sparse indexes.
struct Index {
    name: &'static str,
    hash: &'static str,
    range: &'static str,
    partition: fn(u8) -> String,
}

const DUE: Index = Index { name: BY_DUE, hash: "due_pk", range: "due_at", partition: due_pk };
const MAIL: Index = Index { name: BY_MAIL, hash: "mail_pk", range: "mail_at", partition: mail_pk };
const UNREADABLE: Index = Index { partition: corrupt_pk, ..MAIL };

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// An organization's trial clock owes something.
    Org(OrgId),
    /// A parked event has waited for so long that somebody should look.
    Parked(WaitingEvent),
}

/// What is still due, as far as one look at each shard shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How much: at most 250 of each shard.
    pub count: usize,
    /// Since when the oldest of it is due.
    pub oldest: Option<Timestamp>,
}

/// The key of a parked event that waits for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEvent(Key);

/// Where mail waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailDue {
    /// In an organization.
    Org(OrgId),
    /// In a request for a sign-in link.
    SignIn(SignInRequestId),
    /// In an invitation to an organization.
    Invitation(OrgId, InvitationId),
}

impl Store {
    /// What is due at `now`, earliest first in each shard, to the last: a page is asked for once the one before is
    /// used up, so it takes the same memory however much is due, and one thing that stays due hides nothing behind it.
    /// Candidates only: whoever acts on them loads them first.
    ///
    /// A shard that cannot be looked into is one [`Error::Unavailable`] among the others' candidates.
    pub fn due(&self, now: Timestamp) -> impl Stream<Item = Result<Due, Error>> + Unpin {
        stream::select_all((0..SHARDS).map(|shard| Box::pin(self.candidates(&DUE, shard, now, Due::of_key))))
    }

    /// How much of that there is at `now`, and how old. An index lags behind by moments: what was done just before may
    /// still be counted.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn backlog(&self, now: Timestamp) -> Result<Backlog, Error> {
        let pages = try_join_all((0..SHARDS).map(|shard| self.page(&DUE, shard, now, None))).await?;
        let moments = pages.iter().flat_map(QueryOutput::items).filter_map(|key| {
            let at = key.get(DUE.range)?.as_s().ok()?;
            at.parse::<Timestamp>().ok()
        });
        Ok(moments.fold(Backlog::default(), |so_far, at| Backlog {
            count: so_far.count + 1,
            oldest: so_far.oldest.min(Some(at)).or(Some(at)),
        }))
    }

    /// Takes a parked event out of what is due and puts it where a person finds it. One whose customer is linked was
    /// released, and only its dropping failed: it is dropped now. Says whether the event still waits.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was released meanwhile; [`Error::Unavailable`].
    pub async fn mark_for_review(&self, event: &WaitingEvent) -> Result<bool, Error> {
        if self.load_customer_link(&event.0).await?.org.is_some() {
            self.drop_parked(event.0.clone()).await?;
            return Ok(false);
        }
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(event.0.attributes()))
            .update_expression("SET due_pk = :held")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":held", AttributeValue::S(review_pk(shard(&event.0.pk))))
            .send()
            .await
            .map_err(|error| Error::of(&error))?;
        Ok(true)
    }

    /// Where mail waits for a sender at `now`, in the manner of [`Store::due`].
    pub fn mail_due(&self, now: Timestamp) -> impl Stream<Item = Result<MailDue, Error>> + Unpin {
        stream::select_all(
            (0..SHARDS).map(|shard| Box::pin(self.candidates(&MAIL, shard, now, MailDue::of_its_key))),
        )
    }

    /// Puts an item that cannot be read where a person finds it, without reading it, whether its mail or its trial
    /// clock is due: no stream and no run comes to it but those that ask for [`Store::unreadable`]. It returns to
    /// where it belongs with [`Store::put_back`], or with the next write of what it is about.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it lies there already or is gone; [`Error::Unavailable`].
    pub async fn mark_corrupt(&self, due: MailDue, now: Timestamp) -> Result<(), Error> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(due.key().attributes()))
            .update_expression("SET mail_pk = :unreadable, mail_at = :now REMOVE mail_ready, due_pk, due_at")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(mail_pk) OR mail_pk <> :unreadable)",
            )
            .expression_attribute_values(":unreadable", AttributeValue::S(corrupt_pk(0)))
            .expression_attribute_values(":now", AttributeValue::S(At(now).text()))
            .send()
            .await
            .map_err(|error| Error::of(&error))?;
        Ok(())
    }

    /// What could not be read when somebody looked at it last, in the manner of [`Store::due`].
    pub fn corrupt_items(&self, now: Timestamp) -> impl Stream<Item = Result<MailDue, Error>> + Unpin {
        Box::pin(self.candidates(&UNREADABLE, 0, now, MailDue::of_its_key))
    }

    /// Puts an item that can be read by now back to where it belongs in the indexes.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it still cannot be read; [`Error::Conflict`] when somebody wrote it meanwhile, which
    /// put it back as well; [`Error::Unavailable`].
    pub async fn restore_index_entry(&self, due: MailDue) -> Result<(), Error> {
        let key = due.key();
        let Some(item) = self.get(&key).await? else { return Ok(()) };
        let (form, version) = match due {
            MailDue::Org(_) => {
                let org = item::decode(item)?;
                (item::encode(&org.value, org.version)?, org.version)
            }
            MailDue::SignIn(_) => {
                let asked = sign_in_request::decode(item)?;
                (sign_in_request::encode(&asked.value, asked.version)?, asked.version)
            }
            MailDue::Invitation(..) => {
                let invitation = invitation::decode(item)?;
                (invitation::encode(&invitation.value, invitation.version)?, invitation.version)
            }
        };
        let Some(place) = Change::with_index(&form, &form, &form) else { return Ok(()) };
        self.change(&key, place, Only::Version(version)).await
    }

    /// What a shard of an index holds up to `now`, page by page.
    fn candidates<T>(
        &self,
        index: &'static Index,
        shard: u8,
        now: Timestamp,
        read: fn(Key) -> Option<T>,
    ) -> impl Stream<Item = Result<T, Error>> {
        // The outer layer: whether there is a page to come; the inner: after which key, if not from the start.
        let pages = stream::try_unfold(Some(None), move |from: Option<Option<Attributes>>| async move {
            let Some(from) = from else { return Ok(None) };
            let page = self.page(index, shard, now, from).await?;
            let keys = page.items.unwrap_or_default();
            let found: Vec<_> = keys.iter().filter_map(|key| read(Key::of(key)?)).map(Ok).collect();
            Ok::<_, Error>(Some((stream::iter(found), page.last_evaluated_key.map(Some))))
        });
        pages.try_flatten()
    }

    /// One page of what a shard of an index holds up to `now`, after the key `from`.
    async fn page(
        &self,
        index: &Index,
        shard: u8,
        now: Timestamp,
        from: Option<Attributes>,
    ) -> Result<QueryOutput, Error> {
        self.client
            .query()
            .table_name(&self.table)
            .index_name(index.name)
            .key_condition_expression("#hash = :hash AND #range <= :now")
            .expression_attribute_names("#hash", index.hash)
            .expression_attribute_names("#range", index.range)
            .expression_attribute_values(":hash", AttributeValue::S((index.partition)(shard)))
            .expression_attribute_values(":now", AttributeValue::S(At(now).text()))
            .set_exclusive_start_key(from)
            .limit(PAGE_SIZE)
            .send()
            .await
            .map_err(|error| Error::of(&error))
    }
}

impl Due {
    fn of_key(key: Key) -> Option<Self> {
        match key.pk.split_once('#')? {
            ("ORG", id) => id.parse().ok().map(Self::Org),
            ("CUSTOMER", _) => Some(Self::Parked(WaitingEvent(key))),
            _ => None,
        }
    }
}

impl MailDue {
    fn key(self) -> Key {
        match self {
            Self::Org(org) => Key::org(org),
            Self::SignIn(asked) => Key::sign_in_request(asked),
            Self::Invitation(org, invitation) => Key::invitation(org, invitation),
        }
    }

    fn of_its_key(key: Key) -> Option<Self> {
        let Key { pk, sk } = key;
        Self::of_key(&pk, &sk)
    }

    /// Where the item of that key keeps mail, if it does: stream records carry keys too.
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
