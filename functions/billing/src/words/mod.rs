//! Every sentence of this function that users and API clients read, by topic.

pub mod verify_email;

/// Problems while Stripe is unavailable. Each one states that the user has not been charged.
pub mod stripe {
    pub const NOT_RESPONDING: &str = "Our payment provider, Stripe, isn’t responding. You haven’t been charged. \
                                      Try again in a minute.";
    pub const REJECTED: &str = "Our payment provider, Stripe, rejected the request. You haven’t been charged. \
                                We’ve logged the problem. Try again later.";
    pub const NO_KEY: &str = "Payments are unavailable right now. You haven’t been charged. \
                              We’ve logged the problem. Try again later.";
}

/// The problem for an organization whose plan belongs to the customer of another organization.
pub mod managed {
    pub const BY_TEAM: &str = "Your plan is managed by our team. Contact us to change it.";
}

/// Errors of `POST /billing/checkout`.
pub mod checkout {
    pub const PLAN: &str = "`plan` must be `single` or `team`.";
}
