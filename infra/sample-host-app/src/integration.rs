//! Page for developers: Onramp's banner and checklist, embedded in each of the three ways, the events
//! that complete tasks, and the claims of the signed-in user.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use super::{
    handoff_token::HostUser,
    page::{INTEGRATION, PORTAL_PATH, RECEIVED, TOKEN_PATH, product},
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
    /// Newest state of the user's organization, if a webhook arrived.
    pub state: Option<&'a Value>,
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
            div.pair {
                (state(embedded.state))
                (claims(user))
            }
            p { a href={ (onramp) "/onboarding/checklist" } { (words::CHECKLIST) } }
        }
        link rel="stylesheet" href={ (onramp) "/assets/onboarding.css" };
        script src={ (onramp) "/assets/onboarding.js" } defer {}
        script src="/page.js" defer {}
    };
    product(words::TITLE, INTEGRATION, user, &content)
}

fn ways(embedded: &Embedded<'_>) -> Markup {
    let Embedded { onramp, token, banner, widget, .. } = *embedded;
    let framed = |part: &str| format!("{onramp}/onboarding/embed?part={part}&token={token}");
    html! {
        div.ways {
            section.way aria-labelledby="elements" {
                h2 id="elements" { (words::ELEMENTS) }
                trial-banner token-url=(TOKEN_PATH) portal-url=(PORTAL_PATH) {}
                onboarding-widget token-url=(TOKEN_PATH) portal-url=(PORTAL_PATH) {}
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

/// Renders the state of the organization that the webhooks brought.
fn state(state: Option<&Value>) -> Markup {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    html! {
        section {
            h2 { (words::STATE) }
            @if let Some(state) = state {
                dl {
                    dt { (words::NAME) } dd { (state["name"].as_str().unwrap_or_default()) }
                    dt { (words::STATUS) } dd { (state["status"].as_str().unwrap_or_default()) }
                    dt { (words::ACCESS) } dd { (state["access"].as_str().unwrap_or_default()) }
                    dt { (words::PLAN) } dd { (state["plan"]["key"].as_str().unwrap_or(words::NONE)) }
                    @if let Some((day, _)) = state["trial"]["ends_at"].as_str().and_then(|at| at.split_once('T')) {
                        dt { (words::TRIAL_ENDS) } dd { (day) }
                    }
                    dt { (words::CHECKLIST_DONE) }
                    dd { (words::tasks_done(number(&state["checklist"]["completed_count"]), number(&state["checklist"]["total_count"]))) }
                    dt { (words::MEMBERS) } dd { (number(&state["member_count"])) }
                    dt { (words::VERSION) } dd { (number(&state["version"])) }
                }
            } @else { p.quiet { (words::NO_STATE) } }
            p { a href=(RECEIVED) { (words::ALL_WEBHOOKS) } }
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
