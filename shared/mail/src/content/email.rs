//! The content of an email, which both layouts render.

use crate::words::Words;

/// Content of one email before rendering. It has exactly one button.
pub(crate) struct EmailContent {
    pub(crate) words: &'static Words,
    pub(crate) subject: String,
    /// Preview text that mail clients show beside the subject.
    pub(crate) preheader: String,
    /// Product name for the header and the signature.
    pub(crate) product: String,
    pub(crate) heading: String,
    pub(crate) greeting: String,
    pub(crate) before_button: Vec<Block>,
    pub(crate) button: Link,
    pub(crate) after_button: Vec<Block>,
    /// Why the recipient gets this email.
    pub(crate) reason: String,
    /// Explanation and link for unsubscribing.
    pub(crate) unsubscribe: Option<(String, Link)>,
}

/// One block of the body.
pub(crate) enum Block {
    Paragraph(String),
    /// Highlighted box for the most important facts.
    Panel {
        title: String,
        lines: Vec<String>,
    },
    List {
        title: String,
        mark: Mark,
        items: Vec<String>,
    },
    Link(Link),
}

/// Marker before the items of a list.
#[derive(Clone, Copy)]
pub(crate) enum Mark {
    Check,
    Number,
    Bullet,
}

/// Link with its label.
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) url: String,
}

impl Block {
    pub(crate) fn list(title: &str, mark: Mark, items: impl IntoIterator<Item: Into<String>>) -> Self {
        Self::List { title: title.to_owned(), mark, items: items.into_iter().map(Into::into).collect() }
    }
}

impl Link {
    pub(crate) fn new(label: &str, url: String) -> Self {
        Self { label: label.to_owned(), url }
    }
}

impl Mark {
    /// Returns the marker of the item at `index`, counted from 0.
    pub(super) fn before(self, index: usize) -> String {
        match self {
            Self::Check => "✅ ".to_owned(),
            Self::Number => format!("{}. ", index + 1),
            Self::Bullet => "- ".to_owned(),
        }
    }
}
