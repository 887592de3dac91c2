//! The page: what stands still. What moves is put in by the scripts.

use super::moment::MOMENTS;
use maud::{DOCTYPE, Markup, html};

/// Where people go from here: the pages of Onramp.
const LINKS: [(&str, &str); 7] = [
    ("Home", "/"),
    ("Sign up", "/organizations/new"),
    ("Sign in", "/login"),
    ("Welcome", "/onboarding/welcome"),
    ("Checklist", "/onboarding/checklist"),
    ("Dashboard", "/dashboard"),
    ("Guide", "/onboarding/guide"),
];

/// Steps of the clock: what the button says, and the duration it sends.
const STEPS: [(&str, &str); 4] = [("+1 h", "1h"), ("+1 d", "1d"), ("+11 d", "11d"), ("+14 d", "14d")];

/// The panels: their address behind `#`, and their name.
const PANELS: [(&str, &str); 4] =
    [("mail", "Mail"), ("events", "Events"), ("calls", "Calls"), ("faults", "Faults")];

/// The whole page.
pub(super) fn render(functions: &[String], stripe: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Onramp · local" }
                link rel="icon" href="/_local/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/_local/assets/console.css";
                link rel="stylesheet" href="/_local/assets/panels.css";
                script type="module" src="/_local/assets/main.js" {}
            }
            body {
                (bar())
                div.desk {
                    (rail(stripe))
                    main.work {
                        (tabs())
                        (mail())
                        (stream("events", "Domain events, newest first"))
                        (stream("calls", "Calls by request, newest first"))
                        (faults(functions))
                    }
                }
                p.toast role="status" aria-live="polite" hidden {}
                noscript { p.toast { "This page needs scripts. The control interface under /_local works without." } }
            }
        }
    }
}

fn bar() -> Markup {
    html! {
        header.bar {
            a.brand href="/_local" { img src="/_local/assets/icon.svg" alt="" width="22" height="22"; "Onramp" span { "local" } }
            div.clock aria-label="Clock" role="group" {
                time.now id="now" { "–" }
                span.chip id="drift" hidden {}
                div.steps {
                    @for (label, duration) in STEPS {
                        button type="button" data-advance=(duration) title={ "Move the clock by " (duration) } { (label) }
                    }
                }
            }
            span.pulse id="pulse" { i {} span { "connecting" } }
        }
    }
}

fn rail(stripe: &str) -> Markup {
    html! {
        aside.rail {
            section {
                h2 { "Open" }
                nav.links aria-label="Pages of Onramp" {
                    @for (name, path) in LINKS { a href=(path) target="_blank" rel="noopener" { (name) } }
                    a href=(stripe) target="_blank" rel="noopener" { "Stripe" }
                    a href="/_local/mails" target="_blank" rel="noopener" { "All mails" }
                }
            }
            section.world {
                h2 { "What happens in the world" }
                label.field { span { "To" } select id="organization" { option value="" { "Unknown customer" } } }
                p.org-status id="org-status" hidden {}
                div.moments {
                    @for moment in &MOMENTS {
                        button type="button" data-events=(moment.requests()) title=(step_list(moment.events)) { (moment.title) }
                    }
                }
                details.other {
                    summary { "Another event" }
                    form id="other" {
                        label.field { span { "Type" } input name="type" required placeholder="invoice.voided" autocomplete="off" spellcheck="false"; }
                        label.field { span { "Set" } textarea name="set" rows="2" spellcheck="false" placeholder="{\"data.object.amount_paid\": 0}" {} }
                        label.field { span { "Times" } input name="count" type="number" min="1" max="500" value="1"; }
                        button.primary type="submit" { "Send" }
                    }
                }
                ol.sent-events id="sent-events" aria-live="polite" {}
            }
            section.over {
                h2 { "Start over" }
                button.quiet.danger type="button" id="reset" { "Empty everything" }
            }
        }
    }
}

/// The event types behind a button, for those who want to know.
fn step_list(steps: &[super::moment::Step]) -> String {
    steps.iter().map(|step| step.event_type).collect::<Vec<_>>().join(" · ")
}

fn tabs() -> Markup {
    html! {
        div.tabs role="tablist" aria-label="What Onramp did" {
            @for (id, name) in PANELS {
                a role="tab" id={ "tab-" (id) } href={ "#" (id) } aria-controls=(id) { (name) span.count {} }
            }
        }
    }
}

fn mail() -> Markup {
    html! {
        section.panel.mail id="mail" role="tabpanel" aria-labelledby="tab-mail" {
            div.inbox {
                div.tools { span { "Inbox" } button.quiet type="button" id="empty" { "Empty" } }
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
                input type="search" placeholder="Filter" aria-label={ "Filter " (id) } data-filter=(id) autocomplete="off" spellcheck="false";
            }
            ol.rows {}
        }
    }
}

fn faults(functions: &[String]) -> Markup {
    let kinds = [
        ("throttle", "too many calls, for now"),
        ("error_500", "internal error, not done"),
        ("conflict", "another write holds the item"),
        ("access_denied", "the role does not allow it"),
        ("partial", "a part of a batch is left undone"),
        ("hang", "no answer, not done"),
        ("reset", "no connection, surely not done"),
        ("reply_lost", "done, but the answer is lost"),
        ("crash", "the invocation ends before the effect"),
        ("crash_after", "the invocation ends after the effect"),
    ];
    html! {
        section.panel id="faults" role="tabpanel" aria-labelledby="tab-faults" hidden {
            div.tools { span { "Calls that go wrong on purpose" } button.quiet type="button" id="clear" { "Clear all" } }
            form.plan id="plan" {
                label.field { span { "Kind" } select name="kind" { @for (kind, meaning) in kinds { option value=(kind) { (kind) " · " (meaning) } } } }
                label.field { span { "Function" } select name="function" { option value="" { "any" } @for name in functions { option { (name) } } } }
                label.field { span { "Service" } select name="service" { option value="" { "any" } @for name in ["dynamodb", "sesv2", "events", "secretsmanager", "sqs", "stripe"] { option { (name) } } } }
                label.field { span { "Operation" } input name="operation" placeholder="any" autocomplete="off" spellcheck="false"; }
                label.field { span { "Only the n-th" } input name="nth" type="number" min="1" placeholder="every"; }
                label.field { span { "Share" } input name="rate" type="number" min="0" max="1" step="0.05" placeholder="all"; }
                button.primary type="submit" { "Add" }
            }
            ol.rows {}
        }
    }
}
