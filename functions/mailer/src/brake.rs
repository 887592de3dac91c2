//! What SES says of first mails decides whether the mail brake holds.

use domain::{brake::FirstMails, notice::NoticeKey};
use mail::Tags;
use store::{Error, Stored};
use telemetry::LogArea;

use crate::worker::{MailWorker, again};

impl MailWorker {
    /// Counts a welcome mail that went out, if these tags are of one.
    pub(crate) async fn count_first_mail(&self, tags: &Tags) -> Result<(), Error> {
        if !is_first(tags) {
            return Ok(());
        }
        let record = self.store.count_first_mail().await?;
        self.set_brake(&record).await
    }

    /// Records that a welcome mail bounced, if these tags are of one.
    pub(crate) async fn record_first_bounce(&self, tags: &Tags) -> Result<(), Error> {
        if !is_first(tags) {
            return Ok(());
        }
        let mut tries = 1;
        let record = loop {
            match self.store.record_first_bounce(&tags.claim).await {
                Ok(record) => break record,
                Err(error) => again(error, &mut tries).await?,
            }
        };
        self.set_brake(&record).await
    }

    async fn set_brake(&self, record: &Stored<FirstMails>) -> Result<(), Error> {
        let braked = record.value.must_brake();
        if braked == record.value.braked {
            return Ok(());
        }
        let mut tries = 1;
        while let Err(error) = self.store.set_brake(record, braked).await {
            again(error, &mut tries).await?;
        }
        tracing::warn!(area = %LogArea::Mail, braked, "changed the mail brake");
        Ok(())
    }
}

/// Whether a mail is the first that a person gets. The welcomes of verified people count too: they are few and rarely
/// bounce.
fn is_first(tags: &Tags) -> bool {
    tags.kind == NoticeKey::Welcome.kind()
}
