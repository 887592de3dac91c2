//! What all pages share.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};

/// A page with its content.
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
                p.notice { strong { "Local stand-in for Stripe" } " — no money moves" }
                main { (content) }
            }
        }
    }
}

/// For an address that leads nowhere.
pub(super) fn missing() -> Markup {
    let content = html! {
        h1 { "There is nothing here" }
        p { "This address is not one of the stand-in's, or what it showed was emptied." }
        p { a href="/" { "Overview" } }
    };
    page("Not found", &content)
}

/// For a browser that does not follow by itself.
pub(super) fn elsewhere(to: &str) -> Markup {
    page("See other", &html! { p { a href=(to) { "Continue" } } })
}

/// A state as a small label.
pub(super) fn state(word: &str) -> Markup {
    html! { span class={ "state " (word) } { (word.replace('_', " ")) } }
}

/// `December 6, 2026`, in UTC.
pub(super) fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%B %-d, %Y").to_string()
}
