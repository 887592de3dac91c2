//! Commands that collapse or hide a part of a page for one user.

use jiff::Timestamp;

use super::{HiddenBanner, Preferences};
use crate::{
    org::Org,
    trial::{Urgency, UrgencyStep},
};

/// A change of the preferences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewCommand {
    /// Show only the title of the widget, and the number of steps that are left.
    CollapseWidget,
    /// Show the whole widget again.
    ExpandWidget,
    /// Hide the trial banner until it is more urgent than this.
    HideBanner(UrgencyStep),
}

impl ViewCommand {
    /// Parses the name of a command in a path, such as `collapse` or `hide-calm`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "collapse" => Some(Self::CollapseWidget),
            "expand" => Some(Self::ExpandWidget),
            _ => name.strip_prefix("hide-").and_then(UrgencyStep::parse).map(Self::HideBanner),
        }
    }
}

impl Preferences {
    /// Applies a command of a user of `org`. A banner can be hidden only while a trial runs.
    pub fn apply(&mut self, command: ViewCommand, org: &Org, now: Timestamp) {
        match command {
            ViewCommand::CollapseWidget => self.widget_collapsed = true,
            ViewCommand::ExpandWidget => self.widget_collapsed = false,
            ViewCommand::HideBanner(step) => {
                if let Some(Urgency { trial_ends_at, .. }) = org.trial_urgency(now) {
                    self.hidden_banner = Some(HiddenBanner { org: org.id, trial_ends_at, step });
                }
            }
        }
    }

    /// Returns whether the user hid the banner about the running trial of `org`, in its current or
    /// a later step of urgency.
    #[must_use]
    pub fn hides_banner(&self, org: &Org, now: Timestamp) -> bool {
        let urgency = org.trial_urgency(now);
        self.hidden_banner.zip(urgency).is_some_and(|(hidden, urgency)| {
            hidden.org == org.id
                && hidden.trial_ends_at == urgency.trial_ends_at
                && hidden.step >= urgency.step
        })
    }
}
