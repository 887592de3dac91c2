use domain::{
    id::{OrgId, UserId},
    org::Org,
    people::{Member, Role, User},
};

use crate::{
    client::{Store, Stored},
    error::Error,
    item,
    key::Key,
    member, user,
};

/// Whom the host app vouches for, as they are stored, all of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedSession {
    /// The person.
    pub user: Stored<User>,
    /// What they may do; `None` when they are no member, or none any more.
    pub role: Option<Role>,
    /// The organization.
    pub org: Stored<Org>,
}

impl EmbedSession {
    /// Proof of membership, if there is one.
    #[must_use]
    pub fn authorize(&self) -> Option<Member> {
        Member::for_embed(self.org.value.id, &self.user.value, self.role)
    }
}

impl Store {
    /// A person with an organization and their place in it, in one consistent batch, so that who was removed is out at
    /// the next request. `None` when either is not there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_embed_session(&self, org: OrgId, user: UserId) -> Result<Option<EmbedSession>, Error> {
        let keys = [Key::user(user), Key::member(org, user), Key::org(org)];
        let [person, membership, org] = self.get_all(&keys).await?;
        let (Some(person), Some(org)) = (person, org) else { return Ok(None) };
        let membership = membership.map(member::decode).transpose()?;
        let role = membership.map(|membership| membership.role);
        Ok(Some(EmbedSession { user: user::decode(person)?, role, org: item::decode(org)? }))
    }
}
