use domain::{
    delivery::{Claim, Outcome, SesHeartbeat},
    id::OrgId,
    notice::{ClaimedMail, Outbox},
    org::Org,
    secret::Secret,
};
use futures_util::{StreamExt, stream};
use mail::Tags;
use store::{Error, Unsubscription};
use telemetry::LogArea;

use crate::{
    content::Draft,
    metrics,
    send_pacer::SendPacer,
    worker::{self, MailWorker, again},
};

/// The most mails of one organization that are claimed at once: they must be sent and settled within the lease.
const MAX_PER_RUN: usize = 20;
/// How many mails of one organization are under way at once.
const AT_ONCE: usize = 5;

impl MailWorker {
    /// Claims, sends and settles the notices that wait in an organization, as many at a time as can leave soon.
    pub(crate) async fn deliver_notices(&self, id: OrgId, round: &SendPacer) -> Result<(), Error> {
        let most = round.share(worker::AT_ONCE).min(MAX_PER_RUN);
        while self.deliver_some(id, most, round).await? == most && !round.is_over() {}
        Ok(())
    }

    /// Delivers at most so many; says how many it sent.
    async fn deliver_some(&self, id: OrgId, most: usize, round: &SendPacer) -> Result<usize, Error> {
        let claim = self.new_claim();
        let drafts = self.change_org(id, |org| self.claim(org, &claim, most, round.heartbeat())).await?;
        let drafts = drafts.unwrap_or_default();
        if drafts.is_empty() {
            return Ok(0);
        }
        let sent: Vec<_> = stream::iter(drafts)
            .map(async |draft| (round.send(self.send(id, &draft, &claim)).await, draft.letter))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let [jitter] = self.entropy.bytes();
        let settled = self
            .change_org(id, |org| {
                for (outcome, letter) in &sent {
                    org.outbox.record_outcome(letter, &claim, *outcome, jitter, self.clock.now());
                }
                let settled =
                    sent.iter().filter_map(|(_, it)| org.outbox.delivery(it).cloned()).collect::<Vec<_>>();
                org.tend_mail(self.clock.now());
                settled
            })
            .await?;
        round.leave(settled.iter().flatten());
        metrics::count_settled(settled.iter().flatten(), self.clock.now());
        for (outcome, letter) in &sent {
            self.take_refused_address(&Tags::of_notice(id, &letter.key, letter.to, &claim), *outcome).await?;
        }
        Ok(sent.len())
    }

    /// Sends a draft. A link that goes out in it is kept before, so that no mail carries a dead one; where that fails
    /// the mail surely did not go out.
    async fn send(&self, org: OrgId, draft: &Draft, claim: &Claim) -> Outcome {
        if let Some(link) = &draft.unsubscription
            && let Err(error) = self.keep(link).await
        {
            tracing::warn!(area = %LogArea::Mail, organization = %org, %error, "a reminder waits for its link");
            return Outcome::NotSent;
        }
        let tags = Tags::of_notice(org, &draft.letter.key, draft.letter.to, claim);
        let outcome = self.mailer.send(&draft.to, &draft.mail, &tags).await;
        if let Some(link) = &draft.unsubscription
            && outcome.is_sure_failure()
            && let Err(error) = self.store.delete_unsubscription(link.secret_hash).await
        {
            // Nobody knows its secret. It expires by itself.
            tracing::warn!(area = %LogArea::Mail, organization = %org, %error, "a link that nobody got is kept");
        }
        outcome
    }

    async fn keep(&self, link: &Unsubscription) -> Result<(), Error> {
        let mut tries = 1;
        while let Err(error) = self.store.save_unsubscription(link).await {
            again(error, &mut tries).await?;
        }
        Ok(())
    }

    /// The letters that this claim holds, written out.
    fn claim(&self, org: &mut Org, claim: &Claim, most: usize, feed: Option<SesHeartbeat>) -> Vec<Draft> {
        let now = self.clock.now();
        let before = org.outbox.clone();
        let mut letters = held(&org.outbox, claim);
        if letters.is_empty() {
            letters = org.claim_mail(claim, most, feed, now);
        }
        let mut drafts = Vec::new();
        for letter in letters {
            let unsubscribe = Secret::new(self.entropy.bytes());
            match Draft::write(org, letter.clone(), &self.product, &unsubscribe, now) {
                Some(draft) => drafts.push(draft),
                // It lost its reason between the claim and a second look at it.
                None => org.outbox.drop_claimed(&letter, claim, now),
            }
        }
        metrics::tell_changes(before.deliveries(), org.outbox.deliveries(), now);
        // What was given up makes room for notices that wait for their turn.
        org.tend_mail(now);
        drafts
    }
}

/// What a claim holds already: its write was done, and only the answer was lost.
fn held(outbox: &Outbox, claim: &Claim) -> Vec<ClaimedMail> {
    let all = outbox.0.iter().flat_map(|(key, recipients)| recipients.iter().map(move |it| (key, it)));
    all.filter(|(_, (_, delivery))| delivery.is_held_by(claim))
        .map(|(key, (user, _))| ClaimedMail { key: key.clone(), to: *user })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::notice::NoticeKey;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_claim_recognises_what_it_holds_and_nothing_else() {
        let users = [2, 3].map(|n| format!("usr_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let mut outbox = Outbox::default();
        outbox.enqueue(NoticeKey::Welcome, users, Timestamp::UNIX_EPOCH);
        let claim = Claim("a".to_owned());
        assert!(held(&outbox, &claim).is_empty());
        let letters = outbox.claim(&claim, 20, None, Timestamp::UNIX_EPOCH, |_| true, |_, _| true);
        assert_eq!(held(&outbox, &claim), letters);
        assert!(held(&outbox, &Claim("b".to_owned())).is_empty());
        outbox.record_outcome(&letters[0], &claim, Outcome::Accepted, 0, Timestamp::UNIX_EPOCH);
        assert_eq!(held(&outbox, &claim), letters[1..]);
    }
}
