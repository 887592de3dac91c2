//! Ids that Onramp creates: a prefix for the kind, and a lower-case UUID version 7.

use std::{fmt, str::FromStr};

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

#[cfg(test)]
mod tests {
    use super::*;

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
