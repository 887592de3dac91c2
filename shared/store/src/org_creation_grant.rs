use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{id::UserId, people::User, secret::Hash};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Attributes, Store, Stored},
    error::{Corrupt, Error},
    item::{At, from_item, read, to_item},
    key::Key,
    session::{expires, values},
    update::update,
};

/// What shows who somebody is that belongs to no organization, so can hold no session, and founds one: a secret in a
/// form, stored under its hash. It makes one organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgCreationGrant {
    /// The hash of the secret in the form.
    pub secret_hash: Hash,
    /// Who they are.
    pub user: UserId,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
    /// The sign-up that it was used for: that one may be sent again.
    pub used_for: Option<Hash>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrgCreationGrantItem {
    user: String,
    good_until: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_for: Option<String>,
}

pub(crate) fn encode(founding: &OrgCreationGrant) -> Result<Attributes, Corrupt> {
    let form = OrgCreationGrantItem {
        user: founding.user.to_string(),
        good_until: At(founding.expires_at),
        used_for: founding.used_for.map(|hash| hash.to_string()),
    };
    let mut item = to_item(&Key::org_creation_grant(founding.secret_hash), &form)?;
    item.extend([expires(founding.expires_at, 3600)]);
    Ok(item)
}

impl Store {
    /// The proof with that secret's hash, expired or not, with whom it shows.
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
        let used_for = used_for.transpose().map_err(|()| Corrupt::because("use of a founding"))?;
        let user = read("user of a founding", &item.user)?;
        let Some(person) = self.load_user(user).await? else { return Ok(None) };
        let founding = OrgCreationGrant { secret_hash, user, expires_at: item.good_until.0, used_for };
        Ok(Some((founding, person)))
    }

    /// What uses a proof for a sign-up as part of its transaction.
    pub(crate) fn use_org_creation_grant(
        &self,
        secret_hash: Hash,
        sign_up: Hash,
    ) -> Result<TransactWriteItem, Error> {
        update(
            &self.table,
            &Key::org_creation_grant(secret_hash),
            "SET used_for = :sign_up",
            Some("attribute_exists(pk) AND attribute_not_exists(used_for)"),
            HashMap::new(),
            values([(":sign_up", AttributeValue::S(sign_up.to_string()))]),
        )
    }
}
