//! Updates the mail brake from SES events about welcome emails.

use domain::mail::{NoticeKey, brake::FirstMails};
use mail::Tags;
use store::{Error, Stored};
use telemetry::LogArea;

use crate::{retry::retry, worker::MailWorker};

impl MailWorker {
    /// Counts a sent email for the mail brake if the tags identify a welcome email.
    pub(crate) async fn count_first_mail(&self, tags: &Tags) -> Result<(), Error> {
        if !is_first(tags) {
            return Ok(());
        }
        let record = self.store.count_first_mail().await?;
        self.set_brake(&record).await
    }

    /// Records a bounce for the mail brake if the tags identify a welcome email.
    pub(crate) async fn record_first_bounce(&self, tags: &Tags) -> Result<(), Error> {
        if !is_first(tags) {
            return Ok(());
        }
        let record = retry(|| self.store.record_first_bounce(&tags.claim)).await?;
        self.set_brake(&record).await
    }

    async fn set_brake(&self, record: &Stored<FirstMails>) -> Result<(), Error> {
        let braked = record.value.must_brake();
        if braked == record.value.braked {
            return Ok(());
        }
        retry(|| self.store.set_brake(record, braked)).await?;
        tracing::warn!(area = %LogArea::Mail, braked, "changed mail brake");
        Ok(())
    }
}

/// Returns whether the tags identify an email to an address that may be mistyped. The mail brake counts
/// only these kinds.
///
/// Welcome emails to verified users count too. They are few and rarely bounce, so they hardly
/// change the bounce rate.
fn is_first(tags: &Tags) -> bool {
    [NoticeKey::Welcome, NoticeKey::Verify].iter().any(|key| tags.kind == key.kind())
}
