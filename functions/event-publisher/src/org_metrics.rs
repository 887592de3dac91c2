//! What changes say of how things go, as metrics.

use domain::{
    id::OrgId,
    measure::{COMPLETION_TARGET, Measure},
};
use jiff::Timestamp;
use telemetry::{LogArea, Metric};

/// The figures of one change.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Whose change it is.
    pub(crate) org: OrgId,
    /// What is measured of it.
    pub(crate) measures: Vec<Measure>,
    /// How many bytes the item takes after it.
    pub(crate) size: usize,
}

impl Figures {
    /// Counts them. That is done after the events of the change are on the bus and its record will not come again: only
    /// a function that dies in between counts a change twice.
    pub(crate) fn tell(&self, now: Timestamp) {
        for measure in &self.measures {
            match *measure {
                Measure::FirstValue { after } => telemetry::measure(Metric::TimeToFirstValue, after, now),
                Measure::Completed { after } => {
                    telemetry::count(Metric::OnboardingCompleted, 1, now);
                    if after <= COMPLETION_TARGET {
                        telemetry::count(Metric::OnboardingCompletedInTime, 1, now);
                    }
                    telemetry::measure(Metric::TimeToComplete, after, now);
                }
                Measure::TrialConverted => telemetry::count(Metric::TrialConverted, 1, now),
                Measure::TrialRecovered => telemetry::count(Metric::TrialRecovered, 1, now),
                Measure::TrialLeft => telemetry::count(Metric::TrialLeft, 1, now),
            }
        }
        if self.size > store::LARGE_ITEM_BYTES {
            telemetry::count(Metric::ItemLarge, 1, now);
            tracing::error!(area = %LogArea::Onboarding, organization = %self.org, bytes = self.size, "an item grows too large");
        }
    }
}
