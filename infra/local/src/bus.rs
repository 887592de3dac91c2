//! EventBridge: what reached the bus, and who gets it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::activity::{Activity, Running};
use crate::journal::Journal;
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
pub struct Parcel {
    /// The function's name.
    pub function: String,
    /// The rule that sends it.
    pub rule: String,
    /// The envelope.
    pub event: Value,
    /// The work that it is.
    pub running: Running,
}

/// All buses; the rules say which one they listen on.
#[derive(Debug)]
pub struct Bus {
    rules: Vec<Rule>,
    kept: Journal<Value>,
    outgoing: UnboundedSender<Parcel>,
    incoming: Mutex<Option<UnboundedReceiver<Parcel>>>,
    activity: Arc<Activity>,
}

impl Bus {
    /// A bus with the template's rules, remembering its events under `folder`.
    pub fn new(rules: Vec<Rule>, folder: Option<&Path>, activity: Arc<Activity>) -> std::io::Result<Self> {
        let (outgoing, incoming) = unbounded_channel();
        let kept = Journal::open(folder, "events.jsonl")?;
        Ok(Self { rules, kept, outgoing, incoming: Mutex::new(Some(incoming)), activity })
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
            let parcel = Parcel {
                function: rule.function.clone(),
                rule: rule.id.clone(),
                event: event.clone(),
                running: self.activity.begin(),
            };
            // The receiver lives as long as the stack; without one nobody is left to deliver to.
            if self.outgoing.send(parcel).is_err() {
                tracing::debug!(rule = rule.id, "an event came after the end");
            }
        }
        id
    }

    /// Every event so far, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.kept.all()
    }

    /// Forgets the events.
    pub fn clear(&self) {
        self.kept.clear();
    }

    /// The events to deliver; the first caller gets them.
    pub(crate) fn parcels(&self) -> Option<UnboundedReceiver<Parcel>> {
        self.incoming.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
