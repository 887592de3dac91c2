//! The parts of an email, and the two layouts that render an email as HTML and as plain text.

mod html;
mod text;

use crate::words::Words;

/// A rendered email, ready to send.
///
/// `Debug` prints only the subject, because the text part and the HTML part can contain a one-time
/// link.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Subject on one line.
    pub subject: String,
    /// Body of the plain text part.
    pub text: String,
    /// HTML part: a complete document without images and scripts.
    pub html: String,
    /// URL to which a mail client sends a `POST` request to unsubscribe the user (RFC 8058). `None`
    /// for emails that users cannot turn off.
    pub unsubscribe_url: Option<String>,
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

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

impl EmailContent {
    pub(crate) fn render(&self) -> Rendered {
        Rendered {
            subject: replace_no_break_spaces(&self.subject),
            text: replace_no_break_spaces(&text::render(self)),
            html: replace_no_break_spaces(&html::render(self).into_string()),
            unsubscribe_url: self.unsubscribe.as_ref().map(|(_, link)| link.url.clone()),
        }
    }
}

/// Replaces no-break spaces with spaces.
///
/// While the text is wrapped, no-break spaces keep a date on one line. After that, this function
/// replaces them, because a search for "January 22, 2025" would not find a date with no-break
/// spaces.
fn replace_no_break_spaces(text: &str) -> String {
    text.replace('\u{a0}', " ")
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
    fn before(self, index: usize) -> String {
        match self {
            Self::Check => "✅ ".to_owned(),
            Self::Number => format!("{}. ", index + 1),
            Self::Bullet => "- ".to_owned(),
        }
    }
}
