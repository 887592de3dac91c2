//! Frame, error page, and formats that all hosted pages share.

use jiff::{Timestamp, tz::TimeZone};
use maud::{DOCTYPE, Markup, html};

use crate::words::frame as words;

/// Renders a complete page around `content`.
pub(super) fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/style.css";
            }
            body {
                p.notice { strong { (words::NOTICE) } (words::NOTICE_DETAIL) }
                main { (content) }
            }
        }
    }
}

/// Renders the page for an unknown path or object.
pub(super) fn not_found() -> Markup {
    let content = html! {
        h1 { (words::NOT_FOUND) }
        p { (words::NOT_FOUND_LEAD) }
        p { a href="/" { (words::OVERVIEW) } }
    };
    page(words::NOT_FOUND_TITLE, &content)
}

/// Renders the body of a redirect, for clients that do not follow it.
pub(super) fn redirect(to: &str) -> Markup {
    page(words::REDIRECT_TITLE, &html! { p { a href=(to) { (words::CONTINUE) } } })
}

/// Renders a status as a small label.
pub(super) fn badge(status: &str) -> Markup {
    html! { span class={ "state " (status) } { (status.replace('_', " ")) } }
}

/// Formats a date in UTC, such as `December 6, 2026`.
pub(super) fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%B %-d, %Y").to_string()
}
