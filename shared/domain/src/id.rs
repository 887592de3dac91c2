//! Ids of our own: a prefix that says what they name, and a lower-case uuid version 7.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// The text is not an id of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a uuid that the caller made.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The uuid without its prefix.
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

            /// Only the one canonical spelling is an id, so that two texts never name one thing.
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
    /// An organization: the tenant.
    OrgId,
    "org_"
);
id!(
    /// A person.
    UserId,
    "usr_"
);
id!(
    /// A project of an organization.
    ProjectId,
    "prj_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let good = "org_0198c0de-0000-7000-8000-000000000001";
        assert_eq!(good.parse::<OrgId>().unwrap().to_string(), good);
        for bad in [
            "",
            "org_",
            "usr_0198c0de-0000-7000-8000-000000000001",
            "org_0198C0DE-0000-7000-8000-000000000001",
            "org_0198c0de000070008000000000000001",
            " org_0198c0de-0000-7000-8000-000000000001",
            "org_0198c0de-0000-7000-8000-000000000001#",
        ] {
            assert_eq!(bad.parse::<OrgId>(), Err(NotAnId), "{bad}");
        }
    }
}
