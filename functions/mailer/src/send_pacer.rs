//! Rate and time limit for the emails of one invocation.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::mail::{Delivery, Outcome, SesHeartbeat};
use jiff::Timestamp;
use runtime::Clock;

/// Number of items that one invocation processes in parallel.
pub(crate) const CONCURRENCY: usize = 10;
/// Time after the start of an invocation from which it sends no further email.
///
/// The last email must also be sent, and its outcome recorded, before the timeout of the function.
/// The next invocation sends the emails that remain.
const SEND_WINDOW: Duration = Duration::from_secs(15);
/// Maximum time that sending all claimed emails may take at the configured rate.
const CLAIM_AHEAD: Duration = Duration::from_secs(5);
/// Maximum interval between two emails after repeated throttling by SES.
const MAX_INTERVAL: Duration = Duration::from_secs(2);

/// Paces the emails of one invocation.
///
/// Each invocation has its own pacer. Invocations of the stream (one per shard) and of the schedule
/// can overlap, and SES can then throttle them. SES certainly did not send a throttled email, and
/// the throttled invocation slows down. The pacer waits by the clock that it is given, so tests
/// take no real time.
#[derive(Debug)]
pub(crate) struct SendPacer {
    clock: Clock,
    heartbeat: Option<SesHeartbeat>,
    end: Timestamp,
    pace: Mutex<Pace>,
    oldest_pending: Mutex<Option<Timestamp>>,
}

#[derive(Debug)]
struct Pace {
    /// Earliest time at which the next email may be sent.
    next: Timestamp,
    /// Time between two emails.
    interval: Duration,
    /// Whether SES paused sending for the account.
    paused: bool,
}

impl SendPacer {
    /// Starts a pacer that sends at most `rate` emails per second.
    ///
    /// Without a `heartbeat`, the invocation makes no decision about emails with unknown delivery.
    pub(crate) fn begin(clock: &Clock, rate: u32, heartbeat: Option<SesHeartbeat>) -> Self {
        let now = clock.now();
        let pace = Pace { next: now, interval: Duration::from_secs(1) / rate.max(1), paused: false };
        Self {
            clock: clock.clone(),
            heartbeat,
            end: later(now, SEND_WINDOW),
            pace: Mutex::new(pace),
            oldest_pending: Mutex::new(None),
        }
    }

    /// Returns the heartbeat of SES events, or `None` if the invocation did not load it.
    pub(crate) const fn heartbeat(&self) -> Option<SesHeartbeat> {
        self.heartbeat
    }

    /// Records the states of emails after an attempt, for [`Self::oldest_pending`].
    pub(crate) fn record_deliveries<'a>(&self, deliveries: impl IntoIterator<Item = &'a Delivery>) {
        let pending = deliveries.into_iter().filter_map(Delivery::pending_since).min();
        let mut oldest = self.oldest_pending.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = oldest.min(pending).or(pending).or(*oldest);
    }

    /// Returns when the oldest of the emails that will be retried was enqueued. Returns `None` if
    /// no email will be retried.
    pub(crate) fn oldest_pending(&self) -> Option<Timestamp> {
        *self.oldest_pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the invocation must not claim more emails, because its time is over or SES
    /// paused sending.
    pub(crate) fn is_over(&self) -> bool {
        let now = self.clock.now();
        self.pace(|pace| pace.paused || pace.next.max(now) >= self.end)
    }

    /// Returns whether SES paused sending for the account.
    pub(crate) fn is_paused(&self) -> bool {
        self.pace(|pace| pace.paused)
    }

    /// Returns how many emails one claim may contain, so that the emails of [`CONCURRENCY`] claims can
    /// be sent within [`CLAIM_AHEAD`]. The number is at least 1.
    pub(crate) fn claim_limit(&self) -> usize {
        let interval = self.pace(|pace| pace.interval).max(Duration::from_millis(1));
        let all =
            usize::try_from(CLAIM_AHEAD.as_millis() / interval.as_millis().max(1)).unwrap_or(usize::MAX);
        (all / CONCURRENCY).max(1)
    }

    /// Waits until the rate permits another email, and then sends a claimed email.
    ///
    /// Returns [`Outcome::Paused`] without an attempt if the send window ends first or SES paused
    /// sending.
    pub(crate) async fn send(&self, email: impl Future<Output = Outcome>) -> Outcome {
        if !self.wait_for_turn().await {
            return Outcome::Paused;
        }
        let outcome = email.await;
        match outcome {
            Outcome::Throttled => self.pace(|pace| pace.interval = (pace.interval * 2).min(MAX_INTERVAL)),
            Outcome::Paused => self.pace(|pace| pace.paused = true),
            Outcome::Accepted
            | Outcome::NotSent
            | Outcome::Refused
            | Outcome::BadAddress
            | Outcome::Ambiguous => {}
        }
        outcome
    }

    /// Waits from `now` until `then`. Returns `false` without waiting if the send window of the
    /// invocation ends before `then`.
    pub(crate) async fn wait_until(&self, now: Timestamp, then: Timestamp) -> bool {
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
            pace.next = later(turn, pace.interval);
            Some(turn)
        });
        let Some(turn) = turn else { return false };
        self.clock.sleep(Duration::try_from(turn.duration_since(now)).unwrap_or_default()).await;
        !self.is_paused()
    }

    fn pace<T>(&self, access: impl FnOnce(&mut Pace) -> T) -> T {
        access(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner))
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

    /// Returns a pacer for ten emails per second. Its clock follows the simulated time of the test
    /// runtime.
    fn pacer() -> SendPacer {
        SendPacer::begin(&clock(), 10, None)
    }

    fn clock() -> Clock {
        let start = Instant::now();
        Clock::new(move || later(Timestamp::UNIX_EPOCH, start.elapsed()))
    }

    /// Sends emails in parallel. Returns the number of attempts and the duration in milliseconds.
    async fn send(pacer: &SendPacer, count: usize, outcome: Outcome) -> (usize, u128) {
        let start = Instant::now();
        let attempts = Mutex::new(0);
        join_all((0..count).map(|_| {
            pacer.send(async {
                *attempts.lock().unwrap() += 1;
                outcome
            })
        }))
        .await;
        (attempts.into_inner().unwrap(), start.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn pacer_sends_at_the_rate_within_the_send_window() {
        let pacer = pacer();
        assert_eq!(send(&pacer, 21, Outcome::Accepted).await, (21, 2000));
        let (attempts, took) = send(&pacer, 500, Outcome::Accepted).await;
        assert!(attempts < 140 && took < SEND_WINDOW.as_millis(), "{attempts} in {took}");
        tokio::time::advance(SEND_WINDOW).await;
        assert!(pacer.is_over());
        assert_eq!(send(&pacer, 1, Outcome::Accepted).await, (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_doubles_the_interval() {
        let pacer = pacer();
        assert_eq!(send(&pacer, 1, Outcome::Throttled).await, (1, 0));
        let (_, took) = send(&pacer, 10, Outcome::Accepted).await;
        assert!(took >= 1800, "{took}");
        for _ in 0..20 {
            send(&pacer, 1, Outcome::Throttled).await;
        }
        assert!(pacer.pace(|pace| pace.interval) == MAX_INTERVAL);
    }

    #[tokio::test(start_paused = true)]
    async fn pause_stops_all_further_attempts() {
        let pacer = pacer();
        assert_eq!(send(&pacer, 30, Outcome::Paused).await.0, 1, "no attempt after the first");
        assert!(pacer.is_over());
    }

    #[tokio::test]
    async fn oldest_pending_ignores_sent_emails() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let pacer = pacer();
        pacer.record_deliveries([]);
        assert_eq!(pacer.oldest_pending(), None);
        pacer.record_deliveries(&[Delivery::pending(at(7)), Delivery::pending(at(9))]);
        pacer.record_deliveries(&[Delivery::pending(at(8)), Delivery::Sent { at: at(1), claim: None }]);
        assert_eq!(pacer.oldest_pending(), Some(at(7)));
    }

    #[tokio::test(start_paused = true)]
    async fn claim_limit_follows_the_rate() {
        for (rate, limit) in [(1, 1), (14, 7), (500, 250)] {
            assert_eq!(SendPacer::begin(&clock(), rate, None).claim_limit(), limit, "{rate}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn wait_fails_when_it_exceeds_the_send_window() {
        let pacer = pacer();
        let now = Timestamp::UNIX_EPOCH;
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert!(pacer.wait_until(now, at(10)).await);
        assert!(!pacer.wait_until(now, at(10)).await, "a second wait of this length does not fit");
        assert!(pacer.wait_until(at(9), now).await, "a time in the past needs no wait");
    }
}
