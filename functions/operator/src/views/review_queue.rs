//! Page with the review queue and the search.

use domain::{org::Org, time::Zone};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use store::{ReviewList, ReviewPage};
use stripe::Mode;
use ui::{Field, Tone, Weight, moment, note};
use web::FieldError;

use crate::{
    views::{
        action_form::ActionForm,
        organizations, paths,
        review_item::{Action, ReviewItemView},
    },
    words,
};

/// The search for an organization, and its results.
#[derive(Clone, Debug)]
pub struct Search<'a> {
    /// Text that the operator entered.
    pub typed: &'a str,
    /// Organizations that the search found, or the error of an invalid text. `None` without a
    /// search. If a search finds exactly one organization, the response redirects to it, so no page
    /// is rendered.
    pub found: Option<Result<Vec<Org>, FieldError>>,
}

/// One page of the review queue, or of the list of parked events without metadata.
#[derive(Debug)]
pub struct Listed<'a> {
    /// List that the page belongs to.
    pub list: ReviewList,
    /// Only items whose `since` is later than this time are on the page. `None` for the first page.
    pub after: Option<Timestamp>,
    /// Items of the page.
    pub page: &'a ReviewPage,
}

/// Renders the content of the page. `mode` is the mode of the stage at Stripe.
pub fn render(listed: &Listed<'_>, search: &Search<'_>, mode: Mode, now: Timestamp) -> Markup {
    let Listed { list, after, page } = *listed;
    let (title, more) = match list {
        ReviewList::NeedsReview => (words::queue::NEEDS_REVIEW, "/operator?after="),
        ReviewList::ParkedWithoutMetadata => {
            (words::queue::WITHOUT_METADATA, "/operator?list=foreign&after=")
        }
    };
    html! {
        h1 { (words::OPERATOR) }
        p class="lead" { (words::queue::LEAD) }
        div class="stack" {
            (find(search, mode, now))
            section aria-labelledby="waiting" {
                h2 id="waiting" class="section-head" { (title) }
                @if page.items.is_empty() { (empty(list, after)) } @else {
                    ul class="rows" {
                        @for item in &page.items { (row(&ReviewItemView::of(item, now), now)) }
                    }
                }
                @if let Some(next) = page.next {
                    p class="actions" {
                        (ui::link_button(Weight::Secondary, &format!("{more}{next}"), words::queue::NEWER))
                    }
                }
            }
            (other_list(list))
            p class="soft small" { a href=(paths::ORGANIZATIONS) { (words::organizations::SEE) } }
            p class="soft small" { a href=(paths::DELIVERIES) { (words::deliveries::SEE) } }
        }
    }
}

fn other_list(list: ReviewList) -> Markup {
    html! {
        p class="soft small" {
            @match list {
                ReviewList::NeedsReview => {
                    (words::queue::OTHER_PRODUCTS) " "
                    a href="/operator?list=foreign" { (words::queue::SEE_WITHOUT_METADATA) }
                }
                ReviewList::ParkedWithoutMetadata => {
                    (words::queue::RETENTION) " "
                    a href=(paths::QUEUE) { (words::queue::SEE_NEEDS_REVIEW) }
                }
            }
        }
    }
}

fn find(search: &Search<'_>, mode: Mode, now: Timestamp) -> Markup {
    let field = Field {
        name: "find",
        kind: ui::Kind::Text,
        label: words::search::LABEL,
        hint: Some(words::search::HINT),
        value: search.typed,
        autocomplete: "off",
        error: search
            .found
            .as_ref()
            .and_then(|found| found.as_ref().err())
            .map(|error| error.message.as_str()),
    };
    html! {
        form class="card form-line" method="get" action=(paths::QUEUE) role="search" novalidate {
            (field.render())
            (ui::submit(Weight::Secondary, words::search::SUBMIT))
        }
        @if let Some(Ok(found)) = &search.found {
            @if found.is_empty() {
                (note(Tone::Notice, "🔍", words::search::NOT_FOUND_TITLE, &html! { p { (words::search::NOT_FOUND) } }))
            } @else {
                section aria-labelledby="found" {
                    h2 id="found" class="section-head" { (words::search::results(found.len())) }
                    (organizations::rows(found, mode, now))
                }
            }
        }
    }
}

fn empty(list: ReviewList, after: Option<Timestamp>) -> Markup {
    use words::queue as text;
    let (tone, icon, title, message) = match (list, after) {
        (_, Some(_)) => {
            let first_page = html! { p { a href=(paths::QUEUE) { (text::FIRST_PAGE) } } };
            return note(Tone::Calm, "🏁", text::END_TITLE, &first_page);
        }
        (ReviewList::NeedsReview, None) => (Tone::Success, "✅", text::EMPTY_TITLE, text::EMPTY),
        (ReviewList::ParkedWithoutMetadata, None) => {
            (Tone::Calm, "⏸️", text::EMPTY_WITHOUT_METADATA_TITLE, text::EMPTY_WITHOUT_METADATA)
        }
    };
    note(tone, icon, title, &html! { p { (message) } })
}

fn row(view: &ReviewItemView, now: Timestamp) -> Markup {
    html! {
        li class="row" {
            span class="task-icon" { (ui::icon(view.icon)) }
            div class="row-text" {
                h3 { (view.title) }
                @for reason in &view.reasons { p { (reason) } }
                p class="soft small" { (view.advice) }
                p class="task-facts" {
                    span class="badge" { (view.kind) }
                    (moment::past(view.since, now, &Zone::default()))
                    @for (label, id) in &view.ids { span { (label) " " code { (id) } } }
                }
                @if !view.organizations.is_empty() {
                    div class="row-actions" {
                        @for (id, name) in &view.organizations { a class="row-link" href=(paths::organization(*id)) { (name) } }
                    }
                }
                @if !view.actions.is_empty() { (actions(view)) }
            }
        }
    }
}

/// Renders one form for each remedy.
fn actions(view: &ReviewItemView) -> Markup {
    let form = |id: &str, action: &str, customer: Option<&str>, submit: &str| {
        ActionForm {
            id,
            action,
            asks: None,
            hidden: customer.map(|customer| ("customer", customer)),
            submit,
            rejected: None,
        }
        .render()
    };
    html! {
        details {
            summary { (words::actions::RESOLVE) }
            @for action in &view.actions {
                @match action {
                    Action::LinkCustomer => @for (org, name) in &view.organizations {
                        (form(
                            &format!("link-{}-{org}", view.id),
                            &format!("{}/link-customer", paths::organization(*org)),
                            view.customer.as_deref(),
                            &words::actions::link_to(name),
                        ))
                    },
                    Action::Dismiss => {
                        (form(&format!("dismiss-{}", view.id), &paths::dismissal(&view.id), None, words::actions::DISMISS))
                    },
                }
            }
        }
    }
}
