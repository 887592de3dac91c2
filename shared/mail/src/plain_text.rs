//! The form of user-supplied text that is safe in emails.

use std::fmt;

use domain::people::Name;

/// Word joiner (U+2060): an invisible character that prevents a line break.
const JOINER: char = '\u{2060}';

/// User-supplied text that cannot inject links, headers, or telephone numbers into an email.
///
/// Escaping of HTML is not enough. Mail clients turn text that looks like an address into a link,
/// so an organization named `evil.example` would appear as a link. This type therefore puts a word
/// joiner before and after every character that separates parts of an address.
///
/// One word joiner per character is not enough, because mail clients may ignore it within a host
/// name (Unicode Technical Standard #46). The top-level domain after the dot would then still be
/// recognizable. Control characters and line breaks become spaces, because they could start a
/// header.
///
/// Emails contain names of users and organizations only in this form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainText(String);

impl PlainText {
    /// Converts a text to its safe form.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut safe = String::with_capacity(text.len());
        let has_phone_number = text.chars().filter(|ch| ch.is_numeric()).count() >= PHONE_NUMBER_DIGITS;
        for ch in text.chars() {
            match ch {
                ch if ch.is_control() || matches!(ch, '\u{2028}' | '\u{2029}') => safe.push(' '),
                ch if separates_address_parts(ch) => safe.extend([JOINER, ch, JOINER]),
                ch if has_phone_number && ch.is_numeric() => safe.extend([JOINER, ch]),
                ch => safe.push(ch),
            }
        }
        Self(safe)
    }

    /// Converts the given name of a user, which the greeting contains.
    #[must_use]
    pub fn given(name: &Name) -> Self {
        Self::new(name.given())
    }
}

impl From<&Name> for PlainText {
    fn from(name: &Name) -> Self {
        Self::new(name.as_str())
    }
}

impl fmt::Display for PlainText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Minimum number of digits in a text that mail clients may recognize as a telephone number.
const PHONE_NUMBER_DIGITS: usize = 7;

/// Returns whether a character separates parts of a host name, an email address, a URL, a network
/// path (`\\host`), or a telephone number. The full-width and small forms of these characters count
/// too.
const fn separates_address_parts(ch: char) -> bool {
    matches!(
        ch,
        '.' | '@'
            | ':'
            | '/'
            | '\\'
            | '+'
            | '。'
            | '．'
            | '｡'
            | '․'
            | '﹒'
            | '＠'
            | '﹫'
            | '：'
            | '﹕'
            | '／'
            | '＼'
            | '﹨'
            | '＋'
            | '﹢'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_breaks_links_and_keeps_other_text() {
        for (name, safe) in [
            ("Acme Corp", "Acme Corp"),
            ("株式会社アクメ", "株式会社アクメ"),
            ("evil.com", "evil\u{2060}.\u{2060}com"),
            ("jo@evil.com", "jo\u{2060}@\u{2060}evil\u{2060}.\u{2060}com"),
            (r"\\evil", "\u{2060}\\\u{2060}\u{2060}\\\u{2060}evil"),
            ("+1 80", "\u{2060}+\u{2060}1 80"),
            ("555-1234", "\u{2060}5\u{2060}5\u{2060}5-\u{2060}1\u{2060}2\u{2060}3\u{2060}4"),
            ("555-123", "555-123"),
            ("Class of 2024", "Class of 2024"),
            ("a\u{2028}b\u{2029}c", "a b c"),
            ("tel:5", "tel\u{2060}:\u{2060}5"),
            ("evil。com", "evil\u{2060}。\u{2060}com"),
            ("👨\u{200d}👩.نرم\u{200c}افزار", "👨\u{200d}👩\u{2060}.\u{2060}نرم\u{200c}افزار"),
            ("a\r\nBcc: b", "a  Bcc\u{2060}:\u{2060} b"),
        ] {
            assert_eq!(PlainText::new(name).to_string(), safe, "{name}");
        }
    }

    proptest! {
        #[test]
        fn plain_text_keeps_visible_text_without_links_or_line_breaks(text in any::<String>()) {
            let safe = PlainText::new(&text).to_string();
            let chars: Vec<char> = safe.chars().collect();
            for three in chars.windows(3) {
                prop_assert!(!separates_address_parts(three[1]) || (three[0] == JOINER && three[2] == JOINER));
            }
            prop_assert!(!chars.iter().any(|ch| ch.is_control()));
            let visible = |text: &str| -> String {
                text.chars().filter(|ch| !ch.is_control() && !ch.is_whitespace() && *ch != JOINER).collect()
            };
            prop_assert_eq!(visible(&safe), visible(&text));
        }
    }
}
