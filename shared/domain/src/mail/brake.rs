//! The mail brake: limits how many welcome emails to unverified addresses are sent per hour.
//!
//! The address of a new user may be mistyped or belong to another person. The welcome email is the
//! first email to that address, so it is the email that is most likely to bounce. Many bounces
//! would harm the reputation of the sending domain, on which every sign-in email depends.
//!
//! The brake never rejects a sign-up. If the hourly budget is used up, or while too many welcome
//! emails bounce, the welcome email waits until the next UTC hour.

use jiff::{SignedDuration, Timestamp};

use super::Claim;
use crate::time::{add, hour_of};

/// Number of counters that share the budget of an hour. With several counters, parallel sign-ups
/// rarely write the same counter.
pub const SHARDS: u8 = 16;
/// Number of counters that a sign-up tries before its welcome email waits.
const MAX_ATTEMPTS: usize = 3;
/// Number of newest welcome emails over which the bounce rate is computed.
const SAMPLE_SIZE: u64 = 200;
/// Maximum number of bounces among the last [`SAMPLE_SIZE`] welcome emails: 2 %.
const MAX_BOUNCES: usize = 4;

/// Maximum number of welcome emails to unverified addresses per UTC hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u32);

/// The part of an hour's budget that one counter enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Index of the counter, below [`SHARDS`].
    pub shard: u8,
    /// Maximum number of emails that this counter allows.
    pub most: u32,
    /// Start of the UTC hour whose emails it counts.
    pub hour: Timestamp,
}

impl Budget {
    /// Largest hourly budget that [`Self::parse`] accepts.
    pub const MAX_PER_HOUR: u32 = 1_000_000;

    /// Parses a budget from 1 to [`Self::MAX_PER_HOUR`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|budget| (1..=Self::MAX_PER_HOUR).contains(budget)).map(Self)
    }

    /// Returns the shares of the counters that a sign-up at `now` tries, in this order. There are
    /// at most three shares, and no counter occurs twice. `random` selects the first counter.
    pub fn shares(self, random: u8, now: Timestamp) -> impl Iterator<Item = Share> {
        // If the budget is below `SHARDS`, there are only as many counters as the budget has
        // emails. Each of them then allows one email.
        let shards = u8::try_from(self.0).unwrap_or(SHARDS).min(SHARDS);
        let (each, rest) = (self.0 / u32::from(shards), self.0 % u32::from(shards));
        let hour = hour_of(now);
        (0..shards).take(MAX_ATTEMPTS).map(move |n| {
            let shard = (random % shards + n) % shards;
            Share { shard, most: each + u32::from(u32::from(shard) < rest), hour }
        })
    }
}

/// State of the mail brake: how many welcome emails were sent, and which of the newest ones
/// bounced. Its size is bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstMails {
    /// Number of welcome emails sent so far.
    pub sent: u64,
    /// The newest bounces, oldest first.
    pub bounced: Vec<Bounced>,
    /// Whether welcome emails wait because of bounces.
    pub braked: bool,
}

/// A bounce of a welcome email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounced {
    /// Claim of the email. It identifies a repeated bounce event.
    pub claim: Claim,
    /// Number of welcome emails sent when the bounce arrived.
    pub sent: u64,
}

impl FirstMails {
    /// Records a bounce once per email. Keeps only the newest bounces, as many as
    /// [`Self::must_brake`] needs.
    pub fn record_bounce(&mut self, claim: &Claim) {
        if self.bounced.iter().any(|it| it.claim == *claim) {
            return;
        }
        self.bounced.push(Bounced { claim: claim.clone(), sent: self.sent });
        let surplus = self.bounced.len().saturating_sub(MAX_BOUNCES + 1);
        self.bounced.drain(..surplus);
    }

    /// Returns whether more than 4 bounces arrived during the last 200 welcome emails.
    ///
    /// The limit is also 4 bounces if fewer than 200 emails were sent. A percentage would be
    /// misleading then, because one mistyped address among ten emails is no sign of abuse.
    #[must_use]
    pub fn must_brake(&self) -> bool {
        let recent = self.bounced.iter().filter(|it| self.sent.saturating_sub(it.sent) < SAMPLE_SIZE);
        recent.count() > MAX_BOUNCES
    }
}

/// Returns when a welcome email that is delayed at `now` becomes due.
#[must_use]
pub fn next_hour(now: Timestamp) -> Timestamp {
    add(hour_of(now), SignedDuration::from_hours(1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn budget_is_the_sum_of_its_shares() {
        let now = at("2025-01-08T10:59:59.999Z");
        for budget in [1, 5, 15, 16, 17, 500, 1_000_000] {
            let Some(parsed) = Budget::parse(&budget.to_string()) else { panic!("{budget}") };
            let mut most = BTreeMap::new();
            for random in 0..=u8::MAX {
                let shares: Vec<_> = parsed.shares(random, now).collect();
                assert_eq!(shares.len(), usize::try_from(budget.min(3)).unwrap(), "{budget}");
                let mut shards: Vec<_> = shares.iter().map(|share| share.shard).collect();
                shards.dedup();
                assert_eq!(shards.len(), shares.len(), "the shards differ: {shares:?}");
                most.extend(shares.iter().map(|share| (share.shard, share.most)));
                assert!(shares.iter().all(|share| share.hour == at("2025-01-08T10:00:00Z")));
            }
            assert_eq!(most.values().sum::<u32>(), budget, "{most:?}");
            assert!(most.len() <= usize::from(SHARDS), "{most:?}");
        }
        for invalid in ["0", "-1", "1000001", "1.5", "", "many"] {
            assert_eq!(Budget::parse(invalid), None, "{invalid}");
        }
    }

    #[test]
    fn each_counter_is_tried_first_equally_often() {
        for budget in [2, 5, 15, 16, 500] {
            let mut first = BTreeMap::new();
            for random in 0..=u8::MAX {
                let shard = Budget(budget).shares(random, Timestamp::UNIX_EPOCH).next().unwrap().shard;
                *first.entry(shard).or_insert(0) += 1;
            }
            let (least, most) = (first.values().min().unwrap(), first.values().max().unwrap());
            assert!(most - least <= 1, "{budget}: {first:?}");
        }
    }

    #[test]
    fn delayed_mail_waits_for_the_next_utc_hour() {
        for (now, then) in [
            ("2025-01-08T10:00:00Z", "2025-01-08T11:00:00Z"),
            ("2025-01-08T10:59:59.999Z", "2025-01-08T11:00:00Z"),
            ("2025-12-31T23:30:00Z", "2026-01-01T00:00:00Z"),
        ] {
            assert_eq!(next_hour(at(now)), at(then));
        }
    }

    #[test]
    fn brake_is_on_while_five_of_the_last_200_bounced() {
        let mut mails = FirstMails { sent: 200, ..FirstMails::default() };
        for n in 0..4 {
            mails.record_bounce(&Claim(format!("claim-{n}")));
            mails.record_bounce(&Claim(format!("claim-{n}")));
            assert!(!mails.must_brake(), "{n}: exactly 2 %");
        }
        mails.record_bounce(&Claim("claim-4".to_owned()));
        assert!(mails.must_brake());
        mails.sent += 199;
        assert!(mails.must_brake());
        mails.sent += 1;
        assert!(!mails.must_brake(), "200 emails were sent after the last bounce");
    }

    #[test]
    fn bounce_record_has_a_bounded_size() {
        let mut mails = FirstMails::default();
        for n in 0..1000 {
            mails.sent += 1;
            mails.record_bounce(&Claim(format!("claim-{n}")));
        }
        assert_eq!(mails.bounced.len(), 5);
        assert!(mails.must_brake());
        assert_eq!(mails.bounced[4].claim, Claim("claim-999".to_owned()));
    }
}
