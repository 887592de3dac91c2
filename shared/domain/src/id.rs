//! Ids that Onramp creates (a prefix for the kind, and a lower-case UUID version 7), and ids of the
//! host app.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use uuid::Uuid;

/// Error for text that is not an id of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that the caller created.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the time at which the id was created, which a UUID of version 7 contains.
            /// Returns the Unix epoch for another version.
            #[must_use]
            pub fn created_at(self) -> Timestamp {
                let (seconds, nanos) = self.0.get_timestamp().map_or((0, 0), |at| at.to_unix());
                let seconds = i64::try_from(seconds).unwrap_or(0);
                Timestamp::new(seconds, i32::try_from(nanos).unwrap_or(0)).unwrap_or(Timestamp::UNIX_EPOCH)
            }

            /// Returns the UUID without the prefix.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.as_hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Accepts only the canonical spelling, so two different texts are never the same id.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let id = text
                    .strip_prefix($prefix)
                    .and_then(|uuid| Uuid::try_parse(uuid).ok())
                    .map(Self)
                    .ok_or(NotAnId)?;
                if id.to_string() == text { Ok(id) } else { Err(NotAnId) }
            }
        }
    };
}

id!(
    /// Id of an organization, the tenant: `org_…`.
    OrgId,
    "org_"
);
id!(
    /// Id of a user: `usr_…`.
    UserId,
    "usr_"
);
id!(
    /// Id of a project of an organization: `prj_…`.
    ProjectId,
    "prj_"
);

/// The host app's own id of an organization or of a user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalId(String);

impl ExternalId {
    /// Description of a valid id, for messages.
    pub const EXPECTED: &str = "1 to 128 of the characters A-Z a-z 0-9 . _ ~ @ + - :";

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ExternalId {
    type Err = NotAnId;

    /// Accepts exactly the text of [`Self::EXPECTED`]. Ids that differ only in case are different.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._~@+-:".contains(&byte);
        let is_valid = (1..=128).contains(&text.len()) && text.bytes().all(allowed);
        if is_valid { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn external_ids_are_short_and_use_few_characters() {
        let longest = "x".repeat(128);
        for valid in ["1", "acme-1", "Acme.Corp_1~2@3+4:5", &longest] {
            assert_eq!(valid.parse::<ExternalId>().unwrap().as_str(), valid);
        }
        for invalid in ["", " ", "a b", "a/b", "ä", "a\n", "a#b", &format!("{longest}x")] {
            assert_eq!(invalid.parse::<ExternalId>(), Err(NotAnId), "{invalid}");
        }
    }

    #[test]
    fn only_the_canonical_spelling_parses() {
        let valid = "org_0198c0de-0000-7000-8000-000000000001";
        assert_eq!(valid.parse::<OrgId>().unwrap().to_string(), valid);
        for invalid in [
            "",
            "org_",
            "usr_0198c0de-0000-7000-8000-000000000001",
            "org_0198C0DE-0000-7000-8000-000000000001",
            "org_0198c0de000070008000000000000001",
            " org_0198c0de-0000-7000-8000-000000000001",
            "org_0198c0de-0000-7000-8000-000000000001#",
        ] {
            assert_eq!(invalid.parse::<OrgId>(), Err(NotAnId), "{invalid}");
        }
    }
}
