//! Users, sessions, and the proofs that a handler requires: [`Member`] and [`Admin`].

use std::{collections::BTreeMap, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use super::{Address, Membership, Name};
use crate::{
    id::{OrgId, UserId},
    secret::Secret,
    time::add,
};

/// A session ends this long after its last use.
pub const SESSION_IDLE_TIMEOUT: SignedDuration = SignedDuration::from_hours(24);
/// A session ends this long after it began.
pub const SESSION_MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Minimum interval between two writes of a session's last use.
pub const LAST_SEEN_INTERVAL: SignedDuration = SignedDuration::from_hours(1);
/// How long a sign-in stays fresh after its link was used. The operator pages require a fresh
/// sign-in.
pub const FRESH_SIGN_IN: SignedDuration = SignedDuration::from_hours(8);
/// Lifetime of a sign-in link.
pub const SIGN_IN_LINK_TTL: SignedDuration = SignedDuration::from_mins(10);
/// How long a user without an organization may create one after using a sign-in link.
pub const ORG_CREATION_GRANT_TTL: SignedDuration = SignedDuration::from_mins(10);
/// How long the browser that used an emailed link may send the request again. The response to the
/// first request may have been lost.
pub const LINK_REPEAT_PERIOD: SignedDuration = SignedDuration::from_secs(60);
/// How long the old session remains valid after a switch to another organization. If the user
/// clicks "Switch" twice, the browser may send the old session once more.
pub const SWITCH_GRACE_PERIOD: SignedDuration = SignedDuration::from_mins(1);

/// A user, identified by an email address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Id of the user.
    pub id: UserId,
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
    /// Sessions from before this time are over. The current code never sets this time, but a user
    /// that an earlier version of the code stored can have it.
    pub sessions_valid_from: Option<Timestamp>,
    /// Whether the user had their one trial.
    pub trial_used: bool,
    /// Organizations of the user, in the order of joining.
    pub orgs: Vec<OrgId>,
    /// Number of the join with which each membership began.
    pub joins: Joins,
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
            name,
            address,
            verified: false,
            epoch: 0,
            sessions_valid_from: None,
            trial_used: false,
            orgs: Vec::new(),
            joins: Joins::default(),
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

/// Role of a member in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees the checklist, manages members, and pays.
    Admin,
    /// Works in the organization, without the checklist.
    Member,
}

impl Role {
    /// Returns the value in stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Admin, Self::Member].into_iter().find(|it| it.as_str() == value)
    }
}

/// A session as it is stored, under the hash of its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Organization that the session is in.
    pub org: OrgId,
    /// Id of the signed-in user.
    pub user: UserId,
    /// Time at which the session began.
    pub created_at: Timestamp,
    /// Time of the last recorded use, written at most once per [`LAST_SEEN_INTERVAL`].
    pub seen_at: Timestamp,
    /// [`User::epoch`] at the beginning of the session.
    pub epoch: u64,
    /// End of the session after a switch to another organization.
    pub until: Option<Timestamp>,
    /// Number of the [join](User::joins) with which the session's membership began. It is `None`
    /// for the first session of a sign-up, and for sessions of an earlier version of the code.
    pub join: Option<u64>,
    /// Time at which a sign-in link was used; `None` if the session began with a sign-up or an
    /// invitation.
    pub signed_in_at: Option<Timestamp>,
}

impl Session {
    /// Returns a session of `user` that begins at `now`.
    #[must_use]
    pub fn begin(org: OrgId, user: &User, now: Timestamp) -> Self {
        Self { epoch: user.epoch, join: Some(user.joins.of(org)), ..Self::begin_first(org, user.id, now) }
    }

    /// Returns the first session of a new user. It is valid only while the user's epoch is 0.
    #[must_use]
    pub const fn begin_first(org: OrgId, user: UserId, now: Timestamp) -> Self {
        Self {
            org,
            user,
            created_at: now,
            seen_at: now,
            epoch: 0,
            until: None,
            join: None,
            signed_in_at: None,
        }
    }

    /// Returns the session after a switch to `org`. The new session keeps the start time and the
    /// sign-in time of this session. So a switch prolongs neither the session nor the fresh
    /// sign-in.
    #[must_use]
    pub fn switched(&self, org: OrgId, user: &User, now: Timestamp) -> Self {
        let join = Some(user.joins.of(org));
        Self { org, seen_at: now, until: None, epoch: user.epoch, join, ..*self }
    }

    /// Returns the role in `membership` if the session began with that membership.
    ///
    /// Returns `None` otherwise. For example, a user who was removed and invited again has a new
    /// membership, for which an older session is not valid.
    #[must_use]
    pub fn role_by(&self, user: &User, membership: &Membership) -> Option<Role> {
        let same = match self.join {
            Some(join) => join == user.joins.of(self.org),
            // A session without a join number is compared by time: its last use must not be before
            // the start of the membership.
            None => self.seen_at >= membership.since,
        };
        same.then_some(membership.role)
    }

    /// Returns whether a sign-in link was used less than [`FRESH_SIGN_IN`] ago.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.signed_in_at.is_some_and(|at| now < add(at, FRESH_SIGN_IN))
    }

    /// Returns whether the session belongs to `user` and is valid at `now`. It must not be idle for
    /// too long or expired. The sessions of the user must not have been ended since it began.
    #[must_use]
    pub fn is_alive(&self, user: &User, now: Timestamp) -> bool {
        now < self.ends_at()
            && now < add(self.seen_at, SESSION_IDLE_TIMEOUT)
            && self.epoch == user.epoch
            && user.sessions_valid_from.is_none_or(|from| self.created_at >= from)
            && user.id == self.user
    }

    /// Returns when the session ends at the latest, even if it is used.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        let end = add(self.created_at, SESSION_MAX_AGE);
        self.until.map_or(end, |until| end.min(until))
    }

    /// Returns whether the last use must be written again.
    #[must_use]
    pub fn needs_last_seen_update(&self, now: Timestamp) -> bool {
        now >= add(self.seen_at, LAST_SEEN_INTERVAL)
    }
}

/// Content of a session cookie. All three values must match the stored session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionToken {
    /// Organization that the session is in.
    pub org: OrgId,
    /// Id of the signed-in user.
    pub user: UserId,
    /// Secret of the session. Only its hash is stored.
    pub secret: Secret,
}

impl SessionToken {
    /// Returns the cookie text: `{organization}.{user}.{secret}`.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}.{}.{}", self.org, self.user, self.secret.reveal())
    }
}

/// Error for text that is not a session token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session token")]
pub struct NotAToken;

impl FromStr for SessionToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(NotAToken);
        Ok(Self {
            org: part()?.parse().map_err(|_| NotAToken)?,
            user: part()?.parse().map_err(|_| NotAToken)?,
            secret: part()?.parse().map_err(|()| NotAToken)?,
        })
    }
}

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
    pub fn authorize(session: &Session, user: &User, role: Option<Role>, now: Timestamp) -> Option<Self> {
        let role = role.filter(|_| session.is_alive(user, now))?;
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
    use super::*;

    #[test]
    fn session_is_valid_until_it_is_idle_expired_or_ended() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let hours = |hours| add(start, SignedDuration::from_hours(hours));
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let user = |epoch, valid_from| User {
            epoch,
            sessions_valid_from: valid_from,
            trial_used: true,
            orgs: vec![org],
            ..User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap())
        };
        let seen = |at| Session { seen_at: at, ..Session::begin_first(org, id, start) };
        let admin = Some(Role::Admin);
        let second = SignedDuration::from_secs(1);
        let left = Session { until: Some(add(start, SWITCH_GRACE_PERIOD)), ..seen(start) };
        for (what, session, valid_from, role, now, holds) in [
            ("fresh", seen(start), None, admin, start, true),
            ("idle for a day less a second", seen(start), None, admin, add(hours(24), -second), true),
            ("idle for a day", seen(start), None, admin, hours(24), false),
            ("used daily for 30 days less an hour", seen(hours(700)), None, admin, hours(719), true),
            ("30 days old", seen(hours(719)), None, admin, hours(720), false),
            ("no longer a member", seen(start), None, None, start, false),
            ("begun before the verification", seen(start), Some(add(start, second)), admin, hours(1), false),
            ("begun with the verification", seen(start), Some(start), admin, hours(1), true),
            ("left a moment ago", left, None, admin, add(start, SWITCH_GRACE_PERIOD - second), true),
            ("left a minute ago", left, None, admin, add(start, SWITCH_GRACE_PERIOD), false),
        ] {
            assert_eq!(
                Member::authorize(&session, &user(0, valid_from), role, now).is_some(),
                holds,
                "{what}"
            );
        }
        let member = Member::authorize(&seen(start), &user(0, None), Some(Role::Member), start).unwrap();
        assert_eq!(member.admin(), None);

        // The earlier session is created after the time of the check, as if the clock of its host
        // were ahead. So no comparison of times can end it, but the first verification and the end
        // of all sessions do. A later verification ends no session.
        let mut person = user(0, None);
        for end in [User::verify_address, User::end_sessions] {
            let earlier = Session { created_at: hours(5), ..Session::begin(org, &person, start) };
            end(&mut person);
            assert_eq!(Member::authorize(&earlier, &person, admin, start), None);
            assert!(Member::authorize(&Session::begin(org, &person, start), &person, admin, start).is_some());
        }
        let began = Session::begin(org, &person, start);
        person.verify_address();
        assert!(Member::authorize(&began, &person, admin, start).is_some());
    }

    #[test]
    fn session_opens_only_the_membership_it_began_with() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let mut user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        user.join(org);
        let second = SignedDuration::from_secs(1);
        // The membership and the session were written by two hosts, whose clocks differ by up to a
        // second.
        for since in [add(start, -second), start, add(start, second)] {
            let membership = Membership::new(org, &user, Role::Member, since);
            let session = Session::begin(org, &user, start);
            assert_eq!(session.role_by(&user, &membership), Some(Role::Member), "{since}");

            let mut again = user.clone();
            again.leave(org);
            assert_eq!(session.role_by(&again, &membership), None, "removed");
            again.join(org);
            assert_eq!(session.role_by(&again, &membership), None, "removed and invited again");
            assert_eq!(session.switched(org, &again, start).role_by(&again, &membership), Some(Role::Member));
        }
        let membership = Membership::new(org, &user, Role::Member, start);
        let earlier = |seen_at| Session { join: None, seen_at, ..Session::begin(org, &user, start) };
        assert_eq!(
            earlier(start).role_by(&user, &membership),
            Some(Role::Member),
            "written by an earlier version"
        );
        assert_eq!(earlier(add(start, -second)).role_by(&user, &membership), None);
    }

    #[test]
    fn sign_in_is_fresh_for_eight_hours_across_a_switch() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let [here, there] =
            [1, 2].map(|n| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        let began = Session::begin(here, &user, start);
        assert!(!began.is_fresh(start), "the session began without a sign-in link");
        let signed_in = Session { signed_in_at: Some(start), ..began };
        let hours = |hours| add(start, SignedDuration::from_hours(hours));
        for session in [signed_in, signed_in.switched(there, &user, hours(7))] {
            assert!(session.is_fresh(add(hours(8), -SignedDuration::from_secs(1))));
            assert!(!session.is_fresh(hours(8)));
        }
    }
}
