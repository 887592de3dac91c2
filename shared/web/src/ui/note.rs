use maud::{Markup, html};

/// The mood of a note or a banner. Words and an icon say it too, never the colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Calm,
    /// Worth knowing.
    Notice,
    /// Worth doing something about soon.
    Warning,
    /// Something stopped.
    Ended,
    /// Something was achieved.
    Success,
}

impl Tone {
    /// The class that colours it.
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

/// A note in the flow of a page: what is so, and what happens next.
#[must_use]
pub fn note(tone: Tone, icon: &str, title: &str, text: &Markup) -> Markup {
    html! {
        div class={ "note " (tone.class()) } {
            span class="note-icon" aria-hidden="true" { (icon) }
            div {
                p class="note-title" { (title) }
                div class="note-text" { (text) }
            }
        }
    }
}
