//! Renders the plain text part of an email.

use super::email::{Block, EmailContent, Link};

/// Maximum line length in characters. Each reply adds "> " before every quoted line, so a line of
/// 72 characters has 76 characters after two replies. RFC 5322, section 2.1.1, recommends at most
/// 78 characters.
const WIDTH: usize = 72;

/// Renders an email as plain text: an empty line between blocks, and each link on its own line.
pub(super) fn render(email: &EmailContent) -> String {
    let frame = &email.words.frame;
    let mut parts = vec![wrap("", &email.greeting)];
    parts.extend(email.before_button.iter().map(block));
    parts.push(link(&email.button));
    parts.extend(email.after_button.iter().map(block));
    parts.push(format!("{}\n{}", frame.regards, (frame.team)(&email.product)));
    // Mail clients display the text after this line as a signature (RFC 3676, section 4.3).
    parts.push(format!("-- \n{}", wrap("", &email.reason)));
    if let Some((meaning, unsubscribe)) = &email.unsubscribe {
        parts.push(format!("{}\n{}", wrap("", meaning), link(unsubscribe)));
    }
    parts.join("\n\n") + "\n"
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(words) => wrap("", words),
        Block::Panel { title, lines } => {
            [title].into_iter().chain(lines).map(|line| wrap("", line)).collect::<Vec<_>>().join("\n")
        }
        Block::List { title, mark, items } => {
            let items = items.iter().enumerate().map(|(index, item)| wrap(&mark.before(index), item));
            [wrap("", title)].into_iter().chain(items).collect::<Vec<_>>().join("\n")
        }
        Block::Link(target) => link(target),
    }
}

fn link(Link { label, url }: &Link) -> String {
    format!("{label}:\n{url}")
}

/// Wraps a text at spaces. The first line starts with `mark`, and all further lines are indented by
/// the width of `mark`.
///
/// A word that is longer than a line is not split.
fn wrap(mark: &str, words: &str) -> String {
    let indent = mark.chars().count();
    let mut text = mark.to_owned();
    let mut filled = indent;
    for (index, word) in words.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && filled + 1 + length > WIDTH {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            filled = indent;
        } else if index > 0 {
            text.push(' ');
            filled += 1;
        }
        text.push_str(word);
        filled += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wrap_breaks_lines_between_words_and_indents_items() {
        let words = "everyone can sign in and view everything, but no one can make changes until it is paid";
        assert_eq!(
            wrap("- ", words),
            "- everyone can sign in and view everything, but no one can make changes\n  until it is paid"
        );
        let date =
            "The free trial for an organization with quite a long name ended on January\u{a0}22,\u{a0}2025.";
        assert!(wrap("", date).ends_with("\nJanuary\u{a0}22,\u{a0}2025."), "{}", wrap("", date));
        assert_eq!(wrap("", ""), "");
        let long = "a".repeat(WIDTH);
        assert_eq!(wrap("- ", &long), format!("- {long}"));
        let (full, over) = ("a".repeat(WIDTH - 4), "a".repeat(WIDTH - 3));
        assert_eq!(wrap("- ", &format!("{full} b")), format!("- {full} b"));
        assert_eq!(wrap("- ", &format!("{over} b c")), format!("- {over}\n  b c"));
    }

    proptest! {
        #[test]
        fn wrap_limits_line_length_and_keeps_all_words(words in "[a-z]{1,9}( [a-z]{1,99}){0,40}", mark in "(- |10\\. )?") {
            let wrapped = wrap(&mark, &words);
            for line in wrapped.lines() {
                prop_assert!(line.chars().count() <= WIDTH || !line.trim_start_matches(&mark).trim().contains(' '), "{line}");
            }
            let unwrapped: Vec<_> = wrapped.strip_prefix(&mark).unwrap().split_whitespace().collect();
            prop_assert_eq!(unwrapped.join(" "), words);
        }
    }
}
