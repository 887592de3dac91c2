//! Subscriptions that were moved to another organization by a change of their metadata.

use domain::{billing::SubscriptionId, id::OrgId};

use serde::Deserialize;

use crate::{
    attributes::{Attributes, text, values},
    client::Store,
    error::{Corrupt, Error},
    keys::Key,
    org::OrgChange,
    schema::{from_item, read},
    update::update,
};

/// Decodes the organization to which a subscription was moved, if it was.
pub(crate) fn decode_moved(item: Option<Attributes>) -> Result<Option<OrgId>, Corrupt> {
    #[derive(Deserialize)]
    struct MovedItem {
        org: String,
    }
    let Some(item) = item else { return Ok(None) };
    let item: MovedItem = from_item(item)?;
    read("organization of a subscription", &item.org).map(Some)
}

impl Store {
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
    ) -> Result<(), Error> {
        let unchanged = orgs.iter().all(|org| org.before.value == *org.after);
        if unchanged && moved_to == Some(owner) {
            return Ok(());
        }
        let mut actions = Vec::new();
        for org in orgs {
            actions.push(self.org_write(org.before, org.after)?);
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
