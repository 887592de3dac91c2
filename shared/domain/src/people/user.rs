//! Users, who are identified by an email address.

use std::collections::BTreeMap;

use super::{Address, Name, Preferences};
use crate::id::{ExternalId, OrgId, UserId};

/// A user, identified by an email address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Id of the user.
    pub id: UserId,
    /// The host app's id of the user. It is set at most once.
    pub external_id: Option<ExternalId>,
    /// Name of the user.
    pub name: Name,
    /// Email address of the user.
    pub address: Address,
    /// Whether the user has followed an emailed link, which shows that the address is theirs.
    pub verified: bool,
    /// Number of times that all sessions of the user were ended. A session stores this number when
    /// it begins, and is valid only while the number stays the same. Unlike a comparison of times,
    /// this does not depend on clocks.
    pub epoch: u64,
    /// Whether the user had their one trial.
    pub trial_used: bool,
    /// Organizations of the user, in the order of joining.
    pub orgs: Vec<OrgId>,
    /// Number of the join with which each membership began.
    pub joins: Joins,
    /// What the user collapsed or hid on pages.
    pub preferences: Preferences,
}

/// The joins of a user. Each time the user joins an organization, this join gets the next number.
///
/// A session contains the number of the join with which its membership began. If the user is
/// removed and joins again, the number differs, so the old session is not valid for the new
/// membership. Unlike a comparison of times, this does not depend on clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joins {
    /// Number of joins so far. It never decreases.
    pub count: u64,
    /// Number of the join with which each membership began. A membership that an earlier version of
    /// the code stored has no entry.
    pub by_org: BTreeMap<OrgId, u64>,
}

impl Joins {
    /// Returns the number of the join with which the membership in `org` began. Returns 0 if no
    /// number is stored.
    #[must_use]
    pub fn of(&self, org: OrgId) -> u64 {
        self.by_org.get(&org).copied().unwrap_or(0)
    }
}

impl User {
    /// Returns a new user whose address is not verified.
    #[must_use]
    pub fn new(id: UserId, name: Name, address: Address) -> Self {
        Self {
            id,
            external_id: None,
            name,
            address,
            verified: false,
            epoch: 0,
            trial_used: false,
            orgs: Vec::new(),
            joins: Joins::default(),
            preferences: Preferences::default(),
        }
    }

    /// Marks the address as verified.
    ///
    /// The first verification ends all earlier sessions. So if a stranger signed up with this
    /// address, the stranger loses access.
    pub const fn verify_address(&mut self) {
        if !self.verified {
            self.verified = true;
            self.end_sessions();
        }
    }

    /// Changes the name and the address as the host app knows them. `None` leaves a value as it is.
    ///
    /// A new address ends all sessions, and is verified only if the host app verified it. Without a new
    /// address, `verified` counts like a followed link.
    pub fn change_from_host(&mut self, name: Option<&Name>, address: Option<&Address>, verified: bool) {
        if let Some(name) = name {
            self.name = name.clone();
        }
        match address.filter(|address| **address != self.address) {
            Some(address) => {
                self.address = address.clone();
                self.verified = verified;
                self.end_sessions();
            }
            None if verified => self.verify_address(),
            None => {}
        }
    }

    /// Ends all sessions of the user, including those that are not listed.
    pub const fn end_sessions(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
    }

    /// Adds a membership in `org`.
    pub fn join(&mut self, org: OrgId) {
        if !self.orgs.contains(&org) {
            self.orgs.push(org);
            self.joins.count = self.joins.count.saturating_add(1);
            self.joins.by_org.insert(org, self.joins.count);
        }
    }

    /// Returns the first organization in `preferred` that the user belongs to. Otherwise returns
    /// the organization that the user joined last, or `None` if the user has no organization.
    #[must_use]
    pub fn default_org(&self, preferred: impl IntoIterator<Item = OrgId>) -> Option<OrgId> {
        let preferred = preferred.into_iter().find(|org| self.orgs.contains(org));
        preferred.or_else(|| self.orgs.last().copied())
    }

    /// Removes the membership in `org`.
    pub fn leave(&mut self, org: OrgId) {
        self.orgs.retain(|it| *it != org);
        self.joins.by_org.remove(&org);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_changes_a_user_and_a_new_address_ends_sessions() {
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let [jo, new] = ["jo@example.com", "jo@example.org"].map(|it| Address::parse(it).unwrap());
        let name = Name::parse("Jo Roe").unwrap();
        let unverified = User::new(id, Name::parse("Jo").unwrap(), jo.clone());
        let verified = User { verified: true, ..unverified.clone() };
        for (before, address, vouched, epoch, after) in [
            (&verified, None, false, 0, true),
            (&verified, Some(&jo), true, 0, true),
            (&verified, Some(&new), false, 1, false),
            (&verified, Some(&new), true, 1, true),
            (&unverified, Some(&jo), false, 0, false),
            (&unverified, None, true, 1, true),
        ] {
            let mut user = before.clone();
            user.change_from_host(Some(&name), address, vouched);
            assert_eq!((&user.name, &user.address), (&name, address.unwrap_or(&jo)));
            assert_eq!((user.epoch, user.verified), (epoch, after), "{address:?} {vouched}");
        }
    }

    #[test]
    fn default_org_is_a_preferred_one_or_the_last_joined() {
        let [first, last, other] =
            [1, 2, 3].map(|n| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let mut user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        assert_eq!(user.default_org([other]), None, "the user has no organization");
        user.join(first);
        user.join(last);
        for (preferred, default) in
            [(vec![], last), (vec![other], last), (vec![other, first], first), (vec![last, first], last)]
        {
            assert_eq!(user.default_org(preferred.clone()), Some(default), "{preferred:?}");
        }
        user.leave(last);
        assert_eq!((user.orgs.as_slice(), user.default_org([last])), (&[first][..], Some(first)));
    }
}
