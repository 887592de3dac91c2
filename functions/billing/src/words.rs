//! Every sentence of this function that users and API clients read, by topic.

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

/// The page and the problem for an admin whose address is unverified.
pub mod verify_email {
    use domain::{people::SIGN_IN_LINK_TTL, time::in_words};

    /// The detail for API clients, which get a problem instead of the page.
    pub const JSON: &str = "Your email address is unverified. We sent a sign-in link to it. Open the link: it leads \
                            to the page with your billing portal.";
    pub const TITLE: &str = "Check your inbox";
    pub const HEADING: &str = "First, verify your email address";
    /// The text before the address. [`LEAD_AFTER_ADDRESS`] follows the address.
    pub const LEAD_BEFORE_ADDRESS: &str =
        "Your billing portal shows invoices and payment details, so we make sure that ";
    pub const LEAD_AFTER_ADDRESS: &str = " is yours.";

    pub fn note() -> String {
        format!(
            "We sent you a sign-in link that works for {}. Open it, and continue to your billing portal from the \
             page it leads to.",
            in_words(SIGN_IN_LINK_TTL)
        )
    }
}
