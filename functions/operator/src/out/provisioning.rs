//! The steps of the host app as JSON.

use domain::{
    org::Org,
    provisioning::{RunEnd, Step},
};
use jiff::Timestamp;
use org_state::StepOut;
use serde::Serialize;

use crate::words::provisioning as words;

/// How far the steps of the host app are.
#[derive(Debug, Serialize)]
pub struct ProvisioningOut {
    /// `none`, `running`, `ready`, or `failed`.
    state: &'static str,
    /// Id of the run. Null without steps.
    run: Option<String>,
    trigger: Option<&'static str>,
    ready_at: Option<Timestamp>,
    /// Why the run failed. Null if it did not.
    error: Option<String>,
    steps: Vec<StepWithAttemptsOut>,
}

/// A step, with what only operators see.
#[derive(Debug, Serialize)]
struct StepWithAttemptsOut {
    #[serde(flatten)]
    step: StepOut,
    attempts: u32,
    started_at: Option<Timestamp>,
    /// What went wrong in the last attempt that was not successful.
    error: Option<String>,
}

impl From<&Org> for ProvisioningOut {
    fn from(org: &Org) -> Self {
        let (provisioned, run) = (org.provisioned.as_ref(), org.run.as_ref());
        let failure = run.and_then(|run| match &run.end {
            Some(RunEnd::Failed { why, .. }) => Some(words::failure(why)),
            _ => None,
        });
        Self {
            state: org.provisioning_state().as_str(),
            run: run.map(|run| run.id.to_string()),
            trigger: provisioned.map(|it| it.trigger.as_str()),
            ready_at: org.ready_at(),
            error: failure,
            steps: run.into_iter().flat_map(|run| &run.steps).map(StepWithAttemptsOut::from).collect(),
        }
    }
}

impl From<&Step> for StepWithAttemptsOut {
    fn from(step: &Step) -> Self {
        Self {
            step: StepOut::from(step),
            attempts: step.attempts,
            started_at: step.began_at,
            error: step.last_error.as_ref().filter(|_| !step.is_done()).map(words::cause),
        }
    }
}
