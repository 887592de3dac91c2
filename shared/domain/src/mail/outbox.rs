//! The outbox of an organization. It ensures that each notice is sent only once.
//!
//! A decision enqueues a notice under its [`NoticeKey`]. The same write stores the notice and the
//! change that causes it. The mailer claims the notice later, sends it, and records the outcome.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Claim, Delivery, NoticeKey, SesHeartbeat};
use crate::{id::UserId, people::Address, time::add};

/// How long the dashboard shows a member that another person changed their role.
pub(crate) const ROLE_CHANGE_SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Maximum number of finished notices about memberships that are kept for the dashboard. It bounds the
/// size of the organization's item.
const MAX_FINISHED_CHANGES: usize = 20;

/// Notices of one organization, with a delivery state for each recipient.
///
/// A key stays after its emails are sent, so that the same notice is not enqueued again. Old
/// payment notices are removed, and [`Billing::mailed`](crate::billing::Billing::mailed) stores
/// that they were sent. Old reminders of an earlier trial end are removed too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox(pub BTreeMap<NoticeKey, BTreeMap<UserId, Delivery>>);

/// One email of an outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeEmail {
    /// Notice that the email contains.
    pub key: NoticeKey,
    /// Admin who receives the email.
    pub to: UserId,
}

impl Outbox {
    /// Adds a notice with one pending email per recipient, due at `now`. Returns `false` and
    /// changes nothing if the outbox already contains the key.
    pub fn enqueue(&mut self, key: NoticeKey, to: impl IntoIterator<Item = UserId>, now: Timestamp) -> bool {
        if self.0.contains_key(&key) {
            return false;
        }
        self.0.insert(key, to.into_iter().map(|user| (user, Delivery::pending(now))).collect());
        true
    }

    /// Adds the notice that the membership of `user` changed at `now`.
    ///
    /// The email describes the membership at the time of sending. So an earlier notice to the same
    /// person that waits for its first attempt is replaced. Finished notices are removed, except the
    /// newest ones to other persons, because the dashboard shows a changed role for 24 hours.
    pub fn enqueue_membership_changed(&mut self, user: UserId, now: Timestamp) {
        let mut times: Vec<Timestamp> = self.membership_changes().map(|(_, at)| at).collect();
        times.sort_unstable_by(|one, other| other.cmp(one));
        let newest = times.get(MAX_FINISHED_CHANGES).copied().unwrap_or(Timestamp::MIN);
        let kept_after = newest.max(add(now, -ROLE_CHANGE_SHOWN_FOR));
        self.0.retain(|key, recipients| match key {
            NoticeKey::MembershipChanged { user: earlier, at } => recipients.values().any(|delivery| {
                let is_same = *earlier == user;
                let is_open = delivery.due_at().is_some() || delivery.review_since().is_some();
                if is_open { !(is_same && delivery.is_fresh()) } else { !is_same && *at > kept_after }
            }),
            _ => true,
        });
        self.enqueue(NoticeKey::MembershipChanged { user, at: now }, [user], now);
    }

    /// Adds the notice that the address of `user` changed at `now`, for the address `from`. Finished
    /// notices of this kind are removed, because nothing uses them.
    pub fn enqueue_email_changed(&mut self, user: UserId, from: Address, now: Timestamp) {
        self.0.retain(|key, recipients| {
            !matches!(key, NoticeKey::EmailChanged { .. })
                || recipients.values().any(|delivery| delivery.finished_since().is_none())
        });
        self.enqueue(NoticeKey::EmailChanged { user, at: now, from }, [user], now);
    }

    /// Adds the welcome email again, to a founder with a corrected address. Earlier ones are then
    /// outdated. The finished ones are removed, except the first, whose key prevents a second one.
    pub fn enqueue_welcome_again(&mut self, to: UserId, now: Timestamp) {
        let n = match self.newest_welcome() {
            NoticeKey::WelcomeAgain { n } => n.saturating_add(1),
            _ => 1,
        };
        self.0.retain(|key, recipients| {
            !matches!(key, NoticeKey::WelcomeAgain { .. })
                || recipients.values().any(|delivery| delivery.finished_since().is_none())
        });
        self.enqueue(NoticeKey::WelcomeAgain { n }, [to], now);
    }

    /// Returns the key of the welcome email that is not outdated.
    pub(crate) fn newest_welcome(&self) -> NoticeKey {
        let again = self.0.keys().filter(|key| matches!(key, NoticeKey::WelcomeAgain { .. }));
        again.max().cloned().unwrap_or(NoticeKey::Welcome)
    }

    /// Returns the time of the newest stored notice that the membership of `user` changed.
    #[must_use]
    pub fn membership_changed_at(&self, user: UserId) -> Option<Timestamp> {
        self.membership_changes().filter(|(concerned, _)| *concerned == user).map(|(_, at)| at).max()
    }

    /// Returns the person and the time of each stored notice that a membership changed.
    fn membership_changes(&self) -> impl Iterator<Item = (UserId, Timestamp)> {
        self.0.keys().filter_map(|key| match key {
            NoticeKey::MembershipChanged { user, at } => Some((*user, *at)),
            _ => None,
        })
    }

    /// Delays a notice until `then`. Emails that the mailer has claimed before are not delayed.
    pub fn delay(&mut self, key: &NoticeKey, then: Timestamp) {
        for delivery in self.0.get_mut(key).into_iter().flat_map(BTreeMap::values_mut) {
            if delivery.is_fresh() {
                *delivery = Delivery::pending(then);
            }
        }
    }

    /// Removes a notice whose emails all wait for their first attempt.
    pub(crate) fn drop_fresh(&mut self, key: &NoticeKey) {
        if self.0.get(key).is_some_and(|recipients| recipients.values().all(Delivery::is_fresh)) {
            self.0.remove(key);
        }
    }

    /// Claims up to `max` due emails and returns them. This call can also change other emails:
    ///
    /// - A due email is given up ([`Delivery::give_up`]) if `applies` returns `false` for its
    ///   notice, or `deliverable` returns `false` for its recipient.
    /// - An email whose claim has expired becomes unknown.
    /// - An unknown email that is due is given up if `heartbeat` does not show that the email was
    ///   not sent. Without `heartbeat`, it is not changed.
    pub fn claim(
        &mut self,
        claim: &Claim,
        max: usize,
        heartbeat: Option<SesHeartbeat>,
        now: Timestamp,
        applies: impl Fn(&NoticeKey) -> bool,
        deliverable: impl Fn(&NoticeKey, UserId) -> bool,
    ) -> Vec<NoticeEmail> {
        let mut mails = Vec::new();
        for (key, recipients) in &mut self.0 {
            for (user, delivery) in recipients {
                let wanted = applies(key) && deliverable(key, *user);
                let Some(next) = delivery.advance(claim, heartbeat, wanted, now) else { continue };
                if next.is_held_by(claim) {
                    if mails.len() == max {
                        continue;
                    }
                    mails.push(NoticeEmail { key: key.clone(), to: *user });
                }
                *delivery = next;
            }
        }
        mails
    }

    /// Returns the emails that a claim holds.
    #[must_use]
    pub fn held_by(&self, claim: &Claim) -> Vec<NoticeEmail> {
        let emails = self.0.iter().flat_map(|(key, recipients)| recipients.iter().map(move |it| (key, it)));
        let held = emails.filter(|(_, (_, delivery))| delivery.is_held_by(claim));
        held.map(|(key, (user, _))| NoticeEmail { key: key.clone(), to: *user }).collect()
    }

    /// Gives up an email ([`Delivery::give_up`]), because its notice became outdated before the email
    /// was sent.
    pub fn give_up(&mut self, email: &NoticeEmail, now: Timestamp) {
        if let Some(delivery) = self.delivery_mut(email)
            && let Some(next) = delivery.give_up(now)
        {
            *delivery = next;
        }
    }

    /// Returns the delivery state of an email, so that the caller can change it.
    pub fn delivery_mut(&mut self, email: &NoticeEmail) -> Option<&mut Delivery> {
        self.0.get_mut(&email.key)?.get_mut(&email.to)
    }

    /// Returns when the mailer must handle the next email; `None` if no email is left to handle.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        self.deliveries().filter_map(Delivery::due_at).min()
    }

    /// Returns the latest time at which an email of this outbox began to need review; `None` if no
    /// email needs review.
    ///
    /// The review queue shows an email only for
    /// [`FAILURE_SHOWN_FOR`](super::FAILURE_SHOWN_FOR). With the earliest time, an old
    /// email would hide the organization although a newer email needs review.
    #[must_use]
    pub fn review_since(&self) -> Option<Timestamp> {
        self.deliveries().filter_map(Delivery::review_since).max()
    }

    /// Returns whether an email waits for its first attempt. If a write stores such an email, it
    /// starts the mailer immediately.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.deliveries().any(Delivery::is_fresh)
    }

    /// Returns the delivery states of all emails.
    pub fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.0.values().flat_map(BTreeMap::values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Outcome;

    #[test]
    fn notice_enqueued_twice_is_sent_once() {
        let user = "usr_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let mut outbox = Outbox::default();
        assert!(outbox.enqueue(NoticeKey::Welcome, [user], now));
        assert!(!outbox.enqueue(NoticeKey::Welcome, [user], now));
        assert_eq!((outbox.due_at(), outbox.is_ready()), (Some(now), true));
        let claim = Claim("a".to_owned());
        let mails = outbox.claim(&claim, 9, None, now, |_| true, |_, _| true);
        assert_eq!(mails.len(), 1);
        assert!(outbox.claim(&Claim("b".to_owned()), 9, None, now, |_| true, |_, _| true).is_empty());
        *outbox.delivery_mut(&mails[0]).unwrap() = Delivery::Sent { at: now, claim: Some(claim) };
        assert_eq!((outbox.due_at(), outbox.is_ready()), (None, false));
    }

    #[test]
    fn membership_notice_replaces_one_that_waits() {
        let [mo, ned] =
            [1, 2].map(|n| format!("usr_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let key = |user, seconds| NoticeKey::MembershipChanged { user, at: at(seconds) };
        let mut outbox = Outbox::default();
        outbox.enqueue(NoticeKey::Welcome, [mo], at(0));
        for (user, seconds) in [(mo, 1), (ned, 2), (mo, 3)] {
            outbox.enqueue_membership_changed(user, at(seconds));
        }
        assert!(outbox.0.keys().eq([&NoticeKey::Welcome, &key(mo, 3), &key(ned, 2)]));
        let sent = Delivery::Sent { at: at(4), claim: None };
        *outbox.delivery_mut(&NoticeEmail { key: key(ned, 2), to: ned }).unwrap() = sent;
        outbox.enqueue_membership_changed(mo, at(5));
        assert!(
            outbox.0.keys().eq([&NoticeKey::Welcome, &key(mo, 5), &key(ned, 2)]),
            "the dashboard shows it"
        );
        outbox.enqueue_membership_changed(ned, at(6));
        assert!(outbox.0.keys().eq([&NoticeKey::Welcome, &key(mo, 5), &key(ned, 6)]));
    }

    #[test]
    fn finished_membership_notices_are_kept_for_a_day() {
        let users: Vec<UserId> = (0..40)
            .map(|n| format!("usr_0198c0de-0000-7000-8000-0000000000{n:02}").parse().unwrap())
            .collect();
        let mut outbox = Outbox::default();
        let count = |outbox: &Outbox| outbox.membership_changes().count();
        for (n, user) in (0..).zip(&users) {
            let at = Timestamp::from_second(n).unwrap();
            outbox.enqueue_membership_changed(*user, at);
            let email = NoticeEmail { key: NoticeKey::MembershipChanged { user: *user, at }, to: *user };
            *outbox.delivery_mut(&email).unwrap() = Delivery::Sent { at, claim: None };
        }
        assert_eq!(count(&outbox), MAX_FINISHED_CHANGES + 1);
        outbox.enqueue_membership_changed(users[0], add(Timestamp::UNIX_EPOCH, ROLE_CHANGE_SHOWN_FOR * 2));
        assert_eq!(count(&outbox), 1);
    }

    #[test]
    fn unknown_mail_to_a_removed_admin_needs_review() {
        let users = [1, 2].map(|n| format!("usr_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let (now, claim) = (Timestamp::UNIX_EPOCH, Claim::new(Timestamp::UNIX_EPOCH, "a"));
        let mut outbox = Outbox::default();
        outbox.enqueue(NoticeKey::Welcome, users, now);
        for mail in outbox.claim(&claim, 9, None, now, |_| true, |_, _| true) {
            let delivery = outbox.delivery_mut(&mail).unwrap();
            *delivery = delivery.record_outcome(&claim, Outcome::Ambiguous, 0, now).unwrap();
        }
        let check = outbox.due_at().unwrap();
        let heartbeat = Some(SesHeartbeat { newest: Some(check), outstanding: false });
        let again = Claim::new(check, "b");
        assert!(
            outbox.claim(&again, 9, None, check, |_| true, |_, _| true).is_empty(),
            "an unknown email waits without a heartbeat"
        );
        let mails = outbox.claim(&again, 9, heartbeat, check, |_| true, |_, user| user == users[0]);
        assert_eq!(mails, [NoticeEmail { key: NoticeKey::Welcome, to: users[0] }]);
        assert!(outbox.deliveries().any(|it| matches!(it, Delivery::Unknown { needs_review: true, .. })));
        assert_eq!(outbox.review_since(), Some(now));
    }
}
