//! Stored form of an organization.
//!
//! Related fields form one attribute: for example, all fields of the trial are in the attribute
//! `trial`. A write contains only the attributes that changed. So during a release, two versions of
//! the code can write the same organization.

use std::collections::BTreeMap;

use domain::{
    billing::Billing,
    mail::Outbox,
    org::{AdminContact, Org, Project, Provisioned, Reminders, SuppressionReason, Trigger, Undeliverable},
    people::{Address, Name},
    time::Zone,
    trial::Trial,
};
use serde::{Deserialize, Serialize};

mod billing;
mod billing_details;
mod checklist;
mod fact_details;
mod folded;
mod onboarding;
mod trial;

use self::{
    billing::{BillingItem, PauseItem},
    billing_details::BillingDetailsItem,
    checklist::ChecklistItem,
    folded::FoldedItem,
    onboarding::OnboardingItem,
    trial::TrialItem,
};
use crate::{
    at::At,
    attributes::{Attributes, number},
    client::Stored,
    error::Corrupt,
    keys::{Key, due_pk, shard},
    schema::{DeliveryItem, MailIndexEntry, from_item, read, to_item},
};

#[derive(Debug, Serialize, Deserialize)]
struct OrgItem {
    profile: ProfileItem,
    admins: Vec<AdminItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provisioned: Option<ProvisionedItem>,
    /// The exact cause of the provisioning, if earlier versions of the code do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
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
    /// The newest date of a subscription that the trial sweep processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dates_seen: Option<At>,
    #[serde(default, skip_serializing_if = "FoldedItem::is_empty")]
    folded: FoldedItem,
    #[serde(default, skip_serializing_if = "OnboardingItem::is_empty")]
    onboarding: OnboardingItem,
    #[serde(default)]
    checklist: ChecklistItem,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    mail: BTreeMap<String, BTreeMap<String, DeliveryItem>>,

    /// The partition in the index `by-due`. Present together with `due_at` while a trial sweep must
    /// still process the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<At>,
    /// The partition in the index `by-mail`. Present together with `mail_at` while the mailer must
    /// still handle an email, or while an email needs review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_at: Option<At>,
    /// Present while an email waits for its first attempt. The filter of the table's stream
    /// requires this attribute. So the stream starts the mailer only for items with such an email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_ready: Option<At>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ProfileItem {
    id: String,
    name: String,
    time_zone: String,
    signed_up_at: At,
}

#[derive(Debug, Serialize, Deserialize)]
struct AdminItem {
    user: String,
    name: String,
    address: String,
    /// Present for an admin who unsubscribed from reminders.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_reminders: bool,
    /// Present for an admin whose address is undeliverable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unreachable: Option<UnreachableItem>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UnreachableItem {
    since: At,
    why: SuppressionItem,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SuppressionItem {
    Bounced,
    Complained,
}

#[derive(Debug, Serialize, Deserialize)]
struct ProvisionedItem {
    at: At,
    trigger: String,
    project_id: String,
    project_name: String,
}

/// Builds the item of an organization at a version.
pub(crate) fn encode(org: &Org, version: u64) -> Result<Attributes, Corrupt> {
    let key = Key::org(org.id);
    let shard = shard(&key.pk);
    let due_at = org.due_at();
    let mail = MailIndexEntry::of(shard, org.outbox.due_at(), org.outbox.review_since());
    let mut item = to_item(
        &key,
        &OrgItem {
            profile: ProfileItem {
                id: org.id.to_string(),
                name: org.name.to_string(),
                time_zone: org.zone.name().to_owned(),
                signed_up_at: At(org.signed_up_at),
            },
            admins: org.admins.iter().map(AdminItem::from).collect(),
            provisioned: org.provisioned.as_ref().map(ProvisionedItem::from),
            origin: org.provisioned.as_ref().and_then(|it| origin(it.trigger)),
            trial: org.trial.as_ref().map(TrialItem::from),
            billing: BillingItem::from(&org.billing),
            payment_pauses: billing::pauses(&org.billing),
            billing_details: Some(BillingDetailsItem::from(&org.billing)).filter(|it| !it.is_empty()),
            dates_seen: org.dates_seen.map(At),
            folded: FoldedItem::from(&org.billing),
            onboarding: OnboardingItem::from(&org.onboarding),
            checklist: ChecklistItem::from(&org.checklist),
            mail: notices(&org.outbox),
            due_pk: due_at.map(|_| due_pk(shard)),
            due_at: due_at.map(At),
            mail_ready: mail.at.filter(|_| org.outbox.is_ready()),
            mail_pk: mail.pk,
            mail_at: mail.at,
        },
    )?;
    item.insert("version".to_owned(), number(version));
    Ok(item)
}

/// Decodes an organization with its version.
pub(crate) fn decode(item: Attributes) -> Result<Stored<Org>, Corrupt> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
        #[serde(flatten)]
        org: OrgItem,
    }
    let Versioned { version, org } = from_item(item.clone())?;
    Ok(Stored { value: org.try_into()?, version, item })
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
        let mut provisioned = item.provisioned.map(Provisioned::try_from).transpose()?;
        if let (Some(provisioned), Some(origin)) = (&mut provisioned, item.origin)
            && let Some(trigger) = Trigger::parse(&origin)
        {
            provisioned.trigger = trigger;
        }
        Ok(Self {
            id: read("organization id", &item.profile.id)?,
            name: Name::from_stored(item.profile.name),
            zone: Zone::named(&item.profile.time_zone),
            signed_up_at: item.profile.signed_up_at.0,
            admins: item.admins.into_iter().map(AdminContact::try_from).collect::<Result<_, _>>()?,
            provisioned,
            trial: item.trial.map(Trial::try_from).transpose()?,
            billing: payments,
            dates_seen: item.dates_seen.map(|at| at.0),
            onboarding: item.onboarding.into(),
            checklist: item.checklist.try_into()?,
            outbox: outbox(item.mail)?,
        })
    }
}

impl From<&AdminContact> for AdminItem {
    fn from(admin: &AdminContact) -> Self {
        Self {
            user: admin.user.to_string(),
            name: admin.name.to_string(),
            address: admin.address.as_str().to_owned(),
            no_reminders: admin.reminders == Reminders::Unwanted,
            unreachable: admin.unreachable.as_ref().map(UnreachableItem::from),
        }
    }
}

impl TryFrom<AdminItem> for AdminContact {
    type Error = Corrupt;

    fn try_from(item: AdminItem) -> Result<Self, Corrupt> {
        Ok(Self {
            user: read("admin's user id", &item.user)?,
            name: Name::from_stored(item.name),
            address: Address::from_stored(item.address),
            reminders: if item.no_reminders { Reminders::Unwanted } else { Reminders::Wanted },
            unreachable: item.unreachable.map(Undeliverable::from),
        })
    }
}

impl From<&Undeliverable> for UnreachableItem {
    fn from(unreachable: &Undeliverable) -> Self {
        let why = match unreachable.why {
            SuppressionReason::Bounced => SuppressionItem::Bounced,
            SuppressionReason::Complained => SuppressionItem::Complained,
        };
        Self { since: At(unreachable.since), why }
    }
}

impl From<UnreachableItem> for Undeliverable {
    fn from(item: UnreachableItem) -> Self {
        let why = match item.why {
            SuppressionItem::Bounced => SuppressionReason::Bounced,
            SuppressionItem::Complained => SuppressionReason::Complained,
        };
        Self { since: item.since.0, why }
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
        known => known,
    }
}

/// Returns the exact cause, if [`stored_trigger`] replaces it.
fn origin(trigger: Trigger) -> Option<String> {
    (stored_trigger(trigger) != trigger).then(|| trigger.as_str().to_owned())
}

fn notices(outbox: &Outbox) -> BTreeMap<String, BTreeMap<String, DeliveryItem>> {
    outbox
        .0
        .iter()
        .map(|(key, recipients)| {
            let states = recipients.iter().map(|(user, state)| (user.to_string(), DeliveryItem::from(state)));
            (key.to_string(), states.collect())
        })
        .collect()
}

fn outbox(mail: BTreeMap<String, BTreeMap<String, DeliveryItem>>) -> Result<Outbox, Corrupt> {
    let mut notices = BTreeMap::new();
    for (key, recipients) in mail {
        let mut states = BTreeMap::new();
        for (user, state) in recipients {
            states.insert(read("recipient's user id", &user)?, state.into());
        }
        notices.insert(read("notice key", &key)?, states);
    }
    Ok(Outbox(notices))
}

#[cfg(test)]
mod tests {
    use domain::{
        billing::{
            Change, Conflict, Currency, CustomerId, EventId, Fact, FactKind, Interval, InvoiceFact,
            InvoiceId, InvoiceMarks, Item, Money, Pause, Plan, PlanPrices, Previous, PreviousCancel, Prices,
            SubscriptionFact, SubscriptionId, SubscriptionMarks, SubscriptionStatus,
        },
        checklist::Onboarding,
        id::OrgId,
        mail::{Claim, Outcome},
        people::Reason,
        secret::Hash,
        trial::{Days, Extension},
    };
    use jiff::Timestamp;

    use super::*;

    fn eur(amount: u64) -> Money {
        Money { amount, currency: Currency::parse("eur").unwrap() }
    }

    /// Records a fact whose metadata names the organization `names`.
    fn record(org: &mut Org, event: &str, created: &str, names: OrgId, what: FactKind) {
        let prices = |text| PlanPrices::parse(text).unwrap();
        let prices = Prices::new(prices("price_1"), prices("price_2")).unwrap();
        let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
        let created: Timestamp = created.parse().unwrap();
        let fact = Fact { event: EventId::parse(event).unwrap(), created, names: Some(names), what };
        org.record(&fact, &prices, project, "2025-01-08T10:20:30.5Z".parse().unwrap());
    }

    fn org() -> Org {
        let now: Timestamp = "2025-01-08T10:20:30.5Z".parse().unwrap();
        let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let founder = AdminContact::new(
            user,
            Name::parse("Jo Doe").unwrap(),
            Address::parse("jo@example.com").unwrap(),
        );
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
        let zone = Zone::named("Europe/Berlin");
        let mut org = Org::sign_up(id, Name::parse("Acme Corp").unwrap(), zone, founder, now);
        org.start_trial(Trial::start(now, 14, vec![3, 1]), project, now);
        org.trial.as_mut().unwrap().extensions.push(Extension {
            at: now,
            by: user,
            name: Name::parse("Ann").unwrap(),
            days: Days::parse("7").unwrap(),
            reason: Reason::parse("Their budget comes in March").unwrap(),
            ends_at: "2025-01-29T10:20:30Z".parse().unwrap(),
            request: Hash::of(&[b"form"]),
        });
        let customer = CustomerId::parse("cus_1").unwrap();
        let subscription = SubscriptionId::parse("sub_1").unwrap();
        for (event, what) in [
            (
                "evt_1",
                FactKind::Subscription {
                    subscription: subscription.clone(),
                    customer: customer.clone(),
                    fact: SubscriptionFact {
                        previous: Previous {
                            status: Some(SubscriptionStatus::Active),
                            trial_end: Some(None),
                            cancel: Some(PreviousCancel::At(now.round(jiff::Unit::Second).unwrap())),
                            paused: Some(Some(Pause { resumes_at: None })),
                            prices: Some(["price_0".to_owned()].into()),
                        },
                        items: vec![
                            Item::of_price("price_add_on".to_owned()),
                            Item {
                                period_end: Some("2025-02-08T10:20:31Z".parse().unwrap()),
                                amount: Some(eur(2900)),
                                interval: Some(Interval::Month),
                                ..Item::of_price("price_2".to_owned())
                            },
                        ],
                        trial_end: Some(now.round(jiff::Unit::Second).unwrap()),
                        paused: Some(Pause { resumes_at: Some("2025-03-01T00:00:00Z".parse().unwrap()) }),
                        latest_invoice: InvoiceId::parse("in_1").ok(),
                        fixed_amount: true,
                        lacks_payment_method: true,
                        ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Incomplete)
                    },
                },
            ),
            (
                "evt_2",
                FactKind::Invoice {
                    invoice: InvoiceId::parse("in_1").unwrap(),
                    subscription: Some(subscription.clone()),
                    customer: customer.clone(),
                    invoice_created: "2025-01-08T10:20:30Z".parse().unwrap(),
                    prices: Vec::new(),
                    fact: InvoiceFact::Paid { amount: 1200 },
                },
            ),
            ("evt_3", FactKind::CustomerDeleted { customer: CustomerId::parse("cus_2").unwrap() }),
            (
                "evt_4",
                FactKind::Invoice {
                    invoice: InvoiceId::parse("in_2").unwrap(),
                    subscription: None,
                    customer: customer.clone(),
                    invoice_created: "2025-01-08T10:20:31Z".parse().unwrap(),
                    prices: Vec::new(),
                    fact: InvoiceFact::ActionRequired { due: Some(eur(1200)) },
                },
            ),
        ] {
            record(&mut org, event, "2025-01-08T10:20:31Z", id, what);
        }
        // An earlier second of the same subscription, another organization, and an announcement.
        let other = "org_0198c0de-0000-7000-8000-000000000009".parse().unwrap();
        let active = SubscriptionFact {
            paused: Some(Pause { resumes_at: None }),
            ..SubscriptionFact::new(Change::Updated, SubscriptionStatus::Active)
        };
        let earlier = FactKind::Subscription {
            subscription: subscription.clone(),
            customer: customer.clone(),
            fact: active,
        };
        record(&mut org, "evt_0", "2025-01-08T10:20:29Z", other, earlier);
        let date = "2025-02-08T10:20:31Z".parse().unwrap();
        let announced =
            FactKind::Upcoming { subscription, customer: customer.clone(), date, amount: eur(3000) };
        record(&mut org, "evt_5", "2025-01-08T10:20:33Z", id, announced);
        let (one_off, paid) = (InvoiceId::parse("in_3").unwrap(), InvoiceFact::Paid { amount: 500 });
        let one_off = FactKind::Invoice {
            invoice: one_off,
            subscription: None,
            customer: customer.clone(),
            invoice_created: now,
            prices: Vec::new(),
            fact: paid,
        };
        record(&mut org, "evt_6", "2025-01-08T10:20:34Z", id, one_off);
        org.dates_seen = Some(date);
        org.billing.link(&customer);
        org.billing.link(&CustomerId::parse("cus_3").unwrap());
        org.billing.note(Conflict::Session { event: EventId::parse("evt_9").unwrap() });
        org.complete_from_host("project.created", Some("api".to_owned()), now, now);
        org.checklist.skipped.insert("created_time_entry".to_owned(), now);
        org.checklist.dismissed_at = Some(now);
        org.onboarding = Onboarding {
            definition: Some("agency".to_owned()),
            industry: Some("agency".to_owned()),
            plan: Some(Plan::Team),
            seen_at: Some(now),
        };
        let claim = Claim("abc".to_owned());
        let letters = org.claim_mail(&claim, 9, None, now);
        org.outbox.record_outcome(&letters[0], &claim, Outcome::Ambiguous, 0, now);
        assert_eq!(org.outbox.0.len(), 2, "a welcome and a failed payment");
        org.suppress(user, SuppressionReason::Complained, now);
        org.billing.settled = InvoiceMarks::new([1, u64::MAX].into(), 0);
        org.billing.mailed = InvoiceMarks::new([7 << 32 | 9].into(), 5);
        org.billing.ended = SubscriptionMarks::new([0, 3].into());
        org
    }

    #[test]
    fn organization_round_trips() {
        let org = org();
        let stored = decode(encode(&org, 7).unwrap()).unwrap();
        assert_eq!((stored.value, stored.version), (org, 7));
    }

    #[test]
    fn unknown_attributes_are_ignored() {
        let mut item = encode(&org(), 7).unwrap();
        item.insert("from_the_future".to_owned(), number(1));
        assert_eq!(decode(item).unwrap().value, org());
    }

    #[test]
    fn corrupt_item_error_contains_no_content() {
        let mut item = encode(&org(), 7).unwrap();
        item.insert("profile".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("Jo Doe".to_owned()));
        let error = decode(item).unwrap_err().to_string();
        assert!(error.starts_with("a stored item is corrupt"), "{error}");
    }
}
