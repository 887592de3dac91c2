//! A user with their memberships in all organizations, so that all copies of their name and address
//! change in one transaction.

use domain::{
    org::Org,
    people::{Membership, User},
};
use jiff::Timestamp;

use crate::{
    client::{Store, Stored, Transacted},
    error::{Error, failed},
    keys::Key,
    org::OrgWrite,
    schema::{member, org},
    update::{Only, delete},
    verification::WaitingInvitations,
};

/// Maximum number of organizations of an account that can change: a transaction has at most 100
/// actions, two for each organization.
pub const MAX_ACCOUNT_ORGS: usize = 48;

/// A user, their membership in each organization, and their invitations that wait.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user whose copies they are.
    pub user: Stored<User>,
    /// Each organization of the user, with the membership.
    pub memberships: Vec<(Stored<Org>, Membership)>,
    /// The invitations that wait until the user's address is verified.
    waiting: Vec<WaitingInvitations>,
}

impl Store {
    /// Loads the memberships of a user. If the address is unverified, also loads the invitations that
    /// wait for this.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_account(&self, user: Stored<User>, now: Timestamp) -> Result<Account, Error> {
        let id = user.value.id;
        let keys: Vec<Key> =
            user.value.orgs.iter().flat_map(|org| [Key::org(*org), Key::member(*org, id)]).collect();
        let mut items = if keys.is_empty() { Vec::new() } else { self.get_each(&keys).await? }.into_iter();
        let mut memberships = Vec::new();
        while let (Some(org), Some(member)) = (items.next(), items.next()) {
            let (Some(org), Some(member)) = (org, member) else { continue };
            memberships.push((org::decode(org)?, member::decode(member)?));
        }
        let waiting = match user.value.verified {
            true => Vec::new(),
            false => self.load_waiting_invitations(&user.value, now).await?,
        };
        Ok(Account { user, memberships, waiting })
    }

    /// Writes a changed user, and the copies in `after`, which has an entry for each membership of
    /// `before`. Every organization gets a new version. If `user` is verified, makes the emails of their
    /// waiting invitations due. Writes nothing if the user is the same.
    /// Returns `false`, and writes nothing, if the new address belongs to another user.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the user, an organization, or its members changed;
    /// [`Error::Unavailable`].
    pub async fn commit_account(
        &self,
        before: &Account,
        user: &User,
        after: &[(Org, Membership)],
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Some(user_change) = self.user_change(&before.user, user)? else { return Ok(true) };
        let mut actions = vec![user_change];
        let (old, has_new_address) = (&before.user.value, before.user.value.address != user.address);
        if has_new_address {
            actions.push(self.address_action(user, None)?);
            actions.push(delete(&self.table, &Key::address(&old.address), Some(Only::Exists))?);
        }
        if has_new_address && user.trial_used {
            actions.push(self.trial_granted_action(user, now)?);
        }
        for ((org, member), (changed_org, changed)) in before.memberships.iter().zip(after) {
            actions.push(self.org_write(org, changed_org, OrgWrite::at(now))?);
            actions.extend(self.member_change(member, changed)?);
        }
        if user.verified {
            actions.extend(self.invitation_releases(&before.waiting, now)?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(true),
            // If the same request was sent twice, the new address already belongs to the user.
            Transacted::Cancelled(reasons)
                if has_new_address && failed(&reasons, 1) && !failed(&reasons, 0) =>
            {
                Ok(false)
            }
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}
