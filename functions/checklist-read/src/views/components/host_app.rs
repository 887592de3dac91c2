//! The button that opens the host app.

use maud::Markup;
use ui::{Weight, link_button, post_button};

use crate::config::Config;

/// Renders a button that opens the host app. If no host app is configured, the button opens
/// Onramp's dashboard.
///
/// The button for the host app is a form, because `POST /handover` creates a handoff token. A link
/// must never create one.
pub fn button(weight: Weight, label: &str, config: &Config) -> Markup {
    match config.app_url {
        Some(_) => post_button(weight, "/handover", label, None),
        None => link_button(weight, "/dashboard", label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::config;

    #[test]
    fn button_posts_to_the_handoff_only_with_a_host_app() {
        let button = |config: &Config| button(Weight::Primary, "Go", config).into_string();
        assert!(button(&config()).contains(r#"href="/dashboard""#));
        let hosted = Config { app_url: "https://app.example.com".parse().ok(), ..config() };
        assert!(button(&hosted).contains(r#"method="post" action="/handover""#));
        assert!(!button(&hosted).contains("app.example.com"), "no link skips the handoff");
    }
}
