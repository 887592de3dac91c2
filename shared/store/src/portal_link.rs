//! Portal links, which the host app's server creates for one of its users.

use domain::{
    people::{PortalLink, PortalPage, Session, SessionToken},
    secret::{Hash, Secret},
};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::expires,
    client::Store,
    error::{Corrupt, Error},
    keys::Key,
    link::Consumed,
    schema::{from_item, read, session, to_item},
    update::{Only, delete, put},
};

#[derive(Debug, Serialize, Deserialize)]
struct PortalLinkItem {
    user: String,
    org: String,
    page: String,
    return_url: String,
    epoch: u64,
    join: u64,
    good_until: At,
}

impl Store {
    /// Stores a portal link. The secret is new, so the write cannot replace another link. If the
    /// response is lost, a retry writes the same item again.
    ///
    /// The write has no condition on the membership, because the use of the link checks it again.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn save_portal_link(&self, link: &PortalLink) -> Result<(), Error> {
        let form = PortalLinkItem {
            user: link.user.to_string(),
            org: link.org.to_string(),
            page: link.page.as_str().to_owned(),
            return_url: link.return_url.as_str().to_owned(),
            epoch: link.epoch,
            join: link.join,
            good_until: At(link.expires_at),
        };
        let mut item = to_item(&Key::portal_link(link.secret_hash), &form)?;
        item.extend([expires(link.expires_at, 3600)]);
        self.put(item).await
    }

    /// Loads the portal link under a secret's hash, or returns `None` if there is none. The link may
    /// be expired.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_portal_link(&self, secret_hash: Hash) -> Result<Option<PortalLink>, Error> {
        let Some(item) = self.get(&Key::portal_link(secret_hash)).await? else { return Ok(None) };
        let item: PortalLinkItem = from_item(item)?;
        Ok(Some(PortalLink {
            secret_hash,
            user: read("user of a portal link", &item.user)?,
            org: read("organization of a portal link", &item.org)?,
            page: PortalPage::parse(&item.page).ok_or_else(|| Corrupt::because("page of a portal link"))?,
            return_url: read("return URL of a portal link", &item.return_url)?,
            epoch: item.epoch,
            join: item.join,
            expires_at: item.good_until.0,
        }))
    }

    /// Uses a portal link in one transaction: deletes the link, stores its session, and deletes the
    /// browser's earlier session `instead_of`. So of two parallel uses, only one starts a session.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the user left the organization, or if the user's sessions were ended;
    /// [`Error::Unavailable`].
    pub async fn consume_portal_link(
        &self,
        link: &PortalLink,
        session: &Session,
        secret: &Secret,
        instead_of: Option<&SessionToken>,
    ) -> Result<Consumed, Error> {
        let table = &self.table;
        let actions = vec![
            delete(table, &Key::portal_link(link.secret_hash), Some(Only::Exists))?,
            put(table, session::encode(session, secret)?, Some(Only::New))?,
            self.in_epoch(session.user, session.org, session.epoch, None)?,
        ];
        self.consume(actions, instead_of).await
    }
}
