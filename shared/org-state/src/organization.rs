//! The whole state of an organization.

use domain::{
    org::{AdminContact, Org},
    provisioning::{Step, StepState},
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{IssueOut, NextOut, PlanOut};

/// What the item of an organization says about its last write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Version of the item.
    pub version: u64,
    /// When it was written.
    pub at: Timestamp,
}

/// The state of an organization. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrganizationOut {
    id: String,
    external_id: Option<String>,
    name: String,
    version: u64,
    time_zone: String,
    language: &'static str,
    industry: Option<String>,
    status: &'static str,
    access: &'static str,
    /// Always null, because organizations cannot be suspended yet.
    suspended: Option<()>,
    /// Always null, because organizations cannot be deleted yet.
    deletion: Option<()>,
    plan: Option<PlanOut>,
    trial: Option<TrialOut>,
    next: Option<NextOut>,
    billing: BillingOut,
    provisioning: ProvisioningOut,
    checklist: ChecklistOut,
    admins: Vec<AdminOut>,
    /// Null if it is not known.
    member_count: Option<u32>,
    app_url: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// The trial that counts: Onramp's, or that of the subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct TrialOut {
    /// Null for the trial of a subscription, and for a trial that has not started.
    starts_at: Option<Timestamp>,
    /// Null for a trial that has not started.
    ends_at: Option<Timestamp>,
    days_remaining: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct BillingOut {
    customer: Option<String>,
    subscription: Option<String>,
    issue: Option<IssueOut>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ProvisioningOut {
    /// `none` before provisioning; with steps of the host app `running`, then `failed` or `ready`;
    /// without steps `ready` at once.
    state: &'static str,
    /// Id of the run; null without steps.
    run: Option<String>,
    trigger: Option<&'static str>,
    ready_at: Option<Timestamp>,
    steps: Vec<StepOut>,
}

/// A step of the host app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepOut {
    key: String,
    title: String,
    /// `pending`, `calling`, `waiting`, `done`, or `failed`.
    state: &'static str,
    done_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ChecklistOut {
    definition: &'static str,
    completed_count: usize,
    total_count: usize,
    percentage: usize,
    is_complete: bool,
    dismissed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct AdminOut {
    id: String,
    email: String,
    full_name: String,
}

impl OrganizationOut {
    /// Returns the state at `now`. `app_url` is the dashboard of the host app.
    #[must_use]
    pub fn of(org: &Org, written: Written, app_url: &str, now: Timestamp) -> Self {
        let status = org.status(now);
        let progress = org.progress(now);
        Self {
            id: org.id.to_string(),
            external_id: org.external_id.as_ref().map(ToString::to_string),
            name: org.name.to_string(),
            version: written.version,
            time_zone: org.zone.name().to_owned(),
            language: org.language.as_str(),
            industry: org.onboarding.industry.clone(),
            status: status.as_str(),
            access: status.access().as_str(),
            suspended: None,
            deletion: None,
            plan: PlanOut::of(org, now),
            trial: TrialOut::of(org, now),
            next: org.next_billing_event(now).map(NextOut::from),
            billing: BillingOut::of(org, now),
            provisioning: ProvisioningOut::from(org),
            checklist: ChecklistOut {
                definition: progress.definition.key,
                completed_count: progress.completed_count(),
                total_count: progress.total_count(),
                percentage: progress.percentage(),
                is_complete: progress.is_complete(),
                dismissed: org.checklist.dismissed_at.is_some(),
            },
            admins: org.admins.iter().map(AdminOut::from).collect(),
            member_count: org.member_count,
            app_url: org
                .run
                .as_ref()
                .and_then(|run| run.app_url.as_ref())
                .map_or(app_url, |own| own.as_str())
                .to_owned(),
            created_at: org.signed_up_at,
            updated_at: written.at,
        }
    }

    /// Returns whether two states of an organization differ in more than the version, the time of the
    /// write, the remaining days, and the attempts of a step that has not ended.
    #[must_use]
    pub fn differs_visibly(&self, other: &Self) -> bool {
        let mut same = self.clone();
        same.version = other.version;
        same.updated_at = other.updated_at;
        if let (Some(trial), Some(other)) = (&mut same.trial, &other.trial) {
            trial.days_remaining = other.days_remaining;
        }
        let steps = same.provisioning.steps.iter_mut().zip(&other.provisioning.steps);
        for (step, other) in steps.filter(|(step, other)| !step.has_ended() && !other.has_ended()) {
            step.state = other.state;
        }
        same != *other
    }
}

impl TrialOut {
    fn of(org: &Org, now: Timestamp) -> Option<Self> {
        let days_remaining = org.trial_days_remaining(now);
        if org.awaits_trial(now) {
            return Some(Self { starts_at: None, ends_at: None, days_remaining });
        }
        let ends_at = org.trial_ends_at(now)?;
        let own = org.trial.as_ref().filter(|trial| trial.ends_at == ends_at);
        let starts_at = own.map(|trial| trial.started_at);
        Some(Self { starts_at, ends_at: Some(ends_at), days_remaining })
    }
}

impl BillingOut {
    fn of(org: &Org, now: Timestamp) -> Self {
        Self {
            customer: org.billing.customer.as_ref().map(ToString::to_string),
            subscription: org.billing.current(now).map(ToString::to_string),
            issue: org.billing.issue().map(IssueOut::from),
        }
    }
}

impl From<&Org> for ProvisioningOut {
    fn from(org: &Org) -> Self {
        let provisioned = org.provisioned.as_ref();
        let run = org.run.as_ref();
        Self {
            state: org.provisioning_state().as_str(),
            run: run.map(|run| run.id.to_string()),
            trigger: provisioned.map(|it| it.trigger.as_str()),
            ready_at: org.ready_at(),
            steps: run.into_iter().flat_map(|run| &run.steps).map(StepOut::from).collect(),
        }
    }
}

impl StepOut {
    fn has_ended(&self) -> bool {
        matches!(self.state, "done" | "failed")
    }
}

impl From<&Step> for StepOut {
    fn from(step: &Step) -> Self {
        let done_at = match step.state {
            StepState::Done { at, .. } => Some(at),
            _ => None,
        };
        let (key, title) = (step.definition.key.to_string(), step.definition.title.clone());
        Self { key, title, state: step.state_name(), done_at }
    }
}

impl From<&AdminContact> for AdminOut {
    fn from(admin: &AdminContact) -> Self {
        Self {
            id: admin.user.to_string(),
            email: admin.address.as_str().to_owned(),
            full_name: admin.name.to_string(),
        }
    }
}
