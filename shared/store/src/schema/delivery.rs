//! Stored form of an email's delivery state.

use domain::mail::{Attempts, Claim, Delivery, Failure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, text, values},
    keys::{Key, mail_pk, review_pk, shard},
};
/// Returns the attributes that put an item with one email into the index `by-mail`.
pub(crate) fn mail_index(key: &Key, delivery: &Delivery) -> Attributes {
    mail_index_of(shard(&key.pk), delivery.due_at(), delivery.review_since(), delivery.is_fresh())
}

/// Returns the attributes that put an item into the index `by-mail`, or none if no email is due and
/// none needs review.
///
/// The partition is the one for pending emails if the mailer must handle an email at `due_at`.
/// Otherwise it is the one for review, with `review_since`. The attribute `mail_ready` exists while
/// an email waits for its first attempt (`ready`). The filter of the table's stream requires this
/// attribute, so the stream starts the mailer only for items with such an email.
pub(crate) fn mail_index_of(
    shard: u8,
    due_at: Option<Timestamp>,
    review_since: Option<Timestamp>,
    ready: bool,
) -> Attributes {
    let due = due_at.map(|at| (mail_pk(shard), at));
    let Some((pk, at)) = due.or_else(|| review_since.map(|at| (review_pk(shard), at))) else {
        return Attributes::new();
    };
    let at = text(&At(at));
    let mut attributes = values([("mail_pk", text(&pk)), ("mail_at", at.clone())]);
    attributes.extend(ready.then(|| ("mail_ready".to_owned(), at)));
    attributes
}

/// The state of one email to one recipient. A final state, such as `Sent`, contains only the fields
/// that are still used.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum DeliveryItem {
    Pending {
        #[serde(flatten)]
        attempts: AttemptsItem,
        not_before: At,
    },
    Sending {
        #[serde(flatten)]
        attempts: AttemptsItem,
        claim: String,
        until: At,
    },
    Sent {
        at: At,
        /// Missing in items that an earlier version of the code wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<String>,
    },
    Failed {
        at: At,
        #[serde(default)]
        why: FailureItem,
    },
    Unknown {
        #[serde(flatten)]
        attempts: AttemptsItem,
        claim: String,
        at: At,
        #[serde(rename = "held", default, skip_serializing_if = "std::ops::Not::not")]
        needs_review: bool,
    },
    Dropped {
        at: At,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AttemptsItem {
    /// Missing if an earlier version of the code wrote the state `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<At>,
    #[serde(rename = "attempts", default)]
    failed: u32,
    #[serde(rename = "unanswered", default, skip_serializing_if = "Option::is_none")]
    without_response: Option<String>,
}

/// The reason of a failure. An item that an earlier version of the code wrote has no reason, which
/// counts as `Refused`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureItem {
    #[default]
    Refused,
    Expired,
    Rejected,
    Bounced,
}

impl From<&Attempts> for AttemptsItem {
    fn from(earlier: &Attempts) -> Self {
        Self {
            since: Some(At(earlier.since)),
            failed: earlier.failed,
            without_response: earlier.without_response.as_ref().map(|claim| claim.0.clone()),
        }
    }
}

impl AttemptsItem {
    /// Returns the attempts in the form of the domain. If the stored form has no `since`, the email
    /// counts as pending since `fallback`.
    fn read(self, fallback: At) -> Attempts {
        Attempts {
            since: self.since.unwrap_or(fallback).0,
            failed: self.failed,
            without_response: self.without_response.map(Claim),
        }
    }
}

impl From<&Delivery> for DeliveryItem {
    fn from(delivery: &Delivery) -> Self {
        match delivery {
            Delivery::Pending { attempts, not_before } => {
                Self::Pending { attempts: attempts.into(), not_before: At(*not_before) }
            }
            Delivery::Sending { attempts, claim, until } => {
                Self::Sending { attempts: attempts.into(), claim: claim.0.clone(), until: At(*until) }
            }
            Delivery::Sent { at, claim } => {
                Self::Sent { at: At(*at), claim: claim.as_ref().map(|claim| claim.0.clone()) }
            }
            Delivery::Failed { at, why } => Self::Failed { at: At(*at), why: (*why).into() },
            Delivery::Unknown { attempts, claim, at, needs_review } => Self::Unknown {
                attempts: attempts.into(),
                claim: claim.0.clone(),
                at: At(*at),
                needs_review: *needs_review,
            },
            Delivery::Dropped { at } => Self::Dropped { at: At(*at) },
        }
    }
}

impl From<DeliveryItem> for Delivery {
    fn from(item: DeliveryItem) -> Self {
        match item {
            DeliveryItem::Pending { attempts, not_before } => {
                Self::Pending { attempts: attempts.read(not_before), not_before: not_before.0 }
            }
            DeliveryItem::Sending { attempts, claim, until } => {
                Self::Sending { attempts: attempts.read(until), claim: Claim(claim), until: until.0 }
            }
            DeliveryItem::Sent { at, claim } => Self::Sent { at: at.0, claim: claim.map(Claim) },
            DeliveryItem::Failed { at, why } => Self::Failed { at: at.0, why: why.into() },
            DeliveryItem::Unknown { attempts, claim, at, needs_review } => {
                Self::Unknown { attempts: attempts.read(at), claim: Claim(claim), at: at.0, needs_review }
            }
            DeliveryItem::Dropped { at } => Self::Dropped { at: at.0 },
        }
    }
}

impl From<Failure> for FailureItem {
    fn from(why: Failure) -> Self {
        match why {
            Failure::Refused => Self::Refused,
            Failure::Expired => Self::Expired,
            Failure::Rejected => Self::Rejected,
            Failure::Bounced => Self::Bounced,
        }
    }
}

impl From<FailureItem> for Failure {
    fn from(why: FailureItem) -> Self {
        match why {
            FailureItem::Refused => Self::Refused,
            FailureItem::Expired => Self::Expired,
            FailureItem::Rejected => Self::Rejected,
            FailureItem::Bounced => Self::Bounced,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::mail::{Outcome, SesHeartbeat};
    use jiff::{SignedDuration, Timestamp};
    use serde_dynamo::AttributeValue;

    use super::*;

    #[test]
    fn every_state_round_trips() {
        let now: Timestamp = "2025-01-08T10:20:30.5Z".parse().unwrap();
        let check = now + SignedDuration::from_mins(20);
        let claim = Claim::new(now, "a");
        let pending = Delivery::pending(now);
        let sending = pending.claim(&claim, None, now).unwrap();
        let unknown = sending.record_outcome(&claim, Outcome::Ambiguous, 0, now).unwrap();
        let again = unknown
            .claim(
                &Claim::new(check, "b"),
                Some(SesHeartbeat { newest: Some(check), outstanding: false }),
                check,
            )
            .unwrap();
        let mut states = vec![again, unknown.give_up(check).unwrap(), unknown, pending, sending];
        states.push(states[4].record_outcome(&claim, Outcome::Accepted, 0, now).unwrap());
        states.push(Delivery::Dropped { at: now });
        for why in [Failure::Refused, Failure::Expired, Failure::Rejected, Failure::Bounced] {
            states.push(Delivery::Failed { at: now, why });
        }
        for state in states {
            let stored: AttributeValue =
                serde_dynamo::to_attribute_value(DeliveryItem::from(&state)).unwrap();
            let read: DeliveryItem = serde_dynamo::from_attribute_value(stored).unwrap();
            assert_eq!(Delivery::from(read), state);
        }
    }

    #[test]
    fn states_of_an_earlier_version_are_decoded() {
        let at: Timestamp = "2025-01-08T10:20:30Z".parse().unwrap();
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let map = |pairs: &[(&str, &str)]| {
            AttributeValue::M(pairs.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect())
        };
        let unknown = map(&[("state", "unknown"), ("claim", "c1a1"), ("at", "2025-01-08T10:20:30.000Z")]);
        let read: DeliveryItem = serde_dynamo::from_attribute_value(unknown).unwrap();
        let attempts = Attempts { since: at, failed: 0, without_response: None };
        let claim = Claim("c1a1".to_owned());
        assert_eq!(Delivery::from(read), Delivery::Unknown { attempts, claim, at, needs_review: false });
        let failed = map(&[("state", "failed"), ("at", "2025-01-08T10:20:30.000Z")]);
        let read: DeliveryItem = serde_dynamo::from_attribute_value(failed).unwrap();
        assert_eq!(Delivery::from(read), Delivery::Failed { at, why: Failure::Refused });
        let sent = map(&[("state", "sent"), ("at", "2025-01-08T10:20:30.000Z")]);
        let read: DeliveryItem = serde_dynamo::from_attribute_value(sent).unwrap();
        assert_eq!(Delivery::from(read), Delivery::Sent { at, claim: None });
    }
}
