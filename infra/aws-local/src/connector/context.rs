//! The dependencies that a function is started with, on local services.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use runtime::{Aws, Clock, Context, Env, OutboundHttp, Rng};

use super::{Cloud, Connector};
use crate::template::{Function, REGION};

impl Cloud {
    /// Creates the dependencies of a function: its variables, local clients with the permissions of
    /// its role, and the local clock.
    pub fn context(self: &Arc<Self>, function: &Function) -> Context {
        let connector = Connector::new(&function.name, &function.statements, Arc::clone(self));
        let credentials = Credentials::new("ASIALOCAL", "local", Some("local".to_owned()), None, "local");
        let (clock, waiting) = (Arc::clone(&self.clock), Arc::clone(&self.clock));
        Context {
            env: Env::new(function.variables.clone()),
            outbound: OutboundHttp::new(SharedHttpConnector::new(connector.clone())),
            aws: Aws::new(REGION.to_owned(), credentials, SharedHttpClient::new(connector)),
            clock: Clock::new(move || clock.now()).with_sleep(move |wait| {
                let clock = Arc::clone(&waiting);
                Box::pin(async move { clock.sleep(wait).await })
            }),
            entropy: Rng::system(),
        }
    }
}
