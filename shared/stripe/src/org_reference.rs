//! The organization that a Checkout session names.

/// The organization that a Checkout session names. The parser does not check whether that
/// organization exists.
///
/// A visitor can set `client_reference_id` in the URL of a payment link, but cannot set the
/// session's metadata. So a session identifies an organization only if both fields name the same
/// organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrgReference {
    /// `client_reference_id` and `metadata.organization_id` name the same organization.
    Agreed(String),
    /// The two fields name different organizations.
    Differing {
        /// The value of `client_reference_id`.
        reference: String,
        /// The value of `metadata.organization_id`.
        metadata: String,
    },
    /// Only `client_reference_id` names an organization.
    Reference(String),
    /// Only `metadata.organization_id` names an organization.
    Metadata(String),
    /// Neither field names an organization.
    Absent,
}

impl OrgReference {
    /// Compares `client_reference_id` and `metadata.organization_id`.
    pub(crate) fn of(reference: Option<&str>, metadata: Option<&str>) -> Self {
        match (reference.map(str::to_owned), metadata.map(str::to_owned)) {
            (Some(reference), Some(metadata)) if reference == metadata => Self::Agreed(metadata),
            (Some(reference), Some(metadata)) => Self::Differing { reference, metadata },
            (Some(reference), None) => Self::Reference(reference),
            (None, Some(metadata)) => Self::Metadata(metadata),
            (None, None) => Self::Absent,
        }
    }

    /// Returns the organization if both fields name the same organization; `None` otherwise.
    #[must_use]
    pub fn agreed(&self) -> Option<&str> {
        match self {
            Self::Agreed(organization) => Some(organization),
            _ => None,
        }
    }

    /// Returns every organization that one of the fields names.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let (one, other) = match self {
            Self::Agreed(id) | Self::Reference(id) | Self::Metadata(id) => (Some(id), None),
            Self::Differing { reference, metadata } => (Some(reference), Some(metadata)),
            Self::Absent => (None, None),
        };
        one.into_iter().chain(other).map(String::as_str)
    }
}
