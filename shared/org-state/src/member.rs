//! One member of an organization.

use domain::people::MemberDetails;
use serde::Serialize;

/// A member of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberOut {
    /// Id of the user.
    pub id: String,
    /// The host app's id of the user, or null.
    pub external_id: Option<String>,
    /// Email address of the user.
    pub email: String,
    /// Whether the address is verified.
    pub email_verified: bool,
    /// Name of the user.
    pub full_name: String,
    /// The role: `admin` or `member`.
    pub role: &'static str,
}

impl From<&MemberDetails> for MemberOut {
    fn from(member: &MemberDetails) -> Self {
        Self {
            id: member.user.to_string(),
            external_id: member.external_id.as_ref().map(ToString::to_string),
            email: member.address.as_str().to_owned(),
            email_verified: member.verified,
            full_name: member.name.to_string(),
            role: member.role.as_str(),
        }
    }
}
