//! One attempt at a sign-up: what was loaded for it, and the rate limits that apply to it.

use domain::{
    id::{OrgId, UserId},
    limits::{RateLimitWindow, sign_up_limits},
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
    /// Returns the rate limits that apply to a sign-up with `address`.
    pub fn limits(&self, address: &Address) -> Vec<RateLimitWindow> {
        sign_up_limits(address, &self.request.ip, self.app.config.limit_per_ip, self.now)
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
