//! The button that opens the host app.

use maud::Markup;
use ui::{Weight, link_button};
use web::HANDOVER;

use crate::config::Config;

/// Renders a button that opens the host app, where the user is signed in. If no host app is
/// configured, the button opens Onramp's dashboard.
pub fn button(weight: Weight, label: &str, config: &Config) -> Markup {
    link_button(weight, if config.app_url.is_some() { HANDOVER } else { "/dashboard" }, label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::config;

    #[test]
    fn button_leads_through_the_handoff_only_with_a_host_app() {
        let button = |config: &Config| button(Weight::Primary, "Go", config).into_string();
        assert!(button(&config()).contains(r#"href="/dashboard""#));
        let hosted = Config { app_url: "https://app.example.com".parse().ok(), ..config() };
        assert!(button(&hosted).contains(r#"href="/handover""#));
    }
}
