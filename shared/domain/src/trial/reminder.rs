//! When the end of a trial is announced.

/// The end of a trial is a notice when at most this number of days remains.
pub const NOTICE_DAYS: u32 = 7;
/// The end of a trial is a warning when at most this number of days remains.
pub const WARNING_DAYS: u32 = 3;

/// Parses the reminders of a trial: numbers of days before its end, separated by commas. Returns
/// each number once, in ascending order.
///
/// 0 days means no reminder. At the end of the trial, the admins get the email about the end
/// instead. Returns `None` unless all numbers are whole.
#[must_use]
pub fn parse_reminder_days(text: &str) -> Option<Vec<u16>> {
    let mut days: Vec<u16> = text.split(',').map(|days| days.trim().parse().ok()).collect::<Option<_>>()?;
    days.sort_unstable();
    days.dedup();
    days.retain(|days| *days > 0);
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminder_days_are_sorted_unique_and_positive() {
        for (text, days) in [
            ("3", Some(vec![3])),
            ("7, 1,3,3", Some(vec![1, 3, 7])),
            ("0", Some(vec![])),
            ("7,0", Some(vec![7])),
            ("", None),
            ("3;1", None),
            ("-1", None),
            ("soon", None),
        ] {
            assert_eq!(parse_reminder_days(text), days, "{text:?}");
        }
    }
}
