//! Proofs that a request comes from a member or an admin.

use jiff::Timestamp;

use super::{IdleTimeout, Name, Role, Session, User};
use crate::id::{OrgId, UserId};

/// Proof that a request comes from a member of an organization.
///
/// [`Member::authorize`] creates it for a session, and [`Member::for_embed`] for an embed token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    org: OrgId,
    user: UserId,
    name: Name,
    verified: bool,
    role: Role,
}

impl Member {
    /// Checks a session with its user and role, all from one consistent read. Returns `None` if the
    /// session is not valid, or if `role` is `None` because the user is not a member.
    #[must_use]
    pub fn authorize(
        session: &Session,
        user: &User,
        role: Option<Role>,
        idle: IdleTimeout,
        now: Timestamp,
    ) -> Option<Self> {
        let role = role.filter(|_| session.is_alive(user, idle, now))?;
        let (name, verified) = (user.name.clone(), user.verified);
        Some(Self { org: session.org, user: session.user, name, verified, role })
    }

    /// Returns the proof for a user with a verified embed token. The role comes from the store and
    /// not from the host app. Returns `None` if `role` is `None` because the user is not a member.
    #[must_use]
    pub fn for_embed(org: OrgId, user: &User, role: Option<Role>) -> Option<Self> {
        let (name, verified) = (user.name.clone(), user.verified);
        Some(Self { org, user: user.id, name, verified, role: role? })
    }

    /// Returns the organization of the membership.
    #[must_use]
    pub const fn org(&self) -> OrgId {
        self.org
    }

    /// Returns the id of the member.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Returns the name of the member.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// Returns the role of the member.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns whether the member has verified their email address.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// Returns the proof that the member is an admin, if they are.
    #[must_use]
    pub fn admin(&self) -> Option<Admin> {
        (self.role == Role::Admin).then(|| Admin(self.clone()))
    }
}

/// Proof that a request comes from an admin. Commands of admins require it as an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin(Member);

impl Admin {
    /// Returns the organization of the admin.
    #[must_use]
    pub const fn org(&self) -> OrgId {
        self.0.org
    }

    /// Returns the id of the admin.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user
    }

    /// Returns the name of the admin.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.0.name
    }

    /// Returns whether the admin has verified their email address.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.0.verified
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        people::{Address, SWITCH_GRACE_PERIOD},
        time::add,
    };

    #[test]
    fn embed_token_gives_the_stored_role_of_a_member() {
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        assert_eq!(Member::for_embed(org, &user, None), None, "the user is no member");
        for (role, is_admin) in [(Role::Admin, true), (Role::Member, false)] {
            let member = Member::for_embed(org, &user, Some(role)).unwrap();
            assert_eq!((member.org(), member.user(), member.admin().is_some()), (org, id, is_admin));
        }
    }

    #[test]
    fn session_is_valid_until_it_is_idle_expired_or_ended() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let hours = |hours| add(start, SignedDuration::from_hours(hours));
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        let seen = |at| Session { seen_at: at, ..Session::begin_first(org, id, start) };
        let (admin, idle) = (Some(Role::Admin), IdleTimeout::default());
        let second = SignedDuration::from_secs(1);
        let left = Session { until: Some(add(start, SWITCH_GRACE_PERIOD)), ..seen(start) };
        for (what, session, role, now, holds) in [
            ("fresh", seen(start), admin, start, true),
            ("idle for 14 days less a second", seen(start), admin, add(hours(336), -second), true),
            ("idle for 14 days", seen(start), admin, hours(336), false),
            ("used daily for 30 days less an hour", seen(hours(700)), admin, hours(719), true),
            ("30 days old", seen(hours(719)), admin, hours(720), false),
            ("no longer a member", seen(start), None, start, false),
            ("left a moment ago", left.clone(), admin, add(start, SWITCH_GRACE_PERIOD - second), true),
            ("left a minute ago", left, admin, add(start, SWITCH_GRACE_PERIOD), false),
        ] {
            assert_eq!(Member::authorize(&session, &user, role, idle, now).is_some(), holds, "{what}");
        }
        let member = Member::authorize(&seen(start), &user, Some(Role::Member), idle, start).unwrap();
        assert_eq!(member.admin(), None);

        // The earlier session is created after the time of the check, as if the clock of its host
        // were ahead. So no comparison of times can end it, but the first verification and the end
        // of all sessions do. A later verification ends no session.
        let mut person = user;
        for end in [User::verify_address, User::end_sessions] {
            let earlier = Session { created_at: hours(5), ..Session::begin(org, &person, start) };
            end(&mut person);
            assert_eq!(Member::authorize(&earlier, &person, admin, idle, start), None);
            assert!(
                Member::authorize(&Session::begin(org, &person, start), &person, admin, idle, start)
                    .is_some()
            );
        }
        let began = Session::begin(org, &person, start);
        person.verify_address();
        assert!(Member::authorize(&began, &person, admin, idle, start).is_some());
    }
}
