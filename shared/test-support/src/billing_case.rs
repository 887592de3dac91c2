//! Reads the case files and builds their events.
//!
//! A case is one file in `billing_cases/<kind>/<name>.json`:
//!
//! | field | meaning |
//! |---|---|
//! | `shows` | what the case shows, in one sentence |
//! | `sign_up` | form fields that differ from the default sign-up, which starts no trial |
//! | `second_organization` | whether a second user signs up an organization |
//! | `settings` | variables of the functions that differ from the local defaults |
//! | `steps` | events, requests, waits, and moves of the clock, in order |
//! | `expect` | the expected answers, by question |
//!
//! An event names only what differs from an ordinary Team plan. The runner lays `set` over the base
//! object in `billing_objects/`. Objects are combined field by field, except `metadata`, which is replaced.
//! Each entry of a list is laid over the first entry of the base's list.
//!
//! The step `"settle"` sends all emails and domain events. A request follows no redirect.
//!
//! Texts may contain `$ORG`, `$ORG2`, and `$CUS`. The texts `$NOW+60` and `$NOW-60` are seconds
//! relative to the start of the case.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A case with its name and its kind, which come from the path of its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub kind: String,
    pub shows: String,
    #[serde(default)]
    pub sign_up: BTreeMap<String, String>,
    #[serde(default)]
    pub second_organization: bool,
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    pub steps: Vec<Step>,
    pub expect: BTreeMap<String, Value>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// Stripe sends an event.
    Event(EventStep),
    /// The first user or a stranger sends a request.
    Request(RequestStep),
    /// The clock moves forward by a duration such as `"25h"`.
    Advance(AdvanceStep),
    /// All emails and domain events are sent.
    Word(WordStep),
}

/// An event, without the values that it shares with the base object.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventStep {
    /// Type of the event, such as `invoice.paid`.
    pub event: String,
    /// When Stripe created the event, in seconds relative to the start of the case.
    pub at: i64,
    /// Id of the event. By default, ids follow the order of the steps.
    pub id: Option<String>,
    /// Subscription of the object. An invoice with `null` is a one-off without lines.
    #[serde(default = "first_subscription")]
    pub of: Option<String>,
    /// Organization in the object's metadata. `null` leaves the metadata empty.
    #[serde(default = "first_organization")]
    pub names: Option<String>,
    /// Price of the subscription and of the invoice line.
    #[serde(default = "team_price")]
    pub price: String,
    /// Amount of the price, the invoice, or the charge, in cents.
    #[serde(default = "team_amount")]
    pub amount: i64,
    /// Fields that are laid over the base object.
    #[serde(default)]
    pub set: Value,
    /// Values before the event (`previous_attributes` at Stripe).
    #[serde(default)]
    pub was: Value,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestStep {
    /// Method and path, with a space between them.
    pub request: String,
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// Whether the sender has no session.
    #[serde(default)]
    pub stranger: bool,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvanceStep {
    pub advance: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WordStep {
    Settle,
}

/// Values of the placeholders.
pub struct Names {
    /// Start of the case, in seconds.
    pub now: i64,
    pub organization: String,
    /// Id of the second organization, or an empty text.
    pub second: String,
    pub customer: String,
}

fn first_subscription() -> Option<String> {
    Some("sub_1".to_owned())
}

fn first_organization() -> Option<String> {
    Some("$ORG".to_owned())
}

fn team_price() -> String {
    "price_local_team".to_owned()
}

fn team_amount() -> i64 {
    2900
}

/// Reads all cases in `folder`, sorted by kind and name.
pub fn read_all() -> Vec<Case> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/billing_cases"));
    let mut cases = Vec::new();
    for kind in entries(folder) {
        for file in entries(&kind) {
            let text = fs::read_to_string(&file).unwrap();
            let case: Case =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
            cases.push(Case { name: stem(&file), kind: stem(&kind), ..case });
        }
    }
    cases
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

impl Case {
    /// Returns whether the case contains events.
    pub fn has_events(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Event(_)))
    }

    /// Returns the steps with their numbers, which are the default ids of events.
    pub fn in_order(&self) -> Vec<(usize, &Step)> {
        self.steps.iter().enumerate().collect()
    }

    /// Returns the steps with each run of events reversed and then delivered again.
    pub fn reversed_and_repeated(&self) -> Vec<(usize, &Step)> {
        self.reordered(|run| {
            run.reverse();
            run.extend_from_within(..);
        })
    }

    /// Returns the steps after `reorder` changed each run of events between two other steps.
    pub fn reordered<'c>(
        &'c self,
        mut reorder: impl FnMut(&mut Vec<(usize, &'c Step)>),
    ) -> Vec<(usize, &'c Step)> {
        let mut steps = Vec::new();
        for run in self.in_order().chunk_by(|(_, one), (_, next)| is_event(one) && is_event(next)) {
            let mut run = run.to_vec();
            if is_event(run[0].1) {
                reorder(&mut run);
            }
            steps.extend(run);
        }
        steps
    }
}

fn is_event(step: &Step) -> bool {
    matches!(step, Step::Event(_))
}

/// Returns whether the answer depends on the stored facts only, and not on the order in which they
/// arrived. Emails, redirects, and reviews can depend on the order.
pub fn is_about_state(question: &str) -> bool {
    let question = question.strip_prefix("second.").unwrap_or(question);
    !["mail", "last.", "sign_up.", "review"].iter().any(|prefix| question.starts_with(prefix))
}

impl EventStep {
    /// Builds the complete event. `number` is the position of the step in its case.
    pub fn build(&self, number: usize, names: &Names) -> Value {
        let fields = Fields { event: self, names };
        let id = self.id.clone().unwrap_or_else(|| format!("evt_{number:02}"));
        let mut object = fields.fill(base(&self.event)).unwrap();
        if self.of.is_none() && object["object"] == "invoice" {
            object["parent"] = Value::Null;
            object["lines"]["data"] = json!([]);
        }
        if let Some(set) = fields.fill(self.set.clone()) {
            lay_over(&mut object, set);
        }
        let mut data = json!({ "object": object });
        if let Some(was) = fields.fill(self.was.clone()) {
            data["previous_attributes"] = was;
        }
        json!({
            "id": id, "object": "event", "api_version": "2026-07-29.dahlia", "created": names.now + self.at,
            "livemode": false, "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null },
            "type": self.event, "data": data,
        })
    }
}

impl Names {
    /// Replaces the placeholders in a text.
    pub fn text(&self, text: &str) -> String {
        let replaced = text.replace("$ORG2", &self.second).replace("$ORG", &self.organization);
        replaced.replace("$CUS", &self.customer)
    }

    /// Replaces the placeholders in a value. A text such as `$NOW+60` becomes a number.
    pub fn value(&self, value: &Value) -> Value {
        match value.as_str() {
            Some(text) => self.second_of(text).map_or_else(|| self.text(text).into(), Value::from),
            None => value.clone(),
        }
    }

    fn second_of(&self, text: &str) -> Option<i64> {
        let offset = text.strip_prefix("$NOW")?;
        if offset.is_empty() { Some(self.now) } else { Some(self.now + offset.parse::<i64>().ok()?) }
    }
}

/// Replaces the placeholders of one event.
struct Fields<'e> {
    event: &'e EventStep,
    names: &'e Names,
}

impl Fields<'_> {
    /// Replaces all placeholders. Returns `None` for an absent value, which has no key.
    fn fill(&self, value: Value) -> Option<Value> {
        match value {
            Value::String(text) => self.fill_text(&text),
            Value::Array(entries) => Some(entries.into_iter().filter_map(|entry| self.fill(entry)).collect()),
            Value::Object(fields) => {
                let filled = fields.into_iter().filter_map(|(key, value)| {
                    // An absent field is null at Stripe, but an absent metadata entry has no key.
                    let absent = (key != "organization_id").then_some(Value::Null);
                    self.fill(value).or(absent).map(|value| (key, value))
                });
                Some(Value::Object(filled.collect::<Map<_, _>>()))
            }
            Value::Null => None,
            other => Some(other),
        }
    }

    fn fill_text(&self, text: &str) -> Option<Value> {
        match text {
            "$AT" => Some((self.names.now + self.event.at).into()),
            "$SUB" => self.event.of.as_deref().map(|of| self.names.text(of).into()),
            "$NAMES" => self.event.names.as_deref().map(|named| self.names.text(named).into()),
            "$PRICE" => Some(self.event.price.clone().into()),
            "$AMOUNT" => Some(self.event.amount.into()),
            "$AMOUNT_DECIMAL" => Some(self.event.amount.to_string().into()),
            _ => Some(self.names.value(&text.into())),
        }
    }
}

/// Returns the base object of an event type.
fn base(event: &str) -> Value {
    let text = match event {
        _ if event.starts_with("checkout.session.") => {
            include_str!("../billing_objects/checkout.session.json")
        }
        _ if event.starts_with("customer.subscription.") => {
            include_str!("../billing_objects/subscription.json")
        }
        _ if event.starts_with("invoice.") => include_str!("../billing_objects/invoice.json"),
        _ if event.starts_with("charge.dispute.") => include_str!("../billing_objects/dispute.json"),
        _ if event.starts_with("charge.") => include_str!("../billing_objects/charge.json"),
        _ if event.starts_with("customer.") => include_str!("../billing_objects/customer.json"),
        _ => panic!("no base object for {event}"),
    };
    serde_json::from_str(text).unwrap()
}

fn lay_over(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                if key == "metadata" {
                    base.insert(key, value);
                } else {
                    lay_over(base.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (Value::Array(base), Value::Array(over)) => {
            let first = base.first().cloned().unwrap_or_default();
            *base = over
                .into_iter()
                .map(|entry| {
                    let mut whole = first.clone();
                    lay_over(&mut whole, entry);
                    whole
                })
                .collect();
        }
        (base, over) => *base = over,
    }
}
