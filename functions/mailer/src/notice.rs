//! Sends the notices of an organization.

use domain::{
    id::OrgId,
    mail::{Claim, ClaimedMail, Outbox, Outcome, SesHeartbeat},
    org::Org,
    secret::Secret,
};
use futures_util::{StreamExt, stream};
use mail::Tags;
use store::{Error, Unsubscription};
use telemetry::LogArea;

use crate::{
    content::PreparedEmail,
    metrics,
    send_pacer::SendPacer,
    worker::{self, MailWorker, retry},
};

/// Maximum number of notices in one claim. All of them must be sent, and their outcomes recorded,
/// before the lease of the claim expires.
const MAX_PER_RUN: usize = 20;
/// Number of emails of one organization that are sent in parallel.
const CONCURRENCY: usize = 5;

impl MailWorker {
    /// Sends the pending notices of an organization in batches. A batch contains only as many
    /// emails as the pacer can send within a few seconds.
    pub(crate) async fn deliver_notices(&self, id: OrgId, pacer: &SendPacer) -> Result<(), Error> {
        let limit = pacer.claim_limit(worker::CONCURRENCY).min(MAX_PER_RUN);
        while self.deliver_batch(id, limit, pacer).await? == limit && !pacer.is_over() {}
        Ok(())
    }

    /// Claims up to `limit` notices, sends them, and records the outcomes. Returns the number of
    /// prepared emails, without the notices that were dropped.
    async fn deliver_batch(&self, id: OrgId, limit: usize, pacer: &SendPacer) -> Result<usize, Error> {
        let claim = self.new_claim();
        let emails = self.change_org(id, |org| self.claim(org, &claim, limit, pacer.heartbeat())).await?;
        let emails = emails.unwrap_or_default();
        if emails.is_empty() {
            return Ok(0);
        }
        let sent: Vec<_> = stream::iter(emails)
            .map(async |email| (pacer.send(self.send(id, &email, &claim)).await, email.claimed))
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        let [jitter] = self.entropy.bytes();
        let deliveries = self
            .change_org(id, |org| {
                for (outcome, mail) in &sent {
                    org.outbox.record_outcome(mail, &claim, *outcome, jitter, self.clock.now());
                }
                let deliveries = sent.iter().filter_map(|(_, mail)| org.outbox.delivery(mail).cloned());
                let deliveries = deliveries.collect::<Vec<_>>();
                org.update_payment_notices(self.clock.now());
                deliveries
            })
            .await?;
        pacer.record_deliveries(deliveries.iter().flatten());
        metrics::count_outcomes(deliveries.iter().flatten(), self.clock.now());
        for (outcome, mail) in &sent {
            self.suppress_rejected_address(&Tags::of_notice(id, &mail.key, mail.to, &claim), *outcome)
                .await?;
        }
        Ok(sent.len())
    }

    /// Sends one prepared email.
    ///
    /// Stores its unsubscribe link first, so that no email contains a link that does not work. If
    /// the link cannot be stored, the email is not sent.
    async fn send(&self, org: OrgId, email: &PreparedEmail, claim: &Claim) -> Outcome {
        if let Some(link) = &email.unsubscription
            && let Err(error) = self.save_link(link).await
        {
            tracing::warn!(area = %LogArea::Mail, organization = %org, %error, "deferred reminder: failed to store unsubscribe link");
            return Outcome::NotSent;
        }
        let tags = Tags::of_notice(org, &email.claimed.key, email.claimed.to, claim);
        let outcome = self.mailer.send(&email.to, &email.rendered, &tags).await;
        if let Some(link) = &email.unsubscription
            && outcome.is_definite_failure()
            && let Err(error) = self.store.delete_unsubscription(link.secret_hash).await
        {
            // SES did not send the email, so no one has the secret of this link. The link is
            // harmless until it expires.
            tracing::warn!(area = %LogArea::Mail, organization = %org, %error, "failed to delete unused unsubscribe link");
        }
        outcome
    }

    async fn save_link(&self, link: &Unsubscription) -> Result<(), Error> {
        let mut attempts = 1;
        while let Err(error) = self.store.save_unsubscription(link).await {
            retry(error, &mut attempts).await?;
        }
        Ok(())
    }

    /// Claims up to `limit` notices and prepares their emails.
    fn claim(
        &self,
        org: &mut Org,
        claim: &Claim,
        limit: usize,
        heartbeat: Option<SesHeartbeat>,
    ) -> Vec<PreparedEmail> {
        let now = self.clock.now();
        let before = org.outbox.clone();
        let mut claimed = claimed_by(&org.outbox, claim);
        if claimed.is_empty() {
            claimed = org.claim_mail(claim, limit, heartbeat, now);
        }
        let mut emails = Vec::new();
        for mail in claimed {
            let unsubscribe = Secret::new(self.entropy.bytes());
            match PreparedEmail::prepare(org, mail.clone(), &self.product, &unsubscribe, now) {
                Some(email) => emails.push(email),
                // The notice is outdated, for example because the payment succeeded or the
                // recipient is no longer an admin.
                None => org.outbox.drop_claimed(&mail, claim, now),
            }
        }
        metrics::report_unknown(before.deliveries(), org.outbox.deliveries(), now);
        // The dropped notices freed space in the outbox. So payment notices that had no space
        // before can now be enqueued.
        org.update_payment_notices(now);
        emails
    }
}

/// Returns the notices that a claim already holds. It holds some if an earlier attempt stored the
/// claim, but the response was lost.
fn claimed_by(outbox: &Outbox, claim: &Claim) -> Vec<ClaimedMail> {
    let all = outbox.0.iter().flat_map(|(key, recipients)| recipients.iter().map(move |it| (key, it)));
    all.filter(|(_, (_, delivery))| delivery.is_held_by(claim))
        .map(|(key, (user, _))| ClaimedMail { key: key.clone(), to: *user })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::mail::NoticeKey;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn claim_finds_the_notices_that_it_already_holds() {
        let users = [2, 3].map(|n| format!("usr_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let mut outbox = Outbox::default();
        outbox.enqueue(NoticeKey::Welcome, users, Timestamp::UNIX_EPOCH);
        let claim = Claim("a".to_owned());
        assert!(claimed_by(&outbox, &claim).is_empty());
        let claimed = outbox.claim(&claim, 20, None, Timestamp::UNIX_EPOCH, |_| true, |_, _| true);
        assert_eq!(claimed_by(&outbox, &claim), claimed);
        assert!(claimed_by(&outbox, &Claim("b".to_owned())).is_empty());
        outbox.record_outcome(&claimed[0], &claim, Outcome::Accepted, 0, Timestamp::UNIX_EPOCH);
        assert_eq!(claimed_by(&outbox, &claim), claimed[1..]);
    }
}
