//! EventBridge: receives events and delivers them to the functions and queues whose rule matches.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::{
    in_flight::{Delivery, InFlight},
    queues::Queues,
    template::{ACCOUNT, REGION, Rule, Target},
};
use sim::{
    append_log::AppendLog,
    pending_work::{PendingWork, Running},
    random,
};

/// An entry of a `PutEvents` request.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Name of the bus.
    pub bus: String,
    /// Source of the event.
    pub source: String,
    /// Detail type of the event.
    pub detail_type: String,
    /// Detail of the event, a JSON object.
    pub detail: Value,
    /// ARNs of the resources that the event refers to.
    pub resources: Vec<Value>,
    /// Time of the event. `None` uses the time of arrival.
    pub time: Option<Timestamp>,
}

/// An event on its way to a function. It counts as pending work until this value is dropped.
#[derive(Debug)]
pub struct RuleDelivery {
    /// The event and its target.
    pub delivery: Delivery,
    number: u64,
    _running: Running,
}

/// All event buses. A rule names the bus to which it belongs.
#[derive(Debug)]
pub struct Bus {
    rules: Vec<Rule>,
    queues: Arc<Queues>,
    events: AppendLog<Value>,
    in_flight: InFlight,
    outgoing: UnboundedSender<RuleDelivery>,
    incoming: Mutex<Option<UnboundedReceiver<RuleDelivery>>>,
    pending_work: Arc<PendingWork>,
}

impl Bus {
    /// Creates the buses with the template's rules. Stores the events in `folder`, or in memory
    /// without a folder. Also sends the deliveries that an earlier process stored there but did not
    /// complete.
    pub fn new(
        rules: Vec<Rule>,
        queues: Arc<Queues>,
        folder: Option<&Path>,
        pending_work: Arc<PendingWork>,
    ) -> std::io::Result<Self> {
        let (outgoing, incoming) = unbounded_channel();
        let events = AppendLog::open(folder, "events.jsonl")?;
        let in_flight = InFlight::open(folder)?;
        let incoming = Mutex::new(Some(incoming));
        let bus = Self { rules, queues, events, in_flight, outgoing, incoming, pending_work };
        // An earlier process ended before it completed these deliveries.
        for (number, delivery) in bus.in_flight.undelivered() {
            bus.send(number, delivery);
        }
        Ok(bus)
    }

    /// Stores an event and sends it to every function and queue whose rule matches. Returns the event's ID.
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
        self.events.push(event.clone());
        for rule in self.rules.iter().filter(|rule| rule.bus == entry.bus && rule.pattern.matches(&event)) {
            match &rule.target {
                Target::Function(function) => {
                    let (function, rule) = (function.clone(), rule.id.clone());
                    let delivery = Delivery { function, rule, event: event.clone() };
                    self.send(self.in_flight.begin(&delivery), delivery);
                }
                Target::Queue(queue) => {
                    if let Err(error) = self.queues.send(queue, &event.to_string(), 0) {
                        tracing::error!(queue, ?error, "failed to send event to queue");
                    }
                }
            }
        }
        id
    }

    fn send(&self, number: u64, delivery: Delivery) {
        let delivery = RuleDelivery { delivery, number, _running: self.pending_work.begin() };
        // The channel has no receiver while the stack stops. The next start delivers the event.
        if self.outgoing.send(delivery).is_err() {
            tracing::debug!("kept event for the next start");
        }
    }

    /// Records that a delivery is complete: the function succeeded, or the event is a dead letter.
    pub fn delivered(&self, delivery: &RuleDelivery) {
        self.in_flight.end(delivery.number);
    }

    /// Returns all events, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.events.all()
    }

    /// Deletes all events and pending deliveries.
    pub fn clear(&self) {
        self.events.clear();
        self.in_flight.clear();
    }

    /// Returns the receiver of deliveries at the first call, and `None` at any later call.
    pub fn deliveries(&self) -> Option<UnboundedReceiver<RuleDelivery>> {
        self.incoming.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
