//! Texts of the host app's pages and errors.

/// Events that a user can trigger: the event type, and the label of its button.
pub(crate) const EVENTS: [(&str, &str); 7] = [
    ("member.invited", "Invite a member"),
    ("project.created", "Create a project"),
    ("time_entry.created", "Log time"),
    ("working_hours.set", "Set working hours"),
    ("client.created", "Add a client"),
    ("settings.updated", "Change a setting"),
    ("report.generated", "Generate a report"),
];

/// Texts that all pages share.
pub(super) mod frame {
    pub(crate) const PRODUCT: &str = "TimeTracker";
    pub(crate) const SAMPLE: &str = "Sample";
    pub(crate) const ONBOARDING: &str = "Setup";
    pub(crate) const SIGN_OUT: &str = "Sign out";
    pub(crate) const SIGN_IN: &str = "Sign in";
    pub(crate) const REDIRECT_TITLE: &str = "See other";
    pub(crate) const CONTINUE: &str = "Continue";
    pub(crate) const MENU: &str = "Pages";
}

pub(super) mod signed_out {
    pub(crate) const TITLE: &str = "Signed out";
    pub(crate) const HEADING: &str = "You’re signed out";
    pub(crate) const LEAD: &str = "Onramp signs you in to this app.";
    pub(crate) const SIGN_IN: &str = "Sign in again";
    pub(crate) const SIGN_UP: &str = "Create an account";
    pub(crate) const DASHBOARD: &str = "Onramp’s dashboard";
}

pub(super) mod sign_up {
    pub(crate) const TITLE: &str = "Sign up";
    pub(crate) const HEADING: &str = "Create your account";
    pub(crate) const LEAD: &str =
        "This form belongs to the sample. It creates an organization in Onramp with the sample’s own IDs.";
    pub(crate) const COMPANY: &str = "Company";
    pub(crate) const NAME: &str = "Your name";
    pub(crate) const EMAIL: &str = "Email";
    pub(crate) const BUTTON: &str = "Create account";
    pub(crate) const KNOWN: &str = "Already have an account?";
    pub(crate) const TAKEN: &str = "This address already has an account. Sign in, or use another address.";
    pub(crate) const UNAVAILABLE: &str = "Onramp didn’t respond. Try again in a moment.";
}

pub(super) mod area {
    pub(crate) const INVALID_NAME: &str = "Enter 1 to 100 characters.";
    pub(crate) const OPTIONAL: &str = "(optional)";

    pub(crate) fn saved_by(name: &str) -> String {
        format!("Last saved by {name}")
    }
}

pub(super) mod overview {
    pub(crate) const TITLE: &str = "Overview";
    pub(crate) const LEAD: &str = "This is where your team stands.";

    pub(crate) fn greeting(name: &str) -> String {
        format!("Hello, {name}")
    }

    /// Text before the path that the user opened, which the page shows as code.
    pub(crate) const OPENED: &str = "The sample has no page ";
}

pub(super) mod integration {
    pub(crate) const TITLE: &str = "Integration";
    pub(crate) const LEAD: &str = "For developers: what this app shows of Onramp, and what it sends.";
    pub(crate) const CREATE_PROJECT: &str = "Create a project";
    pub(crate) const HTTP_EVENT: &str = "sends a signed event to Onramp over HTTP";
    pub(crate) const ELEMENTS: &str = "Custom elements";
    pub(crate) const ELEMENT_EVENTS: &str = "Events of the elements";
    pub(crate) const INCLUDED: &str = "Included by the server";
    pub(crate) const FRAMES: &str = "Frames";
    pub(crate) const TRIAL_FRAME: &str = "Trial";
    pub(crate) const ONBOARDING_FRAME: &str = "Onboarding";
    pub(crate) const TRIGGER: &str = "Trigger events";
    pub(crate) const TRIGGER_LEAD: &str =
        "Each button puts an event on the bus, which completes a checklist task.";
    pub(crate) const STATE: &str = "Organization, from webhooks";
    pub(crate) const NO_STATE: &str = "No webhook arrived yet. Each change of the organization sends one.";
    pub(crate) const NAME: &str = "Name";
    pub(crate) const VERSION: &str = "Version";
    pub(crate) const STATUS: &str = "Status";
    pub(crate) const TRIAL_ENDS: &str = "Trial ends";
    pub(crate) const CHECKLIST_DONE: &str = "Checklist";
    pub(crate) const MEMBERS: &str = "Members";
    pub(crate) const ALL_WEBHOOKS: &str = "See all webhooks";

    pub(crate) fn tasks_done(completed: u64, total: u64) -> String {
        format!("{completed} of {total} tasks")
    }

    pub(crate) const USER: &str = "Signed-in user";
    pub(crate) const ORGANIZATION: &str = "Organization";
    pub(crate) const ROLE: &str = "Role";
    pub(crate) const ACCESS: &str = "Access";
    pub(crate) const PLAN: &str = "Plan";
    pub(crate) const NONE: &str = "none";
    pub(crate) const SEATS: &str = "Seats";
    pub(crate) const UNLIMITED: &str = "no limit";
    pub(crate) const EMAIL: &str = "Email";
    pub(crate) const VERIFIED: &str = ", verified";
    pub(crate) const NOT_VERIFIED: &str = ", not verified";
    pub(crate) const ID: &str = "ID";
    pub(crate) const CHECKLIST: &str = "Open the checklist";
}

pub(super) mod webhooks {
    pub(crate) const MENU: &str = "Webhooks";
    pub(crate) const TITLE: &str = "Webhooks from Onramp";
    pub(crate) const LEAD: &str = "Every change of your organization, the newest first.";
    pub(crate) const EMPTY: &str = "No webhook arrived yet. Each change of your organization sends one.";
    pub(crate) const OLD: &str = "older than the known state";
}

pub(super) mod tenants {
    pub(crate) const TITLE: &str = "Tenants";
    pub(crate) const LEAD: &str =
        "For developers: Onramp calls this app to create a tenant for each organization.";
    pub(crate) const SWITCH: &str = "How this app responds";
    pub(crate) const SAVE: &str = "Save";
    /// Choices of the switch: the value, the label, and what it does.
    pub(crate) const MODES: [(&str, &str, &str); 4] = [
        ("normal", "Normal", "creates the tenant at once"),
        ("slow", "Slow", "creates the tenant in six seconds"),
        ("later", "Later", "accepts the call, and reports the result six seconds later"),
        ("failing", "Failing", "rejects the call with this message:"),
    ];
    pub(crate) const MESSAGE: &str = "Message";
    pub(crate) const DEFAULT_MESSAGE: &str = "The plan of the database is full.";
    pub(crate) const LIST: &str = "Tenants of this app";
    pub(crate) const EMPTY: &str =
        "No tenant yet. Start Onramp with PROVISIONING_STEPS=workspace, and sign up.";
    pub(crate) const WORKING: &str = "In progress";
    pub(crate) const CREATED: &str = "Created";
    pub(crate) const FAILED: &str = "Rejected";
    pub(crate) const REMOVED: &str = "Removed";

    pub(crate) fn calls(count: u32) -> String {
        if count == 1 { "1 call".to_owned() } else { format!("{count} calls") }
    }
}

pub(super) mod error {
    pub(crate) const TITLE: &str = "Rejected";
    pub(crate) const HEADING: &str = "Access denied";
    pub(crate) const TRY_AGAIN: &str = "Try again";
    pub(crate) const START_PAGE: &str = "Start page";
    pub(crate) const CROSS_SITE: &str = "Cross-site form submission rejected.";
    pub(crate) const NOT_FOUND: &str = "Page not found.";
    pub(crate) const METHOD: &str = "Method not allowed.";
    pub(crate) const UNKNOWN_ACTION: &str = "Unknown action.";
    pub(crate) const EVENT_REJECTED: &str = "Onramp rejected the event.";

    // Reasons for which the app rejects a handoff token.
    pub(crate) const MALFORMED: &str = "Not a valid token.";
    pub(crate) const UNKNOWN_KEY: &str = "This token is signed with an unknown key.";
    pub(crate) const SIGNATURE: &str = "Invalid token signature.";
    pub(crate) const AUDIENCE: &str = "This token has the wrong audience or issuer.";
    pub(crate) const EXPIRED: &str = "This token has expired.";
    pub(crate) const USED: &str = "This token was already used.";
}
