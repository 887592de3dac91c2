//! Rate limits of sign-ups, sign-in links, and invitations.

mod network;
mod rate;
mod rules;

pub use network::{network, site};
pub use rate::{RateLimit, RateLimitWindow};
pub use rules::{
    ADDRESS_CORRECTIONS, INVITATIONS_OF_ORG, INVITATIONS_TO_ADDRESS, INVITATIONS_TO_ADDRESS_BY_ALL,
    MAX_SIGN_UP_REPEATS, MAX_SIGN_UPS_OF_IP, SIGN_INS_OF_ADDRESS, SIGN_INS_OF_IP, SIGN_INS_OF_PAIR,
    SIGN_INS_OF_PAIR_HOURLY, SIGN_UP_REPEAT_PERIOD, SIGN_UPS_OF_ADDRESS, SIGN_UPS_OF_IP, SIGN_UPS_OF_SITE,
    sign_in_limits, sign_up_limits,
};
