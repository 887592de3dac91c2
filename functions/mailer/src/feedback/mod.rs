//! Handles SES events about sent emails.

mod brake;
mod event;
mod suppression;

use domain::{
    mail::{Delivery, Failure},
    org::SuppressionReason,
};
use mail::Tags;
use store::{Error, MailDue};
use telemetry::{LogArea, Metric};

use self::event::{DetailIn, SesEventKind};
use crate::{
    items::{InvitationMail, MailItem, NoticeMail, SignInMail},
    metrics::count_failure,
    worker::MailWorker,
};

impl MailWorker {
    /// Applies an SES event to the email that its tags identify.
    ///
    /// A `Send` event proves that SES accepted the email, even if the response to the send request
    /// was lost. After a permanent bounce or a complaint, the recipient gets no more notices.
    pub(crate) async fn handle_feedback(&self, detail: &DetailIn) -> Result<(), Error> {
        let Some(tags) = detail.tags() else {
            tracing::info!(event = detail.event_type, "ignored SES event: unknown email");
            return Ok(());
        };
        let event_kind = detail.kind();
        if event_kind != SesEventKind::Sent {
            tracing::warn!(
                area = %LogArea::Mail,
                event = detail.event_type,
                word = ?event_kind,
                kind = tags.kind,
                organization = tags.organization.map(tracing::field::display),
                recipient = tags.recipient.map(tracing::field::display),
                "received SES feedback event"
            );
        }
        if let Some(metric) = metric_of(event_kind) {
            self.count(metric);
        }
        match event_kind {
            SesEventKind::Sent => {
                if self
                    .advance_delivery(&tags, |delivery| delivery.confirmed(&tags.claim, self.clock.now()))
                    .await?
                {
                    self.count(Metric::MailSent);
                }
                self.heartbeat.record(&self.store, &tags.claim).await?;
                self.count_first_mail(&tags).await
            }
            SesEventKind::Bounced => {
                self.fail(&tags, Failure::Bounced).await?;
                self.record_first_bounce(&tags).await?;
                self.suppress(&tags, SuppressionReason::Bounced, |to| detail.was_sent_to(to)).await
            }
            SesEventKind::Complained => {
                self.suppress(&tags, SuppressionReason::Complained, |to| detail.was_sent_to(to)).await
            }
            SesEventKind::Rejected => self.fail(&tags, Failure::Rejected).await,
            SesEventKind::Delivered => self.restore(&tags).await,
            SesEventKind::BouncedForNow | SesEventKind::Other => Ok(()),
        }
    }

    fn count(&self, metric: Metric) {
        telemetry::count(metric, 1, self.clock.now());
    }

    /// Records that an email did not arrive although SES had accepted it.
    async fn fail(&self, tags: &Tags, why: Failure) -> Result<(), Error> {
        if self
            .advance_delivery(tags, |delivery| delivery.returned(&tags.claim, why, self.clock.now()))
            .await?
        {
            count_failure(why, self.clock.now());
        }
        Ok(())
    }

    /// Moves the email that the tags identify to its next state. `next` returns that state, or
    /// `None` if the state does not change.
    ///
    /// Returns whether the caller must count the change.
    async fn advance_delivery(
        &self,
        tags: &Tags,
        next: impl Fn(&Delivery) -> Option<Delivery>,
    ) -> Result<bool, Error> {
        let Some(item) = item_of(tags) else { return Ok(false) };
        let changed = match item {
            MailDue::Org(id) => self.change(id, |item: &mut NoticeMail| advance(item, tags, &next)).await?,
            MailDue::SignIn(id) => {
                self.change(id, |item: &mut SignInMail| advance(item, tags, &next)).await?
            }
            MailDue::Invitation(org, id) => {
                self.change((org, id), |item: &mut InvitationMail| advance(item, tags, &next)).await?
            }
        };
        Ok(changed.unwrap_or_default())
    }
}

/// Returns the item that contains the email with these tags.
fn item_of(tags: &Tags) -> Option<MailDue> {
    match tags.organization {
        Some(org) if tags.kind == Tags::INVITATION => Some(MailDue::Invitation(org, tags.key.parse().ok()?)),
        Some(org) => Some(MailDue::Org(org)),
        None => Some(MailDue::SignIn(tags.key.parse().ok()?)),
    }
}

/// Moves the email that the tags identify to its next state.
///
/// Returns whether the caller must count the change. Returns `false` if nothing changed. Also
/// returns `false` if the email was still being sent, because the invocation that sends it counts
/// it.
fn advance<I: MailItem>(item: &mut I, tags: &Tags, next: impl Fn(&Delivery) -> Option<Delivery>) -> bool {
    let Some(delivery) = item.delivery_mut(tags) else { return false };
    let Some(next) = next(delivery) else { return false };
    let counted = !matches!(delivery, Delivery::Sending { .. });
    *delivery = next;
    counted
}

/// Returns the metric that counts an event, or `None` if no metric does. Sent emails are counted
/// elsewhere, when their state changes.
const fn metric_of(event_kind: SesEventKind) -> Option<Metric> {
    match event_kind {
        SesEventKind::Delivered => Some(Metric::MailDelivered),
        SesEventKind::Bounced => Some(Metric::MailBounced),
        SesEventKind::BouncedForNow => Some(Metric::MailBouncedForNow),
        SesEventKind::Complained => Some(Metric::MailComplained),
        SesEventKind::Rejected => Some(Metric::MailRejected),
        SesEventKind::Sent | SesEventKind::Other => None,
    }
}
