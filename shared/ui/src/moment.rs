//! Points in time, formatted for users.

use domain::time::Zone;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::words::time as words;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Renders a past time. Within the last 24 hours, the text is relative, such as "2 hours ago".
/// Otherwise it is the date in `zone`.
///
/// The HTML element `time` also contains the exact time: as a tooltip for users, and as an
/// attribute for programs.
#[must_use]
pub fn past(at: Timestamp, now: Timestamp, zone: &Zone) -> Markup {
    let text = match now.duration_since(at).as_secs() {
        ..MINUTE => words::JUST_NOW.to_owned(),
        seconds @ MINUTE..HOUR => words::ago(seconds / MINUTE, words::MINUTE),
        seconds @ HOUR..DAY => words::ago(seconds / HOUR, words::HOUR),
        _ => zone.date(at),
    };
    html! { time datetime=(at) title=(zone.date_and_time(at)) { (text) } }
}

/// Renders the date of a point in time in `zone`.
#[must_use]
pub fn date(at: Timestamp, zone: &Zone) -> Markup {
    html! { time datetime=(at) title=(zone.date_and_time(at)) { (zone.date(at)) } }
}

/// Renders the time of the day in `zone`, with the name of the zone.
#[must_use]
pub fn time(at: Timestamp, zone: &Zone) -> Markup {
    html! { time datetime=(at) title=(zone.date_and_time(at)) { (zone.time(at)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_time_is_relative_within_24_hours() {
        let at: Timestamp = "2025-01-22T23:30:00Z".parse().unwrap();
        let zone = Zone::named("Europe/Berlin");
        for (seconds, words) in [
            (-5, "just now"),
            (0, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (5 * 60 + 30, "5 minutes ago"),
            (3600, "1 hour ago"),
            (23 * 3600 + 3599, "23 hours ago"),
            (24 * 3600, "January 23, 2025"),
        ] {
            let now = Timestamp::from_second(at.as_second() + seconds).unwrap();
            let shown = past(at, now, &zone).into_string();
            assert!(shown.contains(&format!(">{words}</time>")), "after {seconds} s: {shown}");
            assert!(shown.contains(r#"datetime="2025-01-22T23:30:00Z""#), "{shown}");
            assert!(shown.contains(r#"title="January 23, 2025, 00:30 CET""#), "{shown}");
        }
    }
}
