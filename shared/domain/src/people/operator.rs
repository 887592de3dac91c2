//! Operators: users who run Onramp, identified by a list of addresses.

use std::{collections::BTreeSet, str::FromStr};

use jiff::Timestamp;

use super::{Address, AddressError, Member, Name, Reason, Session, User};
use crate::id::UserId;

/// Addresses of the operators. The default list is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operators(BTreeSet<Address>);

impl FromStr for Operators {
    type Err = AddressError;

    /// Parses addresses separated by commas. An empty text is an empty list.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(Address::parse_existing).collect::<Result<_, _>>().map(Self)
    }
}

/// Proof that a request comes from an operator. Only [`Operator::authorize`] creates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    user: UserId,
    name: Name,
}

/// A record of an operator's action: who did it, when, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRecord {
    /// Time of the action.
    pub at: Timestamp,
    /// Id of the operator who acted.
    pub by: UserId,
    /// Name of the operator at the time of the action.
    pub name: Name,
    /// Reason that the operator gave.
    pub reason: Reason,
}

/// Reason why a signed-in user has no operator access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorError {
    /// The user is not an operator, or has not verified their address.
    NotOperator,
    /// The session has no fresh sign-in, so the operator must use a sign-in link first.
    Stale,
}

impl Operators {
    /// Returns whether the address belongs to an operator.
    #[must_use]
    pub fn include(&self, address: &Address) -> bool {
        self.0.contains(address)
    }
}

impl Operator {
    /// Checks that a signed-in user is an operator.
    ///
    /// The address of the user must be verified, because an unverified address may belong to
    /// another person. The session must have a [fresh sign-in](Session::is_fresh).
    ///
    /// # Errors
    /// [`OperatorError::NotOperator`] if the user is not an operator or not verified. Otherwise
    /// [`OperatorError::Stale`] if the session has no fresh sign-in.
    pub fn authorize(
        member: &Member,
        session: &Session,
        user: &User,
        listed: &Operators,
        now: Timestamp,
    ) -> Result<Self, OperatorError> {
        let same = member.user() == user.id && session.user == user.id;
        if !(same && user.verified && listed.include(&user.address)) {
            return Err(OperatorError::NotOperator);
        }
        if !session.is_fresh(now) {
            return Err(OperatorError::Stale);
        }
        Ok(Self { user: user.id, name: user.name.clone() })
    }

    /// Returns the id of the operator.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Returns the name of the operator.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// Returns the record of an action that the operator takes at `now`.
    #[must_use]
    pub fn record(&self, reason: Reason, now: Timestamp) -> ActionRecord {
        ActionRecord { at: now, by: self.user, name: self.name.clone(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        people::{FRESH_SIGN_IN, IdleTimeout, Role},
        time::add,
    };

    #[test]
    fn operator_list_is_rejected_if_one_address_is_invalid() {
        let listed = |text: &str| text.parse::<Operators>().map(|operators| operators.0.len());
        for (text, count) in [
            ("", Ok(0)),
            ("  ", Ok(0)),
            ("ann@example.com", Ok(1)),
            ("ann@example.com, Bo@Example.com,bo@example.com", Ok(2)),
            ("ann..lee@example.com", Ok(1)),
            ("ann@example.com,", Err(AddressError::Invalid)),
            ("ann@example.com;bo@example.com", Err(AddressError::Invalid)),
            ("*", Err(AddressError::Invalid)),
        ] {
            assert_eq!(listed(text), count, "{text:?}");
        }
    }

    #[test]
    fn operator_needs_a_verified_listed_address_in_any_role() {
        let (now, idle) = (Timestamp::UNIX_EPOCH, IdleTimeout::default());
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let (listed, empty): (Operators, _) = ("ann@example.com".parse().unwrap(), Operators::default());
        for (address, verified, role, allowed) in [
            ("ann@example.com", true, Role::Admin, true),
            ("Ann@example.com", true, Role::Member, true),
            ("ann@example.com", false, Role::Admin, false),
            ("bo@example.com", true, Role::Admin, false),
            ("ann@example.com.evil.example", true, Role::Admin, false),
        ] {
            let name = Name::parse("Ann").unwrap();
            let user = User { verified, ..User::new(id, name, Address::parse(address).unwrap()) };
            let session = Session { signed_in_at: Some(now), ..Session::begin(org, &user, now) };
            let authorize = |session: &Session, listed, at| {
                let member = Member::authorize(session, &user, Some(role), idle, at).unwrap();
                Operator::authorize(&member, session, &user, listed, at).map(|operator| operator.user())
            };
            let refused = |why| if allowed { why } else { OperatorError::NotOperator };
            let expected = if allowed { Ok(id) } else { Err(OperatorError::NotOperator) };
            assert_eq!(authorize(&session, &listed, now), expected, "{address} {verified}");
            assert_eq!(authorize(&session, &empty, now), Err(OperatorError::NotOperator), "{address}");
            let stale = Err(refused(OperatorError::Stale));
            assert_eq!(authorize(&session, &listed, add(now, FRESH_SIGN_IN)), stale, "{address}, later");
            let invited = Session::begin(org, &user, now);
            assert_eq!(authorize(&invited, &listed, now), stale, "{address}, by an invitation");
            let return_url = Some("https://app.example.com".parse().unwrap());
            let portal = Session { return_url, ..session };
            assert_eq!(authorize(&portal, &listed, now), stale, "{address}, from the host app");
        }
    }

    #[test]
    fn operator_needs_a_member_and_a_session_of_one_user() {
        let (now, idle) = (Timestamp::UNIX_EPOCH, IdleTimeout::default());
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let listed = "ann@example.com".parse().unwrap();
        let [ann, bo] = [("2", "ann@example.com"), ("3", "bo@example.com")].map(|(n, address)| {
            let id = format!("usr_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap();
            let user = User::new(id, Name::parse("Ann").unwrap(), Address::parse(address).unwrap());
            User { verified: true, ..user }
        });
        let of = |user: &User| {
            let session = Session { signed_in_at: Some(now), ..Session::begin(org, user, now) };
            (Member::authorize(&session, user, Some(Role::Admin), idle, now).unwrap(), session)
        };
        let ((member, session), (other_member, other_session)) = (of(&ann), of(&bo));
        for (member, session, allowed) in
            [(&member, &session, true), (&other_member, &session, false), (&member, &other_session, false)]
        {
            assert_eq!(Operator::authorize(member, session, &ann, &listed, now).is_ok(), allowed);
        }
    }
}
