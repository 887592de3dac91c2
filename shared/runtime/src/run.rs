//! Starts a function and runs its event loop.

use std::{future::Future, pin::Pin, sync::Arc};

use lambda_runtime::LambdaEvent;
use serde_json::value::RawValue;

use crate::{
    aws::Aws,
    clock::Clock,
    env::{ConfigErrors, Env},
    outbound_http::OutboundHttp,
    rng::Rng,
};

/// The dependencies that a function is started with.
#[derive(Clone, Debug)]
pub struct Context {
    /// The environment variables of the function.
    pub env: Env,
    /// The configuration of AWS clients.
    pub aws: Aws,
    /// The HTTP client for other services.
    pub outbound: OutboundHttp,
    /// The source of the current time.
    pub clock: Clock,
    /// The source of ids and secrets.
    pub entropy: Rng,
}

/// An invocation event whose payload is unparsed JSON text.
pub type Event = LambdaEvent<Box<RawValue>>;

/// The JSON text that a function returns, or an error that fails the invocation.
pub type InvocationResult = Result<Box<RawValue>, lambda_runtime::Error>;

/// A function that has started and handles events.
pub type Handler = Arc<dyn Fn(Event) -> Pin<Box<dyn Future<Output = InvocationResult> + Send>> + Send + Sync>;

/// Makes a [`Handler`] from an async function.
pub fn handler<H, F>(handle: H) -> Handler
where
    H: Fn(Event) -> F + Send + Sync + 'static,
    F: Future<Output = InvocationResult> + Send + 'static,
{
    Arc::new(move |event| Box::pin(handle(event)))
}

/// Starts a function, and passes each event of the Lambda Runtime API to it until the process ends.
///
/// # Errors
/// Fails if the configuration is invalid; each invalid variable is logged before. Also fails if the
/// Runtime API fails.
pub async fn run<S, F>(start: S) -> Result<(), lambda_runtime::Error>
where
    S: FnOnce(Context) -> F,
    F: Future<Output = Result<Handler, ConfigErrors>>,
{
    let env = Env::from_os();
    telemetry::init(env.get("RUST_LOG"), env.get("METRIC_NAMESPACE"));
    let started = match Aws::from_env(&env) {
        Ok(aws) => {
            let (outbound, clock, entropy) = (OutboundHttp::system(), Clock::system(), Rng::system());
            start(Context { env, aws, outbound, clock, entropy }).await
        }
        Err(errors) => Err(errors),
    };
    let handler = started.inspect_err(|errors| {
        for error in &errors.0 {
            tracing::error!(variable = error.name, expected = %error.expected, "rejected configuration variable");
        }
    })?;
    lambda_runtime::run(lambda_runtime::service_fn(move |event| handler(event))).await
}
