//! Operators: who runs Onramp for the host app.

use std::{collections::BTreeSet, str::FromStr};

use crate::{
    address::{Address, NotAnAddress},
    id::UserId,
    name::Name,
    people::{Member, User},
};

/// The addresses of those who may open the operator's pages. None by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operators(BTreeSet<Address>);

impl FromStr for Operators {
    type Err = NotAnAddress;

    /// Reads addresses separated by commas. An empty text lists nobody.
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(Address::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// Proof that a request comes from an operator. Only [`Operator::prove`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    user: UserId,
    name: Name,
}

impl Operator {
    /// Judges a signed-in person. An address that no mailed link has proven yet may be anybody's, so it opens nothing.
    #[must_use]
    pub fn prove(member: &Member, user: &User, listed: &Operators) -> Option<Self> {
        let admitted = member.user() == user.id && user.verified && listed.0.contains(&user.address);
        admitted.then(|| Self { user: user.id, name: user.name.clone() })
    }

    /// Who they are.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Their name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::people::{Role, Session};

    #[test]
    fn addresses_are_listed_with_commas_and_one_bad_one_spoils_the_list() {
        let listed = |text: &str| text.parse::<Operators>().map(|operators| operators.0.len());
        for (text, count) in [
            ("", Ok(0)),
            ("  ", Ok(0)),
            ("ann@example.com", Ok(1)),
            ("ann@example.com, Bo@Example.com,bo@example.com", Ok(2)),
            ("ann@example.com,", Err(NotAnAddress)),
            ("ann@example.com;bo@example.com", Err(NotAnAddress)),
            ("*", Err(NotAnAddress)),
        ] {
            assert_eq!(listed(text), count, "{text:?}");
        }
    }

    #[test]
    fn only_a_proven_address_on_the_list_admits_and_the_role_does_not_matter() {
        let now = Timestamp::UNIX_EPOCH;
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let listed: Operators = "ann@example.com".parse().unwrap();
        for (address, verified, role, admitted) in [
            ("ann@example.com", true, Role::Admin, true),
            ("Ann@example.com", true, Role::Member, true),
            ("ann@example.com", false, Role::Admin, false),
            ("bo@example.com", true, Role::Admin, false),
            ("ann@example.com.evil.example", true, Role::Admin, false),
        ] {
            let user = User {
                id,
                name: Name::parse("Ann").unwrap(),
                address: Address::parse(address).unwrap(),
                verified,
                epoch: 0,
                sessions_valid_from: None,
                trial_used: true,
                orgs: vec![org],
            };
            let member = Member::prove(&Session::begin(org, &user, now), &user, Some(role), now).unwrap();
            assert_eq!(Operator::prove(&member, &user, &listed).is_some(), admitted, "{address} {verified}");
            assert_eq!(Operator::prove(&member, &user, &Operators::default()), None, "{address}");
        }
    }
}
