//! The notices of an organization.

use domain::{
    id::OrgId,
    mail::{Delivery, NoticeEmail},
    org::Org,
    secret::Secret,
};
use jiff::Timestamp;
use mail::Tags;
use store::{Error, Store, Stored};

use super::{Attempt, Email, MailItem, content};

/// An organization contains the notices in its outbox.
impl MailItem for Org {
    type Id = OrgId;
    type Key = NoticeEmail;
    type Value = Self;

    async fn load(store: &Store, id: OrgId) -> Result<Option<(Self, Stored<Self>)>, Error> {
        Ok(store.load_org(id).await?.map(|before| (before.value.clone(), before)))
    }

    async fn commit(&self, store: &Store, before: &Stored<Self>) -> Result<(), Error> {
        store.commit_org(before, self).await.map(drop)
    }

    fn emails(&self) -> impl Iterator<Item = (NoticeEmail, &Delivery)> {
        self.outbox.emails()
    }

    fn delivery_mut(&mut self, email: &NoticeEmail) -> Option<&mut Delivery> {
        self.outbox.delivery_mut(email)
    }

    fn find(&self, tags: &Tags) -> Option<NoticeEmail> {
        let key = self.outbox.0.keys().find(|key| Tags::key_of(key) == tags.key)?;
        Some(NoticeEmail { key: key.clone(), to: tags.recipient? })
    }

    fn claim(&mut self, attempt: &Attempt<'_>) {
        self.claim_mail(&attempt.claim, attempt.limit, attempt.heartbeat, attempt.now);
    }

    fn compose(&self, email: &NoticeEmail, attempt: &Attempt<'_>) -> Option<Email> {
        let unsubscribe = Secret::new(attempt.entropy.bytes());
        let (to, rendered) = content::render(self, email, attempt.product, &unsubscribe, attempt.now)?;
        Some(Email {
            to,
            rendered,
            tags: Tags::of_notice(self.id, &email.key, email.to, &attempt.claim),
            unsubscription: content::unsubscription(self, email, &unsubscribe, attempt.now),
        })
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
