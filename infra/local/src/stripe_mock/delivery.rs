//! An event on its way. Source: docs.stripe.com, "Webhook delivery behaviours".

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// From a failed delivery to the next: growing, and then every three hours.
const BACKOFF: [SignedDuration; 5] = [
    SignedDuration::from_secs(10),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(3),
];

/// For so long an event is delivered again and again.
const RETRY_PERIOD: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How events are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Once, in their order.
    #[default]
    Normal,
    /// Each one two times.
    Twice,
    /// In an order that nobody knows before.
    Shuffle,
    /// Not until they are released.
    Hold,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Twice, Self::Shuffle, Self::Hold];

    /// As the control interface writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Twice => "twice",
            Self::Shuffle => "shuffle",
            Self::Hold => "hold",
        }
    }

    /// Reads its name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// An event that is not delivered yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) event: Value,
    pub(super) since: Timestamp,
    pub(super) due: Timestamp,
    pub(super) tries: usize,
    /// Whether it waits for a release.
    pub(super) held: bool,
    /// Whether somebody is delivering it now.
    #[serde(skip)]
    pub(super) under_way: bool,
}

impl Delivery {
    pub(super) fn new(event: Value, now: Timestamp, mode: Mode) -> Self {
        Self { event, since: now, due: now, tries: 0, held: mode == Mode::Hold, under_way: false }
    }

    /// The event's id.
    pub(super) fn id(&self) -> &str {
        self.event.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it waits for nothing but somebody to deliver it.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        !self.held && !self.under_way && self.due <= now
    }

    /// Notes a failed delivery; `false` if there will be no other.
    pub(super) fn failed(&mut self, now: Timestamp) -> bool {
        let wait = BACKOFF.get(self.tries).or(BACKOFF.last()).copied().unwrap_or(RETRY_PERIOD);
        self.tries += 1;
        self.under_way = false;
        self.due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        self.due.duration_since(self.since) <= RETRY_PERIOD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_that_keeps_failing_is_left_after_three_days() {
        let mut parcel = Delivery::new(Value::Null, Timestamp::UNIX_EPOCH, Mode::Normal);
        let mut waits = Vec::new();
        let mut now = Timestamp::UNIX_EPOCH;
        while parcel.failed(now) {
            waits.push(parcel.due.duration_since(now).as_secs());
            now = parcel.due;
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
