//! Handles SES events about sent emails.

use domain::{
    id::{OrgId, UserId},
    mail::{ClaimedMail, Delivery, Failure, NoticeKey, Outcome},
    org::{Org, SuppressionReason},
};
use mail::Tags;
use store::Error;
use telemetry::{LogArea, Metric};

use crate::{
    event::{DetailIn, SesEventKind},
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
                self.record_confirmed(&tags.claim).await?;
                self.count_first_mail(&tags).await
            }
            SesEventKind::Bounced => {
                self.fail(&tags, Failure::Bounced).await?;
                self.record_first_bounce(&tags).await?;
                self.suppress(&tags, SuppressionReason::Bounced).await
            }
            SesEventKind::Complained => self.suppress(&tags, SuppressionReason::Complained).await,
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
    /// Returns whether the caller must count the change. Returns `false` if nothing changed. Also
    /// returns `false` if the email was still being sent, because the invocation that sends it
    /// counts it.
    async fn advance_delivery(
        &self,
        tags: &Tags,
        next: impl Fn(&Delivery) -> Option<Delivery>,
    ) -> Result<bool, Error> {
        let advance = |delivery: &mut Delivery| {
            let Some(next) = next(delivery) else { return false };
            let counted = !matches!(delivery, Delivery::Sending { .. });
            *delivery = next;
            counted
        };
        let must_count = match (tags.organization, tags.kind.as_str()) {
            (Some(org), Tags::INVITATION) => {
                let Ok(invitation) = tags.key.parse() else { return Ok(false) };
                self.change_invitation(org, invitation, |it, _| (advance(&mut it.delivery), None)).await?
            }
            (Some(org), _) => {
                let advance = |org: &mut Org| {
                    find_mail(org, tags).and_then(|mail| org.outbox.delivery_mut(&mail)).is_some_and(advance)
                };
                self.change_org(org, advance).await?
            }
            (None, _) => {
                let Ok(request) = tags.key.parse() else { return Ok(false) };
                self.change_sign_in_request(request, |request, _| (advance(&mut request.delivery), None))
                    .await?
            }
        };
        Ok(must_count.unwrap_or_default())
    }

    /// If SES rejected the address in its response to the send request, suppresses notices to the
    /// recipient. A bounce has the same effect.
    pub(crate) async fn suppress_rejected_address(&self, tags: &Tags, outcome: Outcome) -> Result<(), Error> {
        match outcome {
            Outcome::BadAddress => self.suppress(tags, SuppressionReason::Bounced).await,
            _ => Ok(()),
        }
    }

    /// Suppresses notices to the recipient in every organization where they are an admin.
    ///
    /// Sign-in emails and invitations are still sent.
    async fn suppress(&self, tags: &Tags, why: SuppressionReason) -> Result<(), Error> {
        let Some(user) = tags.recipient else { return Ok(()) };
        for org in self.orgs_of(user, tags).await? {
            self.change_org(org, |org| org.suppress(user, why, self.clock.now())).await?;
        }
        Ok(())
    }

    /// Ends the suppression of an address after the delivery of a sign-in email.
    ///
    /// A suppressed address still gets the sign-in emails that its user requests. Such a delivery
    /// shows that the address works again.
    async fn restore(&self, tags: &Tags) -> Result<(), Error> {
        let (Some(user), Some(sent_at)) = (tags.recipient, tags.claim.made_at()) else { return Ok(()) };
        if tags.kind != Tags::SIGN_IN {
            return Ok(());
        }
        for org in self.orgs_of(user, tags).await? {
            self.change_org(org, |org| org.restore(user, sent_at)).await?;
        }
        Ok(())
    }

    /// Returns the organizations of the recipient, and also the organization that the email is
    /// about.
    async fn orgs_of(&self, user: UserId, tags: &Tags) -> Result<Vec<OrgId>, Error> {
        let stored = self.store.load_user(user).await?;
        let mut orgs: Vec<OrgId> = stored.map(|user| user.value.orgs).unwrap_or_default();
        orgs.extend(tags.organization);
        orgs.sort_unstable();
        orgs.dedup();
        Ok(orgs)
    }
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

/// Returns the notice that the tags identify, or `None` if the organization's outbox does not
/// contain it or the tags name no recipient.
fn find_mail(org: &Org, tags: &Tags) -> Option<ClaimedMail> {
    let key: &NoticeKey = org.outbox.0.keys().find(|key| Tags::key_of(key) == tags.key)?;
    Some(ClaimedMail { key: key.clone(), to: tags.recipient? })
}
