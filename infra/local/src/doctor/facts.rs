//! What an account says of a stage, as far as it matters here.

use jiff::SignedDuration;

/// What was read, or why it could not be.
pub(super) type Fact<T> = Result<T, Unread>;

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not there.
    Missing,
    /// Whoever asks may not see it.
    Denied,
    /// Something else, in a word of the service's, or none.
    Failed(String),
}

/// The identity that mails come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub verified: bool,
    /// Whether SES signs with DKIM, and the word that it has for how far that is.
    pub dkim: (bool, String),
    /// The identity's own MAIL FROM domain, where it has one, and SES's status of it.
    pub mail_from: Option<(String, String)>,
}

/// What SES lets the account send.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MailAccount {
    pub out_of_sandbox: bool,
    pub sending: bool,
    /// `HEALTHY`, `PROBATION` or `SHUTDOWN`.
    pub standing: String,
    pub a_day: f64,
    pub a_second: f64,
    pub last_day: f64,
}

/// A configuration set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MailSet {
    pub sending: bool,
    /// Whose events reach the default bus: those of the destinations that are enabled.
    pub events: Vec<String>,
}

/// An endpoint that Stripe sends events to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub url: String,
    pub enabled: bool,
    pub types: Vec<String>,
    /// `None` follows the account's own version.
    pub version: Option<String>,
}

/// A destination of Stripe's newer kind, which sends thin events or snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    /// The address of a webhook; none for EventBridge.
    pub url: Option<String>,
    pub thin: bool,
    pub enabled: bool,
}

/// A price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Price {
    pub active: bool,
    /// How often it is charged; none is once.
    pub interval: Option<String>,
    pub live: bool,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableState {
    pub name: String,
    pub active: bool,
    /// Partition and sort key.
    pub keys: Vec<String>,
    /// Name, keys and whether it is active.
    pub indexes: Vec<(String, Vec<String>, bool)>,
    /// What the stream carries, if there is one.
    pub stream: Option<String>,
    pub protected: bool,
    /// The attribute that items expire by, if that is on.
    pub expires: Fact<Option<String>>,
    /// Whether it can be restored to any second.
    pub restorable: Fact<bool>,
}

/// A rule of EventBridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleState {
    pub name: String,
    pub enabled: bool,
    pub schedule: Option<String>,
}

/// How far this machine's clock is ahead of another's; negative is behind.
pub(super) type Skew = SignedDuration;
