//! The rate limits of Onramp.

use jiff::{SignedDuration, Timestamp};

use super::{RateLimit, RateLimitWindow, network, site};
use crate::people::{Address, SIGN_IN_LINK_TTL};

/// Lifetime of a sign-in link in seconds.
const SIGN_IN_LINK_SECONDS: i64 = SIGN_IN_LINK_TTL.as_secs();

/// Sign-ups from one network.
pub const SIGN_UPS_OF_IP: RateLimit =
    RateLimit { name: "sign_up_ip", max: 5, period: 3600, counts_refused: true, again_after: None };

/// Largest maximum that a deployment can set for [`SIGN_UPS_OF_IP`]. The item of a network stores
/// one time per sign-up, so this bounds the size of the item.
pub const MAX_SIGN_UPS_OF_IP: u32 = 50;
/// Sign-ups from one IPv6 site, which can contain many networks.
pub const SIGN_UPS_OF_SITE: RateLimit = RateLimit {
    name: "sign_up_site",
    max: 4 * SIGN_UPS_OF_IP.max,
    period: 3600,
    counts_refused: true,
    again_after: None,
};

/// Sign-ups with one email address.
pub const SIGN_UPS_OF_ADDRESS: RateLimit =
    RateLimit { name: "sign_up_address", max: 3, period: 24 * 3600, counts_refused: true, again_after: None };

/// Corrections of the unverified address of one user.
pub const ADDRESS_CORRECTIONS: RateLimit = RateLimit {
    name: "address_correction",
    max: 3,
    period: 24 * 3600,
    counts_refused: true,
    again_after: None,
};

/// How long a form with the same token counts as the same sign-up.
pub const SIGN_UP_REPEAT_PERIOD: SignedDuration = SignedDuration::from_mins(10);
/// Maximum number of sessions that repeated forms with the same token can start.
pub const MAX_SIGN_UP_REPEATS: u64 = 5;
/// Sign-in emails to one address that one network requests in 15 minutes.
///
/// This limit and [`SIGN_INS_OF_PAIR_HOURLY`] can be low, because they apply to one network.
/// Requests of a stranger from another network do not count against the owner of the address.
pub const SIGN_INS_OF_PAIR: RateLimit =
    RateLimit { name: "sign_in_pair", max: 3, period: 15 * 60, counts_refused: false, again_after: None };

/// Sign-in emails to one address that one network requests in an hour.
pub const SIGN_INS_OF_PAIR_HOURLY: RateLimit =
    RateLimit { name: "sign_in_pair_hour", max: 6, period: 3600, counts_refused: false, again_after: None };

/// Sign-in emails to one address from all networks.
///
/// A request counts only if no limit refuses it. If this limit is reached, one more email is sent
/// as soon as the link in the newest email has expired. So requests from many networks cannot
/// prevent the owner of an address from signing in.
pub const SIGN_INS_OF_ADDRESS: RateLimit = RateLimit {
    name: "sign_in_emails",
    max: 12,
    period: 3600,
    counts_refused: false,
    again_after: Some(SIGN_IN_LINK_SECONDS),
};

/// Sign-in emails that one network requests.
pub const SIGN_INS_OF_IP: RateLimit =
    RateLimit { name: "sign_in_ip", max: 20, period: 3600, counts_refused: true, again_after: None };

/// Invitation emails of one organization.
pub const INVITATIONS_OF_ORG: RateLimit = RateLimit {
    name: "invitation_org",
    max: 50,
    period: 24 * 3600,
    counts_refused: false,
    again_after: None,
};

/// Invitation emails from one organization to one address.
pub const INVITATIONS_TO_ADDRESS: RateLimit = RateLimit {
    name: "invitation_address",
    max: 5,
    period: 24 * 3600,
    counts_refused: false,
    again_after: None,
};

/// Invitation emails from all organizations to one address. The maximum is four times that of
/// [`INVITATIONS_TO_ADDRESS`], so one organization cannot block the other organizations.
pub const INVITATIONS_TO_ADDRESS_BY_ALL: RateLimit = RateLimit {
    name: "invitation_anybody",
    max: 20,
    period: 24 * 3600,
    counts_refused: false,
    again_after: None,
};

/// Returns the windows that a sign-up with `address` from the IP address `ip` must pass: of the
/// network (an IPv4 address or an IPv6 /64 network), of the address, and of the IPv6 /48 network,
/// whose limit is four times as high. `max` is the limit of a network.
#[must_use]
pub fn sign_up_limits(address: &Address, ip: &str, max: u32, now: Timestamp) -> Vec<RateLimitWindow> {
    let mut limits = vec![
        SIGN_UPS_OF_IP.at_most(max).window(&network(ip), now),
        SIGN_UPS_OF_ADDRESS.window(address.as_str(), now),
    ];
    limits.extend(site(ip).map(|site| SIGN_UPS_OF_SITE.at_most(4 * max).hour(&site, now)));
    limits
}

/// Returns the windows that a sign-in request for `address` from `network` must pass.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stranger_uses_up_only_the_shared_limit_of_an_address() {
        let subjects = |address: &str, network: &str| {
            let address = Address::parse(address).unwrap();
            let windows = sign_in_limits(&address, network, Timestamp::UNIX_EPOCH);
            windows.into_iter().map(|it| (it.limit.name, it.subject)).collect::<Vec<_>>()
        };
        let own = subjects("jo@example.com", "203.0.113.9");
        let shared = |other: Vec<(&'static str, _)>| -> Vec<&'static str> {
            other.into_iter().filter(|it| own.contains(it)).map(|(name, _)| name).collect()
        };
        assert_eq!(own.len(), 4);
        assert_eq!(shared(subjects("jo@example.com", "203.0.113.8")), [SIGN_INS_OF_ADDRESS.name]);
        assert_eq!(shared(subjects("mo@example.com", "203.0.113.9")), [SIGN_INS_OF_IP.name]);
    }
}
