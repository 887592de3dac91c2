//! SES: takes letters as `SendEmail` does, refuses what SES refuses, and says on the bus that they were sent.

mod sent_email;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::append_log::AppendLog;
use crate::bus::Entry;
use crate::random;
use crate::template::{ACCOUNT, REGION};

pub use sent_email::{RefusedEmail, SentEmail, bare_address};

/// A mail in the box.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mail {
    /// SES's message id.
    pub id: String,
    /// From the tag `kind`.
    pub kind: Option<String>,
    /// From the tag `organization_id` or `organization`.
    pub organization_id: Option<String>,
    /// The sender as written, name and address.
    pub from: String,
    /// Bare addresses.
    pub to: Vec<String>,
    /// The subject line.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Additional headers.
    pub headers: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// When it was accepted, by the local clock.
    pub at: Timestamp,
}

/// The mailbox.
#[derive(Debug)]
pub struct Mailbox {
    /// Verified addresses and domains.
    identities: Vec<String>,
    mails: AppendLog<Mail>,
}

impl Mailbox {
    /// A mailbox that sends for `identities` (addresses or domains) and remembers under `folder`.
    pub fn new(identities: Vec<String>, folder: Option<&Path>) -> std::io::Result<Self> {
        Ok(Self { identities, mails: AppendLog::open(folder, "mail.jsonl")? })
    }

    /// Takes a letter: its message id, and what SES says of it on the bus.
    pub fn accept(&self, letter: SentEmail, now: Timestamp) -> Result<(String, Option<Entry>), RefusedEmail> {
        let from = bare_address(&letter.from);
        let domain = from.rsplit('@').next().unwrap_or_default();
        if !self.identities.iter().any(|identity| *identity == from || identity == domain) {
            return Err(RefusedEmail {
                code: "MessageRejected",
                message: format!(
                    "Email address is not verified. The following identities failed the check in region {}: {from}",
                    REGION.to_uppercase()
                ),
            });
        }
        let id = format!("0100{:012x}-{}-000000", now.as_millisecond(), random::uuid());
        let feedback = letter.configuration_set.as_deref().map(|set| sent(&letter, set, &id, now));
        let tag = |names: [&str; 2]| names.iter().find_map(|name| letter.tags.get(*name)).cloned();
        self.mails.push(Mail {
            kind: tag(["kind", "Kind"]),
            organization_id: tag(["organization_id", "organization"]),
            id: id.clone(),
            from: letter.from,
            to: letter.to,
            subject: letter.subject,
            text: letter.text,
            html: letter.html,
            headers: letter.headers,
            tags: letter.tags,
            at: now,
        });
        Ok((id, feedback))
    }

    /// Whether it sends for an address or a domain.
    pub fn has_verified(&self, identity: &str) -> bool {
        self.identities.iter().any(|verified| verified == identity)
    }

    /// All mails, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.all()
    }

    /// Empties the box.
    pub fn clear(&self) {
        self.mails.clear();
    }
}

/// The `Send` event, in the shape of "Example event data for Amazon SES events in EventBridge" (Amazon SES
/// Developer Guide): tags are lists.
fn sent(letter: &SentEmail, configuration_set: &str, id: &str, now: Timestamp) -> Entry {
    let from = bare_address(&letter.from);
    let domain = from.rsplit('@').next().unwrap_or_default().to_owned();
    let own = letter.tags.iter().map(|(name, value)| (name.clone(), value.clone()));
    let given = [
        ("ses:configuration-set".to_owned(), configuration_set.to_owned()),
        ("ses:from-domain".to_owned(), domain.clone()),
        ("ses:source-ip".to_owned(), "127.0.0.1".to_owned()),
        ("ses:caller-identity".to_owned(), "mailer".to_owned()),
    ];
    let tags: serde_json::Map<String, Value> =
        given.into_iter().chain(own).map(|(name, value)| (name, json!([value]))).collect();
    let header = |name: &str, value: &str| json!({"name": name, "value": value});
    let mut headers = vec![
        header("From", &letter.from),
        header("To", &letter.to.join(", ")),
        header("Subject", &letter.subject),
        header("MIME-Version", "1.0"),
    ];
    headers.extend(letter.headers.iter().map(|(name, value)| header(name, value)));
    Entry {
        bus: "default".to_owned(),
        source: "aws.ses".to_owned(),
        detail_type: "Email Sent".to_owned(),
        resources: vec![json!(format!(
            "arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{configuration_set}"
        ))],
        time: Some(now),
        detail: json!({
            "eventType": "Send",
            "mail": {
                "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
                "source": letter.from,
                "sourceArn": format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain}"),
                "sendingAccountId": ACCOUNT,
                "messageId": id,
                "destination": letter.to,
                "headersTruncated": false,
                "headers": headers,
                "commonHeaders": {
                    "from": [letter.from], "to": letter.to, "messageId": id, "subject": letter.subject,
                },
                "tags": tags,
            },
            "send": {},
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Value {
        json!({
            "FromEmailAddress": "\"Time, Tracker\" <noreply@example.com>",
            "Destination": {"ToAddresses": ["Jo <jo@example.org>"]},
            "ConfigurationSetName": "onramp-mail",
            "EmailTags": [{"Name": "kind", "Value": "welcome"}, {"Name": "organization", "Value": "org_1"}],
            "Content": {"Simple": {
                "Subject": {"Data": "Welcome"},
                "Body": {"Text": {"Data": "Hello"}, "Html": {"Data": "<p>Hello</p>"}},
                "Headers": [{"Name": "X-One", "Value": "1"}],
            }},
        })
    }

    fn with(path: &str, value: Value) -> Value {
        let mut request = request();
        *request.pointer_mut(path).unwrap() = value;
        request
    }

    fn mailbox() -> Mailbox {
        Mailbox::new(vec!["example.com".to_owned()], None).unwrap()
    }

    #[test]
    fn an_accepted_letter_lies_in_the_box_and_is_announced() {
        let mailbox = mailbox();
        let now: Timestamp = "2026-01-22T10:00:00Z".parse().unwrap();
        let (id, feedback) = mailbox.accept(SentEmail::read(&request()).unwrap(), now).unwrap();
        let mail = mailbox.mails().remove(0);
        assert_eq!(
            (mail.id.as_str(), mail.to.as_slice()),
            (id.as_str(), ["jo@example.org".to_owned()].as_slice())
        );
        assert_eq!((mail.kind.as_deref(), mail.organization_id.as_deref()), (Some("welcome"), Some("org_1")));
        assert_eq!(mail.headers.get("X-One").map(String::as_str), Some("1"));
        let feedback = feedback.unwrap();
        assert_eq!(feedback.detail.pointer("/mail/tags/kind"), Some(&json!(["welcome"])));
        assert_eq!(
            feedback.detail.pointer("/mail/tags/ses:configuration-set"),
            Some(&json!(["onramp-mail"]))
        );
        assert_eq!(feedback.detail.pointer("/mail/messageId"), Some(&json!(id)));
    }

    #[test]
    fn what_ses_refuses_is_refused() {
        let many: Vec<_> = (0..51).map(|n| format!("a{n}@example.org")).collect();
        for (request, expected) in [
            (with("/FromEmailAddress", json!("noreply@elsewhere.com")), "not verified"),
            (with("/Destination/ToAddresses", json!([])), "recipients"),
            (with("/Destination/ToAddresses", json!(many)), "exceeds 50"),
            (with("/Destination/ToAddresses", json!(["jo"])), "control or whitespace"),
            (with("/EmailTags/0/Value", json!("trial_ending/1")), "Invalid tag"),
            (with("/EmailTags/0/Value", json!("ORG#1")), "Invalid tag"),
            (with("/Content/Simple/Subject/Data", json!("a\r\nBcc: x@y.z")), "line break"),
            (with("/Content/Simple/Body", json!({})), "no body"),
            (with("/Content", json!({"Raw": {}})), "simple"),
        ] {
            let now = Timestamp::UNIX_EPOCH;
            let refused =
                SentEmail::read(&request).and_then(|letter| mailbox().accept(letter, now)).unwrap_err();
            assert!(refused.message.contains(expected), "{}", refused.message);
        }
    }
}
