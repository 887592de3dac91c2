//! Finding an organization by what an operator was told of it.

use domain::{address::Address, id::OrgId};
use web::{FieldError, Problem};

use crate::{App, store_problem};

/// Where an organization's page is.
pub fn path(id: OrgId) -> String {
    format!("/operator/organizations/{id}")
}

impl App {
    /// The organizations that a text means: the one of that id, or those of the person with that address.
    /// The inner error is the text's own fault.
    pub async fn find(&self, text: &str) -> Result<Result<Vec<OrgId>, FieldError>, Problem> {
        let text = text.trim();
        let found = if let Ok(id) = text.parse::<OrgId>() {
            self.store
                .load_org(id)
                .await
                .map_err(store_problem)?
                .map(|org| org.value.id)
                .into_iter()
                .collect()
        } else if let Ok(address) = Address::parse(text) {
            self.store
                .load_user_of(&address)
                .await
                .map_err(store_problem)?
                .map_or(Vec::new(), |user| user.value.orgs)
        } else {
            let fault = "Enter an organization’s id, like org_…, or a person’s email address.";
            return Ok(Err(FieldError::new("find", "invalid", fault)));
        };
        Ok(Ok(found))
    }
}
