use std::fmt;

use domain::name::Name;

/// The word joiner: invisible, and nothing breaks a line at it.
const JOINER: char = '\u{2060}';

/// Text that somebody chose, made harmless for mails.
///
/// Escaping is not enough: mail clients make links of whatever looks like one, so an organization called
/// `evil.example` would put a live link into a mail of ours. A word joiner on both sides of every character that
/// holds an address together stops that; on one side it would not, since a joiner before a dot is ignored in host
/// names (Unicode Technical Standard #46) and the ending behind it would still be a known one. Control characters and
/// line breaks, which could start a header, become spaces.
///
/// There is no other way for a name into a mail than through this type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainText(String);

impl PlainText {
    /// The text, made harmless.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut inert = String::with_capacity(text.len());
        let callable = text.chars().filter(|ch| ch.is_numeric()).count() >= DIGITS;
        for ch in text.chars() {
            match ch {
                ch if ch.is_control() || matches!(ch, '\u{2028}' | '\u{2029}') => inert.push(' '),
                ch if joins_addresses(ch) => inert.extend([JOINER, ch, JOINER]),
                ch if callable && ch.is_numeric() => inert.extend([JOINER, ch]),
                ch => inert.push(ch),
            }
        }
        Self(inert)
    }

    /// The part of a person's name to greet with, made harmless.
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

/// How many digits make a telephone number, which mail clients offer to call.
const DIGITS: usize = 7;

/// The marks of host names, addresses, schemes, shares (`\\\\host`) and telephone numbers, with the wide and small forms that are taken for them.
const fn joins_addresses(ch: char) -> bool {
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
    fn what_would_become_a_link_is_taken_apart_and_the_rest_stays() {
        for (name, inert) in [
            ("Acme Corp", "Acme Corp"),
            ("株式会社アクメ", "株式会社アクメ"),
            ("evil.com", "evil\u{2060}.\u{2060}com"),
            ("jo@evil.com", "jo\u{2060}@\u{2060}evil\u{2060}.\u{2060}com"),
            (r"\\evil", "\u{2060}\\\u{2060}\u{2060}\\\u{2060}evil"),
            ("+1 80", "\u{2060}+\u{2060}1 80"),
            ("555-1234", "\u{2060}5\u{2060}5\u{2060}5-\u{2060}1\u{2060}2\u{2060}3\u{2060}4"),
            ("Class of 2024", "Class of 2024"),
            ("tel:5", "tel\u{2060}:\u{2060}5"),
            ("evil。com", "evil\u{2060}。\u{2060}com"),
            ("a\r\nBcc: b", "a  Bcc\u{2060}:\u{2060} b"),
        ] {
            assert_eq!(PlainText::new(name).to_string(), inert, "{name}");
        }
    }

    proptest! {
        #[test]
        fn nothing_links_nothing_breaks_a_line_and_nothing_visible_is_lost(text in any::<String>()) {
            let inert = PlainText::new(&text).to_string();
            let chars: Vec<char> = inert.chars().collect();
            for three in chars.windows(3) {
                prop_assert!(!joins_addresses(three[1]) || (three[0] == JOINER && three[2] == JOINER));
            }
            prop_assert!(!chars.iter().any(|ch| ch.is_control()));
            let visible = |text: &str| -> String {
                text.chars().filter(|ch| !ch.is_control() && !ch.is_whitespace() && *ch != JOINER).collect()
            };
            prop_assert_eq!(visible(&inert), visible(&text));
        }
    }
}
