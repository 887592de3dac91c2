use std::{future::Future, pin::Pin, sync::Arc};

use lambda_runtime::LambdaEvent;
use serde_json::value::RawValue;

use crate::{
    aws::Aws,
    clock::Clock,
    entropy::Rng,
    env::{ConfigErrors, Env},
    outbound_http::OutboundHttp,
};

/// What a function is started with.
#[derive(Clone, Debug)]
pub struct Context {
    /// Its variables.
    pub env: Env,
    /// How it reaches AWS.
    pub aws: Aws,
    /// How it reaches other services.
    pub outside: OutboundHttp,
    /// Where it reads the time.
    pub clock: Clock,
    /// Where it takes ids and secrets from.
    pub entropy: Rng,
}

/// An event as Lambda carries it: JSON text, parsed by the function that knows its shape.
pub type Event = LambdaEvent<Box<RawValue>>;

/// What a function gives back: JSON text, or an error on which Lambda's own retry rules act.
pub type InvocationResult = Result<Box<RawValue>, lambda_runtime::Error>;

/// A started function.
pub type Handler = Arc<dyn Fn(Event) -> Pin<Box<dyn Future<Output = InvocationResult> + Send>> + Send + Sync>;

/// Makes a [`Handler`] of a function.
pub fn handler<H, F>(handle: H) -> Handler
where
    H: Fn(Event) -> F + Send + Sync + 'static,
    F: Future<Output = InvocationResult> + Send + 'static,
{
    Arc::new(move |event| Box::pin(handle(event)))
}

/// Starts a function and hands it events over the Lambda Runtime API until the process ends.
///
/// # Errors
/// Bad configuration, named in the log with every fault; or the Runtime API going away.
pub async fn run<S, F>(start: S) -> Result<(), lambda_runtime::Error>
where
    S: FnOnce(Context) -> F,
    F: Future<Output = Result<Handler, ConfigErrors>>,
{
    let env = Env::from_os();
    telemetry::init(env.get("RUST_LOG"), env.get("METRIC_NAMESPACE"));
    let started = match Aws::from_env(&env) {
        Ok(aws) => {
            let (outside, clock, entropy) = (OutboundHttp::system(), Clock::system(), Rng::system());
            start(Context { env, aws, outside, clock, entropy }).await
        }
        Err(faults) => Err(faults),
    };
    let handler = started.inspect_err(|faults| {
        for fault in &faults.0 {
            tracing::error!(variable = fault.name, expected = %fault.expected, "bad configuration");
        }
    })?;
    lambda_runtime::run(lambda_runtime::service_fn(move |event| handler(event))).await
}
