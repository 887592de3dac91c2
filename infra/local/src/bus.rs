//! EventBridge: what reached the bus, and who gets it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::append_log::AppendLog;
use crate::in_flight::{Delivery, InFlight};
use crate::pending_work::{PendingWork, Running};
use crate::random;
use crate::template::{ACCOUNT, REGION, Rule};

/// An entry as it is put on a bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The bus's name.
    pub bus: String,
    /// Who says it.
    pub source: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// The event itself, an object.
    pub detail: Value,
    /// ARNs that it is about.
    pub resources: Vec<Value>,
    /// When it happened; the time of arrival if the sender does not say.
    pub time: Option<Timestamp>,
}

/// An event on its way to a function. It counts as work under way until it is dropped.
#[derive(Debug)]
pub struct RuleDelivery {
    /// What is delivered to whom.
    pub delivery: Delivery,
    number: u64,
    _running: Running,
}

/// All buses; the rules say which one they listen on.
#[derive(Debug)]
pub struct Bus {
    rules: Vec<Rule>,
    kept: AppendLog<Value>,
    under_way: InFlight,
    outgoing: UnboundedSender<RuleDelivery>,
    incoming: Mutex<Option<UnboundedReceiver<RuleDelivery>>>,
    activity: Arc<PendingWork>,
}

impl Bus {
    /// A bus with the template's rules, remembering its events under `folder`.
    pub fn new(rules: Vec<Rule>, folder: Option<&Path>, activity: Arc<PendingWork>) -> std::io::Result<Self> {
        let (outgoing, incoming) = unbounded_channel();
        let kept = AppendLog::open(folder, "events.jsonl")?;
        let under_way = InFlight::open(folder)?;
        let bus = Self { rules, kept, under_way, outgoing, incoming: Mutex::new(Some(incoming)), activity };
        // The process ended before these were delivered.
        for (number, delivery) in bus.under_way.open_ones() {
            bus.send(number, delivery);
        }
        Ok(bus)
    }

    /// Takes an entry and sends it to every function whose rule matches. Gives the event's id.
    pub fn put(&self, entry: &Entry, now: Timestamp) -> String {
        let id = random::uuid();
        let time = entry.time.unwrap_or(now);
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": entry.detail_type,
            "source": entry.source,
            "account": ACCOUNT,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": REGION,
            "resources": entry.resources,
            "detail": entry.detail,
        });
        self.kept.push(event.clone());
        for rule in self.rules.iter().filter(|rule| rule.bus == entry.bus && rule.pattern.matches(&event)) {
            let delivery =
                Delivery { function: rule.function.clone(), rule: rule.id.clone(), event: event.clone() };
            self.send(self.under_way.begin(&delivery), delivery);
        }
        id
    }

    fn send(&self, number: u64, delivery: Delivery) {
        let parcel = RuleDelivery { delivery, number, _running: self.activity.begin() };
        // The receiver lives as long as the stack; what comes later is delivered after the next start.
        if self.outgoing.send(parcel).is_err() {
            tracing::debug!("an event came after the end");
        }
    }

    /// Takes note that a function took an event, or that it was given up.
    pub(crate) fn delivered(&self, parcel: &RuleDelivery) {
        self.under_way.end(parcel.number);
    }

    /// Every event so far, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.kept.all()
    }

    /// Forgets the events.
    pub fn clear(&self) {
        self.kept.clear();
        self.under_way.clear();
    }

    /// The events to deliver; the first caller gets them.
    pub(crate) fn parcels(&self) -> Option<UnboundedReceiver<RuleDelivery>> {
        self.incoming.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
