//! Incomplete deliveries of events to functions. The data folder stores these deliveries, and the
//! next start of the stack completes them. As on AWS, an event is therefore not lost after a bus
//! has accepted it.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use sim::append_log::AppendLog;

/// An event for one function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Name of the target function.
    pub function: String,
    /// Path of the rule that matched.
    pub rule: String,
    /// Event with its EventBridge envelope.
    pub event: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Line {
    Began(u64, Delivery),
    Ended(u64),
}

/// All deliveries that are not complete.
#[derive(Debug)]
pub struct InFlight {
    lines: AppendLog<Line>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    open: BTreeMap<u64, Delivery>,
}

impl InFlight {
    /// Opens the deliveries that `folder` stores.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        let lines: AppendLog<Line> = AppendLog::open(folder, "deliveries.jsonl")?;
        let mut state = State::default();
        for line in lines.all() {
            match line {
                Line::Began(number, delivery) => {
                    state.next = state.next.max(number + 1);
                    state.open.insert(number, delivery);
                }
                Line::Ended(number) => {
                    state.open.remove(&number);
                }
            }
        }
        Ok(Self { lines, state: Mutex::new(state) })
    }

    /// Returns the deliveries that are not complete, by number, oldest first.
    pub fn undelivered(&self) -> BTreeMap<u64, Delivery> {
        self.lock().open.clone()
    }

    /// Records a new delivery and returns its number.
    pub fn begin(&self, delivery: &Delivery) -> u64 {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.open.insert(number, delivery.clone());
        self.lines.push(Line::Began(number, delivery.clone()));
        number
    }

    /// Records that a delivery is complete.
    pub fn end(&self, number: u64) {
        let mut state = self.lock();
        state.open.remove(&number);
        if state.open.is_empty() {
            self.lines.clear();
        } else {
            self.lines.push(Line::Ended(number));
        }
    }

    /// Deletes all deliveries, so none is sent again.
    pub fn clear(&self) {
        self.lock().open.clear();
        self.lines.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_incomplete_deliveries_survive_a_restart() {
        let folder = std::env::temp_dir().join(format!("onramp-in-flight-{}", sim::random::uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        let to = |function: &str| Delivery {
            function: function.to_owned(),
            rule: "rule".to_owned(),
            event: json!({"id": 1}),
        };
        let open = || InFlight::open(Some(&folder)).unwrap();
        let (first, second) = {
            let before = open();
            (before.begin(&to("a")), before.begin(&to("b")))
        };
        open().end(first);
        let after = open();
        assert_eq!(after.undelivered(), BTreeMap::from([(second, to("b"))]));
        assert!(after.begin(&to("c")) > second, "numbers are unique");
        after.clear();
        assert!(open().undelivered().is_empty());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
