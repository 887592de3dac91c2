//! Event sources of functions: routes, stream and queue mappings, rules, and schedules.

use jiff::SignedDuration;
use serde_json::Value;

use super::{
    ACCOUNT, REGION, known,
    queue::name_of,
    scalar::{flag, number, text},
};
use crate::pattern::Pattern;

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Name of the function that handles the route.
    pub function: String,
    /// Method in uppercase, `ANY`, or `None` for `$default`.
    pub method: Option<String>,
    /// Path with its parameters, such as `/login/{token}`, or `$default`.
    pub path: String,
}

/// An event source mapping from a table's stream to a function.
#[derive(Debug, Clone)]
pub struct StreamSource {
    /// Path in the template, for messages and checkpoints.
    pub id: String,
    /// Name of the function that is invoked.
    pub function: String,
    /// Name of the table whose stream is read.
    pub table: String,
    /// Maximum number of records in one invocation.
    pub batch: usize,
    /// A record passes if any filter matches, or if there are no filters.
    pub filters: Vec<Pattern>,
    /// Whether a failed batch is split in two (`BisectBatchOnFunctionError`).
    pub bisect: bool,
    /// Whether the function reports failed records (`ReportBatchItemFailures`).
    pub reports_failures: bool,
    /// Maximum number of retries of a failed batch. `None` is unlimited.
    pub retries: Option<u32>,
    /// Maximum age of a record. `None` is unlimited.
    pub max_age: Option<SignedDuration>,
    /// ARN of the destination for records that failed permanently.
    pub on_failure: Option<String>,
    /// Whether the mapping starts at the oldest record (`TRIM_HORIZON`) and not at the newest.
    pub from_start: bool,
}

/// An event source mapping from a queue to a function.
#[derive(Debug, Clone)]
pub struct QueueSource {
    /// Path in the template.
    pub id: String,
    /// Name of the function that is invoked.
    pub function: String,
    /// Name of the queue.
    pub queue: String,
    /// Maximum number of messages in one invocation.
    pub batch: usize,
    /// Maximum number of invocations at the same time.
    pub concurrency: usize,
    /// Whether the function reports failed messages (`ReportBatchItemFailures`).
    pub reports_failures: bool,
}

/// Where a rule sends an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The function with this name.
    Function(String),
    /// The queue with this name.
    Queue(String),
}

/// An EventBridge rule with its target.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Path in the template.
    pub id: String,
    /// The function that is invoked, or the queue that gets the event.
    pub target: Target,
    /// Name of the bus whose events the rule matches.
    pub bus: String,
    /// Pattern that an event must match.
    pub pattern: Pattern,
}

/// A schedule that invokes a function at a fixed rate.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// ARN of the rule, which ends with the path in the template.
    pub id: String,
    /// Name of the function that is invoked.
    pub function: String,
    /// Time between two runs.
    pub every: SignedDuration,
    /// The rate as the template writes it, such as `rate(5 minutes)`.
    pub expression: String,
    /// Constant input, if the template sets one.
    pub input: Option<String>,
    /// `aws.events` for a rule, `aws.scheduler` for EventBridge Scheduler.
    pub source: &'static str,
}

impl Schedule {
    /// Returns the logical ID of the rule that SAM generates (AWS SAM Developer Guide, "Generated
    /// CloudFormation resources").
    pub fn logical_id(&self) -> String {
        self.id.rsplit('/').next().unwrap_or_default().replace(".Events.", "")
    }
}

/// An event source of a function.
pub(super) enum Source {
    Route(Route),
    Stream(StreamSource),
    Queue(QueueSource),
    Rule(Rule),
    Schedule(Schedule),
    Disabled,
}

pub(super) fn read(at: &str, function: &str, event: &Value) -> Result<Source, String> {
    let kind = text(event, "Type", at)?;
    let empty = Value::Object(serde_json::Map::new());
    let properties = event.get("Properties").unwrap_or(&empty);
    let unknown = known::unknown(&format!("event {kind}"), properties, at);
    if !unknown.is_empty() {
        return Err(unknown.join("\n"));
    }
    if let Some(other) = event
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
        .find(|name| !matches!(name.as_str(), "Type" | "Properties"))
    {
        return Err(format!("{at}: unsupported property {other}"));
    }
    if !flag(properties, "Enabled", at, true)?
        || properties.get("State").and_then(Value::as_str) == Some("DISABLED")
    {
        return Ok(Source::Disabled);
    }
    match kind.as_str() {
        "HttpApi" => route(at, function, properties).map(Source::Route),
        "DynamoDB" => stream(at, function, properties).map(Source::Stream),
        "SQS" => queue(at, function, properties).map(Source::Queue),
        "Schedule" => schedule(at, function, properties, "Schedule", "aws.events").map(Source::Schedule),
        "ScheduleV2" => {
            schedule(at, function, properties, "ScheduleExpression", "aws.scheduler").map(Source::Schedule)
        }
        _ => rule(at, function, properties).map(Source::Rule),
    }
}

fn route(at: &str, function: &str, properties: &Value) -> Result<Route, String> {
    let path = properties.get("Path").and_then(Value::as_str).unwrap_or("$default");
    if path == "$default" {
        return Ok(Route { function: function.to_owned(), method: None, path: path.to_owned() });
    }
    let method = text(properties, "Method", at)?.to_uppercase();
    Ok(Route { function: function.to_owned(), method: Some(method), path: path.to_owned() })
}

fn stream(at: &str, function: &str, properties: &Value) -> Result<StreamSource, String> {
    let arn = text(properties, "Stream", at)?;
    let table = arn
        .split('/')
        .nth(1)
        .ok_or_else(|| format!("{at}.Stream must be the ARN of a table's stream"))?
        .to_owned();
    let mut filters = Vec::new();
    let declared = properties.pointer("/FilterCriteria/Filters").and_then(Value::as_array);
    for filter in declared.into_iter().flatten() {
        let pattern = text(filter, "Pattern", &format!("{at}.FilterCriteria"))?;
        filters.push(Pattern::parse(&pattern).map_err(|error| format!("{at}.FilterCriteria: {error}"))?);
    }
    let destination = properties.pointer("/DestinationConfig/OnFailure/Destination");
    let batch = number(properties, "BatchSize", at, 100)?;
    Ok(StreamSource {
        id: at.to_owned(),
        function: function.to_owned(),
        table,
        batch: usize::try_from(batch).unwrap_or(1).max(1),
        filters,
        bisect: flag(properties, "BisectBatchOnFunctionError", at, false)?,
        reports_failures: reports_failures(properties),
        retries: u32::try_from(number(properties, "MaximumRetryAttempts", at, -1)?).ok(),
        max_age: Some(number(properties, "MaximumRecordAgeInSeconds", at, -1)?)
            .filter(|age| *age >= 0)
            .map(SignedDuration::from_secs),
        on_failure: destination.and_then(Value::as_str).map(str::to_owned),
        from_start: match text(properties, "StartingPosition", at)?.as_str() {
            "TRIM_HORIZON" => true,
            "LATEST" => false,
            other => return Err(format!("{at}: unsupported StartingPosition {other}")),
        },
    })
}

fn queue(at: &str, function: &str, properties: &Value) -> Result<QueueSource, String> {
    let concurrency = match properties.get("ScalingConfig") {
        // Lambda's default is the function's own concurrency, which has no limit here.
        None => 1000,
        Some(scaling) => number(scaling, "MaximumConcurrency", at, 1000)?,
    };
    Ok(QueueSource {
        id: at.to_owned(),
        function: function.to_owned(),
        queue: name_of(&text(properties, "Queue", at)?).to_owned(),
        batch: usize::try_from(number(properties, "BatchSize", at, 10)?).unwrap_or(1).max(1),
        concurrency: usize::try_from(concurrency).unwrap_or(2).max(2),
        reports_failures: reports_failures(properties),
    })
}

fn reports_failures(properties: &Value) -> bool {
    let kinds = properties.get("FunctionResponseTypes").and_then(Value::as_array);
    kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "ReportBatchItemFailures"))
}

fn rule(at: &str, function: &str, properties: &Value) -> Result<Rule, String> {
    let pattern = properties.get("Pattern").ok_or_else(|| format!("{at} has no Pattern"))?;
    let target = Target::Function(function.to_owned());
    Ok(Rule {
        id: at.to_owned(),
        target,
        bus: bus(properties),
        pattern: Pattern::new(pattern).map_err(|error| format!("{at}.Pattern: {error}"))?,
    })
}

/// Reads the resource `AWS::Events::Rule`. Returns one rule for each target, which must be a queue.
pub(super) fn rules_of_resource(at: &str, properties: &Value) -> Result<Vec<Rule>, String> {
    if properties.get("State").and_then(Value::as_str) == Some("DISABLED") {
        return Ok(Vec::new());
    }
    let pattern = properties.get("EventPattern").ok_or_else(|| format!("{at} has no EventPattern"))?;
    let pattern = Pattern::new(pattern).map_err(|error| format!("{at}.EventPattern: {error}"))?;
    let targets = properties.get("Targets").and_then(Value::as_array);
    let rules = targets.into_iter().flatten().map(|target| {
        let arn = text(target, "Arn", at)?;
        if !arn.starts_with("arn:aws:sqs:") {
            return Err(format!("{at}.Targets: only a queue is supported, not {arn}"));
        }
        let target = Target::Queue(name_of(&arn).to_owned());
        Ok(Rule { id: at.to_owned(), target, bus: bus(properties), pattern: pattern.clone() })
    });
    rules.collect()
}

fn bus(properties: &Value) -> String {
    let bus = properties.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
    bus.rsplit('/').next().unwrap_or(bus).to_owned()
}

fn schedule(
    at: &str,
    function: &str,
    properties: &Value,
    key: &str,
    source: &'static str,
) -> Result<Schedule, String> {
    let expression = text(properties, key, at)?;
    let every =
        rate(&expression).ok_or_else(|| format!("{at}: only rate(…) is supported, not {expression}"))?;
    Ok(Schedule {
        id: format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{at}"),
        function: function.to_owned(),
        every,
        expression,
        input: properties.get("Input").and_then(Value::as_str).map(str::to_owned),
        source,
    })
}

/// Parses a rate such as `rate(5 minutes)` or `rate(1 hour)`.
fn rate(expression: &str) -> Option<SignedDuration> {
    let inside = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inside.split_once(' ')?;
    let minutes = match unit.trim().trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => 60 * 24,
        _ => return None,
    };
    let count: i64 = count.trim().parse().ok().filter(|count| *count > 0)?;
    Some(SignedDuration::from_mins(count.checked_mul(minutes)?))
}
