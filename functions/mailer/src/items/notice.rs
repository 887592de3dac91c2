//! The notices of an organization.

use domain::{id::OrgId, mail::Delivery, org::Org};
use jiff::Timestamp;
use mail::Tags;
use store::{Error, Store, Stored};

use super::{Attempt, Email, MailItem, content};

/// An organization contains the notices in its outbox.
impl MailItem for Org {
    type Id = OrgId;
    type Value = Self;

    async fn load(store: &Store, id: OrgId) -> Result<Option<(Self, Stored<Self>)>, Error> {
        Ok(store.load_org(id).await?.map(|before| (before.value.clone(), before)))
    }

    async fn commit(&self, store: &Store, before: &Stored<Self>) -> Result<(), Error> {
        store.commit_org(before, self).await.map(drop)
    }

    fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.outbox.deliveries()
    }

    fn delivery_mut(&mut self, tags: &Tags) -> Option<&mut Delivery> {
        let mut notices = self.outbox.0.iter_mut();
        let (_, recipients) = notices.find(|(key, _)| Tags::key_of(key) == tags.key)?;
        recipients.get_mut(&tags.recipient?)
    }

    fn claim(&mut self, attempt: &Attempt<'_>) {
        self.claim_mail(&attempt.claim, attempt.limit, attempt.heartbeat, attempt.now);
    }

    fn compose(&mut self, attempt: &Attempt<'_>) -> Vec<Email> {
        let mut emails = Vec::new();
        for notice in self.outbox.held_by(&attempt.claim) {
            match content::compose(self, &notice, attempt) {
                Some(email) => emails.push(email),
                None => self.outbox.give_up(&notice, attempt.now),
            }
        }
        emails
    }

    /// Finished emails free space in the outbox. So payment notices that had no space before can
    /// now be enqueued.
    fn follow_deliveries(&mut self, now: Timestamp) {
        self.update_payment_notices(now);
    }

    /// Returns a time in the past if the limit was reached, because more notices can be due.
    fn try_again_at(sent: &[Delivery], limit: usize) -> Option<Timestamp> {
        (sent.len() == limit).then_some(Timestamp::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_invocation_claims_again_when_it_reached_the_limit() {
        let now = Timestamp::UNIX_EPOCH;
        let sent = [Delivery::Sent { at: now, claim: None }];
        assert!(Org::try_again_at(&sent, 1).is_some_and(|at| at <= now));
        assert_eq!(Org::try_again_at(&sent, 2), None);
    }
}
