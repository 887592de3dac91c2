use super::{Block, EmailContent, Link};

/// How long a line may be: short enough to be quoted twice within the 78 characters of RFC 5322, 2.1.1.
const WIDTH: usize = 72;

/// Sets a mail as plain text: paragraphs apart by an empty line, each link on a line of its own.
pub(super) fn set(letter: &EmailContent) -> String {
    let frame = &letter.words.frame;
    let mut parts = vec![wrap("", &letter.greeting)];
    parts.extend(letter.before.iter().map(block));
    parts.push(link(&letter.button));
    parts.extend(letter.after.iter().map(block));
    parts.push(format!("{}\n{}", frame.regards, (frame.team)(&letter.product)));
    // Mail programs know this line, and set what follows it apart (RFC 3676, 4.3).
    parts.push(format!("-- \n{}", wrap("", &letter.reason)));
    if let Some((meaning, unsubscribe)) = &letter.unsubscribe {
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
        Block::Link(it) => link(it),
    }
}

fn link(Link { label, url }: &Link) -> String {
    format!("{label}:\n{url}")
}

/// Breaks words into lines between blanks, the first behind `mark` and the others as far in. A word that is longer
/// than a line stays whole.
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
    fn lines_break_between_words_and_a_list_stays_a_list() {
        let words = "everybody can sign in and see everything, and nobody can change it until it is paid";
        assert_eq!(
            wrap("- ", words),
            "- everybody can sign in and see everything, and nobody can change it\n  until it is paid"
        );
        let date =
            "The free trial of an organization with quite a long name ended on January\u{a0}22,\u{a0}2025.";
        assert!(wrap("", date).ends_with("\nJanuary\u{a0}22,\u{a0}2025."), "{}", wrap("", date));
        assert_eq!(wrap("", ""), "");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_no_word_is_lost(words in "[a-z]{1,9}( [a-z]{1,99}){0,40}", mark in "(- |10\\. )?") {
            let wrapped = wrap(&mark, &words);
            for line in wrapped.lines() {
                prop_assert!(line.chars().count() <= WIDTH || !line.trim_start_matches(&mark).trim().contains(' '), "{line}");
            }
            let again: Vec<_> = wrapped.strip_prefix(&mark).unwrap().split_whitespace().collect();
            prop_assert_eq!(again.join(" "), words);
        }
    }
}
