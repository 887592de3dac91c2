//! Finds organizations by id or by the email address of a member.

use domain::{id::OrgId, people::Address};
use web::{FieldError, Problem};

use crate::{App, words};

/// Returns the path of an organization's page.
pub fn path(id: OrgId) -> String {
    format!("/operator/organizations/{id}")
}

impl App {
    /// Returns the organization with the given id, or the organizations of the user with the given
    /// address.
    ///
    /// The inner error means that the text is neither an id nor an address.
    pub async fn find(&self, text: &str) -> Result<Result<Vec<OrgId>, FieldError>, Problem> {
        let text = text.trim();
        let found = if let Ok(id) = text.parse::<OrgId>() {
            self.store.load_org(id).await?.map(|org| org.value.id).into_iter().collect()
        } else if let Ok(address) = Address::parse_existing(text) {
            self.store.load_user_of(&address).await?.map_or(Vec::new(), |user| user.value.orgs)
        } else {
            return Ok(Err(FieldError::new("find", "invalid", words::search::INVALID)));
        };
        Ok(Ok(found))
    }
}
