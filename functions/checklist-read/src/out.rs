//! JSON response of `GET /onboarding/api/checklist`.

use domain::checklist::Milestone;
use jiff::Timestamp;
use org_state::{IssueOut, NextOut, PlanOut};
use serde::Serialize;
use web::{Links, TaskOut};

use crate::{config::Config, views::View};

/// The response body. Times are RFC 3339 in UTC.
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
    organization: OrganizationOut,
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
struct OrganizationOut {
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
}

impl ChecklistOut {
    /// Builds the body for an admin. All links are absolute. `origin` is Onramp's own origin, as
    /// the client sees it.
    pub fn of(view: &View, config: &Config, origin: &str) -> Self {
        let (org, list, progress) = (&view.org, &view.org.checklist, view.progress());
        let links = Links { origin, app: config.app_url.as_deref(), org: org.id };
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
            updated_at: view.updated_at(),
            tasks: progress.tasks.iter().copied().map(task).collect(),
            next_task: progress.next_task().map(task),
            milestones: progress.milestones().map(MilestoneOut::from).collect(),
            definition: DefinitionOut { key: progress.definition.key, version: progress.definition.version },
            organization: OrganizationOut::of(view),
        }
    }
}

impl From<(&'static Milestone, Option<Timestamp>)> for MilestoneOut {
    fn from((milestone, reached_at): (&'static Milestone, Option<Timestamp>)) -> Self {
        let Milestone { key, title, text, icon, .. } = *milestone;
        Self { key, title, text, icon, reached_at }
    }
}

impl OrganizationOut {
    fn of(view: &View) -> Self {
        let (org, status) = (&view.org, view.status());
        Self {
            id: org.id.to_string(),
            name: org.name.to_string(),
            status: status.as_str(),
            access: status.access().as_str(),
            is_on_trial: org.is_on_trial(view.now),
            trial_days_remaining: org.trial_days_remaining(view.now),
            trial_ends_at: org.trial_ends_at(view.now),
            plan: PlanOut::of(org, view.now),
            next: org.next_billing_event(view.now).map(NextOut::from),
            billing_issue: org.billing.issue().map(IssueOut::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{Complete, Skip};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, pending, trial};

    fn json(view: &View) -> String {
        let hosted = Config { app_url: "https://app.example.com".parse().ok(), ..config() };
        serde_json::to_string_pretty(&ChecklistOut::of(view, &hosted, "https://onramp.example.com")).unwrap()
    }

    #[test]
    fn checklist_in_progress() {
        let view = trial()
            .later(SignedDuration::from_mins(5))
            .having(&[Complete("invited_team_member"), Skip("created_time_entry")])
            .later(SignedDuration::from_hours(24));
        insta::assert_snapshot!(json(&view));
    }

    #[test]
    fn pending_checklist_has_completions_but_no_id() {
        let mut view = pending("Acme Corp", "Jo Doe");
        view.org.complete_from_host("project.created", None, view.now, view.now);
        let out: serde_json::Value = serde_json::from_str(&json(&view)).unwrap();
        for field in ["id", "created_at", "updated_at"] {
            assert!(out[field].is_null(), "{field}");
        }
        assert_eq!(out["completed_count"], 1);
        assert_eq!(
            (&out["tasks"][1]["source"], &out["tasks"][1]["completed_by"]),
            (&"event".into(), &().into())
        );
        assert_eq!(
            (&out["organization"]["status"], &out["organization"]["access"]),
            (&"pending".into(), &"billing_only".into())
        );
        assert_eq!(out["next_task"]["key"], "invited_team_member");
    }
}
