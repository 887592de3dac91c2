//! The page that explains a problem type. The JSON field `type` of an API error links to it (RFC
//! 9457, section 3.1.1).
//!
//! The page is static and needs no session, so every client can open it.

use maud::{Markup, Render, html};
use ui::{Page, Width};
use web::Kind;

use crate::{config::Config, words::problem as words};

/// Returns the kind of problem whose `type` is `path`, or `None` if there is none.
pub fn kind(path: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.uri() == path)
}

/// Renders what this kind of problem means, and what the caller can do about it.
pub fn render(kind: Kind, config: &Config) -> Markup {
    let (meaning, advice) = words::text(kind);
    let main = html! {
        section class="plain" {
            p class="plain-code" { (words::status(kind.status().as_u16())) }
            h1 { (kind.title()) }
            p class="lead" { (meaning) }
            p class="lead" { (advice) }
        }
    };
    Page { product: &config.product, title: kind.title(), person: None, width: Width::Narrow, main }.render()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::{config, read};

    #[test]
    fn every_kind_has_a_page_of_its_own_at_its_type() {
        let mut pages = BTreeSet::new();
        for it in Kind::ALL {
            assert_eq!(kind(it.uri()), Some(it));
            let text = read(&render(it, &config()));
            assert!(text.contains(it.title()), "{text}");
            assert!(text.contains(&format!("HTTP status {}", it.status().as_u16())), "{text}");
            assert!(pages.insert(text), "{it:?} has the page of another kind");
        }
    }

    #[test]
    fn other_paths_have_no_kind() {
        for path in ["/problems/nonsense", "/problems/", "/problems/Invalid", "/problems/invalid/"] {
            assert_eq!(kind(path), None, "{path}");
        }
    }
}
