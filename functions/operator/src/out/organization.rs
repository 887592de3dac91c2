//! One organization as JSON, and the responses to actions on it.

use domain::{
    mail::Delivery,
    org::{Org, Reminders},
};
use jiff::Timestamp;
use org_state::{NextOut, PlanOut};
use serde::Serialize;

use crate::{
    out::{billing::BillingOut, provisioning::ProvisioningOut},
    words::email,
};

/// Response of `GET /operator/organizations/{id}`.
#[derive(Debug, Serialize)]
pub struct OrganizationOut {
    id: String,
    name: String,
    time_zone: String,
    signed_up_at: Timestamp,
    status: &'static str,
    access: &'static str,
    provisioned_at: Option<Timestamp>,
    provisioned_by: Option<&'static str>,
    provisioning: ProvisioningOut,
    trial_ends_at: Option<Timestamp>,
    trial_days_remaining: u32,
    /// Reason why the trial cannot be extended. Null if it can be extended.
    not_extendable: Option<String>,
    extensions: Vec<ExtensionOut>,
    plan: Option<PlanOut>,
    next: Option<NextOut>,
    billing: BillingOut,
    checklist: ProgressOut,
    admins: Vec<AdminOut>,
    mails: Vec<MailOut>,
}

#[derive(Debug, Serialize)]
struct ExtensionOut {
    at: Timestamp,
    by: String,
    days: u16,
    reason: String,
    ends_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct ProgressOut {
    completed_count: usize,
    total_count: usize,
    completion_percentage: usize,
    is_complete: bool,
    dismissed: bool,
}

#[derive(Debug, Serialize)]
struct AdminOut {
    id: String,
    name: String,
    address: String,
    /// Whether the admin gets trial reminders.
    reminders: bool,
    /// Reason why notices to the admin are suppressed. Null if they are not.
    unreachable: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct MailOut {
    kind: &'static str,
    key: String,
    to: String,
    state: &'static str,
    at: Timestamp,
    /// Delivery problem of the email. Null if there is none.
    why: Option<&'static str>,
}

impl OrganizationOut {
    /// Returns the response for an organization at `now`.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        let status = org.status(now);
        let extensions =
            org.current_trial().into_iter().flat_map(|trial| &trial.extensions).map(|it| ExtensionOut {
                at: it.at,
                by: it.name.to_string(),
                days: it.days.get(),
                reason: it.reason.to_string(),
                ends_at: it.ends_at,
            });
        let admins = org.admins.iter().map(|admin| AdminOut {
            id: admin.user.to_string(),
            name: admin.name.to_string(),
            address: admin.address.as_str().to_owned(),
            reminders: admin.reminders == Reminders::Wanted,
            unreachable: admin.unreachable.map(|it| email::suppression(it.why)),
        });
        let progress = org.progress(now);
        Self {
            id: org.id.to_string(),
            name: org.name.to_string(),
            time_zone: org.zone.name().to_owned(),
            signed_up_at: org.signed_up_at,
            status: status.as_str(),
            access: status.access().as_str(),
            provisioned_at: org.provisioned.as_ref().map(|it| it.at),
            provisioned_by: org.provisioned.as_ref().map(|it| it.trigger.as_str()),
            provisioning: ProvisioningOut::from(org),
            trial_ends_at: org.trial_ends_at(now),
            trial_days_remaining: org.trial_days_remaining(now),
            not_extendable: org.extendable(now).err().map(|error| error.to_string()),
            extensions: extensions.collect(),
            plan: PlanOut::of(org, now),
            next: org.next_billing_event(now).map(NextOut::from),
            billing: BillingOut::of(org, now),
            checklist: ProgressOut {
                completed_count: progress.completed_count(),
                total_count: progress.total_count(),
                completion_percentage: progress.percentage(),
                is_complete: progress.is_complete(),
                dismissed: org.checklist.dismissed_at.is_some(),
            },
            admins: admins.collect(),
            mails: mails(org),
        }
    }
}

fn mails(org: &Org) -> Vec<MailOut> {
    let each = org.outbox.0.iter().flat_map(|(key, recipients)| {
        recipients.iter().map(move |(user, delivery)| {
            let (state, at) = state(delivery);
            let why = email::problem(delivery);
            MailOut { kind: key.kind(), key: key.to_string(), to: user.to_string(), state, at, why }
        })
    });
    each.collect()
}

/// Returns the name of an email's state, and a time:
///
/// - for a pending email, the earliest time of the next attempt;
/// - for an email that is being sent, the end of the lease;
/// - for all other emails, the time at which the state began.
pub fn state(delivery: &Delivery) -> (&'static str, Timestamp) {
    match delivery {
        Delivery::Pending { not_before, .. } => ("pending", *not_before),
        Delivery::Sending { until, .. } => ("sending", *until),
        Delivery::Sent { at, .. } => ("sent", *at),
        Delivery::Failed { at, .. } => ("failed", *at),
        Delivery::Unknown { at, .. } => ("unknown", *at),
        Delivery::Dropped { at } => ("dropped", *at),
    }
}

/// Response to an extension of a trial.
#[derive(Debug, Serialize)]
pub struct ExtendedOut {
    success: bool,
    status: &'static str,
    trial_ends_at: Option<Timestamp>,
    trial_days_remaining: u32,
}

impl ExtendedOut {
    /// Returns the response for the organization after the extension.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        Self {
            success: true,
            status: org.status(now).as_str(),
            trial_ends_at: org.trial_ends_at(now),
            trial_days_remaining: org.trial_days_remaining(now),
        }
    }
}

/// Response to an action on an organization.
#[derive(Debug, Serialize)]
pub struct ActionOut {
    success: bool,
    organization: OrganizationOut,
}

impl ActionOut {
    /// Returns the response for the organization after the action.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        Self { success: true, organization: OrganizationOut::of(org, now) }
    }
}
