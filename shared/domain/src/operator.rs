//! Operators: who runs Onramp for the host app.

use std::{collections::BTreeSet, str::FromStr};

use jiff::Timestamp;

use crate::{
    address::{Address, NotAnAddress},
    id::UserId,
    name::Name,
    people::{Member, Session, User},
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

/// Why a signed-in person is not let in as an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// They are no operator.
    NoOperator,
    /// They are one, and must use a sign-in link first: the session began too long ago, or without one.
    Stale,
}

impl Operators {
    /// Whether the address is one of theirs.
    #[must_use]
    pub fn include(&self, address: &Address) -> bool {
        self.0.contains(address)
    }
}

impl Operator {
    /// Judges a signed-in person and their session. An address that no mailed link has proven yet may be anybody's, so
    /// it opens nothing. A session opens nothing once its sign-in is [too old](crate::people::FRESH).
    ///
    /// # Errors
    /// Why they are not let in.
    pub fn authorize(
        member: &Member,
        session: &Session,
        user: &User,
        listed: &Operators,
        now: Timestamp,
    ) -> Result<Self, NotAdmitted> {
        let same = member.user() == user.id && session.user == user.id;
        if !(same && user.verified && listed.include(&user.address)) {
            return Err(NotAdmitted::NoOperator);
        }
        if !session.is_fresh(now) {
            return Err(NotAdmitted::Stale);
        }
        Ok(Self { user: user.id, name: user.name.clone() })
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
    use super::*;
    use crate::{
        people::{FRESH, Role},
        trial::add,
    };

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
        let (listed, nobody): (Operators, _) = ("ann@example.com".parse().unwrap(), Operators::default());
        for (address, verified, role, admitted) in [
            ("ann@example.com", true, Role::Admin, true),
            ("Ann@example.com", true, Role::Member, true),
            ("ann@example.com", false, Role::Admin, false),
            ("bo@example.com", true, Role::Admin, false),
            ("ann@example.com.evil.example", true, Role::Admin, false),
        ] {
            let name = Name::parse("Ann").unwrap();
            let user = User { verified, ..User::new(id, name, Address::parse(address).unwrap()) };
            let session = Session { signed_in_at: Some(now), ..Session::begin(org, &user, now) };
            let prove = |session: &Session, listed, at| {
                let member = Member::authorize(session, &user, Some(role), at).unwrap();
                Operator::authorize(&member, session, &user, listed, at).map(|operator| operator.user())
            };
            let refused = |why| if admitted { why } else { NotAdmitted::NoOperator };
            let let_in = if admitted { Ok(id) } else { Err(NotAdmitted::NoOperator) };
            assert_eq!(prove(&session, &listed, now), let_in, "{address} {verified}");
            assert_eq!(prove(&session, &nobody, now), Err(NotAdmitted::NoOperator), "{address}");
            let stale = Err(refused(NotAdmitted::Stale));
            assert_eq!(prove(&session, &listed, add(now, FRESH)), stale, "{address}, later");
            let invited = Session::begin(org, &user, now);
            assert_eq!(prove(&invited, &listed, now), stale, "{address}, by an invitation");
        }
    }
}
