//! Metrics of one change of an organization.

use domain::{
    id::OrgId,
    org::{COMPLETION_TARGET, Measure},
};
use jiff::Timestamp;
use telemetry::{LogArea, Metric};

/// The metrics of one change of an organization.
#[derive(Debug)]
pub(crate) struct OrgMetrics {
    /// ID of the changed organization.
    pub(crate) org: OrgId,
    /// The measures that the domain derived from the change.
    pub(crate) measures: Vec<Measure>,
    /// The size of the item after the change, in bytes.
    pub(crate) size: usize,
}

impl OrgMetrics {
    /// Writes the metrics to the log.
    ///
    /// Call this after the events of the change are published. A retry starts at the first change
    /// whose events were not published, so it does not count this change again. A change is counted
    /// twice only if the function crashes before it responds.
    pub(crate) fn count(&self, now: Timestamp) {
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
                Measure::Ready { after } => telemetry::measure(Metric::TimeToReady, after, now),
                Measure::RunFailed => telemetry::count(Metric::ProvisioningRunFailed, 1, now),
                Measure::TrialConverted => telemetry::count(Metric::TrialConverted, 1, now),
                Measure::TrialRecovered => telemetry::count(Metric::TrialRecovered, 1, now),
                Measure::TrialLeft => telemetry::count(Metric::TrialLeft, 1, now),
            }
        }
        if self.size > store::LARGE_ITEM_BYTES {
            telemetry::count(Metric::ItemLarge, 1, now);
            tracing::error!(
                area = %LogArea::Onboarding,
                organization = %self.org,
                bytes = self.size,
                "found organization item above size limit"
            );
        }
    }
}
