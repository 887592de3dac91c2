//! Texts of the console page and of the email gallery. The scripts in `assets/` contain their own
//! texts.

pub(super) mod page {
    pub(crate) const TITLE: &str = "Onramp · local";
    pub(crate) const PRODUCT: &str = "Onramp";
    pub(crate) const LOCAL: &str = "local";
    pub(crate) const NO_SCRIPT: &str =
        "This page requires JavaScript. The control interface under /_local works without it.";
    pub(crate) const CLOCK: &str = "Clock";
    pub(crate) const CONNECTING: &str = "connecting";
    pub(crate) const OPEN: &str = "Open";
    pub(crate) const LINKS: &str = "Pages of Onramp";
    pub(crate) const STRIPE_MOCK: &str = "Stripe mock";
    pub(crate) const ALL_EMAILS: &str = "All emails";
    pub(crate) const SIMULATE: &str = "Simulate Stripe events";
    pub(crate) const RECIPIENT: &str = "For";
    pub(crate) const UNKNOWN_CUSTOMER: &str = "Unknown customer";
    pub(crate) const CUSTOM_EVENT: &str = "Custom event";
    pub(crate) const EVENT_TYPE: &str = "Type";
    pub(crate) const OVERRIDES: &str = "Overrides";
    pub(crate) const COUNT: &str = "Count";
    pub(crate) const SEND: &str = "Send";
    pub(crate) const RESET: &str = "Reset";
    pub(crate) const DELETE_ALL: &str = "Delete all data";
    pub(crate) const ACTIVITY: &str = "Activity";
    pub(crate) const INBOX_OF: &str = "Emails of";
    pub(crate) const ALL_ORGANIZATIONS: &str = "All organizations";
    pub(crate) const EMPTY_INBOX: &str = "Empty";
    pub(crate) const EVENTS: &str = "Domain events, newest first";
    pub(crate) const WEBHOOKS: &str = "Calls to the host app's endpoint, newest first";
    pub(crate) const CALLS: &str = "Calls by request, newest first";
    pub(crate) const FILTER: &str = "Filter";

    /// Links to Onramp's pages: name and path.
    pub(crate) const PAGES: [(&str, &str); 7] = [
        ("Home", "/"),
        ("Sign up", "/organizations/new"),
        ("Sign in", "/login"),
        ("Welcome", "/onboarding/welcome"),
        ("Checklist", "/onboarding/checklist"),
        ("Dashboard", "/dashboard"),
        ("Guide", "/onboarding/guide"),
    ];

    /// Buttons that advance the clock: label and duration.
    pub(crate) const CLOCK_STEPS: [(&str, &str); 4] =
        [("+1 h", "1h"), ("+1 d", "1d"), ("+11 d", "11d"), ("+14 d", "14d")];

    /// Panels: URL fragment and name.
    pub(crate) const PANELS: [(&str, &str); 5] = [
        ("mail", "Email"),
        ("events", "Events"),
        ("webhooks", "Webhooks"),
        ("calls", "Calls"),
        ("faults", "Faults"),
    ];

    pub(crate) fn advance(duration: &str) -> String {
        format!("Advance the clock by {duration}")
    }

    pub(crate) fn filter(panel: &str) -> String {
        format!("Filter {panel}")
    }
}

/// Titles of the buttons that send Stripe events.
pub(super) mod moment {
    pub(crate) const CHECKOUT_COMPLETES: &str = "Checkout completes";
    pub(crate) const FIRST_PAYMENT: &str = "First payment succeeds";
    pub(crate) const RENEWAL: &str = "Renewal succeeds";
    pub(crate) const CARD_DECLINED: &str = "Card is declined";
    pub(crate) const AUTHENTICATION: &str = "Needs authentication";
    pub(crate) const TRIAL_ENDS: &str = "Trial will end";
    pub(crate) const CANCELED: &str = "Subscription is canceled";
    pub(crate) const REFUNDED: &str = "Payment is refunded";
}

pub(super) mod faults {
    pub(crate) const HEADING: &str = "Fault injection";
    pub(crate) const CLEAR: &str = "Clear all";
    pub(crate) const KIND: &str = "Kind";
    pub(crate) const FUNCTION: &str = "Function";
    pub(crate) const SERVICE: &str = "Service";
    pub(crate) const OPERATION: &str = "Operation";
    pub(crate) const NTH: &str = "Only nth call";
    pub(crate) const RATE: &str = "Rate";
    pub(crate) const ANY: &str = "any";
    pub(crate) const EVERY: &str = "every";
    pub(crate) const ALL: &str = "all";
    pub(crate) const ADD: &str = "Add";

    /// Kinds of faults: name in the control interface, and meaning.
    pub(crate) const KINDS: [(&str, &str); 10] = [
        ("throttle", "throttled"),
        ("error_500", "internal error, not executed"),
        ("conflict", "transaction conflict"),
        ("access_denied", "access denied"),
        ("partial", "unprocessed keys in a batch"),
        ("hang", "no response, not executed"),
        ("reset", "connection error, not executed"),
        ("reply_lost", "executed, response lost"),
        ("crash", "invocation crashes before the call takes effect"),
        ("crash_after", "invocation crashes after the call takes effect"),
    ];
}

pub(super) mod gallery {
    pub(crate) const HEADING: &str = "All emails";
    pub(crate) const LIST: &str = "Emails";
    pub(crate) const DEFAULT: &str = "Default";
    pub(crate) const UNSUBSCRIBE: &str = "List-Unsubscribe: ";
    pub(crate) const PART: &str = "Part";
    pub(crate) const HTML: &str = "HTML";
    pub(crate) const TEXT: &str = "Text";
    pub(crate) const SCHEME: &str = "Color scheme";
    pub(crate) const SYSTEM: &str = "System";
    pub(crate) const LIGHT: &str = "Light";
    pub(crate) const DARK: &str = "Dark";
    pub(crate) const WIDTH: &str = "Width";

    pub(crate) fn title(subject: &str) -> String {
        format!("{subject} · Emails · Onramp · local")
    }
}

/// Variants of the sample emails.
pub(super) mod variant {
    pub(crate) const TRIAL: &str = "During a trial";
    pub(crate) const TRIAL_LAST_DAY: &str = "During a trial, one day left";
    pub(crate) const PAID: &str = "Without a trial, paid";
    pub(crate) const LATE: &str = "Sent late, trial over and not paid";
    pub(crate) const LONG_NAMES: &str = "Long names";
    pub(crate) const LONG_NAME: &str = "Long name";
    pub(crate) const LINK_NAME: &str = "Name that looks like a link";
    pub(crate) const UNVERIFIED: &str = "With an unverified address";
    pub(crate) const REMOVED: &str = "After a removal";
    pub(crate) const LINK_NAMES: &str = "Names that look like links";
    pub(crate) const THREE_DAYS: &str = "Three days left";
    pub(crate) const ONE_DAY: &str = "One day left";
    pub(crate) const PLAN_STARTS: &str = "Plan starts after the trial";
    pub(crate) const PAYMENT_PENDING: &str = "Payment on its way";
    pub(crate) const NO_PAYMENT_METHOD: &str = "Plan without a payment method";
    pub(crate) const ACCESS_KEPT: &str = "Access kept";
    pub(crate) const READ_ONLY: &str = "Read-only";
    pub(crate) const BANK: &str = "Bank confirmation required";
    pub(crate) const MEMBER: &str = "As a member";
    pub(crate) const ADMIN: &str = "As an admin, long names";
}
