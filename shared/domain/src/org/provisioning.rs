//! Provisioning: what it uses, and the marker of a provisioned organization.

use jiff::Timestamp;

use crate::{id::ProjectId, provisioning::StepDefinition};

/// Whether an organization can be used in the host app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisioningState {
    /// No trial or payment has provisioned the organization.
    None,
    /// The steps of the host app are under way.
    Running,
    /// Every step is done, or there were none.
    Ready,
    /// A step failed, or an operator gave up.
    Failed,
}

impl ProvisioningState {
    /// Returns the name of the state in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

/// What the provisioning of an organization uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Id of the default project.
    pub project: ProjectId,
    /// Steps of the host app, in order. Without steps, the organization is ready at once.
    pub steps: Vec<StepDefinition>,
    /// Whether the founder gets an email that verifies their address, if the run takes long. The mailer
    /// drops it if the address is verified.
    pub asks_for_verification: bool,
    /// Whether the run of a trial waits until the founder's address is verified or money arrives.
    pub waits_for_verification: bool,
}

impl Setup {
    /// Returns a setup without steps of the host app.
    #[must_use]
    pub const fn without_steps(project: ProjectId) -> Self {
        Self { project, steps: Vec::new(), asks_for_verification: false, waits_for_verification: false }
    }
}

/// Marker of a provisioned organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// Time at which it was provisioned.
    pub at: Timestamp,
    /// Cause of the provisioning.
    pub trigger: Trigger,
    /// Default project that was created.
    pub project: Project,
}

/// A project of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Id of the project.
    pub id: ProjectId,
    /// Name of the project.
    pub name: String,
}

/// Cause of a provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A sign-up with a trial, or a trial that an operator grants to an organization without one.
    Trial,
    /// The first payment of an organization that had no trial.
    Payment,
    /// A subscription that is active or trialing before an invoice was paid, as with a bank debit.
    Subscription,
    /// The host app imported an organization that it had provisioned before.
    Import,
}

impl Trigger {
    /// Returns the value in stored items and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Payment => "payment",
            Self::Subscription => "subscription",
            Self::Import => "import",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Trial, Self::Payment, Self::Subscription, Self::Import]
            .into_iter()
            .find(|it| it.as_str() == value)
    }
}
