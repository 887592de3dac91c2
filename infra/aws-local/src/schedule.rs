//! Runs the template's schedules by the local clock.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    invoke::Fleet,
    template::{ACCOUNT, REGION, Schedule},
};
use sim::random;

/// All schedules with the time of their next run.
#[derive(Debug)]
pub struct Scheduler {
    schedules: Vec<Schedule>,
    next: Mutex<Vec<Timestamp>>,
    fleet: Arc<Fleet>,
}

impl Scheduler {
    /// Creates the scheduler. The first run of each schedule is one period after `now`, as for a
    /// new rule of EventBridge.
    pub fn new(schedules: Vec<Schedule>, fleet: Arc<Fleet>, now: Timestamp) -> Self {
        let scheduler = Self { schedules, next: Mutex::default(), fleet };
        scheduler.rearm(now);
        scheduler
    }

    /// Runs every due schedule once, even if several of its periods have passed. Returns whether at
    /// least one schedule was due.
    pub async fn run_due(&self, now: Timestamp) -> bool {
        let due: Vec<&Schedule> = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let pairs = self.schedules.iter().zip(next.iter_mut());
            pairs
                .filter_map(|(schedule, at)| {
                    (*at <= now).then(|| {
                        *at = next_run(schedule, now);
                        schedule
                    })
                })
                .collect()
        };
        for schedule in &due {
            self.run(schedule, now).await;
        }
        !due.is_empty()
    }

    /// Runs every schedule at `now`. The next runs are one period later.
    pub async fn run_all(&self, now: Timestamp) {
        self.rearm(now);
        for schedule in &self.schedules {
            self.run(schedule, now).await;
        }
    }

    /// Sets the next run of every schedule to one period after `now`.
    pub fn rearm(&self, now: Timestamp) {
        let next = self.schedules.iter().map(|schedule| next_run(schedule, now)).collect();
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }

    async fn run(&self, schedule: &Schedule, now: Timestamp) {
        let event = match &schedule.input {
            Some(input) => serde_json::from_str(input).unwrap_or_else(|_| Value::String(input.clone())),
            None => scheduled_event(schedule, now),
        };
        self.fleet.deliver(&schedule.function, &event, &schedule.id).await;
    }
}

fn next_run(schedule: &Schedule, now: Timestamp) -> Timestamp {
    now.checked_add(schedule.every).unwrap_or(Timestamp::MAX)
}

/// Returns the event that EventBridge sends if a schedule has no constant input.
fn scheduled_event(schedule: &Schedule, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": random::uuid(),
        "detail-type": "Scheduled Event",
        "source": schedule.source,
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [schedule.id],
        "detail": {},
    })
}
