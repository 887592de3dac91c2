//! The parts that every mail is made of, and the two layouts that set them.

mod html;
mod text;

use crate::words::Words;

/// A mail, ready to be sent.
///
/// `Debug` shows the subject only: the parts may hold a one-time link.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part, a whole document without images or scripts.
    pub html: String,
    /// Where a mail that nobody has to get is unsubscribed from, by one `POST` (RFC 8058).
    pub unsubscribe_url: Option<String>,
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// The words of one mail. Exactly one button, by construction.
pub(crate) struct EmailContent {
    pub(crate) words: &'static Words,
    pub(crate) subject: String,
    /// What a list of mails shows beside the subject.
    pub(crate) preheader: String,
    /// The product, as the mail's head and signature name it.
    pub(crate) product: String,
    pub(crate) heading: String,
    pub(crate) greeting: String,
    pub(crate) before: Vec<Block>,
    pub(crate) button: Link,
    pub(crate) after: Vec<Block>,
    /// Why the reader gets this mail.
    pub(crate) reason: String,
    /// What it means to unsubscribe, and where.
    pub(crate) unsubscribe: Option<(String, Link)>,
}

/// One part of a mail's body.
pub(crate) enum Block {
    Paragraph(String),
    /// The lines that the reader must not miss.
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

/// What stands before the items of a list.
#[derive(Clone, Copy)]
pub(crate) enum Mark {
    Check,
    Number,
    Bullet,
}

/// A link of ours, with its words.
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) url: String,
}

impl EmailContent {
    pub(crate) fn render(&self) -> Rendered {
        Rendered {
            subject: unglued(&self.subject),
            text: unglued(&text::set(self)),
            html: unglued(&html::set(self).into_string()),
            unsubscribe_url: self.unsubscribe.as_ref().map(|(_, link)| link.url.clone()),
        }
    }
}

/// The glue that holds a date together where lines are broken has done its work by then: whoever searches a mail for
/// "January 22, 2025" types blanks.
fn unglued(text: &str) -> String {
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
    /// The mark of the item at `index`, from 0.
    fn before(self, index: usize) -> String {
        match self {
            Self::Check => "✅ ".to_owned(),
            Self::Number => format!("{}. ", index + 1),
            Self::Bullet => "- ".to_owned(),
        }
    }
}
