use super::{Block, Letter, Link};

/// Sets a mail as plain text: paragraphs apart by an empty line, each link on a line of its own.
pub(super) fn set(letter: &Letter) -> String {
    let mut parts = vec![letter.greeting.clone()];
    parts.extend(letter.before.iter().map(block));
    parts.push(link(&letter.button));
    parts.extend(letter.after.iter().map(block));
    parts.push(format!("Best regards,\nThe {} Team", letter.product));
    parts.push(format!("--\n{}\n", letter.reason));
    parts.join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(words) => words.clone(),
        Block::Panel { title, lines } => format!("{title}\n{}", lines.join("\n")),
        Block::List { title, mark, items } => {
            let items =
                items.iter().enumerate().map(|(index, item)| format!("\n{}{item}", mark.before(index)));
            format!("{title}{}", items.collect::<String>())
        }
        Block::Link(it) => link(it),
    }
}

fn link(Link { label, url }: &Link) -> String {
    format!("{label}:\n{url}")
}
