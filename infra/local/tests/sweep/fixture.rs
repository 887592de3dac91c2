//! A table full of organizations and the function that sweeps it, with nothing else around: no stream, no mail, no bus.
//! The items are a sign-up's own, copied past every function.

use std::collections::BTreeMap;

use domain::secret::Hash;
use jiff::{SignedDuration, Timestamp};
use local::{Config, Stack, calls::Call, functions, template};
use serde_json::{Value, json, value::RawValue};

/// The trial's length and its reminder, in days, as the template has them.
const TRIAL: i64 = 14;
const REMINDER: i64 = 3;

/// How many items one request writes (DynamoDB API reference, "BatchWriteItem").
const BATCH: usize = 25;

const SWEEPER: &str = "trial-reminder";
const EVENT: &str = include_str!("../../../../events/trial-reminder/scheduled.json");

/// The stack, with its one function.
pub struct Fixture {
    pub stack: Stack,
    pattern: Value,
    now: Timestamp,
}

/// What a trial of the fixture is about to owe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing for days.
    Early,
    /// Its reminder, since a day.
    Reminder,
    /// Its end, since a day.
    End,
    /// Its end, since two days, in an item that cannot be read.
    Spoilt,
}

/// What one run of the function did.
#[derive(Debug)]
pub struct Run {
    /// What it answered, or how it ended without an answer.
    pub answer: Result<Value, String>,
    /// The calls that it made.
    pub calls: Vec<Call>,
}

impl Fixture {
    pub async fn new() -> Self {
        let pattern = pattern().await;
        let sweeper: BTreeMap<_, _> =
            functions::all().into_iter().filter(|(name, _)| *name == SWEEPER).collect();
        let config = Config { template: alone(), functions: sweeper, ..Config::memory() };
        let stack = Stack::start(config).await.unwrap();
        let now = stack.system().cloud.clock.now();
        Self { stack, pattern, now }
    }

    /// Fills the table: as many organizations of each stage, numbered on from 0.
    pub fn seed(&self, stages: &[(usize, Stage)]) {
        self.fill(stages, |pk| Hash::of(&[pk.as_bytes()]).first() % 8);
    }

    /// The same with everything that is due in one partition.
    pub fn seed_one_shard(&self, stages: &[(usize, Stage)]) {
        self.fill(stages, |_| 3);
    }

    fn fill(&self, stages: &[(usize, Stage)], shard: impl Fn(&str) -> u8) {
        let mut kinds =
            stages.iter().flat_map(|(count, stage)| std::iter::repeat_n(*stage, *count)).enumerate();
        loop {
            let batch = kinds.by_ref().take(BATCH).map(|(number, stage)| self.item(number, stage, &shard));
            let puts: Vec<_> = batch.map(|item| json!({ "PutRequest": { "Item": item } })).collect();
            if puts.is_empty() {
                return;
            }
            self.call("BatchWriteItem", &json!({ "RequestItems": { self.table(): puts } }));
        }
    }

    /// Runs the function once, as its schedule does.
    pub async fn run(&self) -> Run {
        let cloud = &self.stack.system().cloud;
        let seen = cloud.calls.since(0).last().map_or(0, |call| call.seq);
        let event = RawValue::from_string(EVENT.to_owned()).unwrap();
        let invoked = self.stack.system().fleet.invoke(SWEEPER, event).await;
        let answer = invoked.result.map(|answer| serde_json::from_str(answer.get()).unwrap());
        Run { answer: answer.map_err(|failure| failure.to_string()), calls: cloud.calls.since(seen) }
    }

    /// The item of the organization of that number.
    pub fn read(&self, number: usize) -> Value {
        let pk = format!("ORG#{}", id(number));
        self.stack.system().cloud.engine.items(Some(&pk)).remove(0)
    }

    /// The keys of the mails that an organization owes, or owed, beyond its welcome.
    pub fn notices(&self, number: usize) -> Vec<String> {
        let item = self.read(number);
        let keys = item["mail"]["M"].as_object().unwrap().keys();
        keys.filter(|key| *key != "welcome").cloned().collect()
    }

    /// Puts faults in force, in place of those before.
    pub fn disturb(&self, plan: Value) {
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
                Stage::Spoilt => days(-2),
            };
        let due_at = ends_at - days(REMINDER);
        let pk = format!("ORG#{}", id(number));
        let mut item = self.pattern.clone();
        item["profile"]["M"]["id"] = json!({ "S": id(number) });
        item["trial"]["M"]["ends_at"] = json!({ "S": stored(ends_at) });
        item["due_at"] = json!({ "S": stored(due_at) });
        item["due_pk"] = json!({ "S": format!("DUE#{}", shard(&pk)) });
        item["pk"] = json!({ "S": pk });
        if stage == Stage::Spoilt {
            item["profile"] = json!({ "S": "spoilt" });
        }
        item
    }
}

impl Run {
    /// How many calls of an operation it made.
    pub fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|call| call.operation == operation).count()
    }

    /// What it says it found, and what of that failed.
    pub fn tally(&self) -> (u64, u64) {
        let answer = self.answer.as_ref().unwrap();
        (answer["found"].as_u64().unwrap(), answer["failed"].as_u64().unwrap())
    }
}

/// The item that a sign-up with a trial writes, its welcome mail sent.
async fn pattern() -> Value {
    let stack = Stack::start(Config::memory()).await.unwrap();
    let body = "name=Acme&full_name=Jo+Doe&email=jo%40example.com&start_trial=true";
    let request = http::Request::post("/organizations/new")
        .header("host", "localhost:8484")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = stack.request(request.body(axum::body::Bytes::from(body)).unwrap()).await;
    assert_eq!(answer.status(), 303);
    stack.system().settle().await;
    let items = stack.system().cloud.engine.items(None);
    items.into_iter().find(|item| item["sk"]["S"] == "ORG").unwrap()
}

/// The template with the sweeper as its only function, and a table without a stream.
fn alone() -> String {
    let mut kept = String::new();
    let mut dropping = false;
    for line in template::TEXT.lines() {
        let is_name = line.starts_with("  ") && !line.starts_with("   ") && line.trim_end().ends_with(':');
        if is_name || !line.starts_with(' ') {
            let name = line.trim();
            let other = name.ends_with("Function:") && name != "TrialReminderFunction:";
            dropping = other
                || ["Observability:", "ReleaseFails:", "AnswersFailed:", "AnswersFail:", "MailerFails:"]
                    .contains(&name);
        }
        // Nothing wakes but the schedule, and nobody releases anything.
        let gone = ["StreamSpecification:", "Alarms: !If [IsGradual"];
        if !dropping && !gone.iter().any(|it| line.trim_start().starts_with(it)) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// The id of the organization of that number.
fn id(number: usize) -> String {
    format!("org_0198c0de-0000-7000-8000-{number:012x}")
}

/// A moment as the table has it.
fn stored(at: Timestamp) -> String {
    format!("{at:.3}")
}
