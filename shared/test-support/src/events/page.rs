//! Describes what a page shows.

use std::mem;

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use serde_json::{Map, Value, json};

/// Elements whose content is not shown.
const HIDDEN: [&str; 5] = ["head", "script", "style", "svg", "template"];
/// Elements that continue the line of the text before them. All others start a line.
const INLINE: [&str; 15] =
    ["a", "abbr", "b", "br", "code", "em", "i", "kbd", "mark", "s", "small", "span", "strong", "time", "wbr"];

/// Attributes of a field that a person sees, or that the form sends.
const FIELD_PARTS: [&str; 6] = ["type", "name", "value", "checked", "selected", "disabled"];

/// Describes a page by its title and its lines of text. A line also names its heading level, button,
/// form, or field, and the address of each link.
pub(super) fn describe(page: &str) -> Map<String, Value> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut outline = Outline::default();
    for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
        match token {
            Token::StartTag(tag) => outline.start(&tag),
            Token::EndTag(tag) => outline.end(&text(&tag.name)),
            Token::String(string) => outline.text(&text(&string)),
            _ => {}
        }
    }
    outline.end_line();
    let title = (!outline.title.is_empty()).then(|| ("title".to_owned(), outline.title.into()));
    title.into_iter().chain([("page".to_owned(), json!(outline.lines))]).collect()
}

#[derive(Default)]
struct Outline {
    title: String,
    lines: Vec<String>,
    line: String,
    /// Addresses of the open links.
    links: Vec<String>,
    /// Names of the open elements whose content is not shown.
    hidden: Vec<String>,
    is_in_title: bool,
}

impl Outline {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = text(&tag.name);
        self.is_in_title = name == "title" && self.hidden == ["head"];
        if HIDDEN.contains(&&*name) {
            self.hidden.push(name);
            return;
        }
        if !self.hidden.is_empty() {
            return;
        }
        if !INLINE.contains(&&*name) {
            self.end_line();
        } else if !self.line.ends_with('[') {
            // The style sheet keeps inline elements apart.
            self.line.push(' ');
        }
        let attribute = |name: &str| tag.attributes.get(name.as_bytes()).map(|value| text(value));
        match &*name {
            "a" => {
                self.line.push('[');
                self.links.push(attribute("href").unwrap_or_default());
            }
            "h1" | "h2" | "h3" | "h4" => {
                let level = usize::from(name.as_bytes()[1] - b'0');
                self.line = format!("{} ", "#".repeat(level));
            }
            "button" => self.line = format!("button: {} ", attribute("aria-label").unwrap_or_default()),
            "form" => {
                let method = attribute("method").unwrap_or_else(|| "get".to_owned());
                self.line = format!("form: {method} {}", attribute("action").unwrap_or_default());
                self.end_line();
            }
            "input" | "select" | "option" | "textarea" => {
                let parts = FIELD_PARTS.into_iter().filter_map(|part| {
                    let value = attribute(part)?;
                    Some(if value.is_empty() { format!(" {part}") } else { format!(" {part}={value}") })
                });
                self.line = format!("{name}:{} ", parts.collect::<String>());
            }
            "progress" => {
                let value = |name| attribute(name).unwrap_or_default();
                self.line = format!("progress: {} of {} ", value("value"), value("max"));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        self.is_in_title = false;
        if self.hidden.last().is_some_and(|open| open == name) {
            self.hidden.pop();
            return;
        }
        if !self.hidden.is_empty() {
            return;
        }
        if name == "a" {
            let trimmed = self.line.trim_end().len();
            self.line.truncate(trimmed);
            let address = self.links.pop().unwrap_or_default();
            self.line.push_str(&format!("]({address})"));
        } else if !INLINE.contains(&name) {
            self.end_line();
        }
    }

    fn text(&mut self, text: &str) {
        if self.is_in_title {
            self.title.push_str(text);
        } else if self.hidden.is_empty() {
            self.line.push_str(text);
        }
    }

    fn end_line(&mut self) {
        let line = mem::take(&mut self.line);
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if !line.is_empty() {
            self.lines.push(line);
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_owned()).unwrap()
}
