use base64::{Engine, prelude::BASE64_STANDARD};
use domain::address::Address;

/// Who mails come from: a mailbox as the `From` header has it (RFC 5322, 3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(String);

impl Sender {
    /// A sender with a name as people read it.
    #[must_use]
    pub fn new(name: &SenderName, address: &Address) -> Self {
        Self(format!("{} <{}>", phrase(&name.0), address.as_str()))
    }

    /// The mailbox.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that may stand in a `From` header: not empty, and on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderName(String);

impl SenderName {
    /// Reads a name; `None` if it is empty or has control characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }
}

/// A name as a header takes it: bare words, a quoted string, or encoded words (RFC 2047), since SES does not encode
/// this field itself.
fn phrase(name: &str) -> String {
    if name.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == ' ') {
        return name.to_owned();
    }
    if name.is_ascii() {
        return format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    // An encoded word has at most 75 characters, so 45 bytes of text, and never splits a letter.
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
    fn a_sender_reads_as_a_header_has_it() {
        for (name, mailbox) in [
            ("TimeTracker", "TimeTracker <noreply@timetracker.com>"),
            ("Smith, Jo", "\"Smith, Jo\" <noreply@timetracker.com>"),
            ("Jo \"J\" \\", "\"Jo \\\"J\\\" \\\\\" <noreply@timetracker.com>"),
            ("Zeit für Söhne", "=?UTF-8?B?WmVpdCBmw7xyIFPDtmhuZQ==?= <noreply@timetracker.com>"),
        ] {
            assert_eq!(sender(name).as_str(), mailbox);
        }
        let long = sender(&"ä".repeat(60));
        assert!(long.as_str().split(' ').all(|word| word.len() <= 75), "{}", long.as_str());
    }

    #[test]
    fn what_could_start_another_header_is_no_name() {
        for name in ["", "  ", "a\r\nBcc: b", "a\u{0}"] {
            assert_eq!(SenderName::parse(name), None, "{name:?}");
        }
    }
}
