//! The local services together.

use std::sync::Arc;

use sim::{clock::LocalClock, external::ExternalService};

use crate::{
    bus::Bus, calls::Calls, dead_letters::DeadLetters, engine::Engine, faults::Faults,
    iam_usage_log::IamUsageLog, mailbox::Mailbox, permissions::Permissions, queues::Queues, secrets::Secrets,
};

/// Local services, call log, and injected faults that all connectors share.
#[derive(Debug)]
pub struct Cloud {
    /// Local implementation of DynamoDB.
    pub engine: Engine,
    /// Local implementation of SES.
    pub mailbox: Mailbox,
    /// Local implementation of EventBridge.
    pub bus: Bus,
    /// Local implementation of SQS.
    pub queues: Arc<Queues>,
    /// Local implementation of Secrets Manager.
    pub secrets: Secrets,
    /// Local implementations of the services outside AWS.
    pub external: Vec<Arc<dyn ExternalService>>,
    /// Clock of the whole stack.
    pub clock: Arc<LocalClock>,
    /// Log of all SDK calls.
    pub calls: Calls,
    /// Plan of the injected faults.
    pub faults: Faults,
    /// List in place of the on-failure destinations, which are a queue and a bucket on AWS.
    pub dead_letters: Arc<DeadLetters>,
    /// Permissions of the roles, and which of them were used.
    pub permissions: Permissions,
    /// Permissions that the calls of a test run needed.
    pub iam_usage: IamUsageLog,
}
