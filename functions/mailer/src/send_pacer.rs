use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use boot::Clock;
use domain::delivery::{Delivery, Outcome, SesHeartbeat};
use jiff::Timestamp;

/// How long a round begins and sends anything. With the longest a mail in hand then takes to be sent and settled it
/// stays within the function's time-out. What it leaves is still due, and found by the next.
const SEND_WINDOW: Duration = Duration::from_secs(15);
/// For how long the mails that are claimed together may take to leave at the rate of a round.
const CLAIM_AHEAD: Duration = Duration::from_secs(5);
/// The longest wait between two mails, however often SES says that they come too fast.
const SLOWEST: Duration = Duration::from_secs(2);

/// One invocation's work on mails: until when, how fast, and what it knows of SES.
///
/// Each invocation keeps the pace by itself. Two kinds send, the stream's (one at a time for each of the stream's
/// shards) and the schedule's; where they meet, SES throttles, which is a sure failure that slows both down.
#[derive(Debug)]
pub(crate) struct SendPacer {
    clock: Clock,
    feed: Option<SesHeartbeat>,
    end: Timestamp,
    pace: Mutex<Pace>,
    oldest: Mutex<Option<Timestamp>>,
}

#[derive(Debug)]
struct Pace {
    /// From when the next mail may leave.
    next: Timestamp,
    /// How far two mails are apart.
    apart: Duration,
    /// Whether SES lets nothing out.
    paused: bool,
}

impl SendPacer {
    /// A round that begins now and sends at most `rate` mails a second. Without the `feed` it leaves unknown mails
    /// alone.
    pub(crate) fn begin(clock: &Clock, rate: u32, feed: Option<SesHeartbeat>) -> Self {
        let now = clock.now();
        let pace = Pace { next: now, apart: Duration::from_secs(1) / rate.max(1), paused: false };
        Self {
            clock: clock.clone(),
            feed,
            end: later(now, SEND_WINDOW),
            pace: Mutex::new(pace),
            oldest: Mutex::new(None),
        }
    }

    /// What SES's events say of mails whose fate is not known, if this round asked.
    pub(crate) const fn heartbeat(&self) -> Option<SesHeartbeat> {
        self.feed
    }

    /// Takes note of mails as a try left them.
    pub(crate) fn leave<'a>(&self, deliveries: impl IntoIterator<Item = &'a Delivery>) {
        let owed = deliveries.into_iter().filter_map(Delivery::pending_since).min();
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = oldest.min(owed).or(owed).or(*oldest);
    }

    /// Since when the oldest of those is owed that are to be tried again.
    pub(crate) fn oldest_pending(&self) -> Option<Timestamp> {
        *self.oldest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing new is to be claimed: no turn is left, or SES lets no mail of the account out.
    pub(crate) fn is_over(&self) -> bool {
        let now = self.clock.now();
        self.pace(|pace| pace.paused || pace.next.max(now) >= self.end)
    }

    /// Whether SES lets no mail of the account out.
    pub(crate) fn is_paused(&self) -> bool {
        self.pace(|pace| pace.paused)
    }

    /// How many mails one of `at_once` parallel claims may hold, so that all of them leave in time.
    pub(crate) fn share(&self, at_once: usize) -> usize {
        let apart = self.pace(|pace| pace.apart).max(Duration::from_millis(1));
        let all = usize::try_from(CLAIM_AHEAD.as_millis() / apart.as_millis().max(1)).unwrap_or(usize::MAX);
        (all / at_once).max(1)
    }

    /// Sends a claimed mail when its turn comes. One whose turn does not come any more was not tried.
    pub(crate) async fn send(&self, mail: impl Future<Output = Outcome>) -> Outcome {
        if !self.wait_for_turn().await {
            return Outcome::Paused;
        }
        let outcome = mail.await;
        match outcome {
            Outcome::Throttled => self.pace(|pace| pace.apart = (pace.apart * 2).min(SLOWEST)),
            Outcome::Paused => self.pace(|pace| pace.paused = true),
            Outcome::Accepted
            | Outcome::NotSent
            | Outcome::Refused
            | Outcome::BadAddress
            | Outcome::Ambiguous => {}
        }
        outcome
    }

    /// Waits from `now` until `then`, if that lies within the round; says whether it did.
    pub(crate) async fn rest(&self, now: Timestamp, then: Timestamp) -> bool {
        let wait = Duration::try_from(then.duration_since(now)).unwrap_or_default();
        if self.is_over() || later(self.clock.now(), wait) >= self.end {
            return false;
        }
        self.clock.sleep(wait).await;
        true
    }

    async fn wait_for_turn(&self) -> bool {
        let now = self.clock.now();
        let turn = self.pace(|pace| {
            let turn = pace.next.max(now);
            if pace.paused || turn >= self.end {
                return None;
            }
            pace.next = later(turn, pace.apart);
            Some(turn)
        });
        let Some(turn) = turn else { return false };
        self.clock.sleep(Duration::try_from(turn.duration_since(now)).unwrap_or_default()).await;
        !self.is_paused()
    }

    fn pace<T>(&self, look: impl FnOnce(&mut Pace) -> T) -> T {
        look(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use tokio::time::Instant;

    use super::*;

    /// A round of ten mails a second, on a clock that passes as the test's time does.
    fn pacer() -> SendPacer {
        SendPacer::begin(&clock(), 10, None)
    }

    fn clock() -> Clock {
        let start = Instant::now();
        Clock::new(move || later(Timestamp::UNIX_EPOCH, start.elapsed()))
    }

    /// Sends so many mails at once; says how many were tried, and in how many milliseconds.
    async fn send(round: &SendPacer, mails: usize, outcome: Outcome) -> (usize, u128) {
        let start = Instant::now();
        let tried = Mutex::new(0);
        join_all((0..mails).map(|_| {
            round.send(async {
                *tried.lock().unwrap() += 1;
                outcome
            })
        }))
        .await;
        (tried.into_inner().unwrap(), start.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn mails_leave_at_the_rate_and_no_later_than_the_round_lasts() {
        let round = pacer();
        assert_eq!(send(&round, 21, Outcome::Accepted).await, (21, 2000));
        let (tried, took) = send(&round, 500, Outcome::Accepted).await;
        assert!(tried < 140 && took < SEND_WINDOW.as_millis(), "{tried} in {took}");
        tokio::time::advance(SEND_WINDOW).await;
        assert!(round.is_over());
        assert_eq!(send(&round, 1, Outcome::Accepted).await, (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_slows_the_rest_down() {
        let round = pacer();
        assert_eq!(send(&round, 1, Outcome::Throttled).await, (1, 0));
        let (_, took) = send(&round, 10, Outcome::Accepted).await;
        assert!(took >= 1800, "{took}");
        for _ in 0..20 {
            send(&round, 1, Outcome::Throttled).await;
        }
        assert!(round.pace(|pace| pace.apart) == SLOWEST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_ends_the_round() {
        let round = pacer();
        assert_eq!(send(&round, 30, Outcome::Paused).await.0, 1, "those behind it are not tried");
        assert!(round.is_over());
    }

    #[tokio::test]
    async fn the_oldest_mail_is_the_one_that_is_owed_for_longest_and_still_is() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let round = pacer();
        round.leave([]);
        assert_eq!(round.oldest_pending(), None);
        round.leave(&[Delivery::pending(at(7)), Delivery::pending(at(9))]);
        round.leave(&[Delivery::pending(at(8)), Delivery::Sent { at: at(1), claim: None }]);
        assert_eq!(round.oldest_pending(), Some(at(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn all_that_is_claimed_at_once_leaves_in_time() {
        for (rate, share) in [(1, 1), (14, 7), (500, 250)] {
            assert_eq!(SendPacer::begin(&clock(), rate, None).share(10), share, "{rate}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_lies_within_the_round() {
        let round = pacer();
        let now = Timestamp::UNIX_EPOCH;
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert!(round.rest(now, at(10)).await);
        assert!(!round.rest(now, at(10)).await, "a second such wait does not fit");
        assert!(round.rest(at(9), now).await, "what lies behind is no wait");
    }
}
