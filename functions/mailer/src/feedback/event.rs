//! Events that SES reports about an email.

use std::collections::BTreeMap;

use domain::people::Address;
use mail::Tags;
use serde::Deserialize;

/// Details of an SES event (SES guide, "Monitoring using Amazon EventBridge" and "Examples of event
/// data that Amazon SES publishes").
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
    destination: Vec<String>,
    tags: BTreeMap<String, Vec<String>>,
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

    /// Returns whether the email was sent to an address. Also returns `true` if SES does not say to
    /// which address.
    pub(crate) fn was_sent_to(&self, address: &Address) -> bool {
        let to = &self.mail.destination;
        to.is_empty() || to.iter().any(|to| Address::parse_existing(to).is_ok_and(|to| to == *address))
    }

    /// Returns the tags of the email, or `None` if Onramp did not send it.
    pub(crate) fn tags(&self) -> Option<Tags> {
        Tags::read(|name| self.mail.tags.get(name)?.first().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use event_bus::BusEvent;

    use super::*;

    const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/mailer");

    fn read(name: &str) -> DetailIn {
        let event = std::fs::read_to_string(format!("{EVENTS}/{name}.json")).unwrap();
        serde_json::from_str(BusEvent::parse(&event).unwrap().detail.get()).unwrap()
    }

    #[test]
    fn ses_event_has_a_type_and_the_tags_of_the_email() {
        let detail = read("ses-send");
        let tags = detail.tags().unwrap();
        assert_eq!((detail.event_type.as_str(), tags.kind.as_str()), ("Send", "welcome"));
        assert_eq!(tags.claim.made_at(), Some("2026-01-15T08:59:59.900Z".parse().unwrap()));
        let is_to = |detail: &DetailIn, to| detail.was_sent_to(&Address::parse(to).unwrap());
        assert!(is_to(&detail, "Jo@acme.example") && !is_to(&detail, "jo@acme2.example"));
        assert!(is_to(&DetailIn::default(), "jo@acme.example"), "an event without an address");
    }

    #[test]
    fn ses_events_map_to_their_kind() {
        for (name, kind) in [
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
            let detail = read(name);
            assert_eq!((detail.kind(), detail.tags().is_some()), (kind, true), "{name}");
        }
        assert_eq!(read("scheduled").kind(), SesEventKind::Other);
    }
}
