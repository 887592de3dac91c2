//! What the table knows about an event of Stripe: its customer, its subscription, and their
//! organizations. A change of its metadata can move a subscription to another organization.

use domain::{
    billing::{CustomerId, SubscriptionId},
    id::OrgId,
    org::Org,
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    attributes::{Attributes, text, values},
    client::{Store, Stored},
    customer::{CustomerLink, decode_link},
    error::{Corrupt, Error},
    keys::Key,
    org::{OrgChange, OrgWrite},
    schema::{from_item, org::decode, read},
    update::update,
};

/// The stored data that is needed to apply an event of Stripe.
#[derive(Clone, Debug)]
pub struct EventContext {
    /// The link of the event's customer.
    pub link: CustomerLink,
    /// The organization that the event names. If the event names no existing organization, the
    /// organization to which its subscription or its customer belongs. `None` if there is neither.
    pub org: Option<Stored<Org>>,
    /// Whether the event names `org`.
    pub names_org: bool,
    /// The organization to which the event's subscription belonged before, if the event names
    /// another one.
    pub former: Option<Stored<Org>>,
    /// The organization that a moved subscription names. `None` if the subscription belongs to the
    /// organization of its customer.
    pub moved_to: Option<OrgId>,
}

/// The parts of an event by which its organization is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventSubject<'a> {
    /// The customer of the event.
    pub customer: Option<&'a CustomerId>,
    /// The subscription of the event.
    pub subscription: Option<&'a SubscriptionId>,
    /// The organization that the event names.
    pub named: Option<OrgId>,
}

impl Store {
    /// Loads what an event is about, in one batch read: the link of its customer, the organization
    /// that it names, and the organization to which its subscription was moved.
    ///
    /// A second read loads the organization to which the subscription or the customer belongs, if
    /// this is not the named organization.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_event_context(&self, subject: EventSubject<'_>) -> Result<EventContext, Error> {
        let EventSubject { customer, subscription, named } = subject;
        let keys = [customer.map(Key::customer), named.map(Key::org), subscription.map(Key::subscription)];
        let wanted: Vec<Key> = keys.iter().flatten().cloned().collect();
        let mut items = match wanted.as_slice() {
            [] => Vec::new(),
            [key] => vec![self.get(key).await?],
            keys => self.get_each(keys).await?,
        }
        .into_iter();
        let [link, org, moved] = keys.map(|key| key.and_then(|_| items.next().flatten()));
        let (link, named_org) = (decode_link(link)?, org.map(decode).transpose()?);
        let moved_to = decode_moved(moved)?;
        let home = moved_to.or(link.org);
        let (org, former, names_org) = match (named_org, home) {
            (Some(named), Some(home)) if home != named.value.id && subscription.is_some() => {
                (Some(named), self.load_org(home).await?, true)
            }
            (Some(named), _) => (Some(named), None, true),
            (None, Some(home)) => (self.load_org(home).await?, None, false),
            (None, None) => (None, None, false),
        };
        Ok(EventContext { link, org, names_org, former, moved_to })
    }

    /// Writes an event of a subscription that names another organization than before: both
    /// organizations, and the organization to which the subscription belongs now (`owner`).
    /// `moved_to` is the stored value of the latter, as it was loaded.
    ///
    /// The transaction raises the version of both organizations, so no concurrent event is missed.
    /// Writes nothing if nothing changed.
    ///
    /// # Errors
    /// [`Error::Conflict`] if an organization changed or the subscription was moved in the meantime;
    /// [`Error::Unavailable`].
    pub async fn commit_move(
        &self,
        subscription: &SubscriptionId,
        orgs: [OrgChange<'_>; 2],
        moved_to: Option<OrgId>,
        owner: OrgId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let unchanged = orgs.iter().all(|org| org.before.value == *org.after);
        if unchanged && moved_to == Some(owner) {
            return Ok(());
        }
        let mut actions = Vec::new();
        for org in orgs {
            actions.push(self.org_write(org.before, org.after, OrgWrite::at(now))?);
        }
        let mut bound = values([(":owner", text(&owner))]);
        let condition = match moved_to {
            None => "attribute_not_exists(pk)",
            Some(before) => {
                bound.insert(":before".to_owned(), text(&before));
                "org = :before"
            }
        };
        let key = Key::subscription(subscription);
        actions.push(update(&self.table, &key, "SET org = :owner", condition, bound)?);
        self.commit(actions).await
    }
}

/// Decodes the organization to which a subscription was moved, if it was.
fn decode_moved(item: Option<Attributes>) -> Result<Option<OrgId>, Corrupt> {
    #[derive(Deserialize)]
    struct MovedItem {
        org: String,
    }
    let Some(item) = item else { return Ok(None) };
    let item: MovedItem = from_item(item)?;
    read("organization of a subscription", &item.org).map(Some)
}
