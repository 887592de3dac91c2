//! Items of the review queue, ready for display. Each item says what happened and what the operator
//! should do.

use domain::{billing::ReviewKind, id::OrgId, org::Org, provisioning::RunEnd};
use jiff::Timestamp;
use store::{ReviewItem, ReviewItemKind};
use stripe::PaymentDetails;

use crate::words;

/// Something that an operator can do about an item of the review queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Link the item's customer to one of the item's organizations.
    LinkCustomer,
    /// Remove the item from the queue.
    Dismiss,
}

impl Action {
    /// Returns the value in JSON responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LinkCustomer => "link-customer",
            Self::Dismiss => "dismiss",
        }
    }
}

/// One item of the review queue, ready for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewItemView {
    /// Id of the item.
    pub id: String,
    /// Kind of the item in JSON responses and on its badge.
    pub kind: &'static str,
    /// Emoji that represents the kind.
    pub icon: &'static str,
    /// Time since which the item has been in the review queue.
    pub since: Timestamp,
    /// Short description of the item.
    pub title: String,
    /// Reasons why the item needs review, one sentence each.
    pub reasons: Vec<String>,
    /// What the operator should do.
    pub advice: &'static str,
    /// IDs by which the operator can find the item in other systems, with their labels.
    pub ids: Vec<(&'static str, String)>,
    /// Affected organizations with their names. If a name is not loaded, the id replaces it.
    pub organizations: Vec<(OrgId, String)>,
    /// Customer that [`Action::LinkCustomer`] links.
    pub customer: Option<String>,
    /// What the operator can do about the item here.
    pub actions: Vec<Action>,
}

impl ReviewItemView {
    /// Converts an item of the store.
    pub fn of(item: &ReviewItem, now: Timestamp) -> Self {
        let view = match &item.kind {
            ReviewItemKind::Parked { customer, event, body, lacks: None, .. } => Self {
                reasons: vec![words::item::PARKED_REASON.to_owned()],
                ids: parked_ids(customer, event),
                actions: vec![Action::Dismiss],
                ..Self::new("parked", "⏸️", title(words::item::PARKED, body), words::item::PARKED_ADVICE)
            },
            ReviewItemKind::Parked { customer, event, body, lacks: Some(kind), organizations } => {
                let payment = Payment::of(body);
                Self {
                    reasons: vec![payment.reason(*kind)],
                    ids: parked_ids(customer, event).into_iter().chain(payment.charge_id()).collect(),
                    organizations: by_id(organizations),
                    customer: Some(customer.clone()),
                    actions: vec![Action::LinkCustomer, Action::Dismiss],
                    ..payment.view(*kind)
                }
            }
            ReviewItemKind::Money { id, lacks, reason, body, organizations } => {
                let payment = Payment::of(body);
                let mut view = payment.view(*lacks).of_event(id, reason, organizations);
                view.ids.extend(payment.charge_id());
                view
            }
            ReviewItemKind::Quarantined { id, reason, body } => {
                let title = title(words::item::QUARANTINED, body);
                let view = Self::new("quarantined", "⚠️", title, words::item::QUARANTINED_ADVICE);
                view.of_event(id, reason, &[])
            }
            ReviewItemKind::Conflict { id, reason, body, organizations } => {
                let title = title(words::item::CONFLICT, body);
                let view = Self::new("conflict", "⚠️", title, words::item::CONFLICT_ADVICE);
                view.of_event(id, reason, organizations)
            }
            ReviewItemKind::Organization(org) => Self::of_organization(org, now),
            ReviewItemKind::SignIn(delivery) => Self {
                reasons: words::email::problem(delivery).map(sentence).into_iter().collect(),
                ..Self::of_email(words::item::SIGN_IN, words::item::SIGN_IN_ADVICE)
            },
            ReviewItemKind::Invitation(org) => Self {
                organizations: by_id(&[*org]),
                ..Self::of_email(words::item::INVITATION, words::item::INVITATION_ADVICE)
            },
            ReviewItemKind::Corrupt { key, why } => Self {
                reasons: vec![sentence(why)],
                ids: vec![(words::item::ITEM_KEY, key.clone())],
                ..Self::new("unreadable", "⚠️", words::item::CORRUPT.to_owned(), words::item::CORRUPT_ADVICE)
            },
        };
        Self { id: item.id.clone(), since: item.since, ..view }
    }

    fn new(kind: &'static str, icon: &'static str, title: String, advice: &'static str) -> Self {
        Self {
            id: String::new(),
            kind,
            icon,
            since: Timestamp::default(),
            title,
            reasons: Vec::new(),
            advice,
            ids: Vec::new(),
            organizations: Vec::new(),
            customer: None,
            actions: Vec::new(),
        }
    }

    /// Shows the failed run of an organization, its notices that need review, or both.
    fn of_organization(org: &Org, now: Timestamp) -> Self {
        let failed = failed_step(org);
        let (title, advice) = (words::provisioning::FAILED, words::provisioning::FAILED_ADVICE);
        let view = match failed {
            Some(_) => Self::new("provisioning", "⚙️", title.to_owned(), advice),
            None => Self::of_email(words::item::NOTICES, words::item::NOTICES_ADVICE),
        };
        Self {
            reasons: failed.into_iter().chain(notice_problems(org, now)).collect(),
            organizations: vec![(org.id, org.name.to_string())],
            ..view
        }
    }

    fn of_email(title: &str, advice: &'static str) -> Self {
        Self::new("mail", "✉️", title.to_owned(), advice)
    }

    /// Adds what all stored events have in common.
    fn of_event(self, id: &str, reason: &str, organizations: &[OrgId]) -> Self {
        Self {
            reasons: vec![sentence(reason)],
            ids: vec![(words::item::EVENT_ID, id.to_owned())],
            organizations: by_id(organizations),
            actions: vec![Action::Dismiss],
            ..self
        }
    }
}

/// The payment in the stored body of an event.
struct Payment(PaymentDetails);

impl Payment {
    fn of(body: &str) -> Self {
        Self(stripe::parked_event(body).map(|event| event.payment).unwrap_or_default())
    }

    fn view(&self, kind: ReviewKind) -> ReviewItemView {
        let amount = self.0.amount.filter(|amount| amount.amount > 0);
        let title = words::money::title(kind, amount.map(|amount| amount.to_string()).as_deref());
        ReviewItemView::new(kind.as_str(), "💸", title, words::money::advice(kind))
    }

    /// Returns why a parked payment needs review.
    fn reason(&self, kind: ReviewKind) -> String {
        match (kind, &self.0.address) {
            (ReviewKind::PaymentByKnownAddress, Some(address)) => words::money::paid_by(address),
            _ => words::money::NOT_LINKED.to_owned(),
        }
    }

    fn charge_id(&self) -> Option<(&'static str, String)> {
        self.0.charge.clone().map(|charge| (words::item::CHARGE_ID, charge))
    }
}

fn parked_ids(customer: &str, event: &str) -> Vec<(&'static str, String)> {
    vec![(words::item::CUSTOMER_ID, customer.to_owned()), (words::item::EVENT_ID, event.to_owned())]
}

fn by_id(organizations: &[OrgId]) -> Vec<(OrgId, String)> {
    organizations.iter().map(|org| (*org, org.to_string())).collect()
}

/// Returns a sentence about the step at which the run of the organization failed.
fn failed_step(org: &Org) -> Option<String> {
    let run = org.run.as_ref()?;
    let Some(RunEnd::Failed { step, why, .. }) = &run.end else { return None };
    let failed = run.steps.iter().find(|it| it.definition.key == *step)?;
    Some(words::provisioning::failed_step(&failed.definition.title, failed.attempts, why))
}

fn notice_problems(org: &Org, now: Timestamp) -> Vec<String> {
    org.mails_for_review(now)
        .filter_map(|(key, user, delivery)| {
            let problem = words::email::problem(delivery)?;
            let recipient = org.admin(user).map_or_else(|| user.to_string(), |admin| admin.name.to_string());
            Some(words::item::notice_problem(key.kind(), &recipient, problem))
        })
        .collect()
}

fn title(title: &str, body: &str) -> String {
    words::item::title_with_type(title, stripe::parked_type(body).as_deref())
}

/// Converts a clause to a sentence with a capital letter and a period.
fn sentence(clause: &str) -> String {
    let mut chars = clause.trim_end_matches('.').chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests {
    use domain::mail::{Delivery, Failure, NoticeEmail, NoticeKey};

    use super::*;

    const ORG: &str = "org_0198c0de-0000-7000-8000-000000000001";

    fn view(kind: ReviewItemKind) -> ReviewItemView {
        let item = ReviewItem { id: "evt_1".to_owned(), since: Timestamp::UNIX_EPOCH, kind };
        ReviewItemView::of(&item, Timestamp::UNIX_EPOCH)
    }

    fn parked(body: &str, lacks: Option<ReviewKind>, organizations: Vec<OrgId>) -> ReviewItemView {
        let (customer, event) = ("cus_1".to_owned(), "evt_1".to_owned());
        view(ReviewItemKind::Parked { customer, event, body: body.to_owned(), lacks, organizations })
    }

    #[test]
    fn title_contains_event_type_when_body_has_one() {
        for (body, title) in [
            (r#"{"type": "invoice.paid"}"#, "Parked: invoice.paid"),
            ("not JSON", "Parked"),
            (r#"{"type": 1}"#, "Parked"),
        ] {
            let parked = parked(body, None, Vec::new());
            assert_eq!((parked.kind, parked.title.as_str()), ("parked", title), "{body}");
            assert_eq!(parked.ids, [("Customer", "cus_1".to_owned()), ("Event", "evt_1".to_owned())]);
            assert_eq!((parked.actions, parked.reasons.len()), (vec![Action::Dismiss], 1));
        }
    }

    #[test]
    fn every_kind_of_money_has_its_title_and_advice() {
        let mut texts = std::collections::BTreeSet::new();
        for lacks in ReviewKind::ALL {
            let (id, reason, body) = ("evt_1".to_owned(), "why".to_owned(), String::new());
            let view = view(ReviewItemKind::Money { id, lacks, reason, body, organizations: Vec::new() });
            assert_eq!((view.kind, view.actions.as_slice()), (lacks.as_str(), &[Action::Dismiss][..]));
            assert!(view.advice.ends_with('.') && !view.title.contains(':'), "{view:?}");
            texts.extend([view.title, view.advice.to_owned()]);
        }
        assert_eq!(texts.len(), 2 * ReviewKind::ALL.len());
    }

    #[test]
    fn payment_shows_amount_and_charge_of_its_event() {
        let event = |kind: &str, object: &str| {
            format!(r#"{{"id": "evt_1", "type": "{kind}", "created": 1, "data": {{"object": {object}}}}}"#)
        };
        let dispute = r#"{"id": "dp_1", "charge": "ch_1", "amount": 1200, "currency": "jpy"}"#;
        let view = view(ReviewItemKind::Money {
            id: "evt_1".to_owned(),
            lacks: ReviewKind::Dispute,
            reason: "why".to_owned(),
            body: event("charge.dispute.created", dispute),
            organizations: Vec::new(),
        });
        assert_eq!(view.title, "Disputed payment: ¥1200");
        assert_eq!(view.ids[1], ("Charge", "ch_1".to_owned()));

        let paid = r#"{"id": "in_1", "customer": "cus_1", "amount_paid": 2900, "currency": "eur", "customer_email": "jo@example.com"}"#;
        let org: OrgId = ORG.parse().unwrap();
        let kind = Some(ReviewKind::PaymentByKnownAddress);
        let view = parked(&event("invoice.paid", paid), kind, vec![org]);
        assert_eq!(view.title, "Payment by a known address: €29.00");
        assert!(view.reasons[0].contains("jo@example.com"), "{view:?}");
        assert_eq!(view.actions, [Action::LinkCustomer, Action::Dismiss]);
        assert_eq!(view.ids, [("Customer", "cus_1".to_owned()), ("Event", "evt_1".to_owned())]);
        assert_eq!((view.customer.as_deref(), view.organizations.len()), (Some("cus_1"), 1));
    }

    #[test]
    fn failed_notice_names_its_admin_and_the_failure() {
        let now: Timestamp = "2026-01-15T09:00:00Z".parse().unwrap();
        let mut org = test_support::build::start_trial(test_support::build::acme(now));
        let welcome = NoticeEmail { key: NoticeKey::Welcome, to: org.admins[0].user };
        *org.outbox.delivery_mut(&welcome).unwrap() = Delivery::Failed { at: now, why: Failure::Refused };
        let view = view(ReviewItemKind::Organization(Box::new(org)));
        assert!(view.reasons.len() == 1 && view.reasons[0].contains("Jo Doe"), "{view:?}");
    }

    #[test]
    fn every_item_has_reason_title_and_advice() {
        let org: OrgId = ORG.parse().unwrap();
        let failed = |why| Delivery::Failed { at: Timestamp::UNIX_EPOCH, why };
        for (item, kind, reason) in [
            (
                ReviewItemKind::Quarantined {
                    id: "evt_1".into(),
                    reason: "A thin event.".into(),
                    body: "{}".into(),
                },
                "quarantined",
                "A thin event.",
            ),
            (
                ReviewItemKind::Conflict {
                    id: "evt_1".into(),
                    reason: "names two".into(),
                    body: "{}".into(),
                    organizations: vec![org],
                },
                "conflict",
                "Names two.",
            ),
            (ReviewItemKind::SignIn(failed(Failure::Refused)), "mail", "SES rejected it permanently."),
            (ReviewItemKind::SignIn(failed(Failure::Expired)), "mail", "Sending failed for four days."),
            (ReviewItemKind::Invitation(org), "mail", ""),
            (
                ReviewItemKind::Corrupt { key: "ORG#1 ORG".into(), why: "no version".into() },
                "unreadable",
                "No version.",
            ),
        ] {
            let view = view(item);
            let can_dismiss = ["quarantined", "conflict"].contains(&kind);
            assert_eq!(!view.actions.is_empty(), can_dismiss, "{view:?}");
            assert_eq!((view.kind, view.reasons.first().map_or("", String::as_str)), (kind, reason));
            assert!(!view.title.is_empty() && view.advice.ends_with('.'), "{view:?}");
        }
    }
}
