//! Claims the emails of one item, sends them, and records the outcomes.
//!
//! The protocol is the same for each kind of email. [`MailItem`] contains the differences.

use domain::{
    mail::{Claim, Delivery, Outcome},
    secret::Secret,
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use mail::Tags;
use store::Error;
use telemetry::LogArea;

use crate::{
    items::{Attempt, Email, EmailLink, MailItem},
    metrics,
    retry::retry,
    send_pacer::SendPacer,
    worker::MailWorker,
};

/// Maximum number of emails in one claim. All of them must be sent, and their outcomes recorded,
/// before the lease of the claim expires.
const MAX_PER_CLAIM: usize = 20;
/// Number of emails of one item that are sent in parallel.
const CONCURRENCY: usize = 5;

impl MailWorker {
    /// Sends the due emails of one item in batches. A batch contains only as many emails as the pacer
    /// can send within a few seconds.
    pub(crate) async fn deliver_item<I: MailItem>(&self, id: I::Id, pacer: &SendPacer) -> Result<(), Error> {
        let limit = pacer.claim_limit().min(MAX_PER_CLAIM);
        let mut now = self.clock.now();
        loop {
            let sent = self.deliver_batch::<I>(id, limit, now, pacer).await?;
            let Some(next) = I::try_again_at(&sent, limit) else { return Ok(()) };
            if !pacer.wait_until(self.clock.now(), next).await {
                return Ok(());
            }
            now = self.clock.now().max(next);
        }
    }

    /// Claims up to `limit` emails, sends them, and records the outcomes. Returns the recorded
    /// delivery states of the emails.
    async fn deliver_batch<I: MailItem>(
        &self,
        id: I::Id,
        limit: usize,
        now: Timestamp,
        pacer: &SendPacer,
    ) -> Result<Vec<Delivery>, Error> {
        let attempt = Attempt {
            claim: self.new_claim(),
            secret: Secret::new(self.entropy.bytes()),
            limit,
            heartbeat: pacer.heartbeat(),
            now,
            product: &self.product,
            entropy: &self.entropy,
        };
        let emails = self.change(id, |item: &mut I| claim(item, &attempt)).await?.unwrap_or_default();
        if emails.is_empty() {
            return Ok(Vec::new());
        }
        let sent: Vec<_> = stream::iter(emails)
            .map(async |email| ((pacer.send(self.send(&email)).await, email.tags), email.to))
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        let (sent, recipients): (Vec<_>, Vec<_>) = sent.into_iter().unzip();
        let [jitter] = self.entropy.bytes();
        let recorded = self
            .change(id, |item: &mut I| record(item, &attempt.claim, &sent, jitter, self.clock.now()))
            .await?;
        let deliveries = recorded.unwrap_or_default();
        pacer.record_deliveries(&deliveries);
        metrics::count_outcomes(&deliveries, self.clock.now());
        for ((outcome, tags), to) in sent.iter().zip(&recipients) {
            self.suppress_rejected_address(tags, to, *outcome).await?;
        }
        Ok(deliveries)
    }

    /// Sends one email.
    ///
    /// Stores its link first, so that no email contains a link that does not work. If the link cannot
    /// be stored, the email is not sent.
    async fn send(&self, email: &Email) -> Outcome {
        let Email { to, rendered, tags, link } = email;
        let Some(link) = link else { return self.mailer.send(to, rendered, tags).await };
        let (kind, organization) = (&tags.kind, tags.organization.map(tracing::field::display));
        if let Err(error) = retry(|| self.save_link(link)).await {
            tracing::warn!(area = %LogArea::Mail, %kind, organization, %error, "deferred email: failed to store link");
            return Outcome::NotSent;
        }
        let outcome = self.mailer.send(to, rendered, tags).await;
        if outcome.is_definite_failure()
            && let Err(error) = self.delete_link(link).await
        {
            // SES did not send the email, so no one has the secret of this link. The link is
            // harmless until it expires.
            tracing::warn!(area = %LogArea::Mail, %kind, organization, %error, "failed to delete unused link");
        }
        outcome
    }

    async fn save_link(&self, link: &EmailLink) -> Result<(), Error> {
        match link {
            EmailLink::Unsubscribe(link) => self.store.save_unsubscription(link).await,
            EmailLink::Verify(link) => self.store.save_verify_link(link).await,
        }
    }

    async fn delete_link(&self, link: &EmailLink) -> Result<(), Error> {
        match link {
            EmailLink::Unsubscribe(link) => self.store.delete_unsubscription(link.secret_hash).await,
            EmailLink::Verify(link) => self.store.delete_verify_link(link.secret_hash).await,
        }
    }
}

/// Claims emails of an item and builds them.
///
/// If an earlier call stored the same claim, but the response was lost, the claim already holds
/// emails. These are sent, and no others are claimed.
fn claim<I: MailItem>(item: &mut I, attempt: &Attempt<'_>) -> Vec<Email> {
    let before: Vec<Delivery> = item.deliveries().cloned().collect();
    let holds_any = |item: &I| item.deliveries().any(|it| it.is_held_by(&attempt.claim));
    if !holds_any(item) {
        item.claim(attempt);
    }
    let emails = if holds_any(item) { item.compose(attempt) } else { Vec::new() };
    metrics::report_unknown(&before, item.deliveries(), attempt.now);
    item.follow_deliveries(attempt.now);
    emails
}

/// Records the outcomes of the emails that the claim still holds. Returns the delivery states of all
/// sent emails.
fn record<I: MailItem>(
    item: &mut I,
    claim: &Claim,
    sent: &[(Outcome, Tags)],
    jitter: u8,
    now: Timestamp,
) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for (outcome, tags) in sent {
        let Some(delivery) = item.delivery_mut(tags) else { continue };
        if let Some(next) = delivery.record_outcome(claim, *outcome, jitter, now) {
            *delivery = next;
        }
        deliveries.push(delivery.clone());
    }
    item.follow_deliveries(now);
    deliveries
}

#[cfg(test)]
mod tests {
    use domain::time::{DAY, add};
    use test_support::build::{acme, start_trial};

    use super::*;
    use crate::items::{NoticeMail, testing::attempt};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// Returns an organization with a welcome email and a reminder that are both due after 11 days.
    fn org() -> NoticeMail {
        let mut org = start_trial(acme(NOW));
        org.run_trial_sweep(add(NOW, DAY * 11));
        NoticeMail { org, people: Vec::new() }
    }

    fn kinds(emails: &[Email]) -> Vec<&str> {
        emails.iter().map(|email| email.tags.kind.as_str()).collect()
    }

    #[test]
    fn claim_whose_response_was_lost_claims_no_more_emails() {
        let (mut org, now) = (org(), add(NOW, DAY * 11));
        let first = Attempt { limit: 1, ..attempt("a", now) };
        assert_eq!(kinds(&claim(&mut org, &first)), ["welcome"]);
        assert_eq!(kinds(&claim(&mut org, &first)), ["welcome"]);
        assert_eq!(kinds(&claim(&mut org, &attempt("b", now))), ["trial_ending"]);
    }

    #[test]
    fn outcome_is_recorded_only_by_the_claim_that_holds_the_email() {
        let (mut org, now) = (org(), add(NOW, DAY * 11));
        let attempt = attempt("a", now);
        let emails = claim(&mut org, &attempt);
        let sent: Vec<_> = emails.into_iter().map(|email| (Outcome::Accepted, email.tags)).collect();
        let held = record(&mut org, &Claim("b".to_owned()), &sent, 0, now);
        assert!(held.iter().all(|it| it.is_held_by(&attempt.claim)), "{held:?}");
        for _ in 0..2 {
            let recorded = record(&mut org, &attempt.claim, &sent, 0, now);
            assert_eq!(recorded, vec![Delivery::Sent { at: now, claim: Some(attempt.claim.clone()) }; 2]);
        }
    }

    #[test]
    fn claimed_email_is_dropped_if_its_recipient_left() {
        let (mut org, attempt) = (org(), attempt("a", add(NOW, DAY * 11)));
        assert_eq!(claim(&mut org, &attempt).len(), 2);
        org.org.admins.clear();
        assert!(claim(&mut org, &attempt).is_empty());
        assert!(org.org.outbox.deliveries().all(|it| matches!(it, Delivery::Dropped { .. })));
    }
}
