//! The parts that every mail is made of, and the two layouts that set them.

mod html;
mod text;

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
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// The words of one mail. Exactly one button, by construction.
pub(crate) struct Letter {
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

impl Letter {
    pub(crate) fn render(&self) -> Rendered {
        Rendered { subject: self.subject.clone(), text: text::set(self), html: html::set(self).into_string() }
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
