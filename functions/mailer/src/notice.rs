use domain::{
    delivery::{Claim, Delivery},
    id::OrgId,
    notice::{Letter, Outbox},
    org::Org,
};
use futures_util::{StreamExt, stream};
use mail::Tags;
use store::Error;

use crate::{draft::Draft, post::Post, tally};

/// The most mails of one organization that are claimed at once: they must be sent and settled within the lease.
const MOST: usize = 20;
/// How many mails of one organization are under way at once.
const AT_ONCE: usize = 5;

impl Post {
    /// Claims, sends and settles the notices that wait in an organization.
    pub(crate) async fn deliver_notices(&self, id: OrgId) -> Result<(), Error> {
        let claim = self.new_claim();
        let claimed = self.change_org(id, |org| self.claim(org, &claim)).await?;
        let Some((drafts, lapsed)) = claimed else { return Ok(()) };
        tally::count_lapsed(lapsed, self.clock.now());
        if drafts.is_empty() {
            return Ok(());
        }
        let sent: Vec<_> = stream::iter(drafts)
            .map(async |draft| {
                let tags = Tags::of_notice(id, &draft.letter.key, draft.letter.to, &claim);
                (self.mailer.send(&draft.to, &draft.mail, &tags).await, draft.letter)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let [jitter] = self.entropy.bytes();
        let settled = self
            .change_org(id, |org| {
                for (outcome, letter) in &sent {
                    org.outbox.settle(letter, &claim, *outcome, jitter, self.clock.now());
                }
                sent.iter().filter_map(|(_, letter)| delivery(org, letter).cloned()).collect::<Vec<_>>()
            })
            .await?;
        tally::count(&settled.unwrap_or_default(), self.clock.now());
        Ok(())
    }

    /// The letters that this claim holds, written out, and how many older claims lapsed.
    fn claim(&self, org: &mut Org, claim: &Claim) -> (Vec<Draft>, usize) {
        let now = self.clock.now();
        let unknown_before = unknown(org);
        let mut letters = held(&org.outbox, claim);
        if letters.is_empty() {
            letters = org.claim_mail(claim, MOST, now);
        }
        let lapsed = unknown(org).saturating_sub(unknown_before);
        let mut drafts = Vec::new();
        for letter in letters {
            match Draft::write(org, letter.clone(), &self.product, now) {
                Some(draft) => drafts.push(draft),
                // It lost its reason between the claim and a second look at it.
                None => org.outbox.drop_claimed(&letter, claim, now),
            }
        }
        (drafts, lapsed)
    }
}

/// What a claim holds already: its write was done, and only the answer was lost.
fn held(outbox: &Outbox, claim: &Claim) -> Vec<Letter> {
    let all = outbox.0.iter().flat_map(|(key, recipients)| recipients.iter().map(move |it| (key, it)));
    all.filter(
        |(_, (_, delivery))| matches!(delivery, Delivery::Sending { claim: holder, .. } if holder == claim),
    )
    .map(|(key, (user, _))| Letter { key: key.clone(), to: *user })
    .collect()
}

/// How many mails may or may not have gone out.
fn unknown(org: &Org) -> usize {
    let all = org.outbox.0.values().flat_map(|recipients| recipients.values());
    all.filter(|delivery| matches!(delivery, Delivery::Unknown { .. })).count()
}

/// Where a letter stands.
pub(crate) fn delivery<'a>(org: &'a Org, letter: &Letter) -> Option<&'a Delivery> {
    org.outbox.0.get(&letter.key)?.get(&letter.to)
}

#[cfg(test)]
mod tests {
    use domain::{delivery::Outcome, notice::NoticeKey};
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_claim_recognises_what_it_holds_and_nothing_else() {
        let users = [2, 3].map(|n| format!("usr_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let mut outbox = Outbox::default();
        outbox.owe(NoticeKey::Welcome, users, Timestamp::UNIX_EPOCH);
        let claim = Claim("a".to_owned());
        assert!(held(&outbox, &claim).is_empty());
        let letters = outbox.claim(&claim, 20, Timestamp::UNIX_EPOCH, |_| true, |_| true);
        assert_eq!(held(&outbox, &claim), letters);
        assert!(held(&outbox, &Claim("b".to_owned())).is_empty());
        outbox.settle(&letters[0], &claim, Outcome::Accepted, 0, Timestamp::UNIX_EPOCH);
        assert_eq!(held(&outbox, &claim), letters[1..]);
    }
}
