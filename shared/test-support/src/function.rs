//! Runs one function on local AWS.

use std::sync::Arc;

use aws_local::invoke::{Failure, Fleet};
use runtime::{ConfigErrors, Context, Handler};
use serde_json::{Value, value::to_raw_value};

use crate::{
    aws::LocalAws,
    seed::{NOW, seed},
};

/// A function with its own local AWS. It starts at its first invocation.
pub struct Function {
    /// Local AWS of this function.
    pub aws: LocalAws,
    fleet: Fleet,
    name: String,
}

impl Function {
    /// Creates a function from its name and its `start` function.
    pub fn new<S, F>(aws: LocalAws, name: &str, start: S) -> Self
    where
        S: Fn(Context) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Handler, ConfigErrors>> + Send + 'static,
    {
        let fleet = aws.fleet(name, Arc::new(move |context| Box::pin(start(context))));
        Self { aws, fleet, name: name.to_owned() }
    }

    /// Creates a function at the time of the recorded events, on the table of [`seed`].
    pub async fn seeded<S, F>(name: &str, start: S) -> Self
    where
        S: Fn(Context) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Handler, ConfigErrors>> + Send + 'static,
    {
        let aws = LocalAws::at(NOW);
        seed(&aws.store()).await;
        Self::new(aws, name, start)
    }

    /// Invokes the function with an event. Returns its response, and the operations that it called.
    ///
    /// The response is an error if the function did not start, or if its handler failed.
    pub async fn invoke(&self, event: &Value) -> (Result<Value, Failure>, Vec<String>) {
        let earlier = self.aws.calls().len();
        let invoked = self.fleet.invoke(&self.name, to_raw_value(event).unwrap()).await;
        let response = invoked.result.map(|response| serde_json::from_str(response.get()).unwrap());
        let calls = self.aws.calls().into_iter().skip(earlier);
        (response, calls.map(|call| call.operation).collect())
    }

    /// Sends a request to the function. Returns the status, the response, and the operations that
    /// the function called.
    pub async fn request(&self, event: &Value) -> (u64, Value, Vec<String>) {
        let (response, calls) = self.invoke(event).await;
        let response = response.unwrap();
        (response["statusCode"].as_u64().unwrap(), response, calls)
    }
}
