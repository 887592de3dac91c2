//! Sessions of signed-in users.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::{Membership, ReturnUrl, Role, User};
use crate::{
    id::{OrgId, UserId},
    secret::Secret,
    time::add,
};

/// How long a session lives without use: 1 to 30 days, which the operator chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleTimeout(SignedDuration);

impl IdleTimeout {
    /// Parses a number of days.
    #[must_use]
    pub fn parse(days: &str) -> Option<Self> {
        let days: u8 = days.parse().ok()?;
        (1..=30).contains(&days).then(|| Self(SignedDuration::from_hours(24 * i64::from(days))))
    }
}

/// A session ends this long after it began.
pub const SESSION_MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A portal session ends this long after it began.
pub const PORTAL_SESSION_MAX_AGE: SignedDuration = SignedDuration::from_hours(8);

/// Minimum interval between two writes of a session's last use.
pub const LAST_SEEN_INTERVAL: SignedDuration = SignedDuration::from_hours(1);

/// How long a sign-in stays fresh after its link was used. The operator pages require a fresh
/// sign-in.
pub const FRESH_SIGN_IN: SignedDuration = SignedDuration::from_hours(8);

/// How long the old session remains valid after a switch to another organization. If the user
/// clicks "Switch" twice, the browser may send the old session once more.
pub const SWITCH_GRACE_PERIOD: SignedDuration = SignedDuration::from_mins(1);

impl Default for IdleTimeout {
    /// Returns the default of 14 days.
    fn default() -> Self {
        Self(SignedDuration::from_hours(14 * 24))
    }
}

/// A session as it is stored, under the hash of its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The page of the host app to which the user returns. It is present only in a portal session.
    pub return_url: Option<ReturnUrl>,
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
            return_url: None,
        }
    }

    /// Returns the session after a switch to `org`. The new session keeps the start time and the
    /// sign-in time of this session. So a switch prolongs neither the session nor the fresh
    /// sign-in.
    #[must_use]
    pub fn switched(&self, org: OrgId, user: &User, now: Timestamp) -> Self {
        let join = Some(user.joins.of(org));
        Self { org, seen_at: now, until: None, epoch: user.epoch, join, ..self.clone() }
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

    /// Returns whether the session began with a portal link of the host app.
    ///
    /// Such a session is bound to its organization. It must not change what identifies the user: the
    /// address, its verification, and the other sessions.
    #[must_use]
    pub const fn is_portal(&self) -> bool {
        self.return_url.is_some()
    }

    /// Returns whether a sign-in link was used less than [`FRESH_SIGN_IN`] ago. A portal session is
    /// never fresh.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        !self.is_portal() && self.signed_in_at.is_some_and(|at| now < add(at, FRESH_SIGN_IN))
    }

    /// Returns whether the session belongs to `user` and is valid at `now`. It must not be idle for
    /// too long or expired. The sessions of the user must not have been ended since it began.
    #[must_use]
    pub fn is_alive(&self, user: &User, idle: IdleTimeout, now: Timestamp) -> bool {
        now < self.ends_at()
            && now < add(self.seen_at, idle.0)
            && self.epoch == user.epoch
            && user.id == self.user
    }

    /// Returns when the session ends at the latest, even if it is used.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        let max_age = if self.is_portal() { PORTAL_SESSION_MAX_AGE } else { SESSION_MAX_AGE };
        let end = add(self.created_at, max_age);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Address, Name};

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
    fn switch_begins_a_session_that_keeps_its_maximum_age() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let [here, there] =
            [1, 2].map(|n| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let mut user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        let left =
            Session { until: Some(add(start, SWITCH_GRACE_PERIOD)), ..Session::begin(here, &user, start) };
        user.end_sessions();
        let now = add(start, SignedDuration::from_hours(23));
        let switched = left.switched(there, &user, now);
        assert_eq!((switched.org, switched.ends_at()), (there, add(start, SESSION_MAX_AGE)));
        let second = SignedDuration::from_secs(1);
        let idle = IdleTimeout::default();
        assert!(switched.is_alive(&user, idle, add(now, idle.0 - second)), "the switch is a use");
        assert!(!switched.is_alive(&user, idle, add(now, idle.0)));
    }

    #[test]
    fn portal_session_lives_eight_hours_and_is_never_fresh() {
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let [here, there] =
            [1, 2].map(|n| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let user = User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
        let return_url = Some("https://app.example.com/".parse().unwrap());
        let portal = Session { return_url, signed_in_at: Some(start), ..Session::begin(here, &user, start) };
        let end = add(start, PORTAL_SESSION_MAX_AGE);
        // No caller switches a portal session. If one did, the session would stay a portal session.
        for session in [portal.switched(there, &user, add(start, SignedDuration::from_hours(1))), portal] {
            let used = Session { seen_at: add(end, -SignedDuration::from_secs(1)), ..session };
            assert!(used.is_alive(&user, IdleTimeout::default(), used.seen_at));
            assert!(!used.is_alive(&user, IdleTimeout::default(), end));
            assert!(!used.is_fresh(start));
        }
    }

    #[test]
    fn idle_timeout_is_1_to_30_days() {
        for (text, days) in
            [("1", Some(1)), ("14", Some(14)), ("30", Some(30)), ("0", None), ("31", None), ("1.5", None)]
        {
            let expected = days.map(|days| IdleTimeout(SignedDuration::from_hours(24 * days)));
            assert_eq!(IdleTimeout::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn last_use_is_written_at_most_once_per_hour() {
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let start: Timestamp = "2025-01-08T10:00:00Z".parse().unwrap();
        let session = Session::begin_first(org, user, start);
        for (then, written) in
            [("10:00:00Z", false), ("10:59:59Z", false), ("11:00:00Z", true), ("12:00:00Z", true)]
        {
            let then = format!("2025-01-08T{then}").parse().unwrap();
            assert_eq!(session.needs_last_seen_update(then), written, "{then}");
        }
    }

    #[test]
    fn session_token_parses_its_cookie_text() {
        let token = SessionToken {
            org: "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
            user: "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            secret: Secret::new([7; 32]),
        };
        let text = token.reveal();
        assert_eq!(text.parse(), Ok(token));
        let (without_secret, _) = text.rsplit_once('.').unwrap();
        for invalid in ["", without_secret, &format!("{text}.1"), &text.to_uppercase()] {
            assert_eq!(invalid.parse::<SessionToken>(), Err(NotAToken), "{invalid}");
        }
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
        for session in [signed_in.switched(there, &user, hours(7)), signed_in] {
            assert!(session.is_fresh(add(hours(8), -SignedDuration::from_secs(1))));
            assert!(!session.is_fresh(hours(8)));
        }
    }
}
