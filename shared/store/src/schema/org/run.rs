//! Stored form of a run of the host app's steps.

use std::collections::BTreeMap;

use domain::{
    id::OrgId,
    people::{ActionRecord, Name, Reason},
    provisioning::{
        Cause, Failure, Lease, OperatorAction, Outputs, Run, RunEnd, RunId, Step, StepDefinition, StepState,
        TakenAction, Waiting,
    },
    trial::Trial,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::trial::TrialItem;
use crate::{at::At, error::Corrupt, schema::read};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunItem {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    held: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waiting: Option<WaitingItem>,
    steps: Vec<StepItem>,
    /// JSON text of each output.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app_url: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    actions: Vec<ActionItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<EndItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ActionItem {
    what: WhatItem,
    at: At,
    by: String,
    name: String,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhatItem {
    RetryStep,
    SkipStep(String),
    FailRun,
}

#[derive(Debug, Serialize, Deserialize)]
struct WaitingItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trial: Option<TrialItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    welcome: Option<At>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StepItem {
    key: String,
    title: String,
    timeout_seconds: i64,
    deadline_seconds: i64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_async: bool,
    state: StateItem,
    #[serde(default)]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_error: Option<CauseItem>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StateItem {
    Pending {
        due: At,
    },
    Calling {
        lease: String,
        until: At,
    },
    Waiting,
    Done {
        at: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skipped: Option<String>,
    },
    Failed {
        at: At,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum EndItem {
    Ready { at: At },
    Failed { at: At, step: String, why: FailureItem },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FailureItem {
    Step(CauseItem),
    GivenUp(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum CauseItem {
    Timeout,
    NoConnection,
    Status {
        status: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    Unreadable {
        status: u16,
    },
    AcceptedUnexpectedly,
    OutputsTooLarge,
    Reported {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    DeadlinePassed,
    Interrupted,
}

impl RunItem {
    /// Restores the run of an organization.
    pub fn restore(self, org: OrgId) -> Result<Run, Corrupt> {
        Ok(Run {
            id: RunId::of(org),
            is_held: self.held,
            waiting: self.waiting.map(Waiting::try_from).transpose()?,
            steps: self.steps.into_iter().map(Step::try_from).collect::<Result<_, _>>()?,
            outputs: Outputs(self.outputs),
            app_url: self
                .app_url
                .map(|url| read("address of an organization in the host app", &url))
                .transpose()?,
            actions: self.actions.into_iter().map(TakenAction::try_from).collect::<Result<_, _>>()?,
            end: self.end.map(RunEnd::try_from).transpose()?,
        })
    }
}

impl From<&Run> for RunItem {
    fn from(run: &Run) -> Self {
        Self {
            held: run.is_held,
            waiting: run.waiting.as_ref().map(WaitingItem::from),
            steps: run.steps.iter().map(StepItem::from).collect(),
            outputs: run.outputs.0.clone(),
            app_url: run.app_url.as_ref().map(|url| url.as_str().to_owned()),
            actions: run.actions.iter().map(ActionItem::from).collect(),
            end: run.end.as_ref().map(EndItem::from),
        }
    }
}

impl From<&Waiting> for WaitingItem {
    fn from(waiting: &Waiting) -> Self {
        Self { trial: waiting.trial.as_ref().map(TrialItem::from), welcome: waiting.welcome.map(At) }
    }
}

impl TryFrom<WaitingItem> for Waiting {
    type Error = Corrupt;

    fn try_from(item: WaitingItem) -> Result<Self, Corrupt> {
        let trial = item.trial.map(Trial::try_from).transpose()?;
        Ok(Self { trial, welcome: item.welcome.map(|at| at.0) })
    }
}

impl From<&TakenAction> for ActionItem {
    fn from(TakenAction { action, record }: &TakenAction) -> Self {
        let what = match action {
            OperatorAction::RetryStep => WhatItem::RetryStep,
            OperatorAction::SkipStep(step) => WhatItem::SkipStep(step.to_string()),
            OperatorAction::FailRun => WhatItem::FailRun,
        };
        let (by, name, reason) = (record.by.to_string(), record.name.to_string(), record.reason.to_string());
        Self { what, at: At(record.at), by, name, reason }
    }
}

impl TryFrom<ActionItem> for TakenAction {
    type Error = Corrupt;

    fn try_from(item: ActionItem) -> Result<Self, Corrupt> {
        let action = match item.what {
            WhatItem::RetryStep => OperatorAction::RetryStep,
            WhatItem::SkipStep(step) => OperatorAction::SkipStep(read("skipped step", &step)?),
            WhatItem::FailRun => OperatorAction::FailRun,
        };
        let (name, reason) = (Name::from_stored(item.name), Reason::from_stored(item.reason));
        let record = ActionRecord { at: item.at.0, by: read("operator", &item.by)?, name, reason };
        Ok(Self { action, record })
    }
}

impl From<&Step> for StepItem {
    fn from(step: &Step) -> Self {
        let definition = &step.definition;
        Self {
            key: definition.key.to_string(),
            title: definition.title.clone(),
            timeout_seconds: definition.timeout.as_secs(),
            deadline_seconds: definition.deadline.as_secs(),
            is_async: definition.is_async,
            state: StateItem::from(&step.state),
            attempts: step.attempts,
            began_at: step.began_at.map(At),
            last_error: step.last_error.as_ref().map(CauseItem::from),
        }
    }
}

impl TryFrom<StepItem> for Step {
    type Error = Corrupt;

    fn try_from(item: StepItem) -> Result<Self, Corrupt> {
        let definition = StepDefinition {
            key: read("key of a step", &item.key)?,
            title: item.title,
            timeout: SignedDuration::from_secs(item.timeout_seconds),
            deadline: SignedDuration::from_secs(item.deadline_seconds),
            is_async: item.is_async,
        };
        Ok(Self {
            definition,
            state: item.state.into(),
            attempts: item.attempts,
            began_at: item.began_at.map(|at| at.0),
            last_error: item.last_error.map(Cause::from),
        })
    }
}

impl From<&StepState> for StateItem {
    fn from(state: &StepState) -> Self {
        match state {
            StepState::Pending { due } => Self::Pending { due: At(*due) },
            StepState::Calling { lease, until } => {
                Self::Calling { lease: lease.0.clone(), until: At(*until) }
            }
            StepState::Waiting => Self::Waiting,
            StepState::Done { at, skipped } => {
                Self::Done { at: At(*at), skipped: skipped.as_ref().map(ToString::to_string) }
            }
            StepState::Failed { at } => Self::Failed { at: At(*at) },
        }
    }
}

impl From<StateItem> for StepState {
    fn from(item: StateItem) -> Self {
        match item {
            StateItem::Pending { due } => Self::Pending { due: due.0 },
            StateItem::Calling { lease, until } => Self::Calling { lease: Lease(lease), until: until.0 },
            StateItem::Waiting => Self::Waiting,
            StateItem::Done { at, skipped } => {
                Self::Done { at: at.0, skipped: skipped.map(Reason::from_stored) }
            }
            StateItem::Failed { at } => Self::Failed { at: at.0 },
        }
    }
}

impl From<&RunEnd> for EndItem {
    fn from(end: &RunEnd) -> Self {
        match end {
            RunEnd::Ready { at } => Self::Ready { at: At(*at) },
            RunEnd::Failed { at, step, why } => {
                let why = match why {
                    Failure::Step(cause) => FailureItem::Step(CauseItem::from(cause)),
                    Failure::GivenUp(reason) => FailureItem::GivenUp(reason.to_string()),
                };
                Self::Failed { at: At(*at), step: step.to_string(), why }
            }
        }
    }
}

impl TryFrom<EndItem> for RunEnd {
    type Error = Corrupt;

    fn try_from(item: EndItem) -> Result<Self, Corrupt> {
        Ok(match item {
            EndItem::Ready { at } => Self::Ready { at: at.0 },
            EndItem::Failed { at, step, why } => {
                let why = match why {
                    FailureItem::Step(cause) => Failure::Step(cause.into()),
                    FailureItem::GivenUp(reason) => Failure::GivenUp(Reason::from_stored(reason)),
                };
                Self::Failed { at: at.0, step: read("failed step", &step)?, why }
            }
        })
    }
}

impl From<&Cause> for CauseItem {
    fn from(cause: &Cause) -> Self {
        match cause.clone() {
            Cause::Timeout => Self::Timeout,
            Cause::NoConnection => Self::NoConnection,
            Cause::Status { status, message } => Self::Status { status, message },
            Cause::Unreadable { status } => Self::Unreadable { status },
            Cause::AcceptedUnexpectedly => Self::AcceptedUnexpectedly,
            Cause::OutputsTooLarge => Self::OutputsTooLarge,
            Cause::Reported { message } => Self::Reported { message },
            Cause::DeadlinePassed => Self::DeadlinePassed,
            Cause::Interrupted => Self::Interrupted,
        }
    }
}

impl From<CauseItem> for Cause {
    fn from(item: CauseItem) -> Self {
        match item {
            CauseItem::Timeout => Self::Timeout,
            CauseItem::NoConnection => Self::NoConnection,
            CauseItem::Status { status, message } => Self::Status { status, message },
            CauseItem::Unreadable { status } => Self::Unreadable { status },
            CauseItem::AcceptedUnexpectedly => Self::AcceptedUnexpectedly,
            CauseItem::OutputsTooLarge => Self::OutputsTooLarge,
            CauseItem::Reported { message } => Self::Reported { message },
            CauseItem::DeadlinePassed => Self::DeadlinePassed,
            CauseItem::Interrupted => Self::Interrupted,
        }
    }
}
