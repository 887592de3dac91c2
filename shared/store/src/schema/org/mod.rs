//! Stored form of an organization.
//!
//! Related fields form one attribute: for example, all fields of the trial are in the attribute
//! `trial`. A write contains only the attributes that changed. So during a release, two versions of
//! the code can write the same organization.

mod billing;
mod billing_details;
pub(crate) mod change;
mod checklist;
mod fact_details;
mod folded;
mod run;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    billing::{Billing, SubscriptionId},
    id::UserId,
    mail::{Delivery, NoticeKey, Outbox},
    org::{AdminContact, CustomerRead, Language, Org, Project, Provisioned, Trigger},
    people::Name,
    provisioning::Run,
    time::Zone,
    trial::Trial,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::{
    billing::{BillingItem, PauseItem},
    billing_details::{AttemptItem, BillingDetailsItem},
    change::{CHANGE, ChangeItem},
    checklist::{ChecklistItem, OnboardingItem},
    folded::FoldedItem,
    run::RunItem,
    trial::TrialItem,
};
use crate::{
    at::At,
    attributes::Attributes,
    client::Stored,
    error::Corrupt,
    index::{cohort_entry, due_entry, work_entry},
    keys::{Key, due_pk, read_pk, review_pk, shard, step_pk},
    schema::{
        admin::AdminItem,
        delivery::{DeliveryItem, mail_index_of},
        from_versioned_item, read, read_external_id, to_versioned_item,
    },
};

#[derive(Debug, Serialize, Deserialize)]
struct OrgItem {
    profile: ProfileItem,
    admins: Vec<AdminItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// Missing for the default language, and in items of earlier versions of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provisioned: Option<ProvisionedItem>,
    /// The exact cause of the provisioning, if earlier versions of the code do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<RunItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trial: Option<TrialItem>,
    #[serde(default, skip_serializing_if = "BillingItem::is_empty")]
    billing: BillingItem,
    /// Payment pauses, by the ID of the event that reported the pause.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    payment_pauses: BTreeMap<String, PauseItem>,
    /// Billing values that earlier versions of the code do not know. Missing in items that such a
    /// version wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billing_details: Option<BillingDetailsItem>,
    /// When Stripe tries again to collect unpaid invoices, by invoice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    payment_attempts: BTreeMap<String, AttemptItem>,
    /// When the host app imported the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    imported_at: Option<At>,
    /// The open request to read the customer at Stripe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_read: Option<CustomerReadItem>,
    /// The newest date of a subscription that the trial sweep processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dates_seen: Option<At>,
    /// Subscriptions that get no notice of a started plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plans_before_notices: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "FoldedItem::is_empty")]
    folded: FoldedItem,
    #[serde(default, skip_serializing_if = "OnboardingItem::is_empty")]
    onboarding: OnboardingItem,
    #[serde(default)]
    checklist: ChecklistItem,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    mail: NoticesItem,
    /// Notices of kinds that earlier versions of the code do not know.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    notices2: NoticesItem,
}

/// Delivery states by notice key and recipient.
type NoticesItem = BTreeMap<String, BTreeMap<String, DeliveryItem>>;

#[derive(Debug, Serialize, Deserialize)]
struct ProfileItem {
    id: String,
    name: String,
    time_zone: String,
    signed_up_at: At,
}

#[derive(Debug, Serialize, Deserialize)]
struct ProvisionedItem {
    at: At,
    trigger: String,
    project_id: String,
    project_name: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct CustomerReadItem {
    since: At,
    next_at: At,
}

/// Builds the item of a new organization.
pub(crate) fn encode_new(org: &Org, now: Timestamp) -> Result<Attributes, Corrupt> {
    let mut item = encode(org, 1)?;
    let change = ChangeItem::new(1, org.member_count, Some(now), None);
    item.insert(CHANGE.to_owned(), change.to_value()?);
    Ok(item)
}

/// Builds the item of an organization at a version. The attribute `change` has no time.
pub(crate) fn encode(org: &Org, version: u64) -> Result<Attributes, Corrupt> {
    let key = Key::org(org.id);
    let mut item = to_versioned_item(&key, &OrgItem::from(org), version)?;
    let change = ChangeItem::new(version, org.member_count, None, None);
    item.insert(CHANGE.to_owned(), change.to_value()?);
    let shard = shard(&key.pk);
    item.extend(cohort_entry(shard, org.signed_up_at));
    item.extend(org.due_at().map(|at| due_entry(&due_pk(shard), at)).unwrap_or_default());
    item.extend(work(org, shard).map(|(at, pk)| work_entry(&pk, at)).unwrap_or_default());
    let outbox = &org.outbox;
    item.extend(mail_index_of(shard, outbox.due_at(), outbox.review_since(), outbox.is_ready()));
    Ok(item)
}

/// Returns the time and the partition of the organization's earliest work. The write that follows it
/// moves the organization to its next work. Without work, a failed run needs review.
fn work(org: &Org, shard: u8) -> Option<(Timestamp, String)> {
    let step = org.run.as_ref().and_then(Run::look_at).map(|at| (at, step_pk(shard)));
    let read = org.customer_read.map(|read| (read.next_at, read_pk(shard)));
    let failed = org.run.as_ref().and_then(Run::failed_at).map(|at| (at, review_pk(shard)));
    step.into_iter().chain(read).min_by_key(|(at, _)| *at).or(failed)
}

/// Decodes an organization with its version.
pub(crate) fn decode(item: Attributes) -> Result<Stored<Org>, Corrupt> {
    let mut org: Stored<Org> = from_versioned_item(item, |form: OrgItem| form.try_into())?;
    org.value.member_count = ChangeItem::of(&org.item, org.version).and_then(|change| change.members);
    Ok(org)
}

impl From<&Org> for OrgItem {
    fn from(org: &Org) -> Self {
        Self {
            profile: ProfileItem {
                id: org.id.to_string(),
                name: org.name.to_string(),
                time_zone: org.zone.name().to_owned(),
                signed_up_at: At(org.signed_up_at),
            },
            admins: org.admins.iter().map(AdminItem::from).collect(),
            external_id: org.external_id.as_ref().map(ToString::to_string),
            language: (org.language != Language::default()).then(|| org.language.as_str().to_owned()),
            provisioned: org.provisioned.as_ref().map(ProvisionedItem::from),
            origin: org.provisioned.as_ref().and_then(|it| origin(it.trigger)),
            run: org.run.as_ref().map(RunItem::from),
            trial: org.trial.as_ref().map(TrialItem::from),
            billing: BillingItem::from(&org.billing),
            payment_pauses: billing::pauses(&org.billing),
            billing_details: Some(BillingDetailsItem::from(&org.billing)).filter(|it| !it.is_empty()),
            payment_attempts: billing_details::attempts(&org.billing),
            imported_at: org.imported_at.map(At),
            customer_read: org
                .customer_read
                .map(|read| CustomerReadItem { since: At(read.since), next_at: At(read.next_at) }),
            dates_seen: org.dates_seen.map(At),
            plans_before_notices: org
                .plans_before_notices
                .as_ref()
                .map(|ids| ids.iter().map(ToString::to_string).collect()),
            folded: FoldedItem::from(&org.billing),
            onboarding: OnboardingItem::from(&org.onboarding),
            checklist: ChecklistItem::from(&org.checklist),
            mail: notices(&org.outbox, is_in_mail),
            notices2: notices(&org.outbox, |key| !is_in_mail(key)),
        }
    }
}

impl TryFrom<OrgItem> for Org {
    type Error = Corrupt;

    fn try_from(item: OrgItem) -> Result<Self, Corrupt> {
        let mut payments = Billing::try_from(item.billing)?;
        billing::restore_pauses(&mut payments, &item.payment_pauses);
        item.folded.unfold(&mut payments);
        match item.billing_details {
            Some(details) => details.restore(&mut payments)?,
            None => billing_details::restore_billing_of_earlier_version(&mut payments),
        }
        billing_details::restore_attempts(&mut payments, &item.payment_attempts);
        let mut provisioned = item.provisioned.map(Provisioned::try_from).transpose()?;
        if let (Some(provisioned), Some(origin)) = (&mut provisioned, item.origin)
            && let Some(trigger) = Trigger::parse(&origin)
        {
            provisioned.trigger = trigger;
        }
        let id = read("organization id", &item.profile.id)?;
        Ok(Self {
            id,
            external_id: read_external_id(item.external_id)?,
            name: Name::from_stored(item.profile.name),
            zone: Zone::named(&item.profile.time_zone),
            language: item.language.and_then(|tag| Language::parse(&tag)).unwrap_or_default(),
            signed_up_at: item.profile.signed_up_at.0,
            admins: item.admins.into_iter().map(AdminContact::try_from).collect::<Result<_, _>>()?,
            // It is in the attribute `change`.
            member_count: None,
            provisioned,
            run: item.run.map(|run| run.restore(id)).transpose()?,
            trial: item.trial.map(Trial::try_from).transpose()?,
            billing: payments,
            imported_at: item.imported_at.map(|at| at.0),
            customer_read: item
                .customer_read
                .map(|read| CustomerRead { since: read.since.0, next_at: read.next_at.0 }),
            dates_seen: item.dates_seen.map(|at| at.0),
            plans_before_notices: item.plans_before_notices.as_deref().map(plans).transpose()?,
            onboarding: item.onboarding.into(),
            checklist: item.checklist.try_into()?,
            outbox: outbox(item.mail, item.notices2)?,
        })
    }
}

impl From<&Provisioned> for ProvisionedItem {
    fn from(provisioned: &Provisioned) -> Self {
        Self {
            at: At(provisioned.at),
            trigger: stored_trigger(provisioned.trigger).as_str().to_owned(),
            project_id: provisioned.project.id.to_string(),
            project_name: provisioned.project.name.clone(),
        }
    }
}

impl TryFrom<ProvisionedItem> for Provisioned {
    type Error = Corrupt;

    fn try_from(item: ProvisionedItem) -> Result<Self, Corrupt> {
        Ok(Self {
            at: item.at.0,
            trigger: Trigger::parse(&item.trigger).ok_or_else(|| Corrupt::because("provisioning trigger"))?,
            project: Project { id: read("project id", &item.project_id)?, name: item.project_name },
        })
    }
}

/// Returns the cause that an earlier version of the code can read.
const fn stored_trigger(trigger: Trigger) -> Trigger {
    match trigger {
        Trigger::Subscription => Trigger::Payment,
        Trigger::Import => Trigger::Trial,
        known => known,
    }
}

/// Returns the exact cause, if [`stored_trigger`] replaces it.
fn origin(trigger: Trigger) -> Option<String> {
    (stored_trigger(trigger) != trigger).then(|| trigger.as_str().to_owned())
}

/// Returns whether a notice is stored in the attribute `mail`. An earlier version of the code cannot
/// read an item whose `mail` contains another kind.
const fn is_in_mail(key: &NoticeKey) -> bool {
    match key {
        NoticeKey::Welcome
        | NoticeKey::TrialEnding { .. }
        | NoticeKey::TrialEnded { .. }
        | NoticeKey::PaymentFailed { .. } => true,
        NoticeKey::WelcomeAgain { .. }
        | NoticeKey::Verify
        | NoticeKey::PlanStarted { .. }
        | NoticeKey::MembershipChanged { .. }
        | NoticeKey::EmailChanged { .. } => false,
    }
}

fn plans(ids: &[String]) -> Result<BTreeSet<SubscriptionId>, Corrupt> {
    ids.iter().map(|id| billing::subscription(id)).collect()
}

fn notices(outbox: &Outbox, is_included: impl Fn(&NoticeKey) -> bool) -> NoticesItem {
    let included = outbox.0.iter().filter(|(key, _)| is_included(key));
    let notice = included.map(|(key, recipients)| {
        let states = recipients.iter().map(|(user, state)| (user.to_string(), DeliveryItem::from(state)));
        (key.to_string(), states.collect())
    });
    notice.collect()
}

/// Reads both attributes with notices. Skips a notice in `newer` whose kind only a later version of
/// the code knows: a write keeps it, and that version sends it.
fn outbox(mail: NoticesItem, newer: NoticesItem) -> Result<Outbox, Corrupt> {
    let mut notices = BTreeMap::new();
    for (key, recipients) in mail {
        notices.insert(read("notice key", &key)?, states(recipients)?);
    }
    for (key, recipients) in newer {
        if let Ok(key) = key.parse() {
            notices.insert(key, states(recipients)?);
        }
    }
    Ok(Outbox(notices))
}

fn states(recipients: BTreeMap<String, DeliveryItem>) -> Result<BTreeMap<UserId, Delivery>, Corrupt> {
    let state =
        |(user, state): (String, DeliveryItem)| Ok((read("recipient's user id", &user)?, state.into()));
    recipients.into_iter().map(state).collect()
}

#[cfg(test)]
mod tests;
