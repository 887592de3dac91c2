//! A small stack whose functions are closures.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Bytes;
use boot::Context;
use futures_util::future::BoxFuture;
use http::{Request, StatusCode};
use local::{Config, Stack, functions};
use serde_json::value::RawValue;
use serde_json::{Value, json};

pub const TEMPLATE: &str = include_str!("system.yaml");
pub const TABLE: &str = "onramp-items";

/// What a function does with an event: the answer, or an error.
pub type Behaviour = Arc<dyn Fn(Context, Value) -> BoxFuture<'static, Result<Value, String>> + Send + Sync>;

/// A stack and the events that its functions were called with.
pub struct Bench {
    pub stack: Stack,
    worker: Heard,
    reader: Heard,
}

type Heard = Arc<Mutex<Vec<Value>>>;

pub fn behaviour<F>(act: impl Fn(Context, Value) -> F + Send + Sync + 'static) -> Behaviour
where
    F: Future<Output = Result<Value, String>> + Send + 'static,
{
    Arc::new(move |boot, event| Box::pin(act(boot, event)))
}

pub fn idle() -> Behaviour {
    behaviour(|_, _| async { Ok(json!({})) })
}

pub async fn bench(worker: Behaviour, reader: Behaviour) -> Bench {
    bench_of(TEMPLATE.to_owned(), worker, reader).await
}

pub async fn bench_of(template: String, worker: Behaviour, reader: Behaviour) -> Bench {
    bench_with(Config { template, ..Config::memory() }, worker, reader).await
}

/// The same with its data in a folder.
pub async fn bench_in(folder: &Path, worker: Behaviour, reader: Behaviour) -> Bench {
    let template = TEMPLATE.to_owned();
    bench_with(Config { template, data: Some(folder.to_owned()), ..Config::memory() }, worker, reader).await
}

async fn bench_with(config: Config, worker: Behaviour, reader: Behaviour) -> Bench {
    let (worker_heard, reader_heard) = (Heard::default(), Heard::default());
    let function = |behaviour: Behaviour, heard: &Heard| {
        let heard = Arc::clone(heard);
        functions::start(move |boot: Context| {
            let (behaviour, heard) = (Arc::clone(&behaviour), Arc::clone(&heard));
            async move {
                Ok(boot::handler(move |event: boot::Event| {
                    let event: Value = serde_json::from_str(event.payload.get()).unwrap();
                    heard.lock().unwrap().push(event.clone());
                    let acting = behaviour(boot.clone(), event);
                    async move {
                        let answer = acting.await?;
                        Ok(RawValue::from_string(answer.to_string())?)
                    }
                }))
            }
        })
    };
    let functions = BTreeMap::from([
        ("worker", function(worker, &worker_heard)),
        ("reader", function(reader, &reader_heard)),
    ]);
    let config = Config { functions, ..config };
    let stack = Stack::start(config).await.unwrap_or_else(|error| panic!("{error}"));
    Bench { stack, worker: worker_heard, reader: reader_heard }
}

impl Bench {
    pub fn worker_heard(&self) -> Vec<Value> {
        self.worker.lock().unwrap().clone()
    }

    pub fn reader_heard(&self) -> Vec<Value> {
        self.reader.lock().unwrap().clone()
    }

    /// A request to the stack: its status and its body as JSON, or as text.
    pub async fn ask(&self, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let response = self.stack.request(request.body(body).unwrap()).await;
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        (response.status(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask("GET", path, &Value::Null).await.1
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask("POST", path, &body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// Has the worker do its work, and waits for all that follows.
    pub async fn work(&self) -> (StatusCode, Value) {
        let answer = self.ask("POST", "/work/now", &json!({})).await;
        self.post("/_local/settle", Value::Null).await;
        answer
    }
}

pub fn dynamodb(boot: &Context) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::config::Builder::from(&boot.aws.service("DYNAMODB"));
    // One try, so that a test counts what it makes.
    let config = config.retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

pub fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// Puts an item of this key.
pub fn put(
    boot: &Context,
    pk: &str,
    sk: &str,
) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    dynamodb(boot).put_item().table_name(TABLE).item("pk", s(pk)).item("sk", s(sk))
}

/// The name of an SDK error, as the service gave it.
pub fn code<E, R>(error: &aws_sdk_dynamodb::error::SdkError<E, R>) -> String
where
    E: aws_sdk_dynamodb::error::ProvideErrorMetadata,
{
    match error.as_service_error().and_then(|error| error.code()) {
        Some(code) => code.to_owned(),
        None => match error {
            aws_sdk_dynamodb::error::SdkError::TimeoutError(_) => "time-out".to_owned(),
            aws_sdk_dynamodb::error::SdkError::DispatchFailure(_) => "dispatch".to_owned(),
            _ => "other".to_owned(),
        },
    }
}
