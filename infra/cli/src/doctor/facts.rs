//! Facts that [`read`](super::read) collects about a deployed stage, reduced to the fields that
//! [`judge`](super::judge) needs.

use jiff::SignedDuration;

/// A fact, or the reason why it could not be read.
pub(super) type Fact<T> = Result<T, Unread>;

/// Why a fact could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// The service reported that the resource does not exist.
    Missing,
    /// The credentials do not permit the read.
    Denied,
    /// Any other failure: the service's error code or a short description.
    Failed(String),
}

/// State of the SES identity that sends the emails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub verified: bool,
    /// Whether DKIM signing is enabled, and the status that SES reports for it.
    pub dkim: (bool, String),
    /// Custom MAIL FROM domain and its status at SES. `None` if SES's own domain is used.
    pub mail_from: Option<(String, String)>,
}

/// Sending limits and status of the SES account.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MailAccount {
    pub out_of_sandbox: bool,
    pub sending: bool,
    /// `HEALTHY`, `PROBATION` or `SHUTDOWN`.
    pub enforcement: String,
    /// Maximum number of emails in 24 hours.
    pub per_day: f64,
    /// Maximum number of emails per second.
    pub per_second: f64,
    /// Number of emails in the last 24 hours.
    pub sent_last_day: f64,
}

/// State of an SES configuration set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfigurationSet {
    pub sending: bool,
    /// Event types that enabled destinations publish to the default bus.
    pub events: Vec<String>,
}

/// A webhook endpoint of the Stripe account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub url: String,
    pub enabled: bool,
    pub types: Vec<String>,
    /// Pinned API version. `None` follows the version of the account.
    pub version: Option<String>,
}

/// An event destination of the Stripe account (API v2), which sends thin or snapshot events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    /// URL of a webhook. `None` for EventBridge.
    pub url: Option<String>,
    pub thin: bool,
    pub enabled: bool,
}

/// A price of the Stripe account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Price {
    pub active: bool,
    /// Billing interval, for example `month`. `None` for a one-time price.
    pub interval: Option<String>,
    pub live: bool,
}

/// State of the DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableState {
    pub name: String,
    pub active: bool,
    /// Attribute names of the partition key and the sort key.
    pub keys: Vec<String>,
    /// Name, key attributes, and whether the index is active.
    pub indexes: Vec<(String, Vec<String>, bool)>,
    /// View type of the stream. `None` if the stream is disabled.
    pub stream: Option<String>,
    /// Whether deletion protection is enabled.
    pub protected: bool,
    /// TTL attribute. `None` if TTL is disabled.
    pub expires: Fact<Option<String>>,
    /// Whether point-in-time recovery is enabled.
    pub restorable: Fact<bool>,
}

/// State of an EventBridge rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleState {
    pub name: String,
    pub enabled: bool,
    pub schedule: Option<String>,
}

/// How far the local clock is ahead of a server's clock. Negative if it is behind.
pub(super) type Skew = SignedDuration;
