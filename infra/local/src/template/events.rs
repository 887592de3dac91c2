//! What calls a function: routes, stream mappings, rules and schedules.

use jiff::SignedDuration;
use serde_json::Value;

use super::{ACCOUNT, REGION, flag, known, number, text};
use crate::pattern::Pattern;

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The function that answers.
    pub function: String,
    /// The method in capitals, `ANY`, or `None` for `$default`.
    pub method: Option<String>,
    /// The path with its parameters, such as `/login/{token}`, or `$default`.
    pub path: String,
}

/// An event source mapping: a table's stream into a function.
#[derive(Debug, Clone)]
pub struct StreamSource {
    /// The place in the template, for messages and checkpoints.
    pub id: String,
    /// The function that is called.
    pub function: String,
    /// The table whose stream is read.
    pub table: String,
    /// At most this many records in one call.
    pub batch: usize,
    /// A record passes if any of these matches, or if there are none.
    pub filters: Vec<Pattern>,
    /// Split a batch that failed as a whole.
    pub bisect: bool,
    /// The function names the records that failed.
    pub reports_failures: bool,
    /// How often a failed batch is sent again; `None` is without end.
    pub retries: Option<u32>,
    /// How old a record may grow before it is given up; `None` is as old as it likes.
    pub max_age: Option<SignedDuration>,
    /// Where records go that failed for good.
    pub on_failure: Option<String>,
    /// Start at the oldest record (`TRIM_HORIZON`) instead of the newest.
    pub from_start: bool,
}

/// An EventBridge rule with a function as its target.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The place in the template.
    pub id: String,
    /// The function that is called.
    pub function: String,
    /// The name of the bus that the rule listens on.
    pub bus: String,
    /// Which events match.
    pub pattern: Pattern,
}

/// A schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The place in the template.
    pub id: String,
    /// The function that is called.
    pub function: String,
    /// The time between two runs.
    pub every: SignedDuration,
    /// The same, as the template says it.
    pub expression: String,
    /// The fixed event, if one is given.
    pub input: Option<String>,
    /// `aws.events` for a rule, `aws.scheduler` for EventBridge Scheduler.
    pub source: &'static str,
}

impl Schedule {
    /// The logical id of the rule that SAM makes of it (AWS SAM Developer Guide, "Generated CloudFormation resources").
    pub fn logical_id(&self) -> String {
        self.id.rsplit('/').next().unwrap_or_default().replace(".Events.", "")
    }
}

/// One event of a function.
pub(super) enum Source {
    Route(Route),
    Stream(StreamSource),
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
        return Err(format!("{at}: the property {other} is not understood"));
    }
    if !flag(properties, "Enabled", at, true)?
        || properties.get("State").and_then(Value::as_str) == Some("DISABLED")
    {
        return Ok(Source::Disabled);
    }
    match kind.as_str() {
        "HttpApi" => route(at, function, properties).map(Source::Route),
        "DynamoDB" => stream(at, function, properties).map(Source::Stream),
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
    let table =
        arn.split('/').nth(1).ok_or_else(|| format!("{at}.Stream is not a table's stream"))?.to_owned();
    let mut filters = Vec::new();
    let given = properties.pointer("/FilterCriteria/Filters").and_then(Value::as_array);
    for filter in given.into_iter().flatten() {
        let pattern = text(filter, "Pattern", &format!("{at}.FilterCriteria"))?;
        filters.push(Pattern::parse(&pattern).map_err(|fault| format!("{at}.FilterCriteria: {fault}"))?);
    }
    let reports = properties.get("FunctionResponseTypes").and_then(Value::as_array);
    let destination = properties.pointer("/DestinationConfig/OnFailure/Destination");
    let batch = number(properties, "BatchSize", at, 100)?;
    Ok(StreamSource {
        id: at.to_owned(),
        function: function.to_owned(),
        table,
        batch: usize::try_from(batch).unwrap_or(1).max(1),
        filters,
        bisect: flag(properties, "BisectBatchOnFunctionError", at, false)?,
        reports_failures: reports
            .is_some_and(|kinds| kinds.iter().any(|kind| kind == "ReportBatchItemFailures")),
        retries: u32::try_from(number(properties, "MaximumRetryAttempts", at, -1)?).ok(),
        max_age: Some(number(properties, "MaximumRecordAgeInSeconds", at, -1)?)
            .filter(|age| *age >= 0)
            .map(SignedDuration::from_secs),
        on_failure: destination.and_then(Value::as_str).map(str::to_owned),
        from_start: match text(properties, "StartingPosition", at)?.as_str() {
            "TRIM_HORIZON" => true,
            "LATEST" => false,
            other => return Err(format!("{at}.StartingPosition {other} is not understood")),
        },
    })
}

fn rule(at: &str, function: &str, properties: &Value) -> Result<Rule, String> {
    let pattern = properties.get("Pattern").ok_or_else(|| format!("{at} has no Pattern"))?;
    let bus = properties.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
    Ok(Rule {
        id: at.to_owned(),
        function: function.to_owned(),
        bus: bus.rsplit('/').next().unwrap_or(bus).to_owned(),
        pattern: Pattern::new(pattern).map_err(|fault| format!("{at}.Pattern: {fault}"))?,
    })
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
        rate(&expression).ok_or_else(|| format!("{at}: only rate(…) is understood, not {expression}"))?;
    Ok(Schedule {
        id: format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{at}"),
        function: function.to_owned(),
        every,
        expression,
        input: properties.get("Input").and_then(Value::as_str).map(str::to_owned),
        source,
    })
}

/// `rate(5 minutes)` and its singular and other units.
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
