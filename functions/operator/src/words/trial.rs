//! Texts of the trial section and its form.

use maud::{Markup, Render, html};

pub const TITLE: &str = "Trial";
pub const NONE: &str = "No trial.";
pub const DAYS: &str = "Days to add";
pub const REASON: &str = "Reason";
pub const REASON_HINT: &str = "Stored with the organization for other operators.";
pub const EXTEND: &str = "Extend trial";
pub const START: &str = "Start trial";

/// Returns when a running trial ends.
pub fn ends_on(date: &impl Render, days_left: u32) -> Markup {
    html! { "Ends on " (date) ", in " (days(days_left)) "." }
}

/// Returns when the trial ended.
pub fn ended_on(date: &impl Render) -> Markup {
    html! { "Ended on " (date) "." }
}

/// Returns the effect of one extension. The reason for the extension follows the text.
pub fn extended(by: u32, until: &impl Render) -> Markup {
    html! { "Added " (days(by)) ", until " (until) ": " }
}

/// Returns the operator and the date of an extension.
pub fn extended_by(operator: &str, date: &impl Render) -> Markup {
    html! { (operator) ", " (date) }
}

/// Returns the allowed range of days and their effect.
pub fn days_hint(max: u16, has_trial: bool) -> String {
    let start = if has_trial {
        "Added to the end date, or starting now if the trial is over."
    } else {
        "Starts now."
    };
    format!("1 to {max}. {start}")
}

fn days(count: u32) -> String {
    format!("{count} {}", if count == 1 { "day" } else { "days" })
}

/// Returns the text about a trial that starts when the steps of the host app are done.
pub fn waits(days: u32) -> String {
    format!("{days} days, which start when the organization is ready.")
}
