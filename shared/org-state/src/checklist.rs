//! The whole checklist of an organization, and the response to a change of one task.

use domain::{checklist::Milestone, org::Org};
use jiff::Timestamp;
use serde::Serialize;

use crate::{IssueOut, Links, NextOut, PlanOut, TaskOut};

/// The checklist of an organization. Times are RFC 3339 in UTC.
#[derive(Debug, Serialize)]
pub struct ChecklistOut {
    /// `chk_` and the organization's UUID, or null before provisioning.
    id: Option<String>,
    organization_id: String,
    completed: bool,
    completed_at: Option<Timestamp>,
    dismissed: bool,
    dismissed_at: Option<Timestamp>,
    completion_percentage: usize,
    completed_count: usize,
    total_count: usize,
    is_complete: bool,
    /// Whether the checklist is complete and no admin has confirmed the celebration yet.
    celebrates: bool,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    tasks: Vec<TaskOut>,
    next_task: Option<TaskOut>,
    milestones: Vec<MilestoneOut>,
    definition: DefinitionOut,
    organization: ChecklistOrgOut,
}

/// A milestone, reached or not.
#[derive(Debug, Serialize)]
struct MilestoneOut {
    key: &'static str,
    title: &'static str,
    text: &'static str,
    icon: &'static str,
    /// Null until the milestone is reached.
    reached_at: Option<Timestamp>,
}

/// The checklist definition from which the tasks and milestones come.
#[derive(Debug, Serialize)]
struct DefinitionOut {
    key: &'static str,
    version: u32,
}

#[derive(Debug, Serialize)]
struct ChecklistOrgOut {
    id: String,
    name: String,
    status: &'static str,
    access: &'static str,
    is_on_trial: bool,
    trial_days_remaining: u32,
    trial_ends_at: Option<Timestamp>,
    /// Null without a subscription.
    plan: Option<PlanOut>,
    /// The next charge or end, or null.
    next: Option<NextOut>,
    billing_issue: Option<IssueOut>,
    provisioning: ChecklistProvisioningOut,
}

/// How far the steps of the host app are.
#[derive(Debug, Serialize)]
struct ChecklistProvisioningOut {
    /// `none`, `running`, `ready`, or `failed`.
    state: &'static str,
    /// Number of steps that are done.
    done: usize,
    /// Number of steps; 0 without steps.
    total: usize,
}

impl ChecklistOut {
    /// Returns the checklist at `now`. All links are absolute.
    #[must_use]
    pub fn of(org: &Org, links: Links<'_>, now: Timestamp) -> Self {
        let (list, progress) = (&org.checklist, org.progress(now));
        let task = |task| TaskOut::of(task, list, links);
        // Provisioning creates the checklist. Tasks can be completed earlier, but the checklist has
        // no id until it is created.
        let created = list.created_at.is_some();
        Self {
            id: created.then(|| format!("chk_{}", org.id.uuid())),
            organization_id: org.id.to_string(),
            completed: progress.is_complete(),
            completed_at: progress.completed_at(),
            dismissed: list.dismissed_at.is_some(),
            dismissed_at: list.dismissed_at,
            completion_percentage: progress.percentage(),
            completed_count: progress.completed_count(),
            total_count: progress.total_count(),
            is_complete: progress.is_complete(),
            celebrates: progress.celebrates(),
            created_at: list.created_at,
            updated_at: list.updated_at.filter(|_| created),
            tasks: progress.tasks.iter().copied().map(task).collect(),
            next_task: progress.next_task().map(task),
            milestones: progress.milestones().map(MilestoneOut::from).collect(),
            definition: DefinitionOut { key: progress.definition.key, version: progress.definition.version },
            organization: ChecklistOrgOut::of(org, now),
        }
    }
}

impl From<(&'static Milestone, Option<Timestamp>)> for MilestoneOut {
    fn from((milestone, reached_at): (&'static Milestone, Option<Timestamp>)) -> Self {
        let Milestone { key, title, text, icon, .. } = *milestone;
        Self { key, title, text, icon, reached_at }
    }
}

impl ChecklistOrgOut {
    fn of(org: &Org, now: Timestamp) -> Self {
        let status = org.status(now);
        Self {
            id: org.id.to_string(),
            name: org.name.to_string(),
            status: status.as_str(),
            access: status.access().as_str(),
            is_on_trial: org.is_on_trial(now),
            trial_days_remaining: org.trial_days_remaining(now),
            trial_ends_at: org.trial_ends_at(now),
            plan: PlanOut::of(org, now),
            next: org.next_billing_event(now).map(NextOut::from),
            billing_issue: org.billing.issue().map(IssueOut::from),
            provisioning: ChecklistProvisioningOut::of(org),
        }
    }
}

impl ChecklistProvisioningOut {
    fn of(org: &Org) -> Self {
        let (done, total) = org.run.as_ref().map_or((0, 0), |run| (run.done_count(), run.steps.len()));
        Self { state: org.provisioning_state().as_str(), done, total }
    }
}

/// Response to a change of one task.
#[derive(Debug, Serialize)]
pub struct TaskChangedOut<'a> {
    success: bool,
    task_key: &'a str,
    completion_percentage: usize,
    is_complete: bool,
    next_task: Option<TaskOut>,
}

impl<'a> TaskChangedOut<'a> {
    /// Returns the response. `org` is the organization after the change.
    #[must_use]
    pub fn of(task_key: &'a str, org: &Org, links: Links<'_>, now: Timestamp) -> Self {
        let progress = org.progress(now);
        Self {
            success: true,
            task_key,
            completion_percentage: progress.percentage(),
            is_complete: progress.is_complete(),
            next_task: progress.next_task().map(|task| TaskOut::of(task, &org.checklist, links)),
        }
    }
}
