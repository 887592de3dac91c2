use axum::http::HeaderMap;

use crate::{Fields, problem::FieldError};

/// The fewest characters: 128 bits in base64 without padding.
const SHORTEST: usize = 22;
/// The most characters.
const LONGEST: usize = 255;

/// What makes a form that is sent twice recognisable: the header `Idempotency-Key`, else the field `form_token`.
/// None where neither comes, or an empty one.
///
/// # Errors
/// A fault of `form_token`, if it is too easy to meet by chance or cannot be kept.
pub fn form_token<'a>(fields: &'a Fields, headers: &'a HeaderMap) -> Result<Option<&'a str>, FieldError> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let token = key.or_else(|| fields.get("form_token")).filter(|token| !token.is_empty());
    if token.is_none_or(is_form_token) {
        Ok(token)
    } else {
        Err(FieldError::new("form_token", "invalid", "Send 22 to 255 random printable characters."))
    }
}

/// Whether a text can be a form's token.
#[must_use]
pub fn is_form_token(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_at_least_128_bits_and_can_be_printed() {
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
