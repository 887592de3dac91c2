//! Handles the events of the stream, the schedule, and SES.

use event_bus::BusEvent;
use futures_util::{Stream, StreamExt, stream};
use runtime::InvocationResult;
use serde::de::IgnoredAny;
use serde_json::value::to_raw_value;
use store::{BatchResponse, Error, MailDue, StreamBatch, StreamRecord};
use telemetry::{JsonError, LogArea, Metric};

use crate::{
    items::{InvitationMail, NoticeMail, SignInMail},
    send_pacer::{CONCURRENCY, SendPacer},
    worker::MailWorker,
};

impl MailWorker {
    /// Handles one event of any of the three triggers.
    pub(crate) async fn handle(&self, event: &str) -> InvocationResult {
        let Some(event) = BusEvent::parse(event) else {
            let batch: StreamBatch<_> = serde_json::from_str(event).map_err(JsonError::from)?;
            return Ok(to_raw_value(&self.deliver_records(&batch.records).await)?);
        };
        if event.source == "aws.ses" {
            let detail = serde_json::from_str(event.detail.get()).map_err(JsonError::from)?;
            self.handle_feedback(&detail).await?;
        } else {
            self.deliver_due().await?;
        }
        Ok(to_raw_value(&())?)
    }

    /// Sends the emails of changed items as soon as the stream reports them.
    ///
    /// The response lists the records of failed items, so Lambda delivers only these records again.
    async fn deliver_records(&self, records: &[StreamRecord<IgnoredAny>]) -> BatchResponse {
        let mut items: Vec<(MailDue, Vec<String>)> = Vec::new();
        for record in records {
            let Some(due) = record.mail_due() else { continue };
            match items.iter_mut().find(|(item, _)| *item == due) {
                Some((_, numbers)) => numbers.push(record.sequence_number().to_owned()),
                None => items.push((due, vec![record.sequence_number().to_owned()])),
            }
        }
        let pacer = SendPacer::begin(&self.clock, self.rate, None);
        let failed = stream::iter(items)
            .map(async |(due, numbers)| if self.deliver(due, &pacer).await { Vec::new() } else { numbers })
            .buffer_unordered(CONCURRENCY)
            .concat()
            .await;
        self.finish(&pacer);
        BatchResponse::retry(failed)
    }

    /// Sends all due emails of the index, including those that the stream missed.
    async fn deliver_due(&self) -> Result<(), Error> {
        let restored = self.restore_readable().await;
        let mut complete = true;
        let mut due = self.store.mail_due(self.clock.now()).peekable();
        let (delivered, oldest) = if std::pin::Pin::new(&mut due).peek().await.is_none() {
            (Ok(()), None)
        } else {
            let heartbeat = self.heartbeat.load(&self.store).await?;
            complete = heartbeat.is_some();
            let pacer = SendPacer::begin(&self.clock, self.rate, heartbeat);
            let delivered = self.deliver_each(due, &pacer).await;
            self.finish(&pacer);
            (delivered, pacer.oldest_pending())
        };
        let now = self.clock.now();
        let pending_for = oldest.map(|since| now.duration_since(since)).unwrap_or_default();
        telemetry::measure(Metric::MailOldestOwed, pending_for, now);
        delivered.and(restored)?;
        // Without the heartbeat, the run is not counted as complete, so an alarm reports a lasting
        // failure. The run must not return an error: the schedule's event would then reach the
        // dead-letter queue. Messages in that queue prevent the resending of emails.
        if complete {
            telemetry::count(Metric::MailRoundRan, 1, now);
        }
        Ok(())
    }

    /// Reads the items that are marked as corrupt. Those that are readable again return to the
    /// index of pending emails.
    async fn restore_readable(&self) -> Result<(), Error> {
        self.store
            .corrupt_items(self.clock.now())
            .map(async |due| {
                let due = due?;
                match self.store.restore_index_entry(due).await {
                    Ok(()) => tracing::info!(area = %LogArea::Mail, item = ?due, "requeued item that is readable again"),
                    // The item is still corrupt, or another write changed it first. A corrupt item
                    // was counted before and is in the review queue.
                    Err(Error::Corrupt(_) | Error::Conflict) => {}
                    Err(error) => return Err(error),
                }
                Ok(())
            })
            .buffer_unordered(CONCURRENCY)
            .fold(Ok(()), async |all, one| all.and(one))
            .await
    }

    fn finish(&self, pacer: &SendPacer) {
        if pacer.is_paused() {
            telemetry::count(Metric::MailPaused, 1, self.clock.now());
        }
    }

    /// Sends due emails until none is left or the time is over.
    ///
    /// A failed query of one index shard does not stop the other shards. After they are done, the
    /// run returns the error of the query.
    async fn deliver_each(
        &self,
        due: impl Stream<Item = Result<MailDue, Error>>,
        pacer: &SendPacer,
    ) -> Result<(), Error> {
        due.take_while(|_| std::future::ready(!pacer.is_over()))
            .map(async |due| {
                self.deliver(due?, pacer).await;
                Ok(())
            })
            .buffer_unordered(CONCURRENCY)
            .fold(Ok(()), async |all, one| all.and(one))
            .await
    }

    /// Sends the pending emails of one item. Returns `false` after a failure, and logs the failure.
    async fn deliver(&self, due: MailDue, pacer: &SendPacer) -> bool {
        if pacer.is_over() {
            // The item stays in the index, so the next run finds it.
            return true;
        }
        let delivered = match due {
            MailDue::Org(org) => self.deliver_item::<NoticeMail>(org, pacer).await,
            MailDue::SignIn(request) => self.deliver_item::<SignInMail>(request, pacer).await,
            MailDue::Invitation(org, invitation) => {
                self.deliver_item::<InvitationMail>((org, invitation), pacer).await
            }
        };
        match delivered {
            Ok(()) => true,
            Err(Error::Corrupt(corrupt)) => {
                tracing::error!(area = %LogArea::Mail, item = ?due, %corrupt, "found unreadable email item; moving it to review");
                self.mark_for_review(due).await
            }
            Err(error) => {
                tracing::error!(area = %LogArea::Mail, item = ?due, %error, "failed to process email");
                false
            }
        }
    }

    /// Moves a corrupt item to the review queue.
    ///
    /// Counts the item before the write. If the write fails, the next attempt counts the item
    /// again. Counting the item twice is better than not counting it.
    async fn mark_for_review(&self, due: MailDue) -> bool {
        let now = self.clock.now();
        telemetry::count(Metric::MailUnreadable, 1, now);
        match self.store.mark_corrupt(due, now).await {
            Ok(()) | Err(Error::Conflict) => true,
            Err(error) => {
                tracing::error!(area = %LogArea::Mail, item = ?due, %error, "failed to move email item to review");
                false
            }
        }
    }
}
