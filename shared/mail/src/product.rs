use domain::{id::OrgId, secret::Secret};

use crate::words::{self, Words};

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
    /// The language that mails speak. There is one; which one a reader wants is to be chosen here.
    #[must_use]
    pub(crate) const fn words(&self) -> &'static Words {
        &words::ENGLISH
    }

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

    /// The one-time link of an invitation, likewise.
    #[must_use]
    pub fn invitation_url(&self, secret: &Secret) -> String {
        format!("{}/invitations/{}", self.public_url, secret.reveal())
    }

    /// The link that ends the reminders of an organization for one person, likewise.
    #[must_use]
    pub fn unsubscribe_url(&self, secret: &Secret) -> String {
        format!("{}/mail/unsubscribe/{}", self.public_url, secret.reveal())
    }
}
