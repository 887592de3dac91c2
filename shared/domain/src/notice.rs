//! Mails that an organization owes its admins, keyed by what must happen once.

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;

use crate::{
    billing::InvoiceId,
    delivery::{Claim, Delivery, Outcome, SesHeartbeat},
    id::UserId,
};

/// What a mail is about. Two notices with one key are one notice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKey {
    /// The organization is ready.
    Welcome,
    /// The trial ends soon.
    TrialEnding {
        /// The end that it speaks of: a moved end is another notice.
        ends_at: Timestamp,
        /// How many days before.
        days: u16,
    },
    /// The trial ended without a payment.
    TrialEnded {
        /// The end that it speaks of.
        ends_at: Timestamp,
    },
    /// A payment failed, or the payer's bank asks for something: once for each invoice.
    PaymentFailed {
        /// The invoice that was to be paid.
        invoice: InvoiceId,
    },
}

impl NoticeKey {
    /// The kind of mail, as tags and answers have it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::TrialEnding { .. } => "trial_ending",
            Self::TrialEnded { .. } => "trial_ended",
            Self::PaymentFailed { .. } => "payment_failed",
        }
    }

    /// Whether it only reminds of what is to come, so that nobody has to get it.
    #[must_use]
    pub const fn is_reminder(&self) -> bool {
        match self {
            Self::TrialEnding { .. } => true,
            Self::Welcome | Self::TrialEnded { .. } | Self::PaymentFailed { .. } => false,
        }
    }
}

impl fmt::Display for NoticeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Welcome => f.write_str("welcome"),
            Self::TrialEnding { ends_at, days } => write!(f, "trial_ending/{ends_at}/{days}"),
            Self::TrialEnded { ends_at } => write!(f, "trial_ended/{ends_at}"),
            Self::PaymentFailed { invoice } => write!(f, "payment_failed/{invoice}"),
        }
    }
}

/// The text is no notice's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a notice's key")]
pub struct NotANoticeKey;

impl FromStr for NoticeKey {
    type Err = NotANoticeKey;

    fn from_str(text: &str) -> Result<Self, NotANoticeKey> {
        let mut parts = text.split('/');
        let mut part = || parts.next().ok_or(NotANoticeKey);
        let key = match part()? {
            "welcome" => Self::Welcome,
            "trial_ending" => Self::TrialEnding {
                ends_at: part()?.parse().map_err(|_| NotANoticeKey)?,
                days: part()?.parse().map_err(|_| NotANoticeKey)?,
            },
            "trial_ended" => Self::TrialEnded { ends_at: part()?.parse().map_err(|_| NotANoticeKey)? },
            "payment_failed" => {
                Self::PaymentFailed { invoice: InvoiceId::parse(part()?).map_err(|_| NotANoticeKey)? }
            }
            _ => return Err(NotANoticeKey),
        };
        if parts.next().is_none() { Ok(key) } else { Err(NotANoticeKey) }
    }
}

/// The notices of one organization, each with a state per recipient.
///
/// A key is the fact that the notice was once owed. Of payments only the newest stay; the others are marked in
/// [`Billing::mailed`](crate::billing::Billing::mailed).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox(pub BTreeMap<NoticeKey, BTreeMap<UserId, Delivery>>);

/// A mail that was claimed and is now to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedMail {
    /// What it is about.
    pub key: NoticeKey,
    /// Whom it goes to.
    pub to: UserId,
}

impl Outbox {
    /// Owes a notice to each recipient from `now` on. Says whether it was not known before.
    pub fn enqueue(&mut self, key: NoticeKey, to: impl IntoIterator<Item = UserId>, now: Timestamp) -> bool {
        if self.0.contains_key(&key) {
            return false;
        }
        self.0.insert(key, to.into_iter().map(|user| (user, Delivery::pending(now))).collect());
        true
    }

    /// Postpones a notice that was not tried yet until `then`.
    pub fn delay(&mut self, key: &NoticeKey, then: Timestamp) {
        for delivery in self.0.get_mut(key).into_iter().flat_map(BTreeMap::values_mut) {
            if delivery.is_fresh() {
                *delivery = Delivery::pending(then);
            }
        }
    }

    /// Claims at most `most` waiting mails, gives up those whose reason is gone, and lets lapsed claims go. The check
    /// of unknown mails needs the feed; without it they wait.
    /// `stands` says whether a notice still has its reason, `reaches` whether its recipient is still there and wants it.
    pub fn claim(
        &mut self,
        claim: &Claim,
        most: usize,
        feed: Option<SesHeartbeat>,
        now: Timestamp,
        stands: impl Fn(&NoticeKey) -> bool,
        reaches: impl Fn(&NoticeKey, UserId) -> bool,
    ) -> Vec<ClaimedMail> {
        let mut letters = Vec::new();
        for (key, recipients) in &mut self.0 {
            for (user, delivery) in recipients {
                let wanted = stands(key) && reaches(key, *user);
                let Some(next) = delivery.advance(claim, feed, wanted, now) else { continue };
                if next.is_held_by(claim) {
                    if letters.len() == most {
                        continue;
                    }
                    letters.push(ClaimedMail { key: key.clone(), to: *user });
                }
                *delivery = next;
            }
        }
        letters
    }

    /// Records how a claimed letter ended.
    pub fn record_outcome(
        &mut self,
        letter: &ClaimedMail,
        claim: &Claim,
        outcome: Outcome,
        jitter: u8,
        now: Timestamp,
    ) {
        self.update(letter, |delivery| delivery.record_outcome(claim, outcome, jitter, now));
    }

    /// Gives up a claimed letter that lost its reason before it was sent.
    pub fn drop_claimed(&mut self, letter: &ClaimedMail, claim: &Claim, now: Timestamp) {
        self.update(letter, |delivery| delivery.is_held_by(claim).then(|| delivery.give_up(now)).flatten());
    }

    /// Where a letter stands.
    #[must_use]
    pub fn delivery(&self, letter: &ClaimedMail) -> Option<&Delivery> {
        self.0.get(&letter.key)?.get(&letter.to)
    }

    /// The same, to be moved on.
    pub fn delivery_mut(&mut self, letter: &ClaimedMail) -> Option<&mut Delivery> {
        self.0.get_mut(&letter.key)?.get_mut(&letter.to)
    }

    fn update(&mut self, letter: &ClaimedMail, next: impl FnOnce(&Delivery) -> Option<Delivery>) {
        if let Some(delivery) = self.delivery_mut(letter)
            && let Some(next) = next(delivery)
        {
            *delivery = next;
        }
    }

    /// When the next mail needs a sender.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        self.deliveries().filter_map(Delivery::due_at).min()
    }

    /// Since when the mail waits for a person that last began to: an old trouble must not hide a new one.
    #[must_use]
    pub fn held_since(&self) -> Option<Timestamp> {
        self.deliveries().filter_map(Delivery::held_since).max()
    }

    /// Whether a mail waits for its very first try: what wakes the sender at once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.deliveries().any(Delivery::is_fresh)
    }

    /// Every mail's state.
    pub fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.0.values().flat_map(BTreeMap::values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_written() {
        let ends_at = "2025-01-22T10:20:30Z".parse().unwrap();
        for key in [
            NoticeKey::Welcome,
            NoticeKey::TrialEnding { ends_at, days: 3 },
            NoticeKey::TrialEnded { ends_at },
            NoticeKey::PaymentFailed { invoice: InvoiceId::parse("in_1").unwrap() },
        ] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for text in [
            "",
            "welcome/",
            "trial_ending/x/3",
            "trial_ended/2025-01-22T10:20:30Z/3",
            "payment_failed",
            "payment_failed/",
            "payment_failed/in_1/2",
            "party",
        ] {
            assert_eq!(text.parse::<NoticeKey>(), Err(NotANoticeKey), "{text}");
        }
    }

    #[test]
    fn what_is_owed_twice_is_sent_once() {
        let user = "usr_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let mut outbox = Outbox::default();
        assert!(outbox.enqueue(NoticeKey::Welcome, [user], now));
        assert!(!outbox.enqueue(NoticeKey::Welcome, [user], now));
        let claim = Claim("a".to_owned());
        let letters = outbox.claim(&claim, 9, None, now, |_| true, |_, _| true);
        assert_eq!(letters.len(), 1);
        assert!(outbox.claim(&Claim("b".to_owned()), 9, None, now, |_| true, |_, _| true).is_empty());
        outbox.record_outcome(&letters[0], &claim, Outcome::Accepted, 0, now);
        assert_eq!((outbox.due_at(), outbox.is_ready()), (None, false));
    }

    #[test]
    fn who_is_checked_and_not_wanted_any_more_stays_unknown() {
        let users = [1, 2].map(|n| format!("usr_0198c0de-0000-7000-8000-00000000000{n}").parse().unwrap());
        let (now, claim) = (Timestamp::UNIX_EPOCH, Claim::new(Timestamp::UNIX_EPOCH, "a"));
        let mut outbox = Outbox::default();
        outbox.enqueue(NoticeKey::Welcome, users, now);
        for letter in outbox.claim(&claim, 9, None, now, |_| true, |_, _| true) {
            outbox.record_outcome(&letter, &claim, Outcome::Ambiguous, 0, now);
        }
        let check = outbox.due_at().unwrap();
        let feed = Some(SesHeartbeat { newest: Some(check), outstanding: false });
        let again = Claim::new(check, "b");
        assert!(
            outbox.claim(&again, 9, None, check, |_| true, |_, _| true).is_empty(),
            "the feed is not known"
        );
        let letters = outbox.claim(&again, 9, feed, check, |_| true, |_, user| user == users[0]);
        assert_eq!(letters, [ClaimedMail { key: NoticeKey::Welcome, to: users[0] }]);
        assert!(outbox.deliveries().any(|it| matches!(it, Delivery::Unknown { held: true, .. })));
        assert_eq!(outbox.held_since(), Some(now));
    }
}
