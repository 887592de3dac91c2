//! Page with the newest webhooks to the host's endpoint.

use domain::{id::OrgId, time::Zone};
use jiff::Timestamp;
use maud::{Markup, html};
use store::{WebhookDelivery, WebhookDeliveryPage, WebhookState};
use ui::{Tone, Weight, moment, note};

use crate::{views::paths, words, words::deliveries as text};

/// Renders the content of the page. `is_later` is true on any page but the first.
pub fn render(page: &WebhookDeliveryPage, is_later: bool, now: Timestamp) -> Markup {
    html! {
        p class="eyebrow" { a href=(paths::QUEUE) { (words::OPERATOR) } }
        h1 { (text::TITLE) }
        p class="lead" { (text::LEAD) }
        div class="stack" {
            @if page.deliveries.is_empty() {
                (note(Tone::Calm, "📭", text::EMPTY_TITLE, &html! { p { (text::EMPTY) } }))
            } @else {
                ul class="rows" { @for delivery in &page.deliveries { (row(delivery, now)) } }
            }
            @if page.next.is_some() || is_later {
                p class="actions" {
                    @if let Some(next) = &page.next {
                        (ui::link_button(Weight::Secondary, &paths::deliveries_after(&next.to_string()), text::OLDER))
                    }
                    @if is_later { a href=(paths::DELIVERIES) { (text::FIRST_PAGE) } }
                }
            }
        }
    }
}

fn row(delivery: &WebhookDelivery, now: Timestamp) -> Markup {
    let (icon, state) = match delivery.state {
        WebhookState::Delivered => ("✅", text::DELIVERED),
        WebhookState::Retrying => ("⏳", text::RETRYING),
        WebhookState::GivenUp => ("⚠️", text::GIVEN_UP),
    };
    let organization = delivery.organization.as_deref().and_then(|id| id.parse::<OrgId>().ok());
    html! {
        li class="row" {
            span class="task-icon" { (ui::icon(icon)) }
            div class="row-text" {
                h2 { (delivery.kind) }
                p { (text::outcome(state, delivery.status, delivery.attempts, delivery.ms)) }
                p class="task-facts" {
                    (moment::past(delivery.at, now, &Zone::default()))
                    span { code { (delivery.event) } }
                }
                @if let Some(id) = organization {
                    div class="row-actions" { a class="row-link" href=(paths::organization(id)) { (text::ORGANIZATION) } }
                }
            }
        }
    }
}
