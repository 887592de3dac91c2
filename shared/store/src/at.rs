//! The stored form of a time.

use std::{fmt, io::Write};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

/// A time, stored as RFC 3339 text in UTC with milliseconds. All texts have the same length, so
/// their alphabetical order is the order of the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At(pub Timestamp);

/// The number of bytes of a text.
const LENGTH: usize = 24;
/// The first second of the year 0.
const YEAR_ZERO: i64 = -62_167_219_200;

impl fmt::Display for At {
    /// Formats the text.
    ///
    /// A time before the year 0 has no text of this length, so the text is the start of the year 0.
    /// Such a time can only be an error in data from outside. It must not make an item corrupt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = Timestamp::from_second(YEAR_ZERO).unwrap_or(Timestamp::UNIX_EPOCH);
        write!(f, "{:.3}", self.0.max(first))
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; LENGTH];
        write!(text.as_mut_slice(), "{self}").map_err(S::Error::custom)?;
        serializer.serialize_str(str::from_utf8(&text).map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| D::Error::custom("not a timestamp"))
    }
}

impl From<Timestamp> for At {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_round_trips() {
        for at in [
            Timestamp::MIN,
            Timestamp::UNIX_EPOCH,
            Timestamp::MAX,
            "-000500-01-01T00:00:00Z".parse().unwrap(),
        ] {
            let text = At(at).to_string();
            assert_eq!(text.len(), LENGTH, "{text}");
            assert_eq!(serde_json::to_value(At(at)).unwrap(), text);
            let read: Timestamp = text.parse().unwrap();
            assert!(at.as_second() < YEAR_ZERO || read.as_millisecond() == at.as_millisecond(), "{text}");
        }
    }

    #[test]
    fn texts_have_one_width_and_sort_like_times() {
        let mut texts: Vec<String> =
            ["2025-01-22T10:20:30Z", "2025-01-22T10:20:30.5Z", "2025-01-22T10:20:31.0009Z"]
                .iter()
                .map(|text| At(text.parse().unwrap()).to_string())
                .collect();
        assert_eq!(texts[0], "2025-01-22T10:20:30.000Z");
        assert_eq!(texts[1], "2025-01-22T10:20:30.500Z");
        let sorted = texts.clone();
        texts.sort();
        assert_eq!(texts, sorted);
    }
}
