//! Page with all organizations, or those that match a search.

use domain::{
    org::{Access, Org, Status},
    time::Zone,
};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use store::ListCursor;
use stripe::Mode;
use ui::{Field, Select, Tone, Weight, moment, note};
use web::FieldError;

use crate::{
    views::paths,
    words::{self, organization::status as status_name, organizations as text},
};

/// One page of organizations.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Text of the search. `None` without one.
    pub search: Option<&'a str>,
    /// The status that the organizations have. `None` for any status.
    pub status: Option<Status>,
    /// Whether the page is not the first.
    pub is_later: bool,
    /// The organizations, or the error of the search.
    pub orgs: Result<Vec<Org>, FieldError>,
    /// Where the next page starts.
    pub next: Option<ListCursor>,
}

/// Renders the content of the page. `mode` is the mode of the stage at Stripe.
pub fn render(listed: &Listed<'_>, mode: Mode, now: Timestamp) -> Markup {
    html! {
        p class="eyebrow" { a href=(paths::QUEUE) { (words::OPERATOR) } }
        h1 { (text::TITLE) }
        p class="lead" { (text::LEAD) }
        div class="stack" {
            (form(listed))
            @if let Ok(orgs) = &listed.orgs {
                @if orgs.is_empty() { (empty(listed)) } @else { (rows(orgs, mode, now)) }
            }
            @if listed.next.is_some() || listed.is_later {
                p class="actions" {
                    @if let Some(next) = listed.next {
                        (ui::link_button(Weight::Secondary, &paths::organizations_after(next, listed.status), text::OLDER))
                    }
                    @if listed.is_later { a href=(paths::ORGANIZATIONS) { (text::FIRST_PAGE) } }
                }
            }
        }
    }
}

fn form(listed: &Listed<'_>) -> Markup {
    let search = Field {
        name: "q",
        kind: ui::Kind::Text,
        label: words::search::LABEL,
        hint: Some(words::search::HINT),
        value: listed.search.unwrap_or_default(),
        autocomplete: "off",
        error: listed.orgs.as_ref().err().map(|error| error.message.as_str()),
    };
    let names = Status::ALL.map(|status| (status.as_str(), status_name(status.as_str())));
    let choices: Vec<_> = names.iter().map(|(value, name)| (*value, name.as_str())).collect();
    let status = Select {
        name: "status",
        label: text::STATUS,
        hint: text::STATUS_HINT,
        empty_label: Some(text::ANY_STATUS),
        choices: &choices,
        selected: listed.status.map_or("", Status::as_str),
        error: None,
    };
    html! {
        form class="card form-line" method="get" action=(paths::ORGANIZATIONS) role="search" novalidate {
            (search.render())
            (status.render())
            (ui::submit(Weight::Secondary, words::search::SUBMIT))
        }
    }
}

fn empty(listed: &Listed<'_>) -> Markup {
    let (title, text) = match listed {
        Listed { search: Some(_), .. } => (words::search::NOT_FOUND_TITLE, words::search::NOT_FOUND),
        Listed { next: Some(_), .. } => (text::EMPTY_PAGE_TITLE, text::EMPTY_PAGE),
        _ => (text::EMPTY_TITLE, text::EMPTY),
    };
    note(Tone::Notice, "🔍", title, &html! { p { (text) } })
}

/// Renders organizations as rows with links to their page and to Stripe. The id tells organizations
/// with the same name apart.
pub fn rows(orgs: &[Org], mode: Mode, now: Timestamp) -> Markup {
    html! { ul class="rows" { @for org in orgs { (row(org, mode, now)) } } }
}

fn row(org: &Org, mode: Mode, now: Timestamp) -> Markup {
    let status = org.status(now);
    html! {
        li class="row" {
            div class="row-text" {
                h2 { a href=(paths::organization(org.id)) { (org.name) } }
                p class="task-facts" {
                    span class={ "badge " (tone(status).class()) } { (status_name(status.as_str())) }
                    @if let Some(plan) = org.plan(now) { span { (plan.as_str()) } }
                    (moment::past(org.signed_up_at, now, &Zone::default()))
                }
                p class="task-facts" {
                    code { (org.id) }
                    @if let Some(id) = &org.external_id { span { (text::EXTERNAL_ID) " " code { (id) } } }
                }
            }
            @if let Some(customer) = &org.billing.customer {
                a class="button" href=(paths::stripe_customer(customer, mode)) rel="noreferrer"
                    aria-label={ (words::billing::OPEN_STRIPE) ": " (org.name) } { (words::billing::OPEN_STRIPE) }
            }
        }
    }
}

/// Returns the color of a status.
pub fn tone(status: Status) -> Tone {
    match status.access() {
        Access::Full => Tone::Success,
        Access::ReadOnly => Tone::Ended,
        Access::BillingOnly => Tone::Notice,
    }
}
