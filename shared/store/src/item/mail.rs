//! The states of mails.

use domain::delivery::{Attempts, Claim, Delivery, Failure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::At;
use crate::key::{mail_pk, review_pk};

/// Where an item lies in the index by mail time: with what waits for a sender, else with what waits for a person.
pub(crate) struct MailPlace {
    pub pk: Option<String>,
    pub at: Option<At>,
}

impl MailPlace {
    pub fn of(shard: u8, due_at: Option<Timestamp>, review_since: Option<Timestamp>) -> Self {
        let due = due_at.map(|at| (mail_pk(shard), At(at)));
        let (pk, at) = due.or_else(|| review_since.map(|at| (review_pk(shard), At(at)))).unzip();
        Self { pk, at }
    }
}

/// One mail to one recipient. End states keep little.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum DeliveryItem {
    Pending {
        #[serde(flatten)]
        tries: TriesItem,
        not_before: At,
    },
    Sending {
        #[serde(flatten)]
        tries: TriesItem,
        claim: String,
        until: At,
    },
    Sent {
        at: At,
        /// Left out by an earlier version of the code.
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
        tries: TriesItem,
        claim: String,
        at: At,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        held: bool,
    },
    Dropped {
        at: At,
    },
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TriesItem {
    /// Left out by an earlier version of the code where the mail is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<At>,
    #[serde(default)]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unanswered: Option<String>,
}

/// Why it failed; an earlier version of the code knew one reason.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureItem {
    #[default]
    Refused,
    Expired,
    Rejected,
    Bounced,
}

impl From<&Attempts> for TriesItem {
    fn from(earlier: &Attempts) -> Self {
        Self {
            since: Some(At(earlier.since)),
            attempts: earlier.failed,
            unanswered: earlier.without_response.as_ref().map(|claim| claim.0.clone()),
        }
    }
}

impl TriesItem {
    /// What it says; a mail that does not say since when it is owed is so at least since `known`.
    fn read(self, known: At) -> Attempts {
        Attempts {
            since: self.since.unwrap_or(known).0,
            failed: self.attempts,
            without_response: self.unanswered.map(Claim),
        }
    }
}

impl From<&Delivery> for DeliveryItem {
    fn from(delivery: &Delivery) -> Self {
        match delivery {
            Delivery::Pending { attempts, not_before } => {
                Self::Pending { tries: attempts.into(), not_before: At(*not_before) }
            }
            Delivery::Sending { attempts, claim, until } => {
                Self::Sending { tries: attempts.into(), claim: claim.0.clone(), until: At(*until) }
            }
            Delivery::Sent { at, claim } => {
                Self::Sent { at: At(*at), claim: claim.as_ref().map(|claim| claim.0.clone()) }
            }
            Delivery::Failed { at, why } => Self::Failed { at: At(*at), why: (*why).into() },
            Delivery::Unknown { attempts, claim, at, needs_review } => Self::Unknown {
                tries: attempts.into(),
                claim: claim.0.clone(),
                at: At(*at),
                held: *needs_review,
            },
            Delivery::Dropped { at } => Self::Dropped { at: At(*at) },
        }
    }
}

impl From<DeliveryItem> for Delivery {
    fn from(item: DeliveryItem) -> Self {
        match item {
            DeliveryItem::Pending { tries, not_before } => {
                Self::Pending { attempts: tries.read(not_before), not_before: not_before.0 }
            }
            DeliveryItem::Sending { tries, claim, until } => {
                Self::Sending { attempts: tries.read(until), claim: Claim(claim), until: until.0 }
            }
            DeliveryItem::Sent { at, claim } => Self::Sent { at: at.0, claim: claim.map(Claim) },
            DeliveryItem::Failed { at, why } => Self::Failed { at: at.0, why: why.into() },
            DeliveryItem::Unknown { tries, claim, at, held } => {
                Self::Unknown { attempts: tries.read(at), claim: Claim(claim), at: at.0, needs_review: held }
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
    use domain::delivery::{Outcome, SesHeartbeat};
    use jiff::{SignedDuration, Timestamp};
    use serde_dynamo::AttributeValue;

    use super::*;

    #[test]
    fn every_state_reads_back_as_it_was_written() {
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
    fn what_an_earlier_version_wrote_is_still_read() {
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
