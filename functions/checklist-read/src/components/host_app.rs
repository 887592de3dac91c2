//! The way into the product itself.

use maud::Markup;
use web::ui::{Weight, link_button, post_button};

use crate::config::Config;

/// A button into the host app, which lets people in at once; where there is none, to the dashboard that stands in for
/// it. A form, because a pass is made on the way, and nothing that makes one may be reached by following a link.
#[must_use]
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
    fn a_host_app_is_reached_by_a_form_and_the_own_dashboard_by_a_link() {
        let button = |config: &Config| button(Weight::Primary, "Go", config).into_string();
        assert!(button(&config()).contains(r#"href="/dashboard""#));
        let hosted = Config { app_url: Some("https://app.example.com".to_owned()), ..config() };
        assert!(button(&hosted).contains(r#"method="post" action="/handover""#));
        assert!(!button(&hosted).contains("app.example.com"), "the address is not a link past the pass");
    }
}
