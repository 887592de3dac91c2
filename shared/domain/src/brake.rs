//! The mail brake: how many sign-ups with unverified addresses get their first mail at once.
//!
//! It protects the reputation of the sending domain, on which every sign-in depends. It never refuses a sign-up: beyond
//! the budget of an hour, and while too many first mails bounce, the welcome mail waits until the next hour.

use jiff::{SignedDuration, Timestamp};

use crate::{delivery::Claim, limit::hour_of, trial::add};

/// Over how many counters an hour's budget is spread, so that parallel sign-ups rarely write the same one.
pub const SHARDS: u8 = 16;
/// How many counters a sign-up tries before its welcome mail waits.
const TRIES: usize = 3;
/// How many first mails the share of bounces is taken of.
const LAST: u64 = 200;
/// More bounces than this among the last [`LAST`] first mails are more than 2 %.
const MAX_BOUNCES: usize = 4;

/// How many sign-ups with unverified addresses get their first mail at once, for each UTC hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u32);

/// The part of an hour's budget that one counter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The counter, below [`SHARDS`].
    pub shard: u8,
    /// How many it lets through.
    pub most: u32,
    /// The start of the hour that it counts.
    pub hour: Timestamp,
}

impl Budget {
    /// The largest budget.
    pub const MAX_PER_HOUR: u32 = 1_000_000;

    /// A budget of 1 to [`Self::MOST`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|budget| (1..=Self::MAX_PER_HOUR).contains(budget)).map(Self)
    }

    /// The different shares that a sign-up at `now` tries, in order. `random` chooses the first.
    pub fn shares(self, random: u8, now: Timestamp) -> impl Iterator<Item = Share> {
        // A budget smaller than the number of counters is spread over as many as it fills.
        let shards = u8::try_from(self.0).unwrap_or(SHARDS).min(SHARDS);
        let (each, rest) = (self.0 / u32::from(shards), self.0 % u32::from(shards));
        let hour = hour_of(now);
        (0..shards).take(TRIES).map(move |n| {
            let shard = (random % shards + n) % shards;
            Share { shard, most: each + u32::from(u32::from(shard) < rest), hour }
        })
    }
}

/// What is known of the first mails that went out: a count, and the newest bounces. Its size is bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstMails {
    /// How many went out.
    pub sent: u64,
    /// The newest that bounced, oldest first.
    pub bounced: Vec<Bounced>,
    /// Whether sign-ups wait for it now.
    pub braked: bool,
}

/// A first mail that bounced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounced {
    /// The claim that it went out under, by which a repeated event is recognized.
    pub claim: Claim,
    /// How many first mails had gone out when the bounce arrived.
    pub sent: u64,
}

impl FirstMails {
    /// Records a bounce, once for each mail. Only as many are kept as decide anything.
    pub fn record_bounce(&mut self, claim: &Claim) {
        if self.bounced.iter().any(|it| it.claim == *claim) {
            return;
        }
        self.bounced.push(Bounced { claim: claim.clone(), sent: self.sent });
        let surplus = self.bounced.len().saturating_sub(MAX_BOUNCES + 1);
        self.bounced.drain(..surplus);
    }

    /// Whether more than 2 % of the last 200 bounced. Fewer mails than that are too few to judge by a share: one
    /// mistyped address among ten is no flood. The bounces needed are the same.
    #[must_use]
    pub fn must_brake(&self) -> bool {
        let recent = self.bounced.iter().filter(|it| self.sent.saturating_sub(it.sent) < LAST);
        recent.count() > MAX_BOUNCES
    }
}

/// When a welcome mail goes out that the brake delays at `now`.
#[must_use]
pub fn next_hour(now: Timestamp) -> Timestamp {
    add(hour_of(now), SignedDuration::from_hours(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn budget_is_the_sum_of_its_shares() {
        let now = at("2025-01-08T10:59:59.999Z");
        for budget in [1, 5, 15, 16, 17, 500, 1_000_000] {
            let Some(parsed) = Budget::parse(&budget.to_string()) else { panic!("{budget}") };
            let mut most = std::collections::BTreeMap::new();
            for random in 0..=u8::MAX {
                let shares: Vec<_> = parsed.shares(random, now).collect();
                assert_eq!(shares.len(), usize::try_from(budget.min(3)).unwrap(), "{budget}");
                let mut shards: Vec<_> = shares.iter().map(|share| share.shard).collect();
                shards.dedup();
                assert_eq!(shards.len(), shares.len(), "different ones: {shares:?}");
                most.extend(shares.iter().map(|share| (share.shard, share.most)));
                assert!(shares.iter().all(|share| share.hour == at("2025-01-08T10:00:00Z")));
            }
            assert_eq!(most.values().sum::<u32>(), budget, "{most:?}");
            assert!(most.len() <= usize::from(SHARDS), "{most:?}");
        }
        for bad in ["0", "-1", "1000001", "1.5", "", "many"] {
            assert_eq!(Budget::parse(bad), None, "{bad}");
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
    fn brake_holds_while_five_of_the_last_200_bounced() {
        let mut mails = FirstMails { sent: 200, ..FirstMails::default() };
        for n in 0..4 {
            mails.record_bounce(&Claim(format!("claim-{n}")));
            mails.record_bounce(&Claim(format!("claim-{n}")));
            assert!(!mails.must_brake(), "{n}: 2 % and no more");
        }
        mails.record_bounce(&Claim("claim-4".to_owned()));
        assert!(mails.must_brake());
        mails.sent += 199;
        assert!(mails.must_brake());
        mails.sent += 1;
        assert!(!mails.must_brake(), "200 others followed");
    }

    #[test]
    fn record_of_bounces_does_not_grow() {
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
