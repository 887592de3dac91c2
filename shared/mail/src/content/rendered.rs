//! A rendered email: its subject, its text part, and its HTML part.

use std::fmt;

use super::{email::EmailContent, html, text};

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

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
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
