//! Markup of the email gallery.

use maud::{DOCTYPE, Markup, html};

use super::{Part, Sample, Scheme, View, Width};
use crate::words::{gallery as words, page};

/// Renders the gallery with one email open.
pub(super) fn render(samples: &[Sample], open: &Sample, view: View) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words::title(&open.rendered.subject)) }
                link rel="icon" href="/_local/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/_local/assets/console.css";
                link rel="stylesheet" href="/_local/assets/panels.css";
                link rel="stylesheet" href="/_local/assets/gallery.css";
            }
            body {
                header.bar {
                    a.brand href="/_local" { img src="/_local/assets/icon.svg" alt="" width="22" height="22"; (page::PRODUCT) span { (page::LOCAL) } }
                    h1.gallery-title { (words::HEADING) }
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
        nav.rail.gallery-list aria-label=(words::LIST) {
            @for group in samples.chunk_by(|one, next| one.kind == next.kind) {
                section {
                    @if let Some(first) = group.first() { h2 { (first.kind.replace('_', " ")) } }
                    ul {
                        @for sample in group {
                            li {
                                a href=(address(sample, view)) aria-current=[(sample.name == open.name).then_some("page")] {
                                    (if sample.variant.is_empty() { words::DEFAULT } else { sample.variant })
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
                @if let Some(url) = &mail.unsubscribe_url { p { (words::UNSUBSCRIBE) (url) } }
            }
            div.tools {
                (choice(open, words::PART, [
                    (words::HTML, View { part: Part::Html, ..view }, view),
                    (words::TEXT, View { part: Part::Text, ..view }, view),
                ]))
                @if view.part == Part::Html {
                    (choice(open, words::SCHEME, [
                        (words::SYSTEM, View { scheme: Scheme::System, ..view }, view),
                        (words::LIGHT, View { scheme: Scheme::Light, ..view }, view),
                        (words::DARK, View { scheme: Scheme::Dark, ..view }, view),
                    ]))
                    (choice(open, words::WIDTH, [
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

/// Renders a group of links. Each option has a name, the view that it opens, and the current view.
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
