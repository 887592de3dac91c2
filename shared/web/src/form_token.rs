//! The idempotency key of a form.

use axum::http::HeaderMap;

use crate::{Fields, problem::FieldError, words};

/// Minimum length: 128 bits in base64 without padding have 22 characters.
const MIN_LENGTH: usize = 22;
const MAX_LENGTH: usize = 255;

/// Returns the idempotency key of a form: the header `Idempotency-Key`, or the field `form_token`
/// if the request does not have this header.
///
/// Returns `None` if the key is absent or empty.
///
/// # Errors
/// An error of the field `form_token` if the key is too short, too long, or not printable ASCII.
pub fn form_token<'a>(fields: &'a Fields, headers: &'a HeaderMap) -> Result<Option<&'a str>, FieldError> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let token = key.or_else(|| fields.get("form_token")).filter(|token| !token.is_empty());
    if token.is_none_or(is_form_token) {
        Ok(token)
    } else {
        Err(FieldError::new("form_token", "invalid", words::form::TOKEN))
    }
}

/// Returns whether a text is a valid form token: 22 to 255 printable ASCII characters, no spaces.
#[must_use]
pub fn is_form_token(text: &str) -> bool {
    (MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_22_to_255_printable_characters() {
        for (text, good) in [
            ("t".repeat(21), false),
            ("t".repeat(22), true),
            ("t".repeat(255), true),
            ("t".repeat(256), false),
            ("t".repeat(22) + " ", false),
            ("é".repeat(22), false),
        ] {
            assert_eq!(is_form_token(&text), good, "{text}");
        }
    }
}
