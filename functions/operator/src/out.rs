//! JSON responses. Times are RFC 3339 in UTC.

use domain::{
    billing::{Billing, Conflict, Currency, Invoice, Issue, Money, Subscription, Surplus},
    id::OrgId,
    mail::Delivery,
    org::{Org, Reminders, SuppressionReason, Undeliverable},
};
use jiff::Timestamp;
use serde::Serialize;
use store::ReviewPage;
use web::{NextOut, PlanOut};

use crate::{
    review_item::{ReviewItemView, delivery_problem},
    words,
};

/// Response of `GET /operator?find=…`.
#[derive(Debug, Serialize)]
pub struct FoundOut {
    organizations: Vec<String>,
}

impl FoundOut {
    /// Converts the search result.
    pub fn of(found: &[OrgId]) -> Self {
        Self { organizations: found.iter().map(ToString::to_string).collect() }
    }
}

/// Response of `GET /operator`: one page of the review queue.
#[derive(Debug, Serialize)]
pub struct ReviewPageOut {
    waiting: Vec<ReviewItemOut>,
    /// Value of the parameter `after` that requests the next page. Null on the last page.
    next: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct ReviewItemOut {
    id: String,
    kind: &'static str,
    since: Timestamp,
    title: String,
    why: Vec<String>,
    advice: &'static str,
    ids: Vec<String>,
    organization_id: Option<String>,
    /// IDs of all affected organizations. The first is also in `organization_id`.
    organization_ids: Vec<String>,
    /// What an operator can do about the item: `link-customer` and `dismiss`.
    actions: Vec<&'static str>,
}

impl ReviewPageOut {
    /// Converts a page of the store.
    pub fn of(page: &ReviewPage, now: Timestamp) -> Self {
        let waiting = page.items.iter().map(|item| ReviewItemOut::of(ReviewItemView::of(item, now)));
        Self { waiting: waiting.collect(), next: page.next }
    }
}

impl ReviewItemOut {
    fn of(view: ReviewItemView) -> Self {
        Self {
            id: view.id,
            kind: view.kind,
            since: view.since,
            title: view.title,
            why: view.reasons,
            advice: view.advice,
            ids: view.ids.into_iter().map(|(_, id)| id).collect(),
            organization_id: view.organizations.first().map(|(id, _)| id.to_string()),
            organization_ids: view.organizations.iter().map(|(id, _)| id.to_string()).collect(),
            actions: view.actions.iter().map(|action| action.as_str()).collect(),
        }
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

/// Response to an action without a result.
#[derive(Debug, Serialize)]
pub struct DoneOut {
    success: bool,
}

impl DoneOut {
    /// The action is done.
    pub const DONE: Self = Self { success: true };
}

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
struct BillingOut {
    customer: Option<String>,
    subscriptions: Vec<SubscriptionOut>,
    invoices: Vec<InvoiceOut>,
    issue: Option<&'static str>,
    conflicts: Vec<String>,
    /// Payments that have no effect on the organization, one sentence each.
    without_effect: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SubscriptionOut {
    id: String,
    customer: String,
    status: Option<&'static str>,
    /// Whether the subscription counts for the organization.
    counts: bool,
    /// Ids of the prices of its items.
    prices: Vec<String>,
    heard_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct InvoiceOut {
    id: String,
    created: Timestamp,
    /// Amount paid, in the currency's smallest unit.
    paid: Option<u64>,
    /// Amount that was still to be paid after the newest failed attempt.
    due: Option<u64>,
    /// Currency of the amounts. Null if it is not known.
    currency: Option<String>,
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
            unreachable: admin.unreachable.as_ref().map(suppression_reason),
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

impl BillingOut {
    fn of(org: &Org, now: Timestamp) -> Self {
        let billing = &org.billing;
        let subscriptions = billing.subscriptions.iter().map(|(id, it)| SubscriptionOut {
            id: id.to_string(),
            customer: it.customer.to_string(),
            status: it.status(now).map(|status| status.as_str()),
            counts: it.counts(),
            prices: prices(it),
            heard_at: it.newest().max(it.paid_at),
        });
        let invoices = billing.invoices.iter().map(|(id, it)| InvoiceOut {
            id: id.to_string(),
            created: it.created,
            paid: it.paid,
            due: it.due.map(|(_, due)| due.amount),
            currency: currency(it, billing).map(|currency| currency.as_str().to_owned()),
            issue: it.issue().map(|(kind, _)| kind.as_str()),
        });
        Self {
            customer: billing.customer.as_ref().map(ToString::to_string),
            subscriptions: subscriptions.collect(),
            invoices: invoices.collect(),
            issue: billing.issue().map(|Issue { kind, .. }| kind.as_str()),
            conflicts: billing.conflicts().iter().map(|conflict| conflict_text(conflict, billing)).collect(),
            without_effect: billing.surplus(now).iter().map(surplus_text).collect(),
        }
    }
}

/// Returns the ids of the prices of a subscription's items.
pub fn prices(subscription: &Subscription) -> Vec<String> {
    let fact = subscription.effective_fact();
    fact.map(|fact| fact.prices().map(str::to_owned).collect()).unwrap_or_default()
}

/// Returns the currency of an invoice. Only a failed invoice reports it, but all invoices of a
/// subscription have the currency of its items.
fn currency(invoice: &Invoice, billing: &Billing) -> Option<Currency> {
    let of_items = || {
        let subscription = billing.subscriptions.get(invoice.subscription.as_ref()?)?;
        let mut amounts = subscription.effective_fact()?.items.iter().filter_map(|item| item.amount);
        amounts.next().map(|amount| amount.currency)
    };
    invoice.due.map(|(_, due)| due.currency).or_else(of_items)
}

/// Returns the amount of a paid invoice with the decimals of its currency. If the currency is not
/// known, the amount is in the smallest unit.
pub fn amount_text(amount: u64, invoice: &Invoice, billing: &Billing) -> String {
    match currency(invoice, billing) {
        Some(currency) => Money { amount, currency }.to_string(),
        None => amount.to_string(),
    }
}

fn mails(org: &Org) -> Vec<MailOut> {
    let each = org.outbox.0.iter().flat_map(|(key, recipients)| {
        recipients.iter().map(move |(user, delivery)| {
            let (state, at) = state(delivery);
            let why = delivery_problem(delivery).map(|(_, problem)| problem);
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

/// Returns why notices to an admin are suppressed, as a clause without a period.
pub const fn suppression_reason(unreachable: &Undeliverable) -> &'static str {
    match unreachable.why {
        SuppressionReason::Bounced => words::organization::ADDRESS_BOUNCED,
        SuppressionReason::Complained => words::organization::MARKED_AS_SPAM,
    }
}

/// Describes a billing conflict in a sentence.
pub fn conflict_text(conflict: &Conflict, billing: &Billing) -> String {
    match conflict {
        Conflict::Customer { customer } => {
            let linked = billing.customer.as_ref().map(ToString::to_string);
            words::billing::other_customer(&customer.to_string(), linked.as_deref())
        }
        Conflict::Session { event } => words::billing::other_organization(&event.to_string()),
        Conflict::Content { event } => words::billing::two_payloads(&event.to_string()),
        Conflict::Late { event } => words::billing::late(&event.to_string()),
    }
}

/// Describes a payment without effect in a sentence.
pub fn surplus_text(surplus: &Surplus) -> String {
    match surplus {
        Surplus::DoubleSubscription { subscriptions } => {
            let ids: Vec<_> = subscriptions.iter().map(ToString::to_string).collect();
            words::billing::double_subscription(&ids.join(", "))
        }
        Surplus::PaidAfterEnd { invoice, .. } => words::billing::paid_after_end(&invoice.to_string()),
    }
}
