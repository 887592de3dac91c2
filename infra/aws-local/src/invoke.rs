//! Local Lambda: starts and invokes functions. Each function has its own variables, and each
//! invocation has its own request ID and deadline.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use runtime::{ConfigErrors, Context, Event, Handler};
use serde_json::{Value, json, value::RawValue};
use tokio::sync::{Notify, Semaphore};
use tracing::Instrument;

use crate::{
    dead_letters::DeadLetters,
    template::{ACCOUNT, Function, REGION},
};
use sim::{clock::LocalClock, pending_work::PendingWork, random};

/// Maximum number of invocations of one function that run at the same time. On Lambda, each of them
/// has its own environment. Here, all share the cores of one machine, and thousands at once would
/// exceed the function's timeout. Further invocations wait, and their timeout starts afterwards.
pub const MAX_CONCURRENT: usize = 32;

/// Starts a function crate: takes its dependencies and returns its handler.
pub type Start = Arc<dyn Fn(Context) -> BoxFuture<'static, Result<Handler, ConfigErrors>> + Send + Sync>;

/// The invocation to which the current task belongs.
struct Invocation {
    request_id: String,
    crash: Notify,
}

tokio::task_local! {
    static CURRENT: Arc<Invocation>;
}

/// Returns the request ID of the current invocation, or `outside` for a call of the test itself.
pub(crate) fn current_request_id() -> String {
    CURRENT.try_with(|invocation| invocation.request_id.clone()).unwrap_or_else(|_| "outside".to_owned())
}

/// Ends the current invocation as if its process had crashed, and does not return. Outside of an
/// invocation, does nothing and returns.
pub(crate) async fn crash() {
    if let Ok(invocation) = CURRENT.try_with(Arc::clone) {
        invocation.crash.notify_one();
        std::future::pending::<()>().await;
    }
}

/// Why an invocation returned no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No function has this name.
    Unknown(String),
    /// The function did not start.
    Init(String),
    /// The handler returned an error.
    Error(String),
    /// The invocation exceeded the function's timeout.
    TimedOut(Duration),
    /// The process ended during the invocation.
    Exited,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "unknown function: {name}"),
            Self::Init(message) | Self::Error(message) => f.write_str(message),
            Self::TimedOut(limit) => write!(f, "Task timed out after {:.2} seconds", limit.as_secs_f64()),
            Self::Exited => f.write_str("Runtime exited without providing a reason"),
        }
    }
}

impl Failure {
    /// Returns the error payload that Lambda returns to the caller.
    pub fn payload(&self) -> Value {
        let kind = match self {
            Self::Unknown(_) => "ResourceNotFoundException",
            Self::Init(_) => "Runtime.InitError",
            Self::Error(_) => "Error",
            Self::TimedOut(_) => "Sandbox.Timedout",
            Self::Exited => "Runtime.ExitError",
        };
        json!({"errorType": kind, "errorMessage": self.to_string()})
    }
}

/// Outcome of one invocation.
#[derive(Debug)]
pub struct Invoked {
    /// Request ID, as in the call log.
    pub request_id: String,
    /// Response payload of the function.
    pub result: Result<Box<RawValue>, Failure>,
}

/// One function with its execution environment.
struct Instance {
    function: Function,
    start: Start,
    context: Context,
    /// Handler of the started function. `None` before the first start, and after a crash or a
    /// timeout, because Lambda then replaces the execution environment.
    handler: tokio::sync::Mutex<Option<Handler>>,
    slots: Semaphore,
    config: Arc<lambda_runtime::Config>,
}

/// Why a function did not start.
enum InvokeError {
    Config(ConfigErrors),
    Exited,
}

/// All functions of the template, by name.
pub struct Fleet {
    instances: BTreeMap<String, Arc<Instance>>,
    pending_work: Arc<PendingWork>,
    clock: Arc<LocalClock>,
    dead_letters: Arc<DeadLetters>,
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.instances.keys()).finish()
    }
}

impl Fleet {
    /// Creates an empty fleet. [`Fleet::add`] adds each function.
    pub fn new(
        pending_work: Arc<PendingWork>,
        clock: Arc<LocalClock>,
        dead_letters: Arc<DeadLetters>,
    ) -> Self {
        Self { instances: BTreeMap::new(), pending_work, clock, dead_letters }
    }

    /// Adds a function. It starts at its first invocation or with [`Fleet::start_all`].
    pub fn add(&mut self, function: Function, start: Start, context: Context) {
        let mut config = lambda_runtime::Config::default();
        config.function_name.clone_from(&function.name);
        config.memory = function.memory;
        "$LATEST".clone_into(&mut config.version);
        let handler = tokio::sync::Mutex::default();
        let name = function.name.clone();
        let slots = Semaphore::new(MAX_CONCURRENT);
        let instance = Instance { function, start, context, handler, slots, config: Arc::new(config) };
        self.instances.insert(name, Arc::new(instance));
    }

    /// Returns the names of all functions, sorted.
    pub fn names(&self) -> Vec<String> {
        self.instances.keys().cloned().collect()
    }

    /// Drops every execution environment. The next invocation of each function is a cold start.
    pub async fn stop_all(&self) {
        for instance in self.instances.values() {
            *instance.handler.lock().await = None;
        }
    }

    /// Starts every function.
    ///
    /// # Errors
    /// Returns the configuration errors of each function that did not start.
    pub async fn start_all(&self) -> Result<(), Vec<(String, ConfigErrors)>> {
        let mut failed = Vec::new();
        for (name, instance) in &self.instances {
            if let Err(InvokeError::Config(errors)) = instance.ready().await {
                failed.push((name.clone(), errors));
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(failed) }
    }

    /// Invokes a function and waits for its result.
    ///
    /// As on Lambda, the invocation continues even if the caller drops the returned future.
    pub async fn invoke(&self, name: &str, payload: Box<RawValue>) -> Invoked {
        let request_id = random::uuid();
        let Some(instance) = self.instances.get(name) else {
            return Invoked { request_id, result: Err(Failure::Unknown(name.to_owned())) };
        };
        let running = self.pending_work.begin();
        let (instance, clock) = (Arc::clone(instance), Arc::clone(&self.clock));
        let invocation = Arc::new(Invocation { request_id: request_id.clone(), crash: Notify::new() });
        let span = tracing::info_span!("invoke", function = name, request_id);
        let work = CURRENT.scope(invocation, async move {
            let slot = instance.slots.acquire().await;
            let result = instance.run(payload, deadline(clock.now(), instance.function.timeout)).await;
            drop(slot);
            drop(running);
            result
        });
        let joined = tokio::spawn(work.instrument(span)).await;
        let result = joined.unwrap_or(Err(Failure::Exited));
        if let Err(failure) = &result {
            tracing::warn!(function = name, request_id, %failure, "failed to invoke function");
        }
        Invoked { request_id, result }
    }

    /// Invokes a function asynchronously: retries as configured, then records a dead letter.
    pub async fn deliver(&self, name: &str, event: &Value, origin: &str) {
        let retries = self.instances.get(name).map_or(0, |instance| instance.function.retries);
        let mut last = None;
        for _ in 0..=retries {
            let Ok(payload) = serde_json::value::to_raw_value(event) else { return };
            match self.invoke(name, payload).await.result {
                Ok(_) => return,
                Err(failure) => last = Some(failure),
            }
        }
        let reason = last.map(|failure| failure.to_string()).unwrap_or_default();
        self.dead_letters.keep(name, origin, &reason, event.clone(), self.clock.now());
    }
}

impl Instance {
    async fn run(&self, payload: Box<RawValue>, deadline: u64) -> Result<Box<RawValue>, Failure> {
        let handler = self.ready().await.map_err(|error| match error {
            InvokeError::Config(errors) => Failure::Init(errors.to_string()),
            InvokeError::Exited => Failure::Exited,
        })?;
        let Ok(invocation) = CURRENT.try_with(Arc::clone) else { return Err(Failure::Exited) };
        let mut context = lambda_runtime::Context::default();
        context.request_id.clone_from(&invocation.request_id);
        context.deadline = deadline;
        context.invoked_function_arn =
            format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.function.name);
        context.env_config = Arc::clone(&self.config);
        let event: Event = LambdaEvent::new(payload, context);
        // A separate task, so that a panic ends only this invocation.
        let mut task = tokio::spawn(CURRENT.scope(Arc::clone(&invocation), handler(event)).in_current_span());
        let ended = tokio::select! {
            joined = &mut task => match joined {
                Ok(result) => return result.map_err(|error| Failure::Error(error.to_string())),
                Err(_) => Failure::Exited,
            },
            () = invocation.crash.notified() => Failure::Exited,
            () = tokio::time::sleep(self.function.timeout) => Failure::TimedOut(self.function.timeout),
        };
        task.abort();
        // Wait until the future is dropped, because it can still run until then.
        drop(task.await);
        *self.handler.lock().await = None;
        Err(ended)
    }

    /// Returns the handler and starts the function first if necessary.
    async fn ready(&self) -> Result<Handler, InvokeError> {
        let mut handler = self.handler.lock().await;
        if let Some(handler) = &*handler {
            return Ok(Arc::clone(handler));
        }
        let init = Arc::new(Invocation { request_id: "init".to_owned(), crash: Notify::new() });
        let starting = CURRENT.scope(Arc::clone(&init), (self.start)(self.context.clone()));
        let started = tokio::select! {
            started = starting => started.map_err(InvokeError::Config)?,
            () = init.crash.notified() => return Err(InvokeError::Exited),
        };
        *handler = Some(Arc::clone(&started));
        Ok(started)
    }
}

/// Returns the deadline for the context, in milliseconds since 1970.
fn deadline(now: Timestamp, limit: Duration) -> u64 {
    let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    u64::try_from(now.as_millisecond().saturating_add(limit)).unwrap_or_default()
}
