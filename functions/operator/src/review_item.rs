//! Items of the review queue, ready for display. Each item says what happened and what the operator
//! should do.

use domain::{
    delivery::{Delivery, Failure},
    id::OrgId,
    org::Org,
};
use jiff::Timestamp;
use store::{ReviewItem, ReviewItemKind};

use crate::words;

/// One item of the review queue, ready for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewItemView {
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
}

impl ReviewItemView {
    /// Converts an item of the store.
    #[must_use]
    pub fn of(item: &ReviewItem, now: Timestamp) -> Self {
        let view = |kind, icon, title: &str, advice| Self {
            kind,
            icon,
            since: item.since,
            title: title.to_owned(),
            reasons: Vec::new(),
            advice,
            ids: Vec::new(),
            organizations: Vec::new(),
        };
        match &item.kind {
            ReviewItemKind::Parked { customer, event, body } => Self {
                reasons: vec![words::item::PARKED_REASON.to_owned()],
                ids: vec![
                    (words::item::CUSTOMER_ID, customer.clone()),
                    (words::item::EVENT_ID, event.clone()),
                ],
                ..view("parked", "🅿️", &title(words::item::PARKED, body), words::item::PARKED_ADVICE)
            },
            ReviewItemKind::Quarantined { id, reason, body } => Self {
                reasons: vec![sentence(reason)],
                ids: vec![(words::item::EVENT_ID, id.clone())],
                ..view(
                    "quarantined",
                    "🧪",
                    &title(words::item::QUARANTINED, body),
                    words::item::QUARANTINED_ADVICE,
                )
            },
            ReviewItemKind::Conflict { id, reason, body, organizations } => Self {
                reasons: vec![sentence(reason)],
                ids: vec![(words::item::EVENT_ID, id.clone())],
                organizations: organizations.iter().map(|org| (*org, org.to_string())).collect(),
                ..view("conflict", "⚖️", &title(words::item::CONFLICT, body), words::item::CONFLICT_ADVICE)
            },
            ReviewItemKind::Notices(org) => Self {
                reasons: notice_problems(org, now),
                organizations: vec![(org.id, org.name.to_string())],
                ..view("mail", "✉️", words::item::NOTICES, words::item::NOTICES_ADVICE)
            },
            ReviewItemKind::SignIn(delivery) => Self {
                reasons: delivery_problem(delivery)
                    .map(|(_, problem)| sentence(problem))
                    .into_iter()
                    .collect(),
                ..view("mail", "✉️", words::item::SIGN_IN, words::item::SIGN_IN_ADVICE)
            },
            ReviewItemKind::Invitation(org) => Self {
                organizations: vec![(*org, org.to_string())],
                ..view("mail", "✉️", words::item::INVITATION, words::item::INVITATION_ADVICE)
            },
            ReviewItemKind::Corrupt { key, why } => Self {
                reasons: vec![sentence(why)],
                ids: vec![(words::item::ITEM_KEY, key.clone())],
                ..view("unreadable", "🚧", words::item::CORRUPT, words::item::CORRUPT_ADVICE)
            },
        }
    }
}

/// Returns the time at which delivery of an email failed or became unknown, and the problem as a
/// clause. Returns `None` if the email has no problem.
#[must_use]
pub fn delivery_problem(delivery: &Delivery) -> Option<(Timestamp, &'static str)> {
    match delivery {
        Delivery::Failed { at, why } => Some((
            *at,
            match why {
                Failure::Refused => words::email::REFUSED,
                Failure::Expired => words::email::EXPIRED,
                Failure::Rejected => words::email::REJECTED,
                Failure::Bounced => words::email::BOUNCED,
            },
        )),
        Delivery::Unknown { at, .. } => Some((*at, words::email::UNKNOWN)),
        Delivery::Pending { .. }
        | Delivery::Sending { .. }
        | Delivery::Sent { .. }
        | Delivery::Dropped { .. } => None,
    }
}

fn notice_problems(org: &Org, now: Timestamp) -> Vec<String> {
    org.mails_for_review(now)
        .filter_map(|(key, admin, delivery)| {
            let (_, problem) = delivery_problem(delivery)?;
            Some(words::item::notice_problem(key.kind(), admin.name.as_str(), problem))
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
    use super::*;

    fn view(kind: ReviewItemKind) -> ReviewItemView {
        ReviewItemView::of(&ReviewItem { since: Timestamp::UNIX_EPOCH, kind }, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn title_contains_event_type_when_body_has_one() {
        for (body, title) in [
            (r#"{"type": "invoice.paid"}"#, "Parked: invoice.paid"),
            ("not JSON", "Parked"),
            (r#"{"type": 1}"#, "Parked"),
        ] {
            let (customer, event) = ("cus_1".to_owned(), "evt_1".to_owned());
            let parked = view(ReviewItemKind::Parked { customer, event, body: body.to_owned() });
            assert_eq!((parked.kind, parked.title.as_str()), ("parked", title), "{body}");
            assert_eq!(parked.ids, [("Customer", "cus_1".to_owned()), ("Event", "evt_1".to_owned())]);
        }
    }

    #[test]
    fn every_item_has_reason_title_and_advice() {
        let org: OrgId = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
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
            assert_eq!((view.kind, view.reasons.first().map_or("", String::as_str)), (kind, reason));
            assert!(!view.title.is_empty() && view.advice.ends_with('.'), "{view:?}");
        }
    }
}
