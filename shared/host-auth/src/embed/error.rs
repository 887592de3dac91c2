//! The reasons why an embed token is rejected.
//!
//! The sender of a rejected token sees the text of the error. So the text contains no secret, only
//! facts about the token itself. An unknown key ID and a wrong signature cause the same error, so
//! the error does not reveal which key IDs exist.

use std::fmt;

/// The reason why a token is rejected. The text is written for the developer of the host app.
///
/// `docs/host-app.md` explains each text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbedTokenError {
    /// The request has an empty token.
    #[error("the embed token is missing")]
    Missing,
    /// The text does not consist of three base64url parts, or it is too long.
    #[error("the embed token is not a valid JWT (three base64url parts separated by dots)")]
    Malformed,
    /// The token's header names another algorithm than HS256, has no `kid`, or has a `crit`
    /// extension.
    #[error("the embed token's header must have alg HS256 and a kid")]
    Header,
    /// The key ID is unknown, or the signature does not match.
    #[error("the embed token is not signed with a key from HOST_KEYS")]
    Key,
    /// A claim is missing or invalid.
    #[error("the embed token's {0}")]
    Claim(&'static str),
    /// The claim `aud` is missing or has another value.
    #[error("the embed token's aud must be onramp:embed")]
    Audience,
    /// The token is valid for longer than [`MAX_LIFETIME`](super::MAX_LIFETIME). Contains its
    /// lifetime in seconds.
    #[error("the embed token is valid for {0} seconds; the maximum is 900")]
    TooLong(i64),
    /// The token expired at least [`LEEWAY`](super::LEEWAY) seconds ago.
    #[error("the embed token expired {0} ago")]
    Expired(Span),
    /// The time `iat` is more than [`LEEWAY`](super::LEEWAY) seconds in the future.
    #[error("the embed token was issued {0} in the future; check the clocks")]
    Early(Span),
    /// The origin of the page differs from the claim `origin`.
    #[error("the embed token is for a different origin")]
    Origin,
    /// The user or the organization does not exist, or the user is not a member.
    #[error("the embed token's sub is not a member of its org")]
    NotAMember,
}

/// A number of seconds that is displayed in a readable unit, such as "3 minutes".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub(super) i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No unit appears with the number 1: an error has at least 60 seconds.
        match self.0 {
            seconds @ ..120 => write!(f, "{seconds} seconds"),
            seconds @ ..7_200 => write!(f, "{} minutes", seconds / 60),
            seconds @ ..172_800 => write!(f, "{} hours", seconds / 3_600),
            seconds => write!(f, "{} days", seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns one error for each text. A new variant of the error does not compile until the
    /// `match` below contains it.
    fn all_errors() -> Vec<EmbedTokenError> {
        let claims = [
            "claims are invalid: expected strings, and iat and exp as integer seconds",
            "iat is missing",
            "exp is missing",
            "exp is not after its iat",
            "org must be an organization ID (org_...)",
            "sub must be a user ID (usr_...)",
        ];
        let source = include_str!("mod.rs").split("#[cfg(test)]").next().unwrap();
        for rest in source.split("EmbedTokenError::Claim(").skip(1) {
            assert!(claims.contains(&rest.split('"').nth(1).unwrap()), "{rest:.60}");
        }
        let others = [
            EmbedTokenError::Missing,
            EmbedTokenError::Malformed,
            EmbedTokenError::Header,
            EmbedTokenError::Key,
            EmbedTokenError::Audience,
            EmbedTokenError::TooLong(901),
            EmbedTokenError::Expired(Span(60)),
            EmbedTokenError::Early(Span(61)),
            EmbedTokenError::Origin,
            EmbedTokenError::NotAMember,
        ];
        for error in &others {
            match error {
                EmbedTokenError::Missing
                | EmbedTokenError::Malformed
                | EmbedTokenError::Header
                | EmbedTokenError::Key
                | EmbedTokenError::Claim(_)
                | EmbedTokenError::Audience
                | EmbedTokenError::TooLong(_)
                | EmbedTokenError::Expired(_)
                | EmbedTokenError::Early(_)
                | EmbedTokenError::Origin
                | EmbedTokenError::NotAMember => {}
            }
        }
        claims.into_iter().map(EmbedTokenError::Claim).chain(others).collect()
    }

    #[test]
    fn span_is_displayed_in_a_readable_unit() {
        for (seconds, text) in [
            (60, "60 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_199, "119 minutes"),
            (7_200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(Span(seconds).to_string(), text);
        }
    }

    #[test]
    fn guide_lists_exactly_the_error_texts() {
        let page =
            include_str!("../../../../docs/host-app.md").split_once("### When nothing is shown").unwrap().1;
        let table = page.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
        let documented: Vec<_> = table
            .take_while(|line| line.starts_with("| "))
            .map(|line| line.split(" | ").next().unwrap().trim_start_matches("| "))
            .filter(|text| text.starts_with("the embed token"))
            .collect();
        // The guide writes "…" for a value that varies. Some texts contain "…" themselves.
        let matches = |documented: &str, actual: &str| {
            let actual = actual.replace('…', "");
            let mut rest = Some(actual.as_str());
            for part in documented.split('…') {
                rest = rest.and_then(|it| it.split_once(part)).map(|(_, rest)| rest);
            }
            rest == Some("")
        };
        let texts: Vec<_> = all_errors().iter().map(ToString::to_string).collect();
        for text in &texts {
            let count = documented.iter().filter(|row| matches(row, text)).count();
            assert_eq!(count, 1, "{text}: {documented:#?}");
        }
        for row in documented {
            assert!(texts.iter().any(|text| matches(row, text)), "{row}");
        }
    }
}
