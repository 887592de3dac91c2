//! Decorative icons as inline SVG. Screen readers ignore them, so the caller also says in text what
//! an icon shows.

use maud::{Markup, html};

/// Renders the product's logo, a rising ramp. The caller renders the product's name next to it.
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

/// Renders a check mark for a completed item.
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

/// Renders the drawing of a celebration: a check mark with confetti around it. The style sheet
/// moves the confetti.
#[must_use]
pub fn celebration() -> Markup {
    html! {
        svg class="celebration-icon" viewBox="0 0 56 56" width="56" height="56" aria-hidden="true" focusable="false" {
            path class="celebration-confetti" d="M27 8l1.5-4M43 12l3.5-2.5M49 27l4.5 1M44 44l2 3.5M14 46l-3.5 2.5M8 30l-4.5-1M12 13l-2-3.5M30 49v4"
                fill="none" stroke="currentColor" stroke-width="3.5" stroke-linecap="round" {}
            circle cx="28" cy="28" r="14" fill="currentColor" {}
            path class="celebration-line" d="m22 28.5 4.2 4.2 8-8.6" fill="none" stroke-width="2.8"
                stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}

/// Renders the drawing for an emoji. An emoji without a drawing, such as one in a checklist
/// definition of a deployment's own, is shown itself.
#[must_use]
pub fn icon(emoji: &str) -> Markup {
    let Some(path) = drawing(emoji) else {
        return html! { span aria-hidden="true" { (emoji) } };
    };
    html! {
        svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.7"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
            path d=(path) {}
        }
    }
}

/// Returns the lines of a drawing in a square of 24 units.
fn drawing(emoji: &str) -> Option<&'static str> {
    Some(match emoji.trim_end_matches('\u{fe0f}') {
        "🤝" => {
            "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 20c0-3.3 2.7-5.5 6-5.5s6 2.2 6 5.5M18.5 8v6M21.5 11h-6"
        }
        "👤" | "👋" => "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20.5c0-3.6 3.1-6 7-6s7 2.4 7 6",
        "📁" => "M3.5 7a2 2 0 0 1 2-2h4l2 2.5h7a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2z",
        "🗂" => "M4 4.5h16v4H4zM5.5 8.5V18a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5M10 12.5h4",
        "⏱" => "M12 21a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M12 10v3.5l2 2M9.5 3h5M18 6.5l1.3 1.3",
        "⏳" => "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M12 7.5V12l3 2",
        "📅" | "🗓" => {
            "M5.5 5.5h13a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2M3.5 10h17M8 3.5v4M16 3.5v4"
        }
        "🏢" => {
            "M5 20.5v-15a1.5 1.5 0 0 1 1.5-1.5h7A1.5 1.5 0 0 1 15 5.5v15M15 10h2.5a1.5 1.5 0 0 1 1.5 1.5v9M3 20.5h18M8.5 8h3M8.5 12h3M8.5 16h3"
        }
        "⚙" => {
            "M4 7.5h9M18 7.5h2M4 16.5h2M11 16.5h9M15.5 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M8.5 19a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5"
        }
        "💳" => "M5 5.5h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2M3 10h18M7 14.5h3",
        "📊" => "M4 20.5h16M6.5 17v-5M12 17V5M17.5 17V9",
        "💶" | "💸" => {
            "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M15 9a3.8 3.8 0 1 0 0 6M7.5 11h5M7.5 13.5h4"
        }
        "✅" | "🎉" => "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M8.5 12.3l2.4 2.4 4.7-5.2",
        "🌱" => {
            "M12 20.5V11M12 13c0-3.5-2.5-5.5-6.5-5.5 0 4 2.5 5.5 6.5 5.5M12 11c0-4 2.5-6.5 6.5-6.5 0 4.5-2.5 6.5-6.5 6.5"
        }
        "⛰" => "M3 19.5 9.5 7l4 7.5M11.5 19.5l4.5-8 5 8zM3 19.5h8.5",
        "🏡" => "M4 11.5 12 4.5l8 7M6 10v9.5h12V10M10 19.5V14h4v5.5",
        "🏁" => "M5.5 21V4M5.5 5c4-2 7 2 13 0v9c-6 2-9-2-13 0",
        "🎁" => {
            "M4 8.5h16v4H4zM5.5 12.5V20h13v-7.5M12 8.5V20M12 8.5C9 8.5 7 7 7.5 5.3 8.2 3 12 4.5 12 8.5c0-4 3.8-5.5 4.5-3.2C17 7 15 8.5 12 8.5"
        }
        "⏸" => "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M10 9v6M14 9v6",
        "🔒" | "🔑" => {
            "M6.5 10.5h11A1.5 1.5 0 0 1 19 12v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19v-7a1.5 1.5 0 0 1 1.5-1.5M8 10.5V8a4 4 0 0 1 8 0v2.5"
        }
        "📭" | "✉" => {
            "M5 5.5h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2M3.5 7l8.5 6 8.5-6"
        }
        "⚠" => "M12 4 3 19.5h18zM12 10v4.5M12 17v.1",
        "🔍" | "🔎" => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5l5 5",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_are_drawings_that_screen_readers_ignore() {
        for (icon, name) in [(mark(), "mark"), (tick(), "tick"), (celebration(), "celebration-icon")] {
            assert!(icon.0.starts_with(&format!(r#"<svg class="{name}""#)), "{}", icon.0);
            assert!(icon.0.contains(r#"aria-hidden="true""#), "{}", icon.0);
        }
    }

    #[test]
    fn emoji_without_a_drawing_is_shown_itself() {
        for (emoji, drawn) in [("⏱️", true), ("⏱", true), ("💳", true), ("🦜", false), ("<", false)]
        {
            let icon = icon(emoji).0;
            assert_eq!(icon.starts_with("<svg"), drawn, "{icon}");
            assert!(icon.contains(r#"aria-hidden="true""#), "{icon}");
            assert!(!icon.contains("><<"), "the text is escaped: {icon}");
        }
    }
}
