use maud::{DOCTYPE, Markup, html};

use super::EVENTS;
use super::pass::Guest;

/// The one page: who is here, and what can be done. `path` is where somebody wanted to go.
pub(super) fn home(guest: Option<&Guest>, onramp: &str, path: &str) -> Markup {
    let Some(guest) = guest else {
        return frame(
            "Signed out",
            &html! {
                h1 { "You are signed out" }
                p { "This app signs nobody in itself. Go to Onramp’s dashboard and press its button." }
                p { a href={ (onramp) "/dashboard" } { "Onramp’s dashboard" } }
            },
        );
    };
    frame(
        "Host app",
        &html! {
            h1 { "Hello, " (guest.name) }
            @if path != "/" { p { "You came to " code { (path) } "." } }
            dl {
                dt { "Organization" } dd { (guest.organization_name) " " code { (guest.organization_id) } }
                dt { "Role" } dd { (guest.role) }
                dt { "Access" } dd { (guest.access) }
                dt { "Address" } dd { (guest.email) @if guest.email_verified { ", proven" } @else { ", not proven yet" } }
                dt { "Id" } dd { code { (guest.sub) } }
            }
            h2 { "Do something" }
            p { "Each button puts an event on the bus, and a task of the checklist ticks itself." }
            form method="post" action="/events" {
                @for (event, label) in EVENTS { button name="event" value=(event) { (label) } " " }
            }
            h2 { "Leave" }
            form method="post" action="/logout" { button { "Sign out here" } }
            p { a href={ (onramp) "/onboarding/checklist" } { "To the checklist" } }
        },
    )
}

/// Why somebody does not get further.
pub(super) fn refused(why: &str) -> Markup {
    frame("Refused", &html! { h1 { "No entry" } p { (why) } p { a href="/" { "Start page" } } })
}

/// For a browser that does not follow by itself.
pub(super) fn elsewhere() -> Markup {
    frame("See other", &html! { p { a href="/" { "Continue" } } })
}

fn frame(title: &str, content: &Markup) -> Markup {
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
                p.notice { strong { "Local host app" } " — it stands in for your product" }
                main { (content) }
            }
        }
    }
}
