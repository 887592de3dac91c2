//! Steps of urgency at the end of a trial.

/// Step of urgency. Later steps are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UrgencyStep {
    /// More than [`NOTICE_DAYS`](super::NOTICE_DAYS) remain.
    Calm,
    /// More than [`WARNING_DAYS`](super::WARNING_DAYS) remain.
    Notice,
    /// The last days, without the last one.
    Warning,
    /// The trial ends today, by the calendar of the organization.
    LastDay,
}

impl UrgencyStep {
    const ALL: [Self; 4] = [Self::Calm, Self::Notice, Self::Warning, Self::LastDay];

    /// Returns the name in paths and stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::LastDay => "last-day",
        }
    }

    /// Parses a name of [`Self::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}
