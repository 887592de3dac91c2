//! What programs get to read. Times are RFC 3339 in UTC.

use domain::{
    billing::{Billing, Conflict, Issue},
    delivery::Delivery,
    id::OrgId,
    org::{Org, Reminders, SuppressionReason, Unreachable},
};
use jiff::Timestamp;
use serde::Serialize;
use store::ReviewPage;

use crate::review_item::{ReviewItemView, delivery_problem};

/// The answer of `GET /operator?find=…`.
#[derive(Debug, Serialize)]
pub struct FoundOut {
    organizations: Vec<String>,
}

impl FoundOut {
    /// The organizations that were found.
    pub fn of(found: &[OrgId]) -> Self {
        Self { organizations: found.iter().map(ToString::to_string).collect() }
    }
}

/// The answer of `GET /operator`.
#[derive(Debug, Serialize)]
pub struct WaitingOut {
    waiting: Vec<CaseOut>,
    /// The `after` of the next page.
    next: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct CaseOut {
    kind: &'static str,
    since: Timestamp,
    title: String,
    why: Vec<String>,
    advice: &'static str,
    ids: Vec<String>,
    organization_id: Option<String>,
    /// All that it concerns, the same one first.
    organization_ids: Vec<String>,
}

impl WaitingOut {
    /// What waits.
    pub fn of(page: &ReviewPage, now: Timestamp) -> Self {
        let waiting = page.items.iter().map(|held| CaseOut::of(ReviewItemView::of(held, now)));
        Self { waiting: waiting.collect(), next: page.next }
    }
}

impl CaseOut {
    fn of(case: ReviewItemView) -> Self {
        Self {
            kind: case.kind,
            since: case.since,
            title: case.title,
            why: case.why,
            advice: case.advice,
            ids: case.ids.into_iter().map(|(_, id)| id).collect(),
            organization_id: case.organizations.first().map(|(id, _)| id.to_string()),
            organization_ids: case.organizations.iter().map(|(id, _)| id.to_string()).collect(),
        }
    }
}

/// The answer of an extension.
#[derive(Debug, Serialize)]
pub struct ExtendedOut {
    success: bool,
    status: &'static str,
    trial_ends_at: Option<Timestamp>,
    trial_days_remaining: u32,
}

impl ExtendedOut {
    /// How the organization stands with its new end.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        Self {
            success: true,
            status: org.status(now).as_str(),
            trial_ends_at: org.trial_ends_at(now),
            trial_days_remaining: org.trial_days_remaining(now),
        }
    }
}

/// The answer of `GET /operator/organizations/{id}`.
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
    trial_ends_at: Option<Timestamp>,
    trial_days_remaining: u32,
    /// Null where days can be given; else why not.
    not_extendable: Option<String>,
    extensions: Vec<ExtensionOut>,
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
struct BillingOut {
    customer: Option<String>,
    subscriptions: Vec<SubscriptionOut>,
    invoices: Vec<InvoiceOut>,
    issue: Option<&'static str>,
    conflicts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SubscriptionOut {
    id: String,
    customer: String,
    status: Option<&'static str>,
    heard_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct InvoiceOut {
    id: String,
    created: Timestamp,
    paid: Option<u64>,
    issue: Option<&'static str>,
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
    /// Whether they want to be reminded.
    reminders: bool,
    /// Why no notice goes to them, if none does.
    unreachable: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct MailOut {
    kind: &'static str,
    key: String,
    to: String,
    state: &'static str,
    at: Timestamp,
    /// What is wrong with it, if something is.
    why: Option<&'static str>,
}

impl OrganizationOut {
    /// How the organization stands.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        let status = org.status(now);
        let extensions = org.trial.iter().flat_map(|trial| &trial.extensions).map(|it| ExtensionOut {
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
            unreachable: admin.unreachable.as_ref().map(unreachable),
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
            trial_ends_at: org.trial_ends_at(now),
            trial_days_remaining: org.trial_days_remaining(now),
            not_extendable: org.extendable().err().map(|why| why.to_string()),
            extensions: extensions.collect(),
            billing: BillingOut::of(org),
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

impl BillingOut {
    fn of(org: &Org) -> Self {
        let billing = &org.billing;
        let subscriptions = billing.subscriptions.iter().map(|(id, it)| SubscriptionOut {
            id: id.to_string(),
            customer: it.customer.to_string(),
            status: it.status().map(|status| status.as_str()),
            heard_at: it.newest.max(it.paid_at),
        });
        let invoices = billing.invoices.iter().map(|(id, it)| InvoiceOut {
            id: id.to_string(),
            created: it.created,
            paid: it.paid,
            issue: it.issue().map(|(kind, _)| kind.as_str()),
        });
        Self {
            customer: billing.customer.as_ref().map(ToString::to_string),
            subscriptions: subscriptions.collect(),
            invoices: invoices.collect(),
            issue: billing.issue().map(|Issue { kind, .. }| kind.as_str()),
            conflicts: billing.conflicts().iter().map(|it| conflict(it, billing)).collect(),
        }
    }
}

fn mails(org: &Org) -> Vec<MailOut> {
    let each = org.outbox.0.iter().flat_map(|(key, recipients)| {
        recipients.iter().map(move |(user, delivery)| {
            let (state, at) = state(delivery);
            let why = delivery_problem(delivery).map(|(_, why)| why);
            MailOut { kind: key.kind(), key: key.to_string(), to: user.to_string(), state, at, why }
        })
    });
    each.collect()
}

/// Where a mail stands, and since when; of one that waits, until when.
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

/// Why no notice goes to an admin, in a clause.
pub const fn unreachable(unreachable: &Unreachable) -> &'static str {
    match unreachable.why {
        SuppressionReason::Bounced => "mail to this address came back",
        SuppressionReason::Complained => "called a mail spam",
    }
}

/// What did not fit, in a sentence.
pub fn conflict(conflict: &Conflict, billing: &Billing) -> String {
    match conflict {
        Conflict::Customer { customer } => match &billing.customer {
            Some(linked) => {
                format!("Events of {customer} name this organization, which is linked to {linked}.")
            }
            None => format!("Events of {customer} name this organization, but it is linked to another one."),
        },
        Conflict::Session { event } => format!("The Checkout session of {event} named another organization."),
        Conflict::Content { event } => format!("{event} came with two contents."),
        Conflict::Late { event } => {
            format!("{event} came after its time was closed, and counted for nothing.")
        }
    }
}
