//! Lambda: starts functions and hands them events, one request id, deadline and set of variables each.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use boot::{ConfigErrors, Context, Event, Handler};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tracing::Instrument;

use crate::clock::LocalClock;
use crate::dead_letters::DeadLetters;
use crate::pending_work::PendingWork;
use crate::random;
use crate::template::{ACCOUNT, Function, REGION};

/// How a function crate is started.
pub type Start = Arc<dyn Fn(Context) -> BoxFuture<'static, Result<Handler, ConfigErrors>> + Send + Sync>;

/// The invocation that the current task works for.
struct Invocation {
    request_id: String,
    crash: Notify,
}

tokio::task_local! {
    static CURRENT: Arc<Invocation>;
}

/// The request id of the current invocation; a call from no invocation is the test's own.
pub(crate) fn current_request_id() -> String {
    CURRENT.try_with(|invocation| invocation.request_id.clone()).unwrap_or_else(|_| "outside".to_owned())
}

/// Ends the current invocation here. Returns only where there is none.
pub(crate) async fn crash() {
    if let Ok(invocation) = CURRENT.try_with(Arc::clone) {
        invocation.crash.notify_one();
        std::future::pending::<()>().await;
    }
}

/// Why an invocation gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No function has this name.
    Unknown(String),
    /// It did not start.
    Init(String),
    /// It answered with an error.
    Error(String),
    /// It took longer than its time-out.
    TimedOut(Duration),
    /// Its process ended.
    Exited,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "no function is called {name}"),
            Self::Init(message) | Self::Error(message) => f.write_str(message),
            Self::TimedOut(limit) => write!(f, "Task timed out after {:.2} seconds", limit.as_secs_f64()),
            Self::Exited => f.write_str("Runtime exited without providing a reason"),
        }
    }
}

impl Failure {
    /// The payload that Lambda answers in place of the function.
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

/// The end of one invocation.
#[derive(Debug)]
pub struct Invoked {
    /// Its id, as the call log has it.
    pub request_id: String,
    /// The function's answer.
    pub answer: Result<Box<RawValue>, Failure>,
}

/// One function, its process as it were.
struct Instance {
    function: Function,
    start: Start,
    boot: Context,
    /// `None` before the first start and after a crash or time-out, when Lambda replaces the environment.
    handler: tokio::sync::Mutex<Option<Handler>>,
    config: Arc<lambda_runtime::Config>,
}

/// Why a function did not start.
enum InvokeError {
    Faults(ConfigErrors),
    Exited,
}

/// All functions.
pub struct Fleet {
    instances: BTreeMap<String, Arc<Instance>>,
    activity: Arc<PendingWork>,
    clock: Arc<LocalClock>,
    dead_letters: Arc<DeadLetters>,
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.instances.keys()).finish()
    }
}

impl Fleet {
    /// An empty fleet.
    pub fn new(activity: Arc<PendingWork>, clock: Arc<LocalClock>, dead_letters: Arc<DeadLetters>) -> Self {
        Self { instances: BTreeMap::new(), activity, clock, dead_letters }
    }

    /// Adds a function; it starts at its first use or by [`Fleet::start_all`].
    pub fn add(&mut self, function: Function, start: Start, boot: Context) {
        let mut config = lambda_runtime::Config::default();
        config.function_name.clone_from(&function.name);
        config.memory = function.memory;
        "$LATEST".clone_into(&mut config.version);
        let handler = tokio::sync::Mutex::default();
        let name = function.name.clone();
        let instance = Instance { function, start, boot, handler, config: Arc::new(config) };
        self.instances.insert(name, Arc::new(instance));
    }

    /// The functions' names.
    pub fn names(&self) -> Vec<String> {
        self.instances.keys().cloned().collect()
    }

    /// Lets every environment go, with all that it remembers. The next start is a cold one.
    pub async fn stop_all(&self) {
        for instance in self.instances.values() {
            *instance.handler.lock().await = None;
        }
    }

    /// Starts every function; the faults of each that refuses.
    pub async fn start_all(&self) -> Result<(), Vec<(String, ConfigErrors)>> {
        let mut refused = Vec::new();
        for (name, instance) in &self.instances {
            if let Err(InvokeError::Faults(faults)) = instance.ready().await {
                refused.push((name.clone(), faults));
            }
        }
        if refused.is_empty() { Ok(()) } else { Err(refused) }
    }

    /// Calls a function and waits for its answer.
    ///
    /// The invocation runs to its end even if the caller goes away, as on Lambda.
    pub async fn invoke(&self, name: &str, payload: Box<RawValue>) -> Invoked {
        let request_id = random::uuid();
        let Some(instance) = self.instances.get(name) else {
            return Invoked { request_id, answer: Err(Failure::Unknown(name.to_owned())) };
        };
        let running = self.activity.begin();
        let instance = Arc::clone(instance);
        let deadline = deadline(self.clock.now(), instance.function.timeout);
        let invocation = Arc::new(Invocation { request_id: request_id.clone(), crash: Notify::new() });
        let span = tracing::info_span!("invoke", function = name, request_id);
        let work = CURRENT.scope(invocation, async move {
            let answer = instance.run(payload, deadline).await;
            drop(running);
            answer
        });
        let answer = tokio::spawn(work.instrument(span)).await;
        let answer = answer.unwrap_or(Err(Failure::Exited));
        if let Err(failure) = &answer {
            tracing::warn!(function = name, request_id, %failure, "the invocation failed");
        }
        Invoked { request_id, answer }
    }

    /// Calls a function as Lambda does asynchronously: tried again as configured, then kept as a dead letter.
    pub async fn deliver(&self, name: &str, event: &Value, origin: &str) {
        let retries = self.instances.get(name).map_or(0, |instance| instance.function.retries);
        let mut last = None;
        for _ in 0..=retries {
            let Ok(payload) = serde_json::value::to_raw_value(event) else { return };
            match self.invoke(name, payload).await.answer {
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
        let handler = self.ready().await.map_err(|refusal| match refusal {
            InvokeError::Faults(faults) => Failure::Init(faults.to_string()),
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
        // A task of its own, so that a panic ends the invocation and not the local system; it keeps the scope.
        let mut task = tokio::spawn(CURRENT.scope(Arc::clone(&invocation), handler(event)).in_current_span());
        let ended = tokio::select! {
            answer = &mut task => match answer {
                Ok(answer) => return answer.map_err(|error| Failure::Error(error.to_string())),
                Err(_) => Failure::Exited,
            },
            () = invocation.crash.notified() => Failure::Exited,
            () = tokio::time::sleep(self.function.timeout) => Failure::TimedOut(self.function.timeout),
        };
        task.abort();
        // The work is over only once its future is dropped.
        drop(task.await);
        *self.handler.lock().await = None;
        Err(ended)
    }

    async fn ready(&self) -> Result<Handler, InvokeError> {
        let mut handler = self.handler.lock().await;
        if let Some(handler) = &*handler {
            return Ok(Arc::clone(handler));
        }
        let init = Arc::new(Invocation { request_id: "init".to_owned(), crash: Notify::new() });
        let starting = CURRENT.scope(Arc::clone(&init), (self.start)(self.boot.clone()));
        let started = tokio::select! {
            started = starting => started.map_err(InvokeError::Faults)?,
            () = init.crash.notified() => return Err(InvokeError::Exited),
        };
        *handler = Some(Arc::clone(&started));
        Ok(started)
    }
}

/// The deadline in the context: milliseconds since 1970.
fn deadline(now: Timestamp, limit: Duration) -> u64 {
    let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    u64::try_from(now.as_millisecond().saturating_add(limit)).unwrap_or_default()
}
