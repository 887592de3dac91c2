//! A small stack whose functions are closures.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, StatusCode};
use runtime::Context;
use serde_json::{Value, json, value::RawValue};
use stack::{Config, Stack, functions};

pub const TEMPLATE: &str = include_str!("system.yaml");
pub const TABLE: &str = "onramp-items";

/// Behavior of a test function: takes an event, and returns a response or an error.
pub type Behavior = Arc<dyn Fn(Context, Value) -> BoxFuture<'static, Result<Value, String>> + Send + Sync>;

/// A stack, and the events that its functions received.
pub struct Bench {
    pub stack: Stack,
    worker: ReceivedEvents,
    reader: ReceivedEvents,
}

type ReceivedEvents = Arc<Mutex<Vec<Value>>>;

pub fn behavior<F>(act: impl Fn(Context, Value) -> F + Send + Sync + 'static) -> Behavior
where
    F: Future<Output = Result<Value, String>> + Send + 'static,
{
    Arc::new(move |boot, event| Box::pin(act(boot, event)))
}

pub fn idle() -> Behavior {
    behavior(|_, _| async { Ok(json!({})) })
}

pub async fn bench(worker: Behavior, reader: Behavior) -> Bench {
    bench_of(TEMPLATE.to_owned(), worker, reader).await
}

pub async fn bench_of(template: String, worker: Behavior, reader: Behavior) -> Bench {
    bench_with(Config { template, ..Config::memory() }, worker, reader).await
}

/// Starts a stack that stores its data in a folder.
pub async fn bench_in(folder: &Path, worker: Behavior, reader: Behavior) -> Bench {
    let template = TEMPLATE.to_owned();
    bench_with(Config { template, data: Some(folder.to_owned()), ..Config::memory() }, worker, reader).await
}

async fn bench_with(config: Config, worker: Behavior, reader: Behavior) -> Bench {
    let (worker_events, reader_events) = (ReceivedEvents::default(), ReceivedEvents::default());
    let function = |behavior: Behavior, events: &ReceivedEvents| {
        let events = Arc::clone(events);
        functions::start(move |boot: Context| {
            let (behavior, events) = (Arc::clone(&behavior), Arc::clone(&events));
            async move {
                Ok(runtime::handler(move |event: runtime::Event| {
                    let event: Value = serde_json::from_str(event.payload.get()).unwrap();
                    events.lock().unwrap().push(event.clone());
                    let running = behavior(boot.clone(), event);
                    async move {
                        let response = running.await?;
                        Ok(RawValue::from_string(response.to_string())?)
                    }
                }))
            }
        })
    };
    let functions = BTreeMap::from([
        ("worker", function(worker, &worker_events)),
        ("reader", function(reader, &reader_events)),
    ]);
    let config = Config { functions, ..config };
    let stack = Stack::start(config).await.unwrap_or_else(|error| panic!("{error}"));
    Bench { stack, worker: worker_events, reader: reader_events }
}

impl Bench {
    pub fn worker_events(&self) -> Vec<Value> {
        self.worker.lock().unwrap().clone()
    }

    pub fn reader_events(&self) -> Vec<Value> {
        self.reader.lock().unwrap().clone()
    }

    /// Sends a request to the stack. Returns the status, and the body as JSON or as text.
    pub async fn request(&self, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let response = self.stack.request(request.body(body).unwrap()).await;
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        (response.status(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> Value {
        self.request("GET", path, &Value::Null).await.1
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, response) = self.request("POST", path, &body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {response}");
        response
    }

    /// Invokes the worker, and waits for everything that follows.
    pub async fn work(&self) -> (StatusCode, Value) {
        let response = self.request("POST", "/work/now", &json!({})).await;
        self.post("/_local/settle", Value::Null).await;
        response
    }
}

pub fn dynamodb(boot: &Context) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::config::Builder::from(&boot.aws.service("dynamodb"));
    // No retries, so that a test can count its calls.
    let config = config.retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

pub fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// Puts an item with the given key.
pub fn put(
    boot: &Context,
    pk: &str,
    sk: &str,
) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    dynamodb(boot).put_item().table_name(TABLE).item("pk", s(pk)).item("sk", s(sk))
}

/// Returns the code of an SDK error, as the service returned it.
pub fn code<E, R>(error: &aws_sdk_dynamodb::error::SdkError<E, R>) -> String
where
    E: aws_sdk_dynamodb::error::ProvideErrorMetadata,
{
    match error.as_service_error().and_then(|error| error.code()) {
        Some(code) => code.to_owned(),
        None => match error {
            aws_sdk_dynamodb::error::SdkError::TimeoutError(_) => "timeout".to_owned(),
            aws_sdk_dynamodb::error::SdkError::DispatchFailure(_) => "dispatch".to_owned(),
            _ => "other".to_owned(),
        },
    }
}
