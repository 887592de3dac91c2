//! Import of an organization that existed before Onramp.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{CustomerRead, Org, Setup, Trigger};
use crate::{
    billing::{CustomerId, Fact, Invoice, Prices},
    id::ProjectId,
    mail::NoticeKey,
    time::{DAY, add},
    trial::Trial,
};

/// What an organization did before its import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Its trial, which may have ended. `None` if it has none.
    pub trial: Option<Trial>,
    /// Keys of the tasks that it completed.
    pub completed_tasks: BTreeSet<String>,
}

/// Reason why an organization cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The checklist of the organization has no tasks with these keys.
    #[error("the checklist has no task {}", .0.join(", "))]
    UnknownTasks(Vec<String>),
}

impl Org {
    /// Imports a new organization that the host app provisioned before. It gets no welcome email. It
    /// continues its trial and its checklist, and the finished checklist is not celebrated.
    ///
    /// Notices whose reason lies before the import are marked as sent.
    ///
    /// # Errors
    /// [`ImportError::UnknownTasks`]; nothing changes in that case.
    pub fn import(
        &mut self,
        history: &History,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<(), ImportError> {
        let tasks = self.onboarding.definition().tasks;
        let is_unknown = |key: &&String| !tasks.iter().any(|task| task.key == key.as_str());
        let unknown: Vec<String> = history.completed_tasks.iter().filter(is_unknown).cloned().collect();
        if !unknown.is_empty() {
            return Err(ImportError::UnknownTasks(unknown));
        }
        self.imported_at = Some(now);
        self.mark_provisioned(Trigger::Import, project, now);
        self.complete_before_import(&history.completed_tasks, now);
        self.trial.clone_from(&history.trial);
        // The notices that were due before the import have no recipients.
        self.run_trial_sweep(now);
        Ok(())
    }

    /// Links the Stripe customer of a new organization, records the parked facts of that customer, and
    /// requests a read of its subscriptions.
    pub fn import_customer(
        &mut self,
        customer: &CustomerId,
        facts: impl IntoIterator<Item = Fact>,
        prices: &Prices,
        setup: &Setup,
        now: Timestamp,
    ) {
        self.imported_at = Some(now);
        self.customer_read = Some(CustomerRead::new(now));
        self.link_customer(customer, facts, prices, setup, now);
    }

    /// Marks the welcome email as sent, so that no later payment sends it.
    pub fn skip_welcome(&mut self, now: Timestamp) {
        self.send_no_welcome();
        self.outbox.enqueue(NoticeKey::Welcome, [], now);
    }

    /// Returns whether the reason of a notice lies before the import of the organization. The host app
    /// has notified its customers of it.
    pub(super) fn precedes_import(&self, key: &NoticeKey) -> bool {
        let reason = match key {
            NoticeKey::TrialEnded { ends_at } => Some(*ends_at),
            NoticeKey::TrialEnding { ends_at, days } => Some(add(*ends_at, -(DAY * i32::from(*days)))),
            NoticeKey::PaymentFailed { invoice } => {
                self.billing.invoices.get(invoice).and_then(Invoice::issue).map(|(_, since)| since)
            }
            NoticeKey::PlanStarted { subscription } => {
                self.billing.subscriptions.get(subscription).and_then(|it| it.first_live_at)
            }
            NoticeKey::Welcome
            | NoticeKey::Verify
            | NoticeKey::WelcomeAgain { .. }
            | NoticeKey::MembershipChanged { .. }
            | NoticeKey::EmailChanged { .. } => None,
        };
        self.imported_at.zip(reason).is_some_and(|(imported_at, reason)| reason <= imported_at)
    }
}
