//! Page for developers: Onramp's banner and checklist, embedded in each of the three ways, the events
//! that complete tasks, and the claims of the signed-in user.

use maud::{Markup, PreEscaped, html};

use super::{
    handoff_token::HostUser,
    page::{INTEGRATION, TOKEN_PATH, product},
    words::{EVENTS, integration as words},
};

/// Content from Onramp that the page embeds.
#[derive(Clone, Copy)]
pub(super) struct Embedded<'a> {
    /// Origin of Onramp, without a trailing slash.
    pub onramp: &'a str,
    /// Embed token of the signed-in user.
    pub token: &'a str,
    /// HTML fragment of the banner, included by the server.
    pub banner: &'a str,
    /// HTML fragment of the widget, included by the server.
    pub widget: &'a str,
}

/// Renders the page: embedded content, event buttons, and account data.
pub(super) fn page(user: &HostUser, embedded: &Embedded<'_>) -> Markup {
    let onramp = embedded.onramp;
    let content = html! {
        main {
            header { h1 { (words::TITLE) } p.quiet { (words::LEAD) } }
            (ways(embedded))
            section {
                h2 { (words::TRIGGER) }
                p.quiet { (words::TRIGGER_LEAD) }
                form method="post" action="/events" {
                    @for (event, label) in EVENTS { button name="event" value=(event) { (label) } " " }
                }
                form method="post" action="/events" {
                    input type="hidden" name="way" value="http";
                    button name="event" value="project.created" { (words::CREATE_PROJECT) }
                    span.quiet { (words::HTTP_EVENT) }
                }
            }
            (claims(user))
            p { a href={ (onramp) "/onboarding/checklist" } { (words::CHECKLIST) } }
        }
        link rel="stylesheet" href={ (onramp) "/assets/onboarding.css" };
        script src={ (onramp) "/assets/onboarding.js" } defer {}
        script src="/page.js" defer {}
    };
    product(words::TITLE, INTEGRATION, user, &content)
}

fn ways(embedded: &Embedded<'_>) -> Markup {
    let Embedded { onramp, token, banner, widget } = *embedded;
    let framed = |part: &str| format!("{onramp}/onboarding/embed?part={part}&token={token}");
    html! {
        div.ways {
            section.way aria-labelledby="elements" {
                h2 id="elements" { (words::ELEMENTS) }
                trial-banner token-url=(TOKEN_PATH) {}
                onboarding-widget token-url=(TOKEN_PATH) {}
                ol id="log" aria-label=(words::ELEMENT_EVENTS) {}
            }
            section.way aria-labelledby="included" {
                h2 id="included" { (words::INCLUDED) }
                (PreEscaped(banner))
                (PreEscaped(widget))
            }
            section.way aria-labelledby="frames" {
                h2 id="frames" { (words::FRAMES) }
                iframe title=(words::TRIAL_FRAME) src=(framed("banner")) height="170" {}
                iframe title=(words::ONBOARDING_FRAME) src=(framed("widget")) height="320" {}
            }
        }
    }
}

fn claims(user: &HostUser) -> Markup {
    html! {
        section {
            h2 { (words::USER) }
            dl {
                dt { (words::ORGANIZATION) } dd { (user.organization_name) " " code { (user.organization_id) } }
                dt { (words::ROLE) } dd { (user.role) }
                dt { (words::ACCESS) } dd { (user.access) }
                dt { (words::PLAN) } dd { (user.plan.as_deref().unwrap_or(words::NONE)) }
                dt { (words::SEATS) } dd {
                    @if let Some(seats) = user.seats { (seats) } @else { (words::UNLIMITED) }
                }
                dt { (words::EMAIL) } dd {
                    (user.email)
                    @if user.email_verified { (words::VERIFIED) } @else { (words::NOT_VERIFIED) }
                }
                dt { (words::ID) } dd { code { (user.sub) } }
            }
        }
    }
}
