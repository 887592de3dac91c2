//! Notes: short messages within a page.

use maud::{Markup, html};

use crate::icon::icon as drawing;

/// The tone of a note or a banner, which determines the color. The text and the icon must express
/// the tone too, because some users cannot distinguish the colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Everything works; no action needed.
    Calm,
    /// Information that the user should read.
    Notice,
    /// The user should act soon.
    Warning,
    /// A trial, a plan, or a function has ended.
    Ended,
    /// The user completed or achieved something.
    Success,
}

impl Tone {
    /// Returns the CSS class of the tone.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Calm => "tone-calm",
            Self::Notice => "tone-notice",
            Self::Warning => "tone-warning",
            Self::Ended => "tone-ended",
            Self::Success => "tone-success",
        }
    }
}

/// Renders a note with the drawing of an emoji. `title` states the current state, and `text` states what happens next.
#[must_use]
pub fn note(tone: Tone, icon: &str, title: &str, text: &Markup) -> Markup {
    html! {
        div class={ "note " (tone.class()) } {
            span class="note-icon" { (drawing(icon)) }
            div {
                p class="note-title" { (title) }
                div class="note-text" { (text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_states_the_state_before_what_happens_next() {
        let note = note(Tone::Warning, "⏳", "3 days left", &html! { p { "Choose a plan." } }).0;
        let place = |text: &str| note.find(text).unwrap_or_else(|| panic!("{text}: {note}"));
        assert!(
            place("tone-warning") < place("3 days left") && place("3 days left") < place("Choose a plan.")
        );
    }
}
