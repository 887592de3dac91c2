use maud::{DOCTYPE, Markup, html};

use super::{Part, Sample, Scheme, View, Width};

/// The gallery with one mail open.
pub(super) fn render(samples: &[Sample], open: &Sample, view: View) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (open.rendered.subject) " · Mails · Onramp · local" }
                link rel="icon" href="/_local/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/_local/assets/console.css";
                link rel="stylesheet" href="/_local/assets/panels.css";
                link rel="stylesheet" href="/_local/assets/gallery.css";
            }
            body {
                header.bar {
                    a.brand href="/_local" { img src="/_local/assets/icon.svg" alt="" width="22" height="22"; "Onramp" span { "local" } }
                    h1.gallery-title { "All mails" }
                }
                div.desk {
                    (list(samples, open, view))
                    main.work { (email(open, view)) }
                }
            }
        }
    }
}

fn list(samples: &[Sample], open: &Sample, view: View) -> Markup {
    html! {
        nav.rail.gallery-list aria-label="Mails" {
            @for group in samples.chunk_by(|one, next| one.kind == next.kind) {
                section {
                    @if let Some(first) = group.first() { h2 { (first.kind.replace('_', " ")) } }
                    ul {
                        @for sample in group {
                            li {
                                a href=(address(sample, view)) aria-current=[(sample.name == open.name).then_some("page")] {
                                    (if sample.variant.is_empty() { "As usual" } else { sample.variant })
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn email(open: &Sample, view: View) -> Markup {
    let mail = &open.rendered;
    html! {
        article.panel.email {
            header {
                h2 { (mail.subject) }
                @if let Some(url) = &mail.unsubscribe_url { p { "List-Unsubscribe: " (url) } }
            }
            div.tools {
                (choice(open, "Part", [
                    ("HTML", View { part: Part::Html, ..view }, view),
                    ("Text", View { part: Part::Text, ..view }, view),
                ]))
                @if view.part == Part::Html {
                    (choice(open, "Scheme", [
                        ("System", View { scheme: Scheme::System, ..view }, view),
                        ("Light", View { scheme: Scheme::Light, ..view }, view),
                        ("Dark", View { scheme: Scheme::Dark, ..view }, view),
                    ]))
                    (choice(open, "Width", [
                        ("320", View { width: Width::Narrow, ..view }, view),
                        ("640", View { width: Width::Wide, ..view }, view),
                    ]))
                }
            }
            @match view.part {
                Part::Text => div class="body text" { pre { (mail.text) } },
                Part::Html => div class="body html" {
                    iframe class=(frame(view)) title=(mail.subject) sandbox="allow-popups allow-popups-to-escape-sandbox"
                        src={ "/_local/mails/" (open.name) ".html" (View { part: Part::Html, ..view }.query()) } {}
                },
            }
        }
    }
}

fn frame(view: View) -> String {
    let scheme = match view.scheme {
        Scheme::System => "",
        Scheme::Light => "light",
        Scheme::Dark => "dark",
    };
    let width = match view.width {
        Width::Narrow => "narrow",
        Width::Wide => "wide",
    };
    format!("{width} {scheme}").trim_end().to_owned()
}

/// A switch: what each position is called, and the view that it leads to.
fn choice<const N: usize>(open: &Sample, label: &str, options: [(&str, View, View); N]) -> Markup {
    html! {
        div.choice role="group" aria-label=(label) {
            @for (name, to, now) in options {
                a href=(address(open, to)) aria-current=[(to == now).then_some("true")] { (name) }
            }
        }
    }
}

fn address(sample: &Sample, view: View) -> String {
    format!("/_local/mails/{}{}", sample.name, view.query())
}
