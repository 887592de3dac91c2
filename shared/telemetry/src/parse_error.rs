//! JSON errors that are safe to log.

use std::fmt;

use serde_json::error::Category;

/// The kind and the position of a JSON error, without any content.
///
/// The message of a serde error can quote the invalid value. If a function returns an error, the
/// error becomes a log line, which must not contain values from a request.
#[derive(Debug, PartialEq, Eq)]
pub struct JsonError {
    why: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        let why = match error.classify() {
            Category::Data => "unexpected JSON structure",
            Category::Eof => "incomplete JSON",
            Category::Syntax | Category::Io => "invalid JSON",
        };
        Self { why, line: error.line(), column: error.column() }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.why, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_has_the_position_and_no_content() {
        for (text, expected) in [
            ("\"hidden\"", "unexpected JSON structure (line 1, column 8)"),
            ("[86,\n 75", "incomplete JSON (line 2, column 3)"),
            ("hidden", "invalid JSON (line 1, column 1)"),
        ] {
            let error = serde_json::from_str::<Vec<u8>>(text).unwrap_err();
            assert_eq!(JsonError::from(error).to_string(), expected, "{text}");
        }
    }
}
