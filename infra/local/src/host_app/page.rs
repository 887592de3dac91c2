use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::handoff_token::HostUser;
use super::{EVENTS, TOKEN_PATH};

/// What Onramp gives this page to show.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// Where Onramp is.
    pub onramp: &'a str,
    /// The token of whoever looks.
    pub token: &'a str,
    /// The pieces that the server included.
    pub banner: &'a str,
    pub widget: &'a str,
}

/// For whom nobody vouches.
pub(super) fn signed_out(onramp: &str) -> Markup {
    frame(
        "Signed out",
        &html! {
            h1 { "You are signed out" }
            p { "This app signs nobody in itself. Go to Onramp’s dashboard and press its button." }
            p { a href={ (onramp) "/dashboard" } { "Onramp’s dashboard" } }
        },
    )
}

/// The one page: who is here, what Onramp shows in it, and what can be done. `path` is where somebody wanted to go.
pub(super) fn home(guest: &HostUser, shown: &Shown<'_>, path: &str) -> Markup {
    let Shown { onramp, token, banner, widget } = *shown;
    let framed = |part: &str| format!("{onramp}/onboarding/embed?part={part}&token={token}");
    frame(
        "Host app",
        &html! {
            h1 { "Hello, " (guest.name) }
            @if path != "/" { p { "You came to " code { (path) } "." } }
            form method="post" action="/events" {
                input type="hidden" name="way" value="http";
                button.primary name="event" value="project.created" { "Create a project" }
                span.quiet { "tells Onramp over HTTP, signed" }
            }
            div.ways {
                section.way aria-labelledby="elements" {
                    h2 id="elements" { "Custom elements" }
                    trial-banner token-url=(TOKEN_PATH) {}
                    onboarding-widget token-url=(TOKEN_PATH) {}
                    ol id="log" aria-label="Events of the elements" {}
                }
                section.way aria-labelledby="included" {
                    h2 id="included" { "Included by the server" }
                    (PreEscaped(banner))
                    (PreEscaped(widget))
                }
                section.way aria-labelledby="frames" {
                    h2 id="frames" { "Frames" }
                    iframe title="Trial" src=(framed("banner")) height="170" {}
                    iframe title="Onboarding" src=(framed("widget")) height="320" {}
                }
            }
            h2 { "Do something" }
            p { "Each button puts an event on the bus, and a task of the checklist ticks itself." }
            form method="post" action="/events" {
                @for (event, label) in EVENTS { button name="event" value=(event) { (label) } " " }
            }
            h2 { "Who is here" }
            dl {
                dt { "Organization" } dd { (guest.organization_name) " " code { (guest.organization_id) } }
                dt { "Role" } dd { (guest.role) }
                dt { "Access" } dd { (guest.access) }
                dt { "Address" } dd { (guest.email) @if guest.email_verified { ", proven" } @else { ", not proven yet" } }
                dt { "Id" } dd { code { (guest.sub) } }
            }
            form method="post" action="/logout" { button { "Sign out here" } }
            p { a href={ (onramp) "/onboarding/checklist" } { "To the checklist" } }
            link rel="stylesheet" href={ (onramp) "/assets/onboarding.css" };
            script src={ (onramp) "/assets/onboarding.js" } defer {}
            script src="/page.js" defer {}
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
                link rel="stylesheet" href="/page.css";
            }
            body {
                p.notice { strong { "Local host app" } " — it stands in for your product" }
                main { (content) }
            }
        }
    }
}
