use domain::{id::OrgId, secret::Secret};

/// The product that mails speak for, and where their links lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its name. The operator's own word, so it is not made inert.
    pub name: String,
    /// Where "Go to dashboard" leads.
    pub dashboard_url: String,
    /// Where Onramp's pages are, without a slash at the end.
    pub public_url: String,
}

impl Product {
    /// The onboarding checklist.
    #[must_use]
    pub fn checklist_url(&self) -> String {
        format!("{}/onboarding/checklist", self.public_url)
    }

    /// The organization's own page, where its plans are.
    #[must_use]
    pub fn plans_url(&self, org: OrgId) -> String {
        format!("{}/organizations/{org}", self.public_url)
    }

    /// The one-time link of a sign-in mail: the only place where its secret is written out.
    #[must_use]
    pub fn sign_in_url(&self, secret: &Secret) -> String {
        format!("{}/login/{}", self.public_url, secret.reveal())
    }
}
