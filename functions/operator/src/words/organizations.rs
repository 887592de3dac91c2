//! Texts of `GET /operator/organizations`: the list of organizations.

pub const TITLE: &str = "Organizations";
pub const LEAD: &str = "All organizations, newest first.";
pub const SEE: &str = "View all organizations";
pub const OLDER: &str = "Show older organizations";
pub const FIRST_PAGE: &str = "Back to the newest organizations";
pub const EXTERNAL_ID: &str = "External ID";

pub const STATUS: &str = "Status";
pub const STATUS_HINT: &str = "Shows only these. Pages can then be shorter.";
pub const ANY_STATUS: &str = "Any status";

pub const EMPTY_TITLE: &str = "No organizations";
pub const EMPTY: &str = "There are no organizations with this status.";
pub const EMPTY_PAGE_TITLE: &str = "None on this page";
pub const EMPTY_PAGE: &str = "Older organizations can have this status.";

pub const UNKNOWN_STATUS: &str = "Unknown `status`. Use the status of an organization, such as `trialing`.";
pub const INVALID_CURSOR: &str = "`cursor` must be the `next_cursor` of another page.";
