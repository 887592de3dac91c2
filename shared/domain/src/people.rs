//! People: who they are, where they belong, and what a session proves.

use std::{collections::BTreeMap, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use crate::{
    address::Address,
    id::{OrgId, UserId},
    name::Name,
    secret::Secret,
    team::Membership,
    trial::add,
};

/// A session ends this long after its last use.
pub const IDLE: SignedDuration = SignedDuration::from_hours(24);
/// A session ends this long after it began.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The last use is written at most this often.
pub const LAST_SEEN_INTERVAL: SignedDuration = SignedDuration::from_hours(1);
/// The operator pages and everything else that needs a fresh sign-in take a session for this long after its sign-in link
/// was used.
pub const FRESH: SignedDuration = SignedDuration::from_hours(8);
/// How long a sign-in link works.
pub const SIGN_IN_LINK: SignedDuration = SignedDuration::from_mins(10);
/// How long a person without an organization may create one after using a sign-in link.
pub const ORG_CREATION_GRANT_TTL: SignedDuration = SignedDuration::from_mins(10);
/// How long the browser that used an emailed link may repeat that request, because the first response may be lost.
pub const REPEATABLE: SignedDuration = SignedDuration::from_secs(60);
/// A session that was left for another organization ends this long after: a second click on "Switch" finds it alive.
pub const SWITCH_GRACE_PERIOD: SignedDuration = SignedDuration::from_mins(1);

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: Name,
    /// Their address.
    pub address: Address,
    /// Whether a mailed link was ever used: the address is theirs.
    pub verified: bool,
    /// How often all of their sessions were ended. A session holds in the epoch in which it began, so what ends it
    /// rests on no clock.
    pub epoch: u64,
    /// Sessions from before this moment are over. Nothing sets it any more; it stands where it was set before there
    /// were epochs.
    pub sessions_valid_from: Option<Timestamp>,
    /// Whether they had their one trial.
    pub trial_used: bool,
    /// Where they belong, in the order of joining.
    pub orgs: Vec<OrgId>,
    /// Which join each of these memberships began with.
    pub joins: Joins,
}

/// The numbered joins of a person. A session names the join of its membership, so a session from before a removal does
/// not open the membership after it. No clock takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joins {
    /// How many joins there were. It never decreases.
    pub count: u64,
    /// The number of the join behind each membership. A membership from before joins were numbered has none.
    pub by_org: BTreeMap<OrgId, u64>,
}

impl Joins {
    /// The number of the join behind the membership in `org`; 0 where there is none.
    #[must_use]
    pub fn of(&self, org: OrgId) -> u64 {
        self.by_org.get(&org).copied().unwrap_or(0)
    }
}

impl User {
    /// A new person, whose address is not verified.
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

    /// What the use of a mailed link proves: the address is theirs. The first time, all earlier sessions end:
    /// whoever signed up with somebody else's address is out.
    pub const fn prove_address(&mut self) {
        if !self.verified {
            self.verified = true;
            self.end_sessions();
        }
    }

    /// Signs them out everywhere: every session ends, those that nobody remembers too.
    pub const fn end_sessions(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
    }

    /// Notes that they belong to `org`.
    pub fn join(&mut self, org: OrgId) {
        if !self.orgs.contains(&org) {
            self.orgs.push(org);
            self.joins.count = self.joins.count.saturating_add(1);
            self.joins.by_org.insert(org, self.joins.count);
        }
    }

    /// Where they are led: to the first of `wishes` that is theirs, else to where they joined last.
    #[must_use]
    pub fn led_to(&self, wishes: impl IntoIterator<Item = OrgId>) -> Option<OrgId> {
        let wish = wishes.into_iter().find(|org| self.orgs.contains(org));
        wish.or_else(|| self.orgs.last().copied())
    }

    /// Notes that they do not belong to `org` any more.
    pub fn leave(&mut self, org: OrgId) {
        self.orgs.retain(|it| *it != org);
        self.joins.by_org.remove(&org);
    }
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees the checklist, and pays.
    Admin,
    /// Works in the organization.
    Member,
}

impl Role {
    /// The word in stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Admin, Self::Member].into_iter().find(|it| it.as_str() == word)
    }
}

/// A session as it is stored, under the hash of its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The organization it is in.
    pub org: OrgId,
    /// Whose it is.
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub seen_at: Timestamp,
    /// Its person's [`User::epoch`] when it began.
    pub epoch: u64,
    /// When it ends because its holder went over to another organization.
    pub until: Option<Timestamp>,
    /// Which of its person's [joins](User::joins) its membership began with. Sessions of an earlier version name none.
    pub join: Option<u64>,
    /// When its holder used the sign-in link that it began with. `None` for a session that began with a sign-up or with
    /// an invitation.
    pub signed_in_at: Option<Timestamp>,
}

impl Session {
    /// A session that begins now.
    #[must_use]
    pub fn begin(org: OrgId, user: &User, now: Timestamp) -> Self {
        Self { epoch: user.epoch, join: Some(user.joins.of(org)), ..Self::begin_first(org, user.id, now) }
    }

    /// A session that begins now, of somebody of whom only the sign-up is known: it holds in the epoch of that, and in
    /// no later one.
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

    /// The session that follows when its holder, as `user` is now, goes over to another organization. It ends when this
    /// one would have: going to and fro makes no session longer, and no sign-in fresher.
    #[must_use]
    pub fn switched(&self, org: OrgId, user: &User, now: Timestamp) -> Self {
        let join = Some(user.joins.of(org));
        Self { org, seen_at: now, until: None, epoch: user.epoch, join, ..*self }
    }

    /// What it lets its holder do by a membership: nothing, unless the membership is the one that it began with. A person
    /// who was removed and invited again comes in anew, and an older session stays over.
    #[must_use]
    pub fn role_by(&self, user: &User, membership: &Membership) -> Option<Role> {
        let same = match self.join {
            Some(join) => join == user.joins.of(self.org),
            // Written by an earlier version, which had only times to compare.
            None => self.seen_at >= membership.since,
        };
        same.then_some(membership.role)
    }

    /// Whether it began with a sign-in link that was used at most [`FRESH`] ago.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.signed_in_at.is_some_and(|at| now < add(at, FRESH))
    }

    /// Whether it still holds for `user`: neither idle for too long, nor too old, nor ended with all others.
    #[must_use]
    pub fn is_alive(&self, user: &User, now: Timestamp) -> bool {
        now < self.ends_at()
            && now < add(self.seen_at, IDLE)
            && self.epoch == user.epoch
            && user.sessions_valid_from.is_none_or(|from| self.created_at >= from)
            && user.id == self.user
    }

    /// The moment at which it is over whatever happens.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        let end = add(self.created_at, ABSOLUTE);
        self.until.map_or(end, |until| end.min(until))
    }

    /// Whether its last use should be written anew.
    #[must_use]
    pub fn needs_last_seen_update(&self, now: Timestamp) -> bool {
        now >= add(self.seen_at, LAST_SEEN_INTERVAL)
    }
}

/// What a signed-in browser holds: where, who, and a secret. All three must agree with what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionToken {
    /// The organization it is in.
    pub org: OrgId,
    /// Whose it is.
    pub user: UserId,
    /// The secret, of which only the hash is stored.
    pub secret: Secret,
}

impl SessionToken {
    /// The text that the browser keeps: `{organization}.{user}.{secret}`.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}.{}.{}", self.org, self.user, self.secret.reveal())
    }
}

/// The text is no session token.
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

/// Proof that a request comes from a member of an organization: who is signed in here, by [`Member::prove`], or is in the
/// host app and known to it, by [`Member::vouched`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    org: OrgId,
    user: UserId,
    name: Name,
    proven: bool,
    role: Role,
}

impl Member {
    /// Judges a session together with its user and membership, all from one consistent read.
    /// `role` is `None` where the person is no member (any more).
    #[must_use]
    pub fn authorize(session: &Session, user: &User, role: Option<Role>, now: Timestamp) -> Option<Self> {
        let role = role.filter(|_| session.is_alive(user, now))?;
        let (name, proven) = (user.name.clone(), user.verified);
        Some(Self { org: session.org, user: session.user, name, proven, role })
    }

    /// Takes the host app's proven word that this person looks at something of `org`. What they may do there is not the
    /// host app's to say: `role` is what is stored, `None` where they are no member (any more).
    #[must_use]
    pub fn for_embed(org: OrgId, user: &User, role: Option<Role>) -> Option<Self> {
        let (name, proven) = (user.name.clone(), user.verified);
        Some(Self { org, user: user.id, name, proven, role: role? })
    }

    /// Where they are signed in.
    #[must_use]
    pub const fn org(&self) -> OrgId {
        self.org
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

    /// What they may do.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Proof that they are an admin, if they are.
    #[must_use]
    pub fn admin(&self) -> Option<Admin> {
        (self.role == Role::Admin).then(|| Admin(self.clone()))
    }
}

/// Proof that a request comes from an admin. A command that takes one cannot run without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin(Member);

impl Admin {
    /// The organization they are admin of.
    #[must_use]
    pub const fn org(&self) -> OrgId {
        self.0.org
    }

    /// Who they are.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user
    }

    /// Their name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.0.name
    }

    /// Whether their address is proven to be theirs.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.0.proven
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_proves_what_it_proves_and_no_longer() {
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
            ("no member any more", seen(start), None, None, start, false),
            (
                "begun before the address was proven",
                seen(start),
                Some(add(start, second)),
                admin,
                hours(1),
                false,
            ),
            ("begun with the proof", seen(start), Some(start), admin, hours(1), true),
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

        // Whatever the clocks say: the first proof and the end of all sessions end those that began before, and later
        // proofs end none.
        let mut person = user(0, None);
        for end in [User::prove_address, User::end_sessions] {
            let earlier = Session { created_at: hours(5), ..Session::begin(org, &person, start) };
            end(&mut person);
            assert_eq!(Member::authorize(&earlier, &person, admin, start), None);
            assert!(Member::authorize(&Session::begin(org, &person, start), &person, admin, start).is_some());
        }
        let began = Session::begin(org, &person, start);
        person.prove_address();
        assert!(Member::authorize(&began, &person, admin, start).is_some());
    }

    #[test]
    fn a_session_opens_only_the_membership_it_began_with() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let mut user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        user.join(org);
        let second = SignedDuration::from_secs(1);
        // The clocks of the hosts that wrote membership and session differ by a second, either way.
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
        assert_eq!(earlier(start).role_by(&user, &membership), Some(Role::Member), "of an earlier version");
        assert_eq!(earlier(add(start, -second)).role_by(&user, &membership), None);
    }

    #[test]
    fn a_sign_in_stays_fresh_for_eight_hours_and_a_switch_keeps_it() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let [here, there] =
            [1, 2].map(|n| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        let began = Session::begin(here, &user, start);
        assert!(!began.is_fresh(start), "a sign-up or an invitation is no sign-in");
        let signed_in = Session { signed_in_at: Some(start), ..began };
        let hours = |hours| add(start, SignedDuration::from_hours(hours));
        for session in [signed_in, signed_in.switched(there, &user, hours(7))] {
            assert!(session.is_fresh(add(hours(8), -SignedDuration::from_secs(1))));
            assert!(!session.is_fresh(hours(8)));
        }
    }
}
