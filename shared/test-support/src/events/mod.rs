//! Runs recorded events through their function and compares what happens with what is expected.
//!
//! `events/<function>/<case>.json` is an event as AWS sends it, and `<case>.expected.json` is its
//! outcome on the table of [`seed`](crate::seed). With `UPDATE_EXPECTED=1`, the check writes the
//! outcomes instead of comparing them.

mod outcome;
mod page;
mod response;

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use jiff::Timestamp;
use runtime::{ConfigErrors, Context, Handler};
use serde_json::Value;

use crate::{
    aws::LocalAws,
    function::Function,
    seed::{NOW, seed},
};

/// Runs every recorded event of a function.
///
/// # Panics
/// If an outcome differs from the expected one, or if an event or its outcome is missing.
pub async fn check<S, F>(function: &str, start: S)
where
    S: Fn(Context) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Handler, ConfigErrors>> + Send + 'static,
{
    let folder = folder(function);
    let update = env::var_os("UPDATE_EXPECTED").is_some();
    let mut files = files(&folder);
    let mut wrong = Vec::new();
    for (case, event) in cases(function) {
        let actual = outcome(function, start.clone(), &event).await;
        let name = format!("{case}.expected.json");
        let expected = files.remove(&name).map(|text| parse(&text));
        if expected.as_ref() == Some(&actual) {
            continue;
        }
        let text = format!("{}\n", serde_json::to_string_pretty(&actual).unwrap());
        if update {
            fs::write(folder.join(name), text).unwrap();
        } else {
            wrong.push(format!("{function}/{case}: the outcome is now\n{text}"));
        }
    }
    let orphans = files.into_keys().filter(|name| name.ends_with(".expected.json"));
    for name in orphans {
        wrong.push(format!("{function}/{name} has no event"));
    }
    assert!(wrong.is_empty(), "{}\nCheck the changes of UPDATE_EXPECTED=1 with git diff.", wrong.join("\n"));
}

/// Returns a recorded event.
pub fn recorded(function: &str, case: &str) -> Value {
    let path = folder(function).join(format!("{case}.json"));
    parse(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Returns an event with another value at a place that it has.
pub fn with(mut event: Value, pointer: &str, value: impl Into<Value>) -> Value {
    *event.pointer_mut(pointer).unwrap() = value.into();
    event
}

/// Returns a request with another body.
pub fn with_body(event: Value, body: &str) -> Value {
    with(with(event, "/body", body), "/isBase64Encoded", false)
}

/// Returns a request without cookies.
pub fn without_cookies(mut event: Value) -> Value {
    event.as_object_mut().unwrap().remove("cookies");
    event
}

fn folder(function: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events")).join(function)
}

/// Returns all recorded events of a function by the name of their case.
pub fn cases(function: &str) -> BTreeMap<String, Value> {
    let files = files(&folder(function)).into_iter();
    let events = files.filter(|(name, _)| !name.ends_with(".expected.json"));
    events.map(|(name, text)| (name.trim_end_matches(".json").to_owned(), parse(&text))).collect()
}

fn files(folder: &PathBuf) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.map(|path| (name(&path), fs::read_to_string(path).unwrap())).collect()
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Runs an event at its own time on the seeded table, and describes what happened.
async fn outcome<S, F>(function: &str, start: S, event: &Value) -> Value
where
    S: Fn(Context) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Handler, ConfigErrors>> + Send + 'static,
{
    let aws = LocalAws::at(&time_of(event).to_string());
    seed(&aws.store()).await;
    let before = aws.items();
    let function = Function::new(aws, function, start);
    let (response, calls) = function.invoke(event).await;
    outcome::describe(&function.aws, &before, response, &calls)
}

/// Returns the time at which AWS created an event: a request, a batch of the stream, or an event of
/// the bus. A schedule with a constant input, and a message of a queue, run at [`NOW`].
fn time_of(event: &Value) -> Timestamp {
    let number = |pointer: &str| event.pointer(pointer).and_then(Value::as_i64);
    if let Some(milliseconds) = number("/requestContext/timeEpoch") {
        Timestamp::from_millisecond(milliseconds).unwrap()
    } else if let Some(seconds) = number("/Records/0/dynamodb/ApproximateCreationDateTime") {
        Timestamp::from_second(seconds).unwrap()
    } else {
        event["time"].as_str().unwrap_or(NOW).parse().unwrap()
    }
}
