//! Local implementation of SES: accepts the emails of `SendEmail`, rejects the emails that SES
//! rejects, and creates the `Send` event for the bus.

mod sent_email;

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
pub use sent_email::{RefusedEmail, SentEmail, bare_address};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    bus::Entry,
    template::{ACCOUNT, REGION},
};
use sim::{append_log::AppendLog, random};

/// An accepted email in the mailbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mail {
    /// Message id in the format of SES.
    pub id: String,
    /// Value of the tag `kind`.
    pub kind: Option<String>,
    /// Value of the tag `organization_id` or `organization`.
    pub organization_id: Option<String>,
    /// Sender, with display name and address.
    pub from: String,
    /// Recipients' addresses without display names.
    pub to: Vec<String>,
    /// Subject line, without encoding.
    pub subject: String,
    /// Plain-text part, empty if missing.
    pub text: String,
    /// HTML part, empty if missing.
    pub html: String,
    /// Additional headers of the request.
    pub headers: BTreeMap<String, String>,
    /// Tags of the request by name.
    pub tags: BTreeMap<String, String>,
    /// Time of acceptance by the local clock.
    pub at: Timestamp,
}

/// Mailbox with all accepted emails.
#[derive(Debug)]
pub struct Mailbox {
    identities: Vec<String>,
    mails: AppendLog<Mail>,
}

impl Mailbox {
    /// Opens the mailbox with `identities` as the verified addresses and domains. Stores emails in
    /// `folder`, or in memory without a folder.
    pub fn new(identities: Vec<String>, folder: Option<&Path>) -> std::io::Result<Self> {
        Ok(Self { identities, mails: AppendLog::open(folder, "mail.jsonl")? })
    }

    /// Accepts an email and returns its message ID. If the email names a configuration set, also
    /// returns the `Send` event for the bus.
    pub fn accept(&self, email: SentEmail, now: Timestamp) -> Result<(String, Option<Entry>), RefusedEmail> {
        let from = bare_address(&email.from);
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
        let feedback = email.configuration_set.as_deref().map(|set| send_event(&email, set, &id, now));
        let tag = |names: [&str; 2]| names.iter().find_map(|name| email.tags.get(*name)).cloned();
        self.mails.push(Mail {
            kind: tag(["kind", "Kind"]),
            organization_id: tag(["organization_id", "organization"]),
            id: id.clone(),
            from: email.from,
            to: email.to,
            subject: email.subject,
            text: email.text,
            html: email.html,
            headers: email.headers,
            tags: email.tags,
            at: now,
        });
        Ok((id, feedback))
    }

    /// Whether the address or domain is a verified identity.
    pub fn has_verified(&self, identity: &str) -> bool {
        self.identities.iter().any(|verified| verified == identity)
    }

    /// Returns all emails, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.all()
    }

    /// Deletes all emails of the mailbox.
    pub fn clear(&self) {
        self.mails.clear();
    }
}

/// Builds the `Send` event, in which the value of each tag is a list. Source: "Example event data
/// for Amazon SES events in EventBridge", Amazon SES Developer Guide.
fn send_event(email: &SentEmail, configuration_set: &str, id: &str, now: Timestamp) -> Entry {
    let from = bare_address(&email.from);
    let domain = from.rsplit('@').next().unwrap_or_default().to_owned();
    let email_tags = email.tags.iter().map(|(name, value)| (name.clone(), value.clone()));
    let ses_tags = [
        ("ses:configuration-set".to_owned(), configuration_set.to_owned()),
        ("ses:from-domain".to_owned(), domain.clone()),
        ("ses:source-ip".to_owned(), "127.0.0.1".to_owned()),
        ("ses:caller-identity".to_owned(), "mailer".to_owned()),
    ];
    let tags: serde_json::Map<String, Value> =
        ses_tags.into_iter().chain(email_tags).map(|(name, value)| (name, json!([value]))).collect();
    let header = |name: &str, value: &str| json!({"name": name, "value": value});
    let mut headers = vec![
        header("From", &email.from),
        header("To", &email.to.join(", ")),
        header("Subject", &email.subject),
        header("MIME-Version", "1.0"),
    ];
    headers.extend(email.headers.iter().map(|(name, value)| header(name, value)));
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
                "source": email.from,
                "sourceArn": format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain}"),
                "sendingAccountId": ACCOUNT,
                "messageId": id,
                "destination": email.to,
                "headersTruncated": false,
                "headers": headers,
                "commonHeaders": {
                    "from": [email.from], "to": email.to, "messageId": id, "subject": email.subject,
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
    fn accepted_email_is_stored_and_has_a_send_event() {
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
    fn accept_rejects_what_ses_rejects() {
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
            let error = SentEmail::read(&request).and_then(|email| mailbox().accept(email, now)).unwrap_err();
            assert!(error.message.contains(expected), "{}", error.message);
        }
    }
}
