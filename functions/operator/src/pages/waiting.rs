//! What waits for a person.

use domain::{id::OrgId, zone::Zone};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use store::HeldPage;
use web::ui::{self, Field, Tone, Weight, moment, note};

use crate::{case::Case, find::path};

/// What was looked for.
#[derive(Clone, Debug, Default)]
pub struct Search<'a> {
    /// What was typed.
    pub typed: &'a str,
    /// What was found, if something was looked for; one alone is not shown but led to.
    pub found: Option<Vec<OrgId>>,
    /// What was wrong with it.
    pub fault: Option<String>,
}

/// The page's content. `after` is where this page begins, if it is not the first.
pub fn render(page: &HeldPage, after: Option<Timestamp>, search: &Search<'_>, now: Timestamp) -> Markup {
    html! {
        h1 { "Operator" }
        p class="lead" { "What no run will finish by itself, oldest first, and the way to one organization." }
        div class="stack" {
            (find(search))
            section aria-labelledby="waiting" {
                h2 id="waiting" class="section-head" { "Waiting for a person" }
                @if page.held.is_empty() { (empty(after)) } @else {
                    ul class="rows" {
                        @for held in &page.held { (row(&Case::of(held), now)) }
                    }
                }
                @if let Some(next) = page.next {
                    p class="actions" {
                        (ui::link_button(Weight::Secondary, &format!("/operator?after={next}"), "Show what came later"))
                    }
                }
            }
        }
    }
}

fn find(search: &Search<'_>) -> Markup {
    let field = Field {
        name: "find",
        kind: ui::Kind::Text,
        label: "Find an organization",
        hint: Some("Its id, or the email address of somebody in it."),
        value: search.typed,
        autocomplete: "off",
        error: search.fault.as_deref(),
    };
    html! {
        form class="card form-line" method="get" action="/operator" role="search" novalidate {
            (field.render())
            (ui::submit(Weight::Secondary, "Find"))
        }
        @if let Some(found) = &search.found {
            @if found.is_empty() {
                (note(Tone::Notice, "🔍", "Nothing found", &html! { p { "No organization here goes by that." } }))
            } @else {
                section aria-labelledby="found" {
                    h2 id="found" class="section-head" { (found.len()) " organizations" }
                    ul class="rows" {
                        @for id in found { li class="row" { a href=(path(*id)) { (id) } } }
                    }
                }
            }
        }
    }
}

fn empty(after: Option<Timestamp>) -> Markup {
    match after {
        None => note(
            Tone::Success,
            "🌤️",
            "Nothing waits for you",
            &html! {
                p { "Events and mails that need a person show up here." }
            },
        ),
        Some(_) => note(
            Tone::Calm,
            "🏁",
            "That was all",
            &html! {
                p { a href="/operator" { "Back to the oldest" } }
            },
        ),
    }
}

fn row(case: &Case, now: Timestamp) -> Markup {
    html! {
        li class="row" {
            span class="task-icon" aria-hidden="true" { (case.icon) }
            div class="row-text" {
                h3 { (case.title) }
                @for why in &case.why { p { (why) } }
                p class="soft small" { (case.advice) }
                p class="task-facts" {
                    span class="badge" { (case.kind) }
                    (moment::past(case.since, now, &Zone::default()))
                    @for (what, id) in &case.ids { span { (what) " " code { (id) } } }
                }
            }
            @if let Some((id, name)) = &case.organization {
                div class="row-actions" { a class="row-link" href=(path(*id)) { (name) } }
            }
        }
    }
}
