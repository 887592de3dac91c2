//! The product that the emails name, and the URLs of their links.

use domain::{id::OrgId, secret::Secret};

use crate::words::{self, Words};

/// Product that sends the emails, with the URLs of their links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Product name from the configuration. An operator sets this name, and not a user, so it does
    /// not need to be a [`PlainText`](crate::PlainText).
    pub name: String,
    /// URL of the dashboard button in the welcome email.
    pub dashboard_url: String,
    /// Base URL of Onramp's pages, without a trailing slash.
    pub public_url: String,
}

impl Product {
    /// Returns the texts of the emails. English is the only language so far.
    #[must_use]
    pub(crate) const fn words(&self) -> &'static Words {
        &words::ENGLISH
    }

    /// Returns the URL of the onboarding checklist.
    #[must_use]
    pub fn checklist_url(&self) -> String {
        format!("{}/onboarding/checklist", self.public_url)
    }

    /// Returns the URL of the organization's page, which shows its plan.
    #[must_use]
    pub fn plans_url(&self, org: OrgId) -> String {
        format!("{}/organizations/{org}", self.public_url)
    }

    /// Returns the URL of the sign-in page.
    #[must_use]
    pub fn login_url(&self) -> String {
        format!("{}/login", self.public_url)
    }

    /// Returns the one-time link of a sign-in email. The URL contains the secret.
    #[must_use]
    pub fn sign_in_url(&self, secret: &Secret) -> String {
        format!("{}/login/{}", self.public_url, secret.reveal())
    }

    /// Returns the link that verifies the recipient's address. The URL contains the secret.
    #[must_use]
    pub fn verify_url(&self, secret: &Secret) -> String {
        format!("{}/verify/{}", self.public_url, secret.reveal())
    }

    /// Returns the one-time link of an invitation. The URL contains the secret.
    #[must_use]
    pub fn invitation_url(&self, secret: &Secret) -> String {
        format!("{}/invitations/{}", self.public_url, secret.reveal())
    }

    /// Returns the link with which one admin turns off the trial reminders of one organization. The
    /// URL contains the secret.
    #[must_use]
    pub fn unsubscribe_url(&self, secret: &Secret) -> String {
        format!("{}/mail/unsubscribe/{}", self.public_url, secret.reveal())
    }
}
