//! The JSON responses of all routes.

use domain::{
    org::Org,
    people::{MemberDetails, User},
};
use jiff::Timestamp;
use org_state::{MemberOut, OrganizationOut};
use serde::Serialize;

/// Response to `GET /api/v1`.
#[derive(Debug, Serialize)]
pub struct BaseOut<'a> {
    pub key_id: &'a str,
    pub scope: &'static str,
    pub mode: &'static str,
    pub version: &'static str,
}

/// Response to `POST /api/v1/organizations`.
#[derive(Debug, Serialize)]
pub struct CreatedOut {
    #[serde(flatten)]
    pub organization: OrganizationOut,
    /// `None` only if the organization has no admin.
    pub admin: Option<AdminOut>,
    pub links: LinksOut,
}

#[derive(Debug, Serialize)]
pub struct AdminOut {
    pub id: String,
}

/// Absolute URLs of pages for the admins.
#[derive(Debug, Serialize)]
pub struct LinksOut {
    pub welcome: String,
    pub checklist: String,
    pub plans: String,
}

impl LinksOut {
    pub fn of(org: &Org, origin: &str) -> Self {
        Self {
            welcome: format!("{origin}/onboarding/welcome"),
            checklist: format!("{origin}/onboarding/checklist"),
            plans: format!("{origin}/organizations/{}", org.id),
        }
    }
}

/// A page of organizations.
#[derive(Debug, Serialize)]
pub struct OrganizationsOut {
    pub organizations: Vec<OrganizationOut>,
    pub next_cursor: Option<String>,
}

/// A page of members.
#[derive(Debug, Serialize)]
pub struct MembersOut {
    pub members: Vec<MemberOut>,
    pub next_cursor: Option<String>,
}

impl MembersOut {
    pub fn of(members: &[MemberDetails], next_cursor: Option<String>) -> Self {
        Self { members: members.iter().map(MemberOut::from).collect(), next_cursor }
    }
}

/// Response to a change of one member.
#[derive(Debug, Serialize)]
pub struct MemberChangedOut {
    member: MemberOut,
}

impl From<&MemberDetails> for MemberChangedOut {
    fn from(member: &MemberDetails) -> Self {
        Self { member: MemberOut::from(member) }
    }
}

/// Response to `POST …/portal-links`.
#[derive(Debug, Serialize)]
pub struct PortalLinkOut {
    pub url: String,
    pub expires_at: Timestamp,
}

/// The user with an address, if there is one.
#[derive(Debug, Serialize)]
pub struct UsersOut {
    pub users: Vec<UserOut>,
}

/// A user with their organizations.
#[derive(Debug, Serialize)]
pub struct UserOut {
    id: String,
    external_id: Option<String>,
    email: String,
    email_verified: bool,
    full_name: String,
    organizations: Vec<String>,
    created_at: Timestamp,
}

impl From<&User> for UserOut {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            external_id: user.external_id.as_ref().map(ToString::to_string),
            email: user.address.as_str().to_owned(),
            email_verified: user.verified,
            full_name: user.name.to_string(),
            organizations: user.orgs.iter().map(ToString::to_string).collect(),
            created_at: user.id.created_at(),
        }
    }
}
