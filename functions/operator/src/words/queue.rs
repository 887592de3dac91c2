//! Texts of `GET /operator`: the review queue.

pub const LEAD: &str = "Items that need manual attention, oldest first. You can also find an organization.";
pub const NEEDS_REVIEW: &str = "Needs attention";
pub const WITHOUT_METADATA: &str = "Parked events without Onramp metadata";
pub const NEWER: &str = "Show newer items";
pub const FIRST_PAGE: &str = "Back to the oldest items";

/// Sentence below the review queue. It mentions the list of parked events without metadata, and
/// the link [`SEE_WITHOUT_METADATA`] follows it.
pub const OTHER_PRODUCTS: &str = "Events that may belong to another product are listed separately.";
pub const SEE_WITHOUT_METADATA: &str = "View these events";
pub const RETENTION: &str = "They are kept until their customer is linked, for at most 35 days.";
pub const SEE_NEEDS_REVIEW: &str = "Back to items that need attention";

pub const EMPTY_TITLE: &str = "Nothing needs attention";
pub const EMPTY: &str = "Events and emails that need manual attention appear here.";
pub const EMPTY_WITHOUT_METADATA_TITLE: &str = "No such events";
pub const EMPTY_WITHOUT_METADATA: &str = "There are no unmatched events.";
pub const END_TITLE: &str = "End of list";

pub const INVALID_QUERY: &str = "Invalid query string.";
pub const INVALID_AFTER: &str = "`after` must be an RFC 3339 timestamp.";
pub const UNKNOWN_LIST: &str = "Unknown `list`. Use `foreign` or omit it.";
