//! A local stack with many organizations and only one function, `trial-reminder`. It has no stream,
//! no mailer, and no bus. The organizations are copies of an item that a real sign-up wrote.

use std::collections::BTreeMap;

use aws_local::{calls::Call, template};
use domain::secret::Hash;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json, value::RawValue};
use stack::{Config, Stack, functions};

/// The length of a trial and the time of its reminder, in days, as in the template.
const TRIAL: i64 = 14;
const REMINDER: i64 = 3;

/// Maximum number of items of one request (DynamoDB API reference, "BatchWriteItem").
const BATCH: usize = 25;

const SWEEPER: &str = "trial-reminder";
const EVENT: &str = include_str!("../../../events/trial-reminder/scheduled.json");

/// A stack with one function. The organizations that tests add are copies of `sample`.
pub struct Fixture {
    pub stack: Stack,
    sample: Value,
    now: Timestamp,
}

/// What is due for an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is due for days.
    Early,
    /// The reminder has been due for a day.
    Reminder,
    /// The end of the trial has been due for a day.
    End,
    /// The end of the trial has been due for two days, and the item is corrupt.
    Corrupt,
}

/// The result of one run of the function.
#[derive(Debug)]
pub struct Run {
    /// The function's result, or how the invocation failed.
    pub response: Result<Value, String>,
    /// The AWS calls of the run.
    pub calls: Vec<Call>,
}

impl Fixture {
    pub async fn new() -> Self {
        let sample = sample().await;
        let sweeper: BTreeMap<_, _> =
            functions::all().into_iter().filter(|(name, _)| *name == SWEEPER).collect();
        let config = Config { template: single_function_template(), functions: sweeper, ..Config::memory() };
        let stack = Stack::start(config).await.unwrap();
        let now = stack.system().cloud.clock.now();
        Self { stack, sample, now }
    }

    /// Adds organizations: for each pair, the given number of organizations in the given stage.
    /// Numbers them from 0, in the order of the list.
    pub fn seed(&self, stages: &[(usize, Stage)]) {
        self.fill(stages, |pk| Hash::of(&[pk.as_bytes()]).first() % 8);
    }

    /// Adds organizations as [`Self::seed`] does, but all of them in one partition of the index
    /// `by-due`.
    pub fn seed_one_shard(&self, stages: &[(usize, Stage)]) {
        self.fill(stages, |_| 3);
    }

    fn fill(&self, stages: &[(usize, Stage)], shard: impl Fn(&str) -> u8) {
        let mut stages_by_number =
            stages.iter().flat_map(|(count, stage)| std::iter::repeat_n(*stage, *count)).enumerate();
        loop {
            let batch =
                stages_by_number.by_ref().take(BATCH).map(|(number, stage)| self.item(number, stage, &shard));
            let puts: Vec<_> = batch.map(|item| json!({ "PutRequest": { "Item": item } })).collect();
            if puts.is_empty() {
                return;
            }
            self.call("BatchWriteItem", &json!({ "RequestItems": { self.table(): puts } }));
        }
    }

    /// Runs the function once, with the event of its schedule.
    pub async fn run(&self) -> Run {
        let cloud = &self.stack.system().cloud;
        let seen = cloud.calls.since(0).last().map_or(0, |call| call.seq);
        let event = RawValue::from_string(EVENT.to_owned()).unwrap();
        let invoked = self.stack.system().fleet.invoke(SWEEPER, event).await;
        let response = invoked.result.map(|response| serde_json::from_str(response.get()).unwrap());
        Run { response: response.map_err(|failure| failure.to_string()), calls: cloud.calls.since(seen) }
    }

    /// Returns the item of an organization.
    pub fn read(&self, number: usize) -> Value {
        let pk = format!("ORG#{}", id(number));
        self.stack.system().cloud.engine.items(Some(&pk)).remove(0)
    }

    /// Returns the keys of an organization's notices, pending or sent, without the welcome email.
    pub fn notices(&self, number: usize) -> Vec<String> {
        let item = self.read(number);
        let keys = item["mail"]["M"].as_object().unwrap().keys();
        keys.filter(|key| *key != "welcome").cloned().collect()
    }

    /// Replaces the injected faults.
    pub fn inject(&self, plan: Value) {
        let plan = serde_json::from_value(plan).unwrap();
        self.stack.system().cloud.faults.replace(plan, &self.stack.system().fleet.names()).unwrap();
    }

    fn table(&self) -> &str {
        &self.stack.system().cloud.engine.tables()[0].name
    }

    fn call(&self, operation: &str, request: &Value) {
        let reply = self.stack.system().cloud.engine.call(operation, request.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    fn item(&self, number: usize, stage: Stage, shard: impl Fn(&str) -> u8) -> Value {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        let ends_at = self.now
            + match stage {
                Stage::Early => days(TRIAL),
                Stage::Reminder => days(REMINDER - 1),
                Stage::End => days(-1),
                Stage::Corrupt => days(-2),
            };
        let due_at = ends_at - days(REMINDER);
        let pk = format!("ORG#{}", id(number));
        let mut item = self.sample.clone();
        item["profile"]["M"]["id"] = json!({ "S": id(number) });
        item["trial"]["M"]["ends_at"] = json!({ "S": timestamp(ends_at) });
        item["due_at"] = json!({ "S": timestamp(due_at) });
        item["due_pk"] = json!({ "S": format!("DUE#{}", shard(&pk)) });
        item["pk"] = json!({ "S": pk });
        if stage == Stage::Corrupt {
            item["profile"] = json!({ "S": "corrupt" });
        }
        item
    }
}

impl Run {
    /// Returns the number of calls of an operation.
    pub fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|call| call.operation == operation).count()
    }

    /// Returns how many due items the run found, and at how many of them it failed.
    pub fn found_and_failed(&self) -> (u64, u64) {
        let response = self.response.as_ref().unwrap();
        (response["found"].as_u64().unwrap(), response["failed"].as_u64().unwrap())
    }
}

/// Returns the organization item of a sign-up with a trial, with its welcome email sent.
async fn sample() -> Value {
    let stack = Stack::start(Config::memory()).await.unwrap();
    let body = "name=Acme&full_name=Jo+Doe&email=jo%40example.com&start_trial=true";
    let request = http::Request::post("/organizations/new")
        .header("host", "localhost:8484")
        .header("content-type", "application/x-www-form-urlencoded");
    let response = stack.request(request.body(axum::body::Bytes::from(body)).unwrap()).await;
    assert_eq!(response.status(), 303);
    stack.system().settle().await;
    let items = stack.system().cloud.engine.items(None);
    items.into_iter().find(|item| item["sk"]["S"] == "ORG").unwrap()
}

/// Returns the template with `trial-reminder` as its only function, and with a table without a
/// stream.
fn single_function_template() -> String {
    let mut lines = String::new();
    let mut dropping = false;
    for line in template::TEXT.lines() {
        let is_name = line.starts_with("  ") && !line.starts_with("   ") && line.trim_end().ends_with(':');
        if is_name || !line.starts_with(' ') {
            let name = line.trim();
            let other = name.ends_with("Function:") && name != "TrialReminderFunction:";
            dropping = other
                || ["Observability:", "AnswersFailed:", "AnswersFail:"].contains(&name)
                || name.ends_with("Fails:");
        }
        // Also omit the stream of the table, because no function reads it here. Omit the list of
        // release alarms, because the alarms themselves are omitted.
        let removed = ["StreamSpecification:", "Alarms: !If [IsGradual"];
        if !dropping && !removed.iter().any(|it| line.trim_start().starts_with(it)) {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    lines
}

/// Returns the id of the organization with a number.
fn id(number: usize) -> String {
    format!("org_0198c0de-0000-7000-8000-{number:012x}")
}

/// Formats a timestamp as the table stores it.
fn timestamp(at: Timestamp) -> String {
    format!("{at:.3}")
}
