//! Decorative icons as inline SVG.

use maud::{Markup, html};

/// Renders the product's logo, a rising ramp. Screen readers ignore the logo, so the caller renders
/// the product's name next to it.
#[must_use]
pub fn mark() -> Markup {
    html! {
        svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            rect width="24" height="24" rx="7" fill="currentColor" {}
            path class="mark-line" d="M5.5 16.5h4.2c3.6 0 3.2-8.5 8.8-8.5M15.6 5l3 3-3 3" fill="none"
                stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}

/// Renders a check mark for a completed item. Screen readers ignore the check mark, so the caller
/// also states in text that the item is completed.
#[must_use]
pub fn tick() -> Markup {
    html! {
        svg class="tick" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false" {
            circle cx="10" cy="10" r="10" fill="currentColor" {}
            path class="tick-line" d="m5.8 10.4 2.8 2.8 5.6-6" fill="none" stroke-width="1.9"
                stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_are_drawings_that_screen_readers_ignore() {
        for (icon, name) in [(mark(), "mark"), (tick(), "tick")] {
            assert!(icon.0.starts_with(&format!(r#"<svg class="{name}""#)), "{}", icon.0);
            assert!(icon.0.contains(r#"aria-hidden="true""#), "{}", icon.0);
        }
    }
}
