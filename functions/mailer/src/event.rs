//! The events that invoke this function, and the response to a stream batch.

use std::collections::BTreeMap;

use mail::Tags;
use serde::{Deserialize, Serialize};
use store::MailDue;

/// An event that invokes this function. Its JSON fields determine the variant.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum EventIn {
    /// A batch from the table's stream (AWS Lambda guide, "Using AWS Lambda with Amazon DynamoDB").
    Stream {
        #[serde(rename = "Records")]
        records: Vec<RecordIn>,
    },
    /// An event from EventBridge, sent by the schedule or by SES (SES guide, "Monitoring using
    /// Amazon EventBridge").
    Bus { source: String, detail: DetailIn },
}

#[derive(Debug, Deserialize)]
pub(crate) struct RecordIn {
    dynamodb: ChangeIn,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeIn {
    keys: KeysIn,
    sequence_number: String,
}

#[derive(Debug, Deserialize)]
struct KeysIn {
    pk: TextIn,
    sk: TextIn,
}

#[derive(Debug, Deserialize)]
struct TextIn {
    #[serde(rename = "S")]
    text: String,
}

/// Details of an SES event (SES guide, "Examples of event data that Amazon SES publishes"). All
/// fields are empty in an event of the schedule.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DetailIn {
    pub(crate) event_type: String,
    mail: MailIn,
    bounce: BounceIn,
    complaint: ComplaintIn,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct BounceIn {
    bounce_type: String,
    bounced_recipients: Vec<RecipientIn>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RecipientIn {
    status: String,
}

impl BounceIn {
    /// Returns whether this bounce shows that no email can reach the address.
    ///
    /// SES reports a bounce at a domain that does not exist as "Transient". The enhanced status
    /// code is more precise: 5.1.x is an invalid address, and 5.4.4 is a domain without a mail
    /// server (RFC 3463, sections 3.2 and 3.5). Other codes of class 5 concern the email or a full
    /// mailbox, not the address.
    fn is_permanent(&self) -> bool {
        let is_address_error =
            |to: &RecipientIn| to.status.starts_with("5.1.") || to.status.trim() == "5.4.4";
        self.bounce_type == "Permanent" || self.bounced_recipients.iter().any(is_address_error)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ComplaintIn {
    complaint_feedback_type: Option<String>,
}

/// Kind of an SES event about an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SesEventKind {
    /// SES accepted the email.
    Sent,
    /// The recipient's mail server accepted the email.
    Delivered,
    /// The recipient's mail server rejected the email permanently.
    Bounced,
    /// The recipient's mail server rejected the email temporarily, and SES stopped its attempts.
    BouncedForNow,
    /// The recipient marked the email as spam.
    Complained,
    /// SES rejected the email because of harmful content.
    Rejected,
    /// Any other event. It changes no email.
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MailIn {
    tags: BTreeMap<String, Vec<String>>,
}

impl RecordIn {
    /// Returns the changed item, or `None` if it is not of a kind that can contain pending emails.
    pub(crate) fn due(&self) -> Option<MailDue> {
        let KeysIn { pk, sk } = &self.dynamodb.keys;
        MailDue::of_key(&pk.text, &sk.text)
    }

    pub(crate) fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }
}

impl DetailIn {
    pub(crate) fn kind(&self) -> SesEventKind {
        match self.event_type.as_str() {
            "Send" => SesEventKind::Sent,
            "Delivery" => SesEventKind::Delivered,
            "Bounce" if self.bounce.is_permanent() => SesEventKind::Bounced,
            "Bounce" => SesEventKind::BouncedForNow,
            // The feedback type "not-spam" withdraws an earlier complaint.
            "Complaint" if self.complaint.complaint_feedback_type.as_deref() == Some("not-spam") => {
                SesEventKind::Other
            }
            "Complaint" => SesEventKind::Complained,
            "Reject" => SesEventKind::Rejected,
            _ => SesEventKind::Other,
        }
    }

    /// Returns the tags of the email, or `None` if Onramp did not send it.
    pub(crate) fn tags(&self) -> Option<Tags> {
        Tags::read(|name| self.mail.tags.get(name)?.first().map(String::as_str))
    }
}

/// Response to a stream batch. It lists the records that Lambda must deliver again (AWS Lambda
/// guide, "Configuring partial batch response with DynamoDB and Lambda").
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchOut {
    pub(crate) batch_item_failures: Vec<FailureOut>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureOut {
    pub(crate) item_identifier: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/mailer");

    fn read(name: &str) -> EventIn {
        serde_json::from_str(&std::fs::read_to_string(format!("{EVENTS}/{name}.json")).unwrap()).unwrap()
    }

    #[test]
    fn stream_record_names_the_item_with_pending_email() {
        let EventIn::Stream { records } = read("stream-welcome") else { panic!("not a stream") };
        assert!(matches!(records[0].due(), Some(MailDue::Org(_))));
        assert_eq!(records[0].sequence_number(), "000000000000000000100");
    }

    #[test]
    fn schedule_and_ses_events_are_distinguished() {
        let EventIn::Bus { source, detail } = read("scheduled") else { panic!("not from the bus") };
        assert_eq!((source.as_str(), detail.tags()), ("aws.events", None));
        let EventIn::Bus { source, detail } = read("ses-send") else { panic!("not from the bus") };
        let tags = detail.tags().unwrap();
        assert_eq!(
            (source.as_str(), detail.event_type.as_str(), tags.kind.as_str()),
            ("aws.ses", "Send", "welcome")
        );
        assert_eq!(tags.claim.made_at(), Some("2026-01-15T08:59:59.900Z".parse().unwrap()));
    }

    #[test]
    fn ses_events_map_to_their_kind() {
        for (name, kind) in [
            ("scheduled", SesEventKind::Other),
            ("ses-send", SesEventKind::Sent),
            ("ses-delivery", SesEventKind::Delivered),
            ("ses-bounce", SesEventKind::Bounced),
            ("ses-bounce-sign-in", SesEventKind::Bounced),
            ("ses-bounce-transient", SesEventKind::BouncedForNow),
            ("ses-bounce-invalid-domain", SesEventKind::Bounced),
            ("ses-complaint", SesEventKind::Complained),
            ("ses-complaint-taken-back", SesEventKind::Other),
            ("ses-reject", SesEventKind::Rejected),
        ] {
            let EventIn::Bus { source, detail } = read(name) else { panic!("not from the bus: {name}") };
            assert_eq!(detail.kind(), kind, "{name}");
            assert_eq!(detail.tags().is_some(), source == "aws.ses", "{name}");
        }
    }
}
