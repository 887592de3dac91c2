//! Organization grants: the right of a user without an organization to create one.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{id::UserId, people::User, secret::Hash};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires, text, values},
    client::{Store, Stored},
    error::{Corrupt, Error},
    keys::Key,
    schema::{from_item, read, to_item},
    update::update,
};

/// The right of a user without an organization to create one organization.
///
/// Every session belongs to an organization, so a user without an organization has no session.
/// Instead, the form for a new organization contains a secret, and the grant is stored under the
/// hash of this secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgCreationGrant {
    /// The hash of the secret in the form.
    pub secret_hash: Hash,
    /// The user who may create an organization.
    pub user: UserId,
    /// The time from which the grant is invalid.
    pub expires_at: Timestamp,
    /// The hash that identifies the sign-up that used the grant, or `None` while the grant is
    /// unused. A repeated submission of the same form is still accepted.
    pub used_for: Option<Hash>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrgCreationGrantItem {
    user: String,
    good_until: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_for: Option<String>,
}

pub(crate) fn encode(grant: &OrgCreationGrant) -> Result<Attributes, Corrupt> {
    let form = OrgCreationGrantItem {
        user: grant.user.to_string(),
        good_until: At(grant.expires_at),
        used_for: grant.used_for.map(|hash| hash.to_string()),
    };
    let mut item = to_item(&Key::org_creation_grant(grant.secret_hash), &form)?;
    item.extend([expires(grant.expires_at, 3600)]);
    Ok(item)
}

impl Store {
    /// Loads the grant under a secret's hash, with its user. The grant may be expired or used.
    /// Returns `None` if the grant or the user does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_org_creation_grant(
        &self,
        secret_hash: Hash,
    ) -> Result<Option<(OrgCreationGrant, Stored<User>)>, Error> {
        let Some(item) = self.get(&Key::org_creation_grant(secret_hash)).await? else { return Ok(None) };
        let item: OrgCreationGrantItem = from_item(item)?;
        let used_for = item.used_for.map(|hash| hash.parse());
        let used_for =
            used_for.transpose().map_err(|()| Corrupt::because("sign-up of an organization grant"))?;
        let user = read("user of an organization grant", &item.user)?;
        let Some(stored_user) = self.load_user(user).await? else { return Ok(None) };
        let grant = OrgCreationGrant { secret_hash, user, expires_at: item.good_until.0, used_for };
        Ok(Some((grant, stored_user)))
    }

    /// Builds the action that uses a grant in the transaction of a sign-up.
    pub(crate) fn use_org_creation_grant(
        &self,
        secret_hash: Hash,
        sign_up: Hash,
    ) -> Result<TransactWriteItem, Error> {
        update(
            &self.table,
            &Key::org_creation_grant(secret_hash),
            "SET used_for = :sign_up",
            "attribute_exists(pk) AND attribute_not_exists(used_for)",
            values([(":sign_up", text(&sign_up))]),
        )
    }
}
