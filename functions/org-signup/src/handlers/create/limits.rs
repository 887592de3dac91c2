//! The rate limits of sign-ups.

use domain::{
    limits::{RateLimitWindow, SIGN_UPS_OF_ADDRESS, SIGN_UPS_OF_IP, SIGN_UPS_OF_SITE, network, site},
    people::Address,
};

use super::attempt::Attempt;

/// Returns the rate limits that apply to a sign-up: of the network (an IPv4 address or an IPv6 /64
/// network), of the address, and of the IPv6 /48 network, whose limit is four times as high.
pub fn sign_up_limits(attempt: &Attempt<'_>, address: &Address) -> Vec<RateLimitWindow> {
    let (ip, max, now) = (&attempt.request.ip, attempt.app.config.limit_per_ip, attempt.now);
    let mut limits = vec![
        SIGN_UPS_OF_IP.at_most(max).window(&network(ip), now),
        SIGN_UPS_OF_ADDRESS.window(address.as_str(), now),
    ];
    limits.extend(site(ip).map(|site| SIGN_UPS_OF_SITE.at_most(4 * max).hour(&site, now)));
    limits
}
