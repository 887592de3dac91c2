//! Static markup of the console page. The scripts add all data.

use maud::{DOCTYPE, Markup, html};

use super::{
    moment::MOMENTS,
    words::{faults as fault_words, page as words},
};

/// Services in the fault form, by their names in the call log.
const SERVICES: [&str; 7] = ["dynamodb", "sesv2", "events", "secretsmanager", "sqs", "stripe", "host"];

/// Renders the page with the functions for the fault form and the origin of the Stripe mock.
pub(super) fn render(functions: &[String], stripe: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words::TITLE) }
                link rel="icon" href="/_local/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/_local/assets/console.css";
                link rel="stylesheet" href="/_local/assets/panels.css";
                script type="module" src="/_local/assets/main.js" {}
            }
            body {
                (top_bar())
                div.desk {
                    (sidebar(stripe))
                    main.work {
                        (tabs())
                        (mail())
                        (stream("events", words::EVENTS))
                        (stream("webhooks", words::WEBHOOKS))
                        (stream("calls", words::CALLS))
                        (faults(functions))
                    }
                }
                p.toast role="status" aria-live="polite" hidden {}
                noscript { p.toast { (words::NO_SCRIPT) } }
            }
        }
    }
}

fn top_bar() -> Markup {
    html! {
        header.bar {
            a.brand href="/_local" { img src="/_local/assets/icon.svg" alt="" width="22" height="22"; (words::PRODUCT) span { (words::LOCAL) } }
            div.clock aria-label=(words::CLOCK) role="group" {
                time.now id="now" { "–" }
                span.chip id="drift" hidden {}
                div.steps {
                    @for (label, duration) in words::CLOCK_STEPS {
                        button type="button" data-advance=(duration) title=(words::advance(duration)) { (label) }
                    }
                }
            }
            span.pulse id="pulse" { i {} span { (words::CONNECTING) } }
        }
    }
}

fn sidebar(stripe: &str) -> Markup {
    html! {
        aside.rail {
            section {
                h2 { (words::OPEN) }
                nav.links aria-label=(words::LINKS) {
                    @for (name, path) in words::PAGES { a href=(path) target="_blank" rel="noopener" { (name) } }
                    a href=(stripe) target="_blank" rel="noopener" { (words::STRIPE_MOCK) }
                    a href="/_local/mails" target="_blank" rel="noopener" { (words::ALL_EMAILS) }
                }
            }
            section.world {
                h2 { (words::SIMULATE) }
                label.field { span { (words::RECIPIENT) } select id="organization" { option value="" { (words::UNKNOWN_CUSTOMER) } } }
                p.org-status id="org-status" hidden {}
                div.moments {
                    @for moment in &MOMENTS {
                        button type="button" data-events=(moment.requests()) title=(step_list(moment.events)) { (moment.title) }
                    }
                }
                details.other {
                    summary { (words::CUSTOM_EVENT) }
                    form id="other" {
                        label.field { span { (words::EVENT_TYPE) } input name="type" required placeholder="invoice.voided" autocomplete="off" spellcheck="false"; }
                        label.field { span { (words::OVERRIDES) } textarea name="set" rows="2" spellcheck="false" placeholder="{\"data.object.amount_paid\": 0}" {} }
                        label.field { span { (words::COUNT) } input name="count" type="number" min="1" max="500" value="1"; }
                        button.primary type="submit" { (words::SEND) }
                    }
                }
                ol.sent-events id="sent-events" aria-live="polite" {}
            }
            section.over {
                h2 { (words::RESET) }
                button.quiet.danger type="button" id="reset" { (words::DELETE_ALL) }
            }
        }
    }
}

/// Lists the event types of a button for its tooltip.
fn step_list(steps: &[super::moment::Step]) -> String {
    steps.iter().map(|step| step.event_type).collect::<Vec<_>>().join(" · ")
}

fn tabs() -> Markup {
    html! {
        div.tabs role="tablist" aria-label=(words::ACTIVITY) {
            @for (id, name) in words::PANELS {
                a role="tab" id={ "tab-" (id) } href={ "#" (id) } aria-controls=(id) { (name) span.count {} }
            }
        }
    }
}

fn mail() -> Markup {
    html! {
        section.panel.mail id="mail" role="tabpanel" aria-labelledby="tab-mail" {
            div.inbox {
                div.tools {
                    select id="mail-organization" aria-label=(words::INBOX_OF) { option value="" { (words::ALL_ORGANIZATIONS) } }
                    button.quiet type="button" id="empty" { (words::EMPTY_INBOX) }
                }
                ol.email-list id="email-list" {}
            }
            article.email id="email" {}
        }
    }
}

fn stream(id: &str, label: &str) -> Markup {
    html! {
        section.panel id=(id) role="tabpanel" aria-labelledby={ "tab-" (id) } hidden {
            div.tools {
                span { (label) }
                input type="search" placeholder=(words::FILTER) aria-label=(words::filter(id)) data-filter=(id) autocomplete="off" spellcheck="false";
            }
            ol.rows {}
        }
    }
}

fn faults(functions: &[String]) -> Markup {
    html! {
        section.panel id="faults" role="tabpanel" aria-labelledby="tab-faults" hidden {
            div.tools { span { (fault_words::HEADING) } button.quiet type="button" id="clear" { (fault_words::CLEAR) } }
            form.plan id="plan" {
                label.field { span { (fault_words::KIND) } select name="kind" { @for (kind, meaning) in fault_words::KINDS { option value=(kind) { (kind) " · " (meaning) } } } }
                label.field { span { (fault_words::FUNCTION) } select name="function" { option value="" { (fault_words::ANY) } @for name in functions { option { (name) } } } }
                label.field { span { (fault_words::SERVICE) } select name="service" { option value="" { (fault_words::ANY) } @for name in SERVICES { option { (name) } } } }
                label.field { span { (fault_words::OPERATION) } input name="operation" placeholder=(fault_words::ANY) autocomplete="off" spellcheck="false"; }
                label.field { span { (fault_words::NTH) } input name="nth" type="number" min="1" placeholder=(fault_words::EVERY); }
                label.field { span { (fault_words::RATE) } input name="rate" type="number" min="0" max="1" step="0.05" placeholder=(fault_words::ALL); }
                button.primary type="submit" { (fault_words::ADD) }
            }
            ol.rows {}
        }
    }
}
