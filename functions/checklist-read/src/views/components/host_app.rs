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
