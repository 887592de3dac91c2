//! Undelivered events and their retries. Source: docs.stripe.com, "Webhook delivery behaviours".

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Delays after the first, second, … failed delivery of an event. The last delay repeats.
const BACKOFF: [SignedDuration; 5] = [
    SignedDuration::from_secs(10),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(3),
];

/// Maximum time from the creation of an event to its last retry.
const RETRY_PERIOD: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Order and number of the deliveries of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Each event once, in order of creation.
    #[default]
    Normal,
    /// Each event twice, in order of creation.
    Twice,
    /// Each event once, in random order.
    Shuffle,
    /// No deliveries until the events are released.
    Hold,
}

impl Mode {
    /// All modes, in the order in which error messages list them.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Twice, Self::Shuffle, Self::Hold];

    /// Returns the mode's name in the control interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Twice => "twice",
            Self::Shuffle => "shuffle",
            Self::Hold => "hold",
        }
    }

    /// Returns the mode with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

/// An undelivered event and the state of its delivery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) event: Value,
    pub(super) since: Timestamp,
    pub(super) due: Timestamp,
    pub(super) tries: usize,
    /// Whether the event waits for a release.
    pub(super) held: bool,
    /// Whether a sender is delivering the event now.
    #[serde(skip)]
    pub(super) in_progress: bool,
}

impl Delivery {
    pub(super) fn new(event: Value, now: Timestamp, mode: Mode) -> Self {
        Self { event, since: now, due: now, tries: 0, held: mode == Mode::Hold, in_progress: false }
    }

    pub(super) fn id(&self) -> &str {
        self.event.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the event can be delivered now: not held, not in progress, and due.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        !self.held && !self.in_progress && self.due <= now
    }

    /// Schedules the next delivery after a failed one. Returns `false` if the retry period is over.
    pub(super) fn failed(&mut self, now: Timestamp) -> bool {
        let wait = BACKOFF.get(self.tries).or(BACKOFF.last()).copied().unwrap_or(RETRY_PERIOD);
        self.tries += 1;
        self.in_progress = false;
        self.due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        self.due.duration_since(self.since) <= RETRY_PERIOD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_delivery_is_given_up_after_three_days() {
        let mut delivery = Delivery::new(Value::Null, Timestamp::UNIX_EPOCH, Mode::Normal);
        let mut waits = Vec::new();
        let mut now = Timestamp::UNIX_EPOCH;
        while delivery.failed(now) {
            waits.push(delivery.due.duration_since(now).as_secs());
            now = delivery.due;
        }
        assert_eq!(waits.get(..6), Some([10, 60, 600, 3600, 10_800, 10_800].as_slice()));
        assert_eq!(waits.len(), 4 + 23, "{waits:?}");
    }

    #[test]
    fn modes_round_trip() {
        assert!(Mode::ALL.iter().all(|mode| Mode::parse(mode.as_str()) == Some(*mode)));
        assert_eq!(Mode::parse("Normal"), None);
    }
}
