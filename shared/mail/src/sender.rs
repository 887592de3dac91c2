//! The `From` address of all emails.

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::people::Address;

/// Sender of all emails, in the format of a `From` header (RFC 5322, section 3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(String);

impl Sender {
    /// Creates a sender from a display name and an address.
    #[must_use]
    pub fn new(name: &SenderName, address: &Address) -> Self {
        Self(format!("{} <{}>", phrase(&name.0), address.as_str()))
    }

    /// Returns the header value, such as `TimeTracker <noreply@example.com>`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Display name for a `From` header: not empty, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderName(String);

impl SenderName {
    /// Parses and trims a name. Returns `None` if it is empty or contains control characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }
}

/// Formats a display name for the `From` header: unchanged, as a quoted string, or as encoded words
/// (RFC 2047).
///
/// The code must do this, because SES does not encode the `From` header itself.
fn phrase(name: &str) -> String {
    if name.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == ' ') {
        return name.to_owned();
    }
    if name.is_ascii() {
        return format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    // An encoded word has at most 75 characters, so it can contain at most 45 bytes of the name.
    // The bytes of one character must all be in the same encoded word.
    let mut words: Vec<String> = vec![String::new()];
    for ch in name.chars() {
        match words.last_mut() {
            Some(word) if word.len() + ch.len_utf8() <= 45 => word.push(ch),
            _ => words.push(ch.to_string()),
        }
    }
    let encoded: Vec<_> =
        words.iter().map(|word| format!("=?UTF-8?B?{}?=", BASE64_STANDARD.encode(word))).collect();
    encoded.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(name: &str) -> Sender {
        Sender::new(&SenderName::parse(name).unwrap(), &Address::parse("noreply@timetracker.com").unwrap())
    }

    #[test]
    fn sender_is_formatted_as_header_value() {
        for (name, mailbox) in [
            ("TimeTracker", "TimeTracker <noreply@timetracker.com>"),
            ("Smith, Jo", "\"Smith, Jo\" <noreply@timetracker.com>"),
            ("Jo \"J\" \\", "\"Jo \\\"J\\\" \\\\\" <noreply@timetracker.com>"),
            ("Zeit für Söhne", "=?UTF-8?B?WmVpdCBmw7xyIFPDtmhuZQ==?= <noreply@timetracker.com>"),
        ] {
            assert_eq!(sender(name).as_str(), mailbox);
        }
    }

    #[test]
    fn encoded_word_contains_at_most_45_bytes_of_the_name() {
        for (name, words) in [
            (format!("{}b", "ä".repeat(22)), 1),
            ("ä".repeat(23), 2),
            ("ä".repeat(44), 2),
            ("ä".repeat(45), 3),
        ] {
            let phrase = phrase(&name);
            assert_eq!(phrase.split(' ').count(), words, "{phrase}");
            assert!(phrase.split(' ').all(|word| word.len() <= 75), "{phrase}");
        }
    }

    #[test]
    fn sender_name_rejects_empty_text_and_control_characters() {
        for name in ["", "  ", "a\r\nBcc: b", "a\u{0}"] {
            assert_eq!(SenderName::parse(name), None, "{name:?}");
        }
    }
}
