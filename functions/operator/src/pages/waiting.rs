//! What waits for a person.

use domain::{id::OrgId, zone::Zone};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use store::{ReviewList, ReviewPage};
use web::ui::{self, Field, Tone, Weight, moment, note};

use crate::{find::path, review_item::ReviewItemView};

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

/// A page of a list.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Which list.
    pub list: ReviewList,
    /// Where this page begins, if it is not the first.
    pub after: Option<Timestamp>,
    /// What is on it.
    pub page: &'a ReviewPage,
}

/// The page's content.
pub fn render(listed: &Listed<'_>, search: &Search<'_>, now: Timestamp) -> Markup {
    let Listed { list, after, page } = *listed;
    let (title, more) = match list {
        ReviewList::NeedsReview => ("Waiting for a person", "/operator?after="),
        ReviewList::ParkedWithoutMetadata => {
            ("Parked events that do not name us", "/operator?list=foreign&after=")
        }
    };
    html! {
        h1 { "Operator" }
        p class="lead" { "What no run will finish by itself, oldest first, and the way to one organization." }
        div class="stack" {
            (find(search))
            section aria-labelledby="waiting" {
                h2 id="waiting" class="section-head" { (title) }
                @if page.items.is_empty() { (empty(list, after)) } @else {
                    ul class="rows" {
                        @for held in &page.items { (row(&ReviewItemView::of(held, now), now)) }
                    }
                }
                @if let Some(next) = page.next {
                    p class="actions" {
                        (ui::link_button(Weight::Secondary, &format!("{more}{next}"), "Show what came later"))
                    }
                }
            }
            (other_list(list))
        }
    }
}

fn other_list(list: ReviewList) -> Markup {
    html! {
        p class="soft small" {
            @match list {
                ReviewList::NeedsReview => {
                    "Events of customers that may be another product's are "
                    a href="/operator?list=foreign" { "parked apart" } "."
                }
                ReviewList::ParkedWithoutMetadata => {
                    "They wait 35 days for their customer to be linked. "
                    a href="/operator" { "What waits for a person" }
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

fn empty(list: ReviewList, after: Option<Timestamp>) -> Markup {
    match (list, after) {
        (ReviewList::ParkedWithoutMetadata, None) => note(
            Tone::Calm,
            "🅿️",
            "No such events",
            &html! {
                p { "Every event that came has an organization." }
            },
        ),
        (ReviewList::NeedsReview, None) => note(
            Tone::Success,
            "🌤️",
            "Nothing waits for you",
            &html! {
                p { "Events and mails that need a person show up here." }
            },
        ),
        (_, Some(_)) => note(
            Tone::Calm,
            "🏁",
            "That was all",
            &html! {
                p { a href="/operator" { "Back to the oldest" } }
            },
        ),
    }
}

fn row(case: &ReviewItemView, now: Timestamp) -> Markup {
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
            @if !case.organizations.is_empty() {
                div class="row-actions" {
                    @for (id, name) in &case.organizations { a class="row-link" href=(path(*id)) { (name) } }
                }
            }
        }
    }
}
