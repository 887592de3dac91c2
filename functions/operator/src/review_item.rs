//! What waits for a person, in words: what happened, and what to do about it.

use domain::{
    delivery::{Delivery, Failure},
    id::OrgId,
    org::Org,
};
use jiff::Timestamp;
use store::{ReviewItem, ReviewItemKind};

/// One thing that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewItemView {
    /// Its kind, as answers have it.
    pub kind: &'static str,
    /// A picture of its kind.
    pub icon: &'static str,
    /// Since when it waits.
    pub since: Timestamp,
    /// What it is.
    pub title: String,
    /// Why it waits. One sentence each.
    pub why: Vec<String>,
    /// What to do.
    pub advice: &'static str,
    /// Ids to look it up by, with what they are ids of.
    pub ids: Vec<(&'static str, String)>,
    /// The organizations that it concerns, with their names or ids.
    pub organizations: Vec<(OrgId, String)>,
}

impl ReviewItemView {
    /// What a held thing means.
    #[must_use]
    pub fn of(held: &ReviewItem, now: Timestamp) -> Self {
        let blank = |kind, icon, title: &str, advice| Self {
            kind,
            icon,
            since: held.since,
            title: title.to_owned(),
            why: Vec::new(),
            advice,
            ids: Vec::new(),
            organizations: Vec::new(),
        };
        match &held.kind {
            ReviewItemKind::Parked { customer, event, body } => Self {
                title: title("Parked", body),
                why: vec!["Its customer belongs to no organization.".to_owned()],
                ids: vec![("Customer", customer.clone()), ("Event", event.clone())],
                ..blank(
                    "parked",
                    "🅿️",
                    "",
                    "It counts by itself once a Checkout links the customer. Look the customer up at Stripe: if nobody \
                     of ours is behind it, leave it; it goes after 35 days.",
                )
            },
            ReviewItemKind::Quarantined { id, reason, body } => Self {
                title: title("Quarantined", body),
                why: vec![sentence(reason)],
                ids: vec![("Event", id.clone())],
                ..blank(
                    "quarantined",
                    "🧪",
                    "",
                    "Look into the reason. What could not be read changed nothing: once the cause is gone, send it again \
                     from Stripe's dashboard. It goes from here after 35 days.",
                )
            },
            ReviewItemKind::Conflict { id, reason, body, organizations } => Self {
                title: title("Conflict", body),
                why: vec![sentence(reason)],
                ids: vec![("Event", id.clone())],
                organizations: organizations.iter().map(|org| (*org, org.to_string())).collect(),
                ..blank(
                    "conflict",
                    "⚖️",
                    "",
                    "It was read, and the first organization shows what came of it. Decide at Stripe whose customer it is, \
                     and correct the metadata there. It goes from here after 35 days.",
                )
            },
            ReviewItemKind::Notices(org) => Self {
                why: stuck(org, now),
                organizations: vec![(org.id, org.name.to_string())],
                ..blank(
                    "mail",
                    "✉️",
                    "Mail that did not surely arrive",
                    "Ask the recipient whether it came, and for an address that works.",
                )
            },
            ReviewItemKind::SignIn(delivery) => Self {
                why: delivery_problem(delivery).map(|(_, problem)| sentence(problem)).into_iter().collect(),
                ..blank(
                    "mail",
                    "✉️",
                    "A sign-in link that did not surely arrive",
                    "Nothing to do for this one: links work for ten minutes. Several of them mean that mail is in trouble.",
                )
            },
            ReviewItemKind::Invitation(org) => Self {
                organizations: vec![(*org, org.to_string())],
                ..blank(
                    "mail",
                    "✉️",
                    "An invitation that did not surely arrive",
                    "An admin of the organization can send it again from the members page.",
                )
            },
            ReviewItemKind::Corrupt { key, why } => Self {
                why: vec![sentence(why)],
                ids: vec![("Item", key.clone())],
                ..blank(
                    "unreadable",
                    "🚧",
                    "An item that cannot be read",
                    "Someone has to look at it in the table, and at what wrote it.",
                )
            },
        }
    }
}

/// Why a mail waits for a person, if it does: since when, and a clause.
#[must_use]
pub fn delivery_problem(delivery: &Delivery) -> Option<(Timestamp, &'static str)> {
    match delivery {
        Delivery::Failed { at, why } => Some((
            *at,
            match why {
                Failure::Refused => "SES will not take it",
                Failure::Expired => "it could not be sent for four days",
                Failure::Rejected => "SES found it harmful and did not send it",
                Failure::Bounced => "the recipient's mail server sent it back",
            },
        )),
        Delivery::Unknown { at, .. } => Some((*at, "it may or may not have gone out, and SES did not say")),
        Delivery::Pending { .. }
        | Delivery::Sending { .. }
        | Delivery::Sent { .. }
        | Delivery::Dropped { .. } => None,
    }
}

fn stuck(org: &Org, now: Timestamp) -> Vec<String> {
    org.mails_for_review(now)
        .filter_map(|(key, admin, delivery)| {
            let (_, trouble) = delivery_problem(delivery)?;
            Some(format!("{} to {}: {trouble}.", spoken(key.kind()), admin.name))
        })
        .collect()
}

/// The kind of a mail, as people read it.
#[must_use]
pub fn spoken(kind: &str) -> &str {
    match kind {
        "welcome" => "Welcome",
        "trial_ending" => "Trial ends soon",
        "trial_ended" => "Trial ended",
        "payment_failed" => "Payment failed",
        other => other,
    }
}

fn title(what: &str, body: &str) -> String {
    match stripe::kept_kind(body) {
        Some(kind) => format!("{what}: {kind}"),
        None => what.to_owned(),
    }
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.trim_end_matches('.').chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(thing: ReviewItemKind) -> ReviewItemView {
        ReviewItemView::of(&ReviewItem { since: Timestamp::UNIX_EPOCH, kind: thing }, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_event_is_named_by_its_type_where_its_body_says_one() {
        for (body, title) in [
            (r#"{"type": "invoice.paid"}"#, "Parked: invoice.paid"),
            ("not JSON", "Parked"),
            (r#"{"type": 1}"#, "Parked"),
        ] {
            let (customer, event) = ("cus_1".to_owned(), "evt_1".to_owned());
            let parked = case(ReviewItemKind::Parked { customer, event, body: body.to_owned() });
            assert_eq!((parked.kind, parked.title.as_str()), ("parked", title), "{body}");
            assert_eq!(parked.ids, [("Customer", "cus_1".to_owned()), ("Event", "evt_1".to_owned())]);
        }
    }

    #[test]
    fn whatever_waits_says_why_and_what_to_do() {
        let org: OrgId = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let failed = |why| Delivery::Failed { at: Timestamp::UNIX_EPOCH, why };
        for (thing, kind, why) in [
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
            (ReviewItemKind::SignIn(failed(Failure::Refused)), "mail", "SES will not take it."),
            (ReviewItemKind::SignIn(failed(Failure::Expired)), "mail", "It could not be sent for four days."),
            (ReviewItemKind::Invitation(org), "mail", ""),
            (
                ReviewItemKind::Corrupt { key: "ORG#1 ORG".into(), why: "no version".into() },
                "unreadable",
                "No version.",
            ),
        ] {
            let case = case(thing);
            assert_eq!((case.kind, case.why.first().map_or("", String::as_str)), (kind, why));
            assert!(!case.title.is_empty() && case.advice.ends_with('.'), "{case:?}");
        }
    }
}
