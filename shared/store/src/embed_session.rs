//! Embed sessions: the stored user, membership, and organization for an embed token.

use domain::{
    id::{OrgId, UserId},
    org::Org,
    people::{Member, Role, User},
};

use crate::{
    client::{Store, Stored},
    error::Error,
    keys::Key,
    schema::{member, org, user},
};

/// The stored state behind an embed token, from one consistent read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedSession {
    /// The user that the token names.
    pub user: Stored<User>,
    /// The role of the user, or `None` if the user is not a member.
    pub role: Option<Role>,
    /// The organization that the token names.
    pub org: Stored<Org>,
}

impl EmbedSession {
    /// Returns the proof of membership, if the user is a member.
    #[must_use]
    pub fn authorize(&self) -> Option<Member> {
        Member::for_embed(self.org.value.id, &self.user.value, self.role)
    }
}

impl Store {
    /// Loads a user, an organization, and the membership in one consistent batch read. So a user
    /// who was removed from the organization loses access at the next request.
    ///
    /// Returns `None` if the user or the organization does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_embed_session(&self, org: OrgId, user: UserId) -> Result<Option<EmbedSession>, Error> {
        let keys = [Key::user(user), Key::member(org, user), Key::org(org)];
        let [user, membership, org] = self.get_all(&keys).await?;
        let (Some(user), Some(org)) = (user, org) else { return Ok(None) };
        let membership = membership.map(member::decode).transpose()?;
        let role = membership.map(|membership| membership.role);
        Ok(Some(EmbedSession { user: user::decode(user)?, role, org: org::decode(org)? }))
    }
}
