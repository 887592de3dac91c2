//! `/mail/unsubscribe/{token}`: the link that stops trial reminders.

pub mod stop {
    pub const TITLE: &str = "Stop trial reminders?";
    pub const SUBMIT: &str = "Stop trial reminders";
    pub const KEEP: &str = "Want to keep them? You can close this page. Nothing has changed.";

    pub const fn lead<'a>(address: &'a str, org: &'a str) -> [&'a str; 5] {
        [
            "If you stop them, ",
            address,
            " won’t get reminders before the trial of ",
            org,
            " ends. You’ll still get emails about sign-in, payments, and the end of the trial.",
        ]
    }
}

pub mod stopped {
    pub const TITLE: &str = "Trial reminders are off";
    pub const SUBMIT: &str = "Turn reminders back on";
    pub const CLOSE: &str = "You can close this page.";

    pub const fn lead<'a>(address: &'a str, org: &'a str) -> [&'a str; 5] {
        [
            "",
            address,
            " won’t get any more trial reminders for ",
            org,
            ". You’ll still get emails about sign-in, payments, and the end of the trial.",
        ]
    }
}

pub const EXPIRED_LEAD: &str = "This link has expired, or you’re no longer an admin of that organization. If \
                                you still get reminders, use the link in the latest one.";
pub const EXPIRED: &str = "This link has expired. Use the link in a more recent email.";
