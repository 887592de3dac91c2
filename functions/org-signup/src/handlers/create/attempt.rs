//! One attempt at a sign-up: what was loaded for it, and the rate limits that apply to it.

use domain::{
    id::{OrgId, UserId},
    limits::{RateLimitWindow, SIGN_UPS_OF_ADDRESS, SIGN_UPS_OF_IP, SIGN_UPS_OF_SITE, network, site},
    people::Address,
};
use jiff::Timestamp;
use web::{Fields, FormRequest};

use crate::{App, auth::Requester};

/// The request, and what was loaded for one attempt at the sign-up.
pub struct Attempt<'a> {
    pub app: &'a App,
    pub request: &'a FormRequest,
    pub fields: &'a Fields,
    pub requester: Requester,
    pub now: Timestamp,
}

impl Attempt<'_> {
    /// Returns the rate limits that apply to a sign-up: of the network (an IPv4 address or an IPv6
    /// /64 network), of the address, and of the IPv6 /48 network, whose limit is four times as
    /// high.
    pub fn limits(&self, address: &Address) -> Vec<RateLimitWindow> {
        let (ip, max, now) = (&self.request.ip, self.app.config.limit_per_ip, self.now);
        let mut limits = vec![
            SIGN_UPS_OF_IP.at_most(max).window(&network(ip), now),
            SIGN_UPS_OF_ADDRESS.window(address.as_str(), now),
        ];
        limits.extend(site(ip).map(|site| SIGN_UPS_OF_SITE.at_most(4 * max).hour(&site, now)));
        limits
    }
}

/// The earlier sign-up with the same form.
pub struct Earlier {
    pub org: OrgId,
    pub user: UserId,
    pub trial: bool,
    pub join: u64,
    /// Time from which the same form creates another organization instead of repeating this
    /// sign-up.
    pub until: Timestamp,
}
