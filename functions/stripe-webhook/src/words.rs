//! The texts of this function's error responses, which Stripe shows in its dashboard.

pub const TOO_LARGE: &str = "Event too large. Maximum: 256 KiB.";
pub const INVALID_SIGNATURE: &str = "Invalid signature. Check the signing secret of this endpoint.";
