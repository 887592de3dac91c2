//! The notices of an organization.

use domain::{
    id::{OrgId, UserId},
    mail::{Delivery, NoticeKey, Outbox},
    org::Org,
};
use jiff::Timestamp;
use mail::Tags;
use store::{Error, Store, Stored};

use super::{
    Attempt, Email, MailItem, content,
    notice_mail::{NoticeMail, Person},
};

impl MailItem for NoticeMail {
    type Id = OrgId;
    type Value = Org;

    async fn load(store: &Store, id: OrgId) -> Result<Option<(Self, Stored<Org>)>, Error> {
        let Some(before) = store.load_org(id).await? else { return Ok(None) };
        let org = before.value.clone();
        let described = described_people(&org.outbox);
        let people = store.load_people(id, &described).await?.into_iter();
        let people =
            people.map(|(user, membership)| Person { user, role: membership.map(|it| it.role) }).collect();
        Ok(Some((Self { org, people }, before)))
    }

    async fn commit(&self, store: &Store, before: &Stored<Org>, now: Timestamp) -> Result<(), Error> {
        store.commit_org(before, &self.org, now).await
    }

    fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.org.outbox.deliveries()
    }

    fn delivery_mut(&mut self, tags: &Tags) -> Option<&mut Delivery> {
        let mut notices = self.org.outbox.0.iter_mut();
        let (_, recipients) = notices.find(|(key, _)| Tags::key_of(key) == tags.key)?;
        recipients.get_mut(&tags.recipient?)
    }

    fn claim(&mut self, attempt: &Attempt<'_>) {
        self.org.claim_mail(&attempt.claim, attempt.limit, attempt.heartbeat, attempt.now);
    }

    fn compose(&mut self, attempt: &Attempt<'_>) -> Vec<Email> {
        let mut emails = Vec::new();
        for notice in self.org.outbox.held_by(&attempt.claim) {
            match content::compose(self, &notice, attempt) {
                Some(email) => emails.push(email),
                None => self.org.outbox.give_up(&notice, attempt.now),
            }
        }
        emails
    }

    /// Finished emails free space in the outbox. So payment notices that had no space before can
    /// now be enqueued.
    fn follow_deliveries(&mut self, now: Timestamp) {
        self.org.update_payment_notices(now);
    }

    /// Returns a time in the past if the limit was reached, because more notices can be due.
    fn try_again_at(sent: &[Delivery], limit: usize) -> Option<Timestamp> {
        (sent.len() == limit).then_some(Timestamp::MIN)
    }
}

/// Returns the recipients of unfinished notices whose content depends on the recipient: a welcome
/// contains a link for an unverified address, the notice of a changed membership names the role, and
/// that of a changed address goes to a person who may not be an admin.
fn described_people(outbox: &Outbox) -> Vec<UserId> {
    let described = |key: &NoticeKey| match key {
        NoticeKey::Welcome
        | NoticeKey::WelcomeAgain { .. }
        | NoticeKey::Verify
        | NoticeKey::MembershipChanged { .. }
        | NoticeKey::EmailChanged { .. } => true,
        NoticeKey::TrialEnding { .. }
        | NoticeKey::TrialEnded { .. }
        | NoticeKey::PaymentFailed { .. }
        | NoticeKey::PlanStarted { .. } => false,
    };
    let notices = outbox.0.iter().filter(|(key, _)| described(key));
    let recipients = notices.flat_map(|(_, recipients)| recipients);
    let mut people: Vec<UserId> =
        recipients.filter(|(_, delivery)| delivery.due_at().is_some()).map(|(user, _)| *user).collect();
    people.sort_unstable();
    people.dedup();
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_invocation_claims_again_when_it_reached_the_limit() {
        let now = Timestamp::UNIX_EPOCH;
        let sent = [Delivery::Sent { at: now, claim: None }];
        assert!(NoticeMail::try_again_at(&sent, 1).is_some_and(|at| at <= now));
        assert_eq!(NoticeMail::try_again_at(&sent, 2), None);
    }
}
