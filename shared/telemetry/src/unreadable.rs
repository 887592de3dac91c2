use std::fmt;

use serde_json::error::Category;

/// Why JSON could not be read, and where, without any of it: serde's own words quote the value that it stumbled over,
/// and what a function fails with is a log line.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    why: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let why = match error.classify() {
            Category::Data => "JSON of another shape",
            Category::Eof => "JSON that ends too early",
            Category::Syntax | Category::Io => "no JSON",
        };
        Self { why, line: error.line(), column: error.column() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.why, self.line, self.column)
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_where_and_never_what() {
        for (text, told) in [
            ("\"hidden\"", "JSON of another shape (line 1, column 8)"),
            ("[86,\n 75", "JSON that ends too early (line 2, column 3)"),
            ("hidden", "no JSON (line 1, column 1)"),
        ] {
            let error = serde_json::from_str::<Vec<u8>>(text).unwrap_err();
            assert_eq!(Unreadable::from(error).to_string(), told, "{text}");
        }
    }
}
