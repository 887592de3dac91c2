//! Checks that the template matches the code.

use std::collections::BTreeSet;

use aws_local::template::Target;
use serde_json::{Value, json};

use crate::template::{
    code,
    stack::{Stack, texts},
};

fn difference(place: &str, template: &BTreeSet<String>, code: &BTreeSet<String>) -> Vec<String> {
    let mut found: Vec<String> =
        template.difference(code).map(|it| format!("{place}: the code has no {it}")).collect();
    found.extend(code.difference(template).map(|it| format!("{place}: the template has no {it}")));
    found
}

pub fn functions(stack: &Stack) -> Vec<String> {
    let of_template: BTreeSet<String> = stack.template.functions.keys().cloned().collect();
    let of_stack: BTreeSet<String> = stack::functions::all().into_keys().map(str::to_owned).collect();
    let mut found = difference("functions", &of_template, &code::folders("functions"));
    found.extend(difference("the local stack", &of_template, &of_stack));
    found.extend(difference("events", &of_template, &code::folders("events")));
    found
}

/// Checks that each function gets exactly the environment variables that its code reads.
pub fn variables(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, function) in &stack.template.functions {
        let read = code::variables(name);
        // Do not compare variables that `code::variables` does not find. Lambda itself sets the
        // variables that start with `AWS_`. Shared code reads METRIC_NAMESPACE in every function.
        // No function reads CONFIGURATION: the template contains it only because SAM publishes a
        // new version when its value changes.
        let common = ["METRIC_NAMESPACE", "CONFIGURATION"];
        let own = |name: &&String| !name.starts_with("AWS_") && !common.contains(&name.as_str());
        let given = function.variables.keys().filter(own).cloned().collect();
        found.extend(difference(name, &given, &read));
    }
    found
}

pub fn routes(stack: &Stack) -> Vec<String> {
    let of_template: BTreeSet<String> = stack
        .template
        .routes
        .iter()
        .filter(|route| route.method.as_deref() != Some("HEAD"))
        .filter_map(|route| Some(format!("{} {}", route.method.as_ref()?, route.path)))
        .collect();
    let of_code = web::routes::ROUTES.iter().map(|(method, path)| format!("{method} {path}")).collect();
    let mut found = difference("routes", &of_template, &of_code);
    if stack.template.routes.iter().filter(|route| route.path == "$default").count() != 1 {
        found.push("there is not exactly one default route".to_owned());
    }
    found
}

/// Checks that each path with `GET` also has `HEAD`, and that the same function serves both. `HEAD`
/// has its own route, or `$default` handles it.
pub fn head_routes(stack: &Stack) -> Vec<String> {
    let routes = &stack.template.routes;
    let by_default = routes.iter().find(|route| route.path == "$default").map(|route| &route.function);
    let of = |method: &str| -> BTreeSet<String> {
        routes
            .iter()
            .filter(|route| route.method.as_deref() == Some(method) && Some(&route.function) != by_default)
            .map(|route| format!("HEAD {} of {}", route.path, route.function))
            .collect()
    };
    let (get, head) = (of("GET"), of("HEAD"));
    let missing = get.difference(&head).map(|route| format!("{route} has no route"));
    let unmatched = head.difference(&get).map(|route| format!("{route} has no GET"));
    missing.chain(unmatched).collect()
}

/// Checks that the table has exactly the indexes that the store queries. The keys of an index must
/// be the attributes that the store writes for it, and the index must contain keys only.
pub fn indexes(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for table in &stack.template.tables {
        let of_template: BTreeSet<String> = table.indexes.iter().map(|index| index.name.clone()).collect();
        found.extend(difference(&table.name, &of_template, &code::indexes()));
        for index in &table.indexes {
            let kind = index.name.trim_start_matches("by-");
            let sort = index.sort.as_ref().map(|key| key.attribute.clone());
            if index.partition.attribute != format!("{kind}_pk") || sort != Some(format!("{kind}_at")) {
                found.push(format!("{} uses other attributes than the store writes", index.name));
            }
        }
    }
    for (name, table) in stack.of("AWS::DynamoDB::Table") {
        for index in table["GlobalSecondaryIndexes"].as_array().into_iter().flatten() {
            if index["Projection"]["ProjectionType"] != "KEYS_ONLY" {
                found.push(format!("{name}: {} projects more than keys", index["IndexName"]));
            }
        }
    }
    found
}

/// Checks the pattern of each EventBridge rule. It must match the recorded events for the function
/// of the rule, and no event of another source.
pub fn rule_events(stack: &Stack) -> Vec<String> {
    let prefix = |function: &str| match function {
        "checklist-write" => "host-",
        "mailer" => "ses-",
        "provisioner" => "organization-",
        "stripe-webhook" => "destination-",
        _ => "",
    };
    let mut found = Vec::new();
    for rule in &stack.template.rules {
        let recorded = match &rule.target {
            Target::Function(function) => code::recorded(function, prefix(function)),
            Target::Queue(queue) => recorded_messages(stack, queue),
        };
        let unmatched = recorded.iter().filter(|(_, event)| !rule.pattern.matches(event));
        found.extend(unmatched.map(|(case, _)| format!("{} does not match {case}", rule.id)));
        // The pattern must not match an event of another source.
        let other = json!({"source": "other.source", "detail-type": "project.created", "detail": {}});
        if recorded.is_empty() || rule.pattern.matches(&other) {
            found.push(format!("{} matches events of another source, or has no recorded event", rule.id));
        }
    }
    found
}

/// Returns the recorded messages of the function that reads a queue, except those that are no event
/// of the bus.
fn recorded_messages(stack: &Stack, queue: &str) -> Vec<(String, Value)> {
    let sources = stack.template.queue_sources.iter().filter(|source| source.queue == queue);
    let cases = sources.flat_map(|source| code::recorded(&source.function, "message"));
    let messages = cases.filter_map(|(case, event)| {
        let message: Value = serde_json::from_str(event["Records"][0]["body"].as_str()?).ok()?;
        (!message["detail"].is_null()).then_some((case, message))
    });
    messages.collect()
}

/// Checks the filters through which a function reads the table's stream. They must match the
/// recorded stream records of the function, but not the record of a session.
pub fn stream_events(stack: &Stack) -> Vec<String> {
    let other = json!({"eventName": "INSERT", "dynamodb": {
        "Keys": {"pk": {"S": "USER#1"}, "sk": {"S": "SESSION#1"}}, "NewImage": {"expires_at": {"N": "1"}}}});
    let mut found = Vec::new();
    for stream in &stack.template.streams {
        let passes = |record: &Value| stream.filters.iter().any(|filter| filter.matches(record));
        let recorded = code::recorded(&stream.function, "stream-");
        let records = recorded.iter().flat_map(|(_, event)| event["Records"].as_array().unwrap());
        if recorded.is_empty() || !records.clone().all(passes) || passes(&other) {
            found.push(format!("{} does not match exactly the records of its function", stream.id));
        }
    }
    found
}

/// Checks that the rules of Stripe's, the host app's, and Onramp's own events use the bus that a
/// parameter names.
/// All other rules must use the default bus, because SES publishes only there.
pub fn buses(stack: &Stack) -> Vec<String> {
    let (own, partner) = ("own", "aws.partner/stripe.com/1");
    let stack = stack.with("EventBusName", own).with("StripeEventBusName", partner);
    let bus = |place: &str| match place.split('.').next().unwrap_or_default() {
        "StripeWebhookFunction" => json!(partner),
        "ChecklistWriteFunction" | "ProvisionerFunction" => json!(own),
        _ => Value::Null,
    };
    let rules = stack.events("EventBridgeRule").into_iter();
    let wrong = rules.filter(|(place, rule)| rule["EventBusName"] != bus(place));
    let mut found: Vec<String> = wrong.map(|(place, _)| format!("{place} uses the wrong bus")).collect();
    if stack.template.variable("EVENT_BUS_NAME") != Some(own) {
        found.push("domain events do not go to the bus of the parameter".to_owned());
    }
    found
}

/// Checks that the rule and the code use the same setting for the source of the host app's events.
pub fn host_source(stack: &Stack) -> Vec<String> {
    let rules =
        stack.events("EventBridgeRule").into_iter().filter(|(place, _)| place.starts_with("ChecklistWrite"));
    let source = stack.template.variable("HOST_EVENT_SOURCE").unwrap_or_default();
    let wrong = rules.filter(|(_, rule)| texts(&rule["Pattern"]["source"]) != [source]);
    wrong.map(|(place, _)| format!("{place} matches another source than the code expects")).collect()
}
