//! The parts of a page that a user collapsed or hid. They affect no one else.

use jiff::Timestamp;

use crate::{id::OrgId, trial::UrgencyStep};

/// What a user collapsed or hid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Whether the onboarding widget is collapsed.
    pub widget_collapsed: bool,
    /// The trial banner that the user hid last.
    pub hidden_banner: Option<HiddenBanner>,
}

/// A trial banner that a user hid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenBanner {
    /// Organization of the trial.
    pub org: OrgId,
    /// End of the trial that the banner announced.
    pub trial_ends_at: Timestamp,
    /// Urgency that the banner had.
    pub step: UrgencyStep,
}
