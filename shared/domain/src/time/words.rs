//! Durations in words, for texts that name a limit.

use jiff::SignedDuration;

use super::DAY;

/// Returns a duration of whole minutes in words, such as "10 minutes" or "seven days". A duration of
/// at least two days is a number of whole days. Numbers below ten are words.
#[must_use]
pub fn in_words(duration: SignedDuration) -> String {
    const NUMBERS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let (count, unit) = match duration.as_secs() / DAY.as_secs() {
        0 | 1 => (duration.as_mins(), "minutes"),
        days => (days, "days"),
    };
    let number = usize::try_from(count).ok().and_then(|count| NUMBERS.get(count));
    number.map_or_else(|| format!("{count} {unit}"), |number| format!("{number} {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_words() {
        for (minutes, words) in
            [(2, "two minutes"), (10, "10 minutes"), (4 * 24 * 60, "four days"), (35 * 24 * 60, "35 days")]
        {
            assert_eq!(in_words(SignedDuration::from_mins(minutes)), words);
        }
    }
}
