//! Every sentence of this crate that users and API clients read, by topic.
//!
//! A problem has the same text on a page and in a JSON response. The HTML markup is in the crate
//! [`ui`].

/// Titles of problems: the `title` member, and the heading of an error page.
pub mod title {
    pub const BAD_REQUEST: &str = "Invalid request";
    pub const UNAUTHORIZED: &str = "Sign-in required";
    pub const PAYMENT_REQUIRED: &str = "This requires a plan";
    pub const FORBIDDEN: &str = "This action isn’t allowed";
    pub const NOT_FOUND: &str = "Not found";
    pub const METHOD_NOT_ALLOWED: &str = "Method not allowed";
    pub const CONFLICT: &str = "Conflict";
    pub const PRECONDITION_FAILED: &str = "Changed in the meantime";
    pub const TOO_LARGE: &str = "Request too large";
    pub const INVALID: &str = "Some fields need attention";
    pub const TOO_MANY: &str = "Too many attempts";
    pub const INTERNAL: &str = "Something went wrong on our side";
    pub const UNAVAILABLE: &str = "Temporarily unavailable";
}

/// Details of problems: what happened, then what to do.
pub mod detail {
    pub const UNKNOWN_TASK: &str = "Unknown task.";
    pub const UNAUTHORIZED: &str = "You’re not signed in, or your session has ended. Sign in and try again.";
    pub const FORBIDDEN: &str = "Only admins of the organization can do this.";
    pub const CROSS_SITE: &str = "This request came from another site. Open the page directly and try again.";
    pub const NOT_FOUND: &str = "Check the address, or ask for access.";
    pub const INVALID: &str = "Some values are missing or invalid. Correct them and try again.";
    pub const INTERNAL: &str = "We’ve logged the problem. Try again in a few minutes.";
    pub const UNAVAILABLE: &str = "Nothing was lost. Try again in a moment.";
    pub const BODY_TOO_LARGE: &str = "Send a smaller request.";
    pub const UNPARSABLE: &str = "Invalid request. Check the path, the query, and the body.";

    /// Says where a user who came from the host app at `host` can do this.
    pub fn portal_session(host: &str) -> String {
        format!("You came here from {host}, without signing in by email. Sign in by email to do this.")
    }

    /// Lists the methods of a path, such as `GET, HEAD`.
    pub fn method_not_allowed(allowed: &str) -> String {
        format!("Allowed: {allowed}.")
    }

    /// States when to try again; `minutes` is at least 1. From two hours on, the text has hours.
    pub fn too_many(minutes: u64) -> String {
        match minutes {
            1 => "Try again in 1 minute.".to_owned(),
            2..120 => format!("Try again in {minutes} minutes."),
            _ => format!("Try again in {} hours.", minutes.div_ceil(60)),
        }
    }
}

/// Links of error pages.
pub mod action {
    pub const BACK_TO_FORM: &str = "Back to the form";
    pub const BACK: &str = "Go back";
    pub const TRY_AGAIN: &str = "Try again";
    pub const SIGN_IN: &str = "Sign in";
    pub const SIGN_IN_BY_EMAIL: &str = "Sign in by email";
    pub const HOME: &str = "Go to the home page";
    pub const DASHBOARD: &str = "Go to dashboard";
}

/// Errors of request bodies and of their fields.
pub mod form {
    pub const CONTENT_TYPE: &str = "Unsupported content type. Use application/x-www-form-urlencoded, \
                                    multipart/form-data, or application/json.";
    pub const INVALID_FORM: &str = "Invalid form data. Send UTF-8 text.";
    pub const INVALID_MULTIPART: &str = "Invalid multipart body. Send named fields of UTF-8 text.";
    pub const FILE: &str = "File uploads are not accepted. Send text fields only.";
    pub const NOT_AN_OBJECT: &str = "The body must be a JSON object.";
    pub const DUPLICATE_FIELD: &str = "Duplicate field. Send each field once.";
    pub const TOO_LARGE: &str = "The request is larger than 64 KiB. Shorten it and try again.";
    pub const INVALID_STRING: &str = "Must be a valid JSON string.";
    pub const NOT_A_SCALAR: &str = "Must be a single value, not an array or an object.";
    pub const NOT_A_STRING: &str = "Must be a JSON string.";
    pub const TOKEN: &str = "Must be 22 to 255 random printable ASCII characters.";
}

/// The note about admins whose email address is undeliverable.
pub mod undeliverable {
    use std::fmt::Display;

    use maud::{Markup, Render, html};

    pub const LABEL: &str = "Email";
    pub const TO_YOU: &str = "We can’t deliver email to you";
    pub const INVITE_ONE: &str = "invite that address";
    pub const CORRECT: &str =
        "If your address has a typing error, correct it here. We’ll use the new address at once.";
    pub const INVITE_SEVERAL: &str = "invite those addresses";

    pub fn to_one(name: impl Display) -> String {
        format!("We can’t deliver email to {name}")
    }

    pub fn to_several(count: usize) -> String {
        format!("We can’t deliver email to {count} admins")
    }

    /// Says what to do about one address. `invite` is the link with the text [`INVITE_ONE`].
    pub fn advice_for_one(invite: &impl Render) -> Markup {
        html! {
            "We no longer send trial and payment notices to this address. To use a different address, "
            (invite) " as an admin. Then remove the admin with this address."
        }
    }

    /// Says what to do about several addresses. `invite` is the link with the text
    /// [`INVITE_SEVERAL`].
    pub fn advice_for_several(invite: &impl Render) -> Markup {
        html! {
            "We no longer send trial and payment notices to these addresses. To use different addresses, "
            (invite) " as admins. Then remove the admins with these addresses."
        }
    }

    pub fn bounced(name: impl Display, address: &str, since: &impl Render) -> Markup {
        html! { (name) " (" (address) "): email to this address has bounced since " (since) "." }
    }

    pub fn complained(name: impl Display, address: &str, on: &impl Render) -> Markup {
        html! { (name) " (" (address) "): our email was marked as spam on " (on) "." }
    }
}
