//! Limits against floods: so many of something in any span of time of a length. What one limit refuses counts for those of
//! the others that say so, wherever there is room for it.

use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

use crate::{address::Address, people::SIGN_IN_LINK, secret::Hash, trial::add};

/// A limit: `most` in whichever span of `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// What is limited, as a word of keys.
    pub name: &'static str,
    /// How many are let through in a span.
    pub max: u32,
    /// The span's length in seconds.
    pub period: i64,
    /// Whether an attempt that another limit refused counts for this one.
    pub counts_refused: bool,
    /// Seconds after the newest attempt from which another is let through, even if the limit is reached.
    pub again_after: Option<i64>,
}

/// Seconds that a sign-in link works.
const LINK_SECONDS: i64 = SIGN_IN_LINK.as_secs();

/// Sign-ups of one network address.
pub const SIGN_UPS_OF_IP: RateLimit =
    RateLimit { name: "sign_up_ip", max: 5, period: 3600, counts_refused: true, again_after: None };
/// Sign-ups of one IPv6 site: so many times as many as of one network.
pub const SIGN_UPS_OF_SITE: RateLimit = RateLimit {
    name: "sign_up_site",
    max: 4 * SIGN_UPS_OF_IP.max,
    period: 3600,
    counts_refused: true,
    again_after: None,
};
/// Sign-ups of one mail address.
pub const SIGN_UPS_OF_ADDRESS: RateLimit =
    RateLimit { name: "sign_up_address", max: 3, period: 24 * 3600, counts_refused: true, again_after: None };
/// Sign-in emails to one address, requested from one network, in a quarter of an hour. Only these two limits are small:
/// a person on another network cannot use up what the owner of the address may request.
pub const SIGN_INS_OF_PAIR: RateLimit =
    RateLimit { name: "sign_in_pair", max: 3, period: 15 * 60, counts_refused: false, again_after: None };
/// The same in an hour.
pub const SIGN_INS_OF_PAIR_HOURLY: RateLimit =
    RateLimit { name: "sign_in_pair_hour", max: 6, period: 3600, counts_refused: false, again_after: None };
/// Sign-in emails to one address, wherever they are requested. Only emails count, and each of them reached the owner.
/// Once the link in the newest one has expired, another leaves all the same: strangers on many networks cannot lock an
/// address out.
pub const SIGN_INS_OF_ADDRESS: RateLimit = RateLimit {
    name: "sign_in_emails",
    max: 12,
    period: 3600,
    counts_refused: false,
    again_after: Some(LINK_SECONDS),
};
/// Sign-in emails requested from one network.
pub const SIGN_INS_OF_IP: RateLimit =
    RateLimit { name: "sign_in_ip", max: 20, period: 3600, counts_refused: true, again_after: None };

/// The limits on sign-in emails, for a request for `address` from `network`.
#[must_use]
pub fn sign_in_limits(address: &Address, network: &str, now: Timestamp) -> Vec<RateLimitWindow> {
    let address = address.as_str();
    let pair = format!("{address} {network}");
    vec![
        SIGN_INS_OF_PAIR.window(&pair, now),
        SIGN_INS_OF_PAIR_HOURLY.window(&pair, now),
        SIGN_INS_OF_ADDRESS.window(address, now),
        SIGN_INS_OF_IP.window(network, now),
    ]
}

/// Invitations that one organization mails.
pub const INVITATIONS_OF_ORG: RateLimit = RateLimit {
    name: "invitation_org",
    max: 50,
    period: 24 * 3600,
    counts_refused: false,
    again_after: None,
};
/// Invitations that one organization mails to one address.
pub const INVITATIONS_TO_ADDRESS: RateLimit = RateLimit {
    name: "invitation_address",
    max: 5,
    period: 24 * 3600,
    counts_refused: false,
    again_after: None,
};
/// Invitations that are mailed to one address by all organizations together: far more than any of them may, so that
/// none stands in another's way.
pub const INVITATIONS_TO_ANYBODY: RateLimit = RateLimit {
    name: "invitation_anybody",
    max: 20,
    period: 24 * 3600,
    counts_refused: false,
    again_after: None,
};

/// Whom a network address stands for: itself, or the /64 that it lies in. A customer of IPv6 gets at least one of those
/// (RFC 6177), so a limit on single addresses would limit nobody. An IPv4 address in IPv6's clothes is an IPv4 address.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse().map(|address: IpAddr| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        Err(_) => address.to_owned(),
    }
}

/// The IPv6 site (/48) that an address lies in: one customer may have 65,536 networks of their own (RFC 6177), so a limit
/// on networks alone does not bound one. `None` for IPv4.
#[must_use]
pub fn site(address: &str) -> Option<String> {
    match address.parse().map(|address: IpAddr| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => Some(format!("{}/48", Ipv6Addr::from_bits(address.to_bits() >> 80 << 80))),
        _ => None,
    }
}

/// The start of the UTC hour of a moment.
#[must_use]
pub fn hour_of(now: Timestamp) -> Timestamp {
    let since = now.duration_since(Timestamp::UNIX_EPOCH);
    add(now, -SignedDuration::new(since.as_secs() % 3600, since.subsec_nanos()))
}

/// The span of a limit that is looked at for an attempt of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimitWindow {
    /// The limit.
    pub limit: RateLimit,
    /// Who is limited, hashed: neither network nor mail addresses stand in keys.
    pub subject: Hash,
    /// When it began: what happened then or earlier is in nobody's way any more.
    pub from: Timestamp,
    /// Whether it is a UTC hour, whose attempts one plain counter counts, and not any span of that length.
    pub is_hour: bool,
    /// When the newest attempt was, of a limit that is reached.
    pub newest: Option<Timestamp>,
}

impl RateLimit {
    /// The window that ends with an attempt of `subject` at `now`.
    #[must_use]
    pub fn window(self, subject: &str, now: Timestamp) -> RateLimitWindow {
        RateLimitWindow {
            limit: self,
            subject: Hash::of(&[self.name.as_bytes(), subject.as_bytes()]),
            from: add(now, -SignedDuration::from_secs(self.period)),
            is_hour: false,
            newest: None,
        }
    }

    /// The UTC hour of an attempt of `subject` at `now`. A plain counter costs less than the moments of the newest
    /// attempts where many are let through; two hours may meet.
    #[must_use]
    pub fn hour(self, subject: &str, now: Timestamp) -> RateLimitWindow {
        let from = hour_of(now);
        let subject = [self.name.as_bytes(), subject.as_bytes(), &from.as_second().to_be_bytes()];
        RateLimitWindow { limit: self, subject: Hash::of(&subject), from, is_hour: true, newest: None }
    }

    /// The same limit with another number.
    #[must_use]
    pub const fn at_most(self, most: u32) -> Self {
        Self { max: most, ..self }
    }
}

impl RateLimitWindow {
    /// The window that begins with `oldest`, the oldest of the attempts that use up the limit: at its end another one is
    /// let through.
    #[must_use]
    pub fn since(&self, oldest: Timestamp) -> Self {
        Self { from: oldest, ..self.clone() }
    }

    /// The window of a limit that is reached, as its attempts say: `oldest` is the oldest that uses it up.
    #[must_use]
    pub fn reached(&self, oldest: Timestamp, newest: Option<Timestamp>) -> Self {
        let per = SignedDuration::from_secs(self.limit.period);
        let again = newest.zip(self.limit.again_after);
        let again = again.map(|(at, wait)| add(at, SignedDuration::from_secs(wait) - per));
        Self { newest, ..self.since(again.map_or(oldest, |again| again.min(oldest))) }
    }

    /// The first moment after it.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        add(self.from, SignedDuration::from_secs(self.limit.period))
    }

    /// Whole seconds until it is over, rounded up and at least 1: what `Retry-After` says.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> u64 {
        let wait = self.ends_at().duration_since(now).as_millis();
        u64::try_from(wait).map_or(1, |millis| millis.div_ceil(1000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_stands_for_its_network() {
        for (address, network) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:0DB8:1:2::9", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
            ("::1", "::/64"),
            ("unknown", "unknown"),
            ("", ""),
        ] {
            assert_eq!(super::network(address), network, "{address}");
        }
    }

    #[test]
    fn site_is_the_48_of_an_ipv6_address() {
        for (address, site) in [
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1::/48")),
            ("2001:db8:1:ffff::1", Some("2001:db8:1::/48")),
            ("2001:db8:2::1", Some("2001:db8:2::/48")),
            ("::ffff:203.0.113.9", None),
            ("203.0.113.9", None),
            ("unknown", None),
        ] {
            assert_eq!(super::site(address).as_deref(), site, "{address}");
        }
    }

    #[test]
    fn hourly_window_is_the_utc_hour_and_another_counter_each_hour() {
        let hour = |now: &str| SIGN_UPS_OF_SITE.hour("2001:db8:1::/48", now.parse().unwrap());
        let window = hour("2025-01-08T10:59:30Z");
        assert_eq!(window.retry_after("2025-01-08T10:59:30Z".parse().unwrap()), 30);
        assert_eq!(window, hour("2025-01-08T10:00:00Z"));
        assert_ne!(window.subject, hour("2025-01-08T11:00:00Z").subject);
    }

    #[test]
    fn a_window_ends_with_an_attempt_and_another_says_when_the_next_may_come() {
        let now: Timestamp = "2025-01-08T10:59:30Z".parse().unwrap();
        let window = SIGN_UPS_OF_IP.window("203.0.113.9", now);
        assert_eq!((window.from.to_string().as_str(), window.ends_at()), ("2025-01-08T09:59:30Z", now));
        for (oldest, wait) in
            [("10:29:30Z", 1800), ("10:29:30.001Z", 1801), ("09:59:30.5Z", 1), ("09:00:00Z", 1)]
        {
            let oldest = format!("2025-01-08T{oldest}").parse().unwrap();
            assert_eq!(window.since(oldest).retry_after(now), wait, "{oldest}");
        }
        assert_ne!(window.subject, SIGN_UPS_OF_IP.window("203.0.113.8", now).subject);
    }
}
