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
    html! {
        section {
            h2 { (words::STATE) }
            @if let Some(state) = state {
                dl { @for (label, value) in facts(state) { dt { (label) } dd { (value) } } }
            } @else { p.quiet { (words::NO_STATE) } }
            p { a href=(RECEIVED) { (words::ALL_WEBHOOKS) } }
        }
    }
}

/// Returns the labels and the values of a state that the page shows.
fn facts(state: &Value) -> Vec<(&'static str, String)> {
    let text = |path: &str| state.pointer(path).and_then(Value::as_str);
    let number = |path: &str| state.pointer(path).and_then(Value::as_u64).unwrap_or_default();
    let done = words::tasks_done(number("/checklist/completed_count"), number("/checklist/total_count"));
    // A date, because the number of remaining days would be outdated in a stored state.
    let trial_end = text("/trial/ends_at").and_then(|at| at.split('T').next());
    vec![
        (words::NAME, text("/name").unwrap_or_default().to_owned()),
        (words::STATUS, text("/status").unwrap_or_default().to_owned()),
        (words::ACCESS, text("/access").unwrap_or_default().to_owned()),
        (words::PLAN, text("/plan/key").unwrap_or(words::NONE).to_owned()),
        (words::TRIAL_ENDS, trial_end.unwrap_or(words::NONE).to_owned()),
        (words::CHECKLIST_DONE, done),
        (words::MEMBERS, number("/member_count").to_string()),
        (words::VERSION, number("/version").to_string()),
    ]
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
