//! Raises the alarm for events that show money without effect.

use domain::billing::ReviewKind;
use jiff::Timestamp;
use store::{Error, WaitingEvent};
use telemetry::{LogArea, Metric};

use crate::App;

impl App {
    /// Raises the alarm for a quarantined event that still needs review.
    pub(crate) async fn judge_alarm(&self, event: &WaitingEvent, now: Timestamp) -> Result<(), Error> {
        match self.store.judge_alarm(event, now).await {
            Ok(kind) => kind.into_iter().for_each(|kind| report_money(kind, now)),
            Err(Error::Corrupt(why)) => {
                telemetry::count(Metric::MoneyWithoutEffect, 1, now);
                tracing::error!(area = %LogArea::Webhook, error = %why, "found corrupt item of quarantined event");
            }
            Err(error) => return Err(error),
        }
        self.store.close_alarm(event).await
    }
}

/// Counts an event that shows money without effect, which raises the alarm.
pub(crate) fn report_money(kind: ReviewKind, now: Timestamp) {
    telemetry::count(Metric::MoneyWithoutEffect, 1, now);
    let kind = kind.as_str();
    tracing::error!(area = %LogArea::Webhook, kind, "found money without effect");
}
