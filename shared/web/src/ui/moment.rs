//! Moments, as people read them.

use domain::zone::Zone;
use jiff::Timestamp;
use maud::{Markup, html};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment of the past: relative where recent, else the date there; the exact time on hover and for programs.
#[must_use]
pub fn past(at: Timestamp, now: Timestamp, zone: &Zone) -> Markup {
    let words = match now.duration_since(at).as_secs() {
        ..MINUTE => "just now".to_owned(),
        seconds @ MINUTE..HOUR => ago(seconds / MINUTE, "minute"),
        seconds @ HOUR..DAY => ago(seconds / HOUR, "hour"),
        _ => zone.date(at),
    };
    html! { time datetime=(at) title=(zone.date_and_time(at)) { (words) } }
}

/// The date of a moment there.
#[must_use]
pub fn date(at: Timestamp, zone: &Zone) -> Markup {
    html! { time datetime=(at) title=(zone.date_and_time(at)) { (zone.date(at)) } }
}

fn ago(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_moments_are_relative_and_older_ones_dates_there() {
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
