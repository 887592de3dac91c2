//! Checks the sender: SES identity, DKIM, MAIL FROM, DMARC, sending limits, and configuration sets.

use super::unread;
use crate::doctor::{
    facts::{ConfigurationSet, Fact, Identity, MailAccount, Unread},
    finding::{Area, Finding},
};

const AREA: Area = Area::Mail;

/// Checks the SES identity: verification, DKIM, and the MAIL FROM domain. If the identity is an
/// email address, it has neither DKIM nor MAIL FROM.
pub(in crate::doctor) fn identity(name: &str, found: &Fact<Identity>) -> Vec<Finding> {
    let records =
        format!("publish the three CNAME records that SES lists for {name} and wait for verification");
    let identity = match found {
        Ok(identity) => identity,
        Err(why) => {
            let create = format!(
                "create it in SES in the stage's region: aws sesv2 create-email-identity --email-identity {name}"
            );
            return vec![unread(AREA, "Identity", why, "ses:GetEmailIdentity", &create)];
        }
    };
    let mut findings = vec![if identity.verified {
        Finding::good(AREA, "Identity", format!("{name} is verified"))
    } else {
        Finding::error(
            AREA,
            "Identity",
            format!("{name} is not verified: SES rejects all email"),
            records.clone(),
        )
    }];
    if !name.contains('@') {
        findings.push(match &identity.dkim {
            (true, status) if status == "SUCCESS" => Finding::good(AREA, "DKIM", "signs all email"),
            (true, status) => Finding::error(AREA, "DKIM", format!("is {}", status.to_lowercase()), records),
            (false, _) => {
                let fix = "enable DKIM signing for the identity; otherwise most email is treated as spam";
                Finding::warning(AREA, "DKIM", "is disabled", fix)
            }
        });
        findings.push(mail_from(name, identity));
    }
    findings
}

/// Checks the MAIL FROM domain, on which receivers check SPF.
fn mail_from(name: &str, identity: &Identity) -> Finding {
    match &identity.mail_from {
        None => {
            let fix = format!(
                "run aws sesv2 put-email-identity-mail-from-attributes --email-identity {name} --mail-from-domain \
                 bounce.{name} --behavior-on-mx-failure USE_DEFAULT_VALUE, and publish its MX and SPF records"
            );
            Finding::warning(
                AREA,
                "MAIL FROM",
                "is SES's own domain: SPF does not align with the sender",
                fix,
            )
        }
        Some((domain, status)) if status == "SUCCESS" => {
            Finding::good(AREA, "MAIL FROM", format!("is {domain}"))
        }
        Some((domain, status)) => {
            let message = format!("domain {domain} is {}", status.to_lowercase());
            let fix = format!("publish the MX and SPF records that SES lists for {domain}");
            Finding::error(AREA, "MAIL FROM", message, fix)
        }
    }
}

/// Checks the DMARC record, which tells receivers what to do with unauthenticated email (RFC 7489).
pub(in crate::doctor) fn dmarc(domain: &str, found: &Fact<String>) -> Finding {
    let publish = format!("publish _dmarc.{domain} TXT \"v=DMARC1; p=none; rua=mailto:you@{domain}\"");
    match found {
        Ok(record) => {
            let mut tags = record.split(';').filter_map(|tag| tag.trim().split_once('='));
            let policy = tags.find(|(name, _)| name.trim() == "p").map(|(_, policy)| policy.trim());
            match policy {
                Some(policy @ ("none" | "quarantine" | "reject")) => {
                    Finding::good(AREA, "DMARC", format!("policy of {domain} is {policy}"))
                }
                _ => {
                    Finding::error(AREA, "DMARC", format!("record of {domain} has no valid policy"), publish)
                }
            }
        }
        Err(Unread::Missing) => {
            let message =
                format!("record of {domain} is missing: large mailbox providers may reject email without it");
            Finding::warning(AREA, "DMARC", message, publish)
        }
        // A DNS query needs no permission.
        Err(why) => unread(AREA, "DMARC", why, "", &publish),
    }
}

/// Checks the status and the limits of the SES account. `rate` is the stage's `MailSendRate`, in
/// emails per second.
pub(in crate::doctor) fn account(found: &Fact<MailAccount>, rate: f64) -> Vec<Finding> {
    let account = match found {
        Ok(account) => account,
        Err(why) => {
            return vec![unread(AREA, "SES account", why, "ses:GetAccount", "use SES in this region once")];
        }
    };
    let mut findings = Vec::new();
    if !account.out_of_sandbox {
        let fix =
            "request production access in the SES console; until then only verified addresses receive email";
        findings.push(Finding::error(AREA, "SES account", "is in the sandbox", fix));
    }
    if !account.sending || account.enforcement == "SHUTDOWN" {
        let fix = "respond to the AWS review in the SES console; email is retried for four days";
        findings.push(Finding::error(AREA, "SES account", "is not allowed to send", fix));
    } else if account.enforcement != "HEALTHY" {
        let fix = "check bounces and complaints under Reputation metrics in the SES console";
        let message = format!("is under review: {}", account.enforcement.to_lowercase());
        findings.push(Finding::warning(AREA, "SES account", message, fix));
    }
    if findings.is_empty() {
        let (limit, sent) = (account.per_day, account.sent_last_day);
        let message = format!("can send {limit} emails per day; sent {sent} in the last 24 hours");
        findings.push(Finding::good(AREA, "SES account", message));
    }
    if account.sent_last_day > account.per_day * 0.8 {
        let message = format!(
            "is nearly used up: {} of {} emails in the last 24 hours",
            account.sent_last_day, account.per_day
        );
        findings.push(Finding::warning(
            AREA,
            "SES quota",
            message,
            "request a higher sending quota in Service Quotas",
        ));
    }
    if rate > account.per_second {
        let message = format!("is {rate} per second, but SES allows {}", account.per_second);
        findings.push(Finding::warning(
            AREA,
            "MailSendRate",
            message,
            format!("set it to at most {}", account.per_second),
        ));
    }
    findings
}

/// Checks that a configuration set can send and publishes the `expected` event types to the bus.
pub(in crate::doctor) fn configuration_set(
    name: &str,
    expected: &[String],
    found: &Fact<ConfigurationSet>,
) -> Finding {
    let set = match found {
        Ok(set) => set,
        Err(why) => {
            let permission = "ses:GetConfigurationSet and ses:GetConfigurationSetEventDestinations";
            return unread(AREA, name, why, permission, "deploy the stack, which creates it");
        }
    };
    let missing: Vec<_> =
        expected.iter().filter(|kind| !set.events.contains(kind)).map(String::as_str).collect();
    if !set.sending {
        let fix = format!(
            "run aws sesv2 put-configuration-set-sending-options --sending-enabled --configuration-set-name {name}"
        );
        Finding::error(AREA, name, "is paused: email is waiting", fix)
    } else if missing.is_empty() {
        Finding::good(AREA, name, format!("publishes {} to the bus", expected.join(", ").to_lowercase()))
    } else {
        Finding::error(
            AREA,
            name,
            format!("does not publish {} to the bus", missing.join(", ").to_lowercase()),
            "redeploy the stack; if it is up to date, restore the event destination in SES",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{self, Error, Good, Warning};

    fn severities(findings: &[Finding]) -> Vec<Severity> {
        for finding in findings.iter().filter(|finding| finding.severity != Good) {
            assert!(finding.fix.is_some(), "{finding:?}");
        }
        findings.iter().map(|finding| finding.severity).collect()
    }

    fn healthy() -> MailAccount {
        MailAccount {
            out_of_sandbox: true,
            sending: true,
            enforcement: "HEALTHY".to_owned(),
            per_day: 50_000.0,
            per_second: 14.0,
            sent_last_day: 10.0,
        }
    }

    #[test]
    fn identity_must_be_verified_and_sign() {
        let identity_of = |verified, signs, status: &str| {
            Ok(Identity { verified, dkim: (signs, status.to_owned()), mail_from: None })
        };
        for (name, found, expected) in [
            ("example.com", identity_of(true, true, "SUCCESS"), vec![Good, Good, Warning]),
            ("example.com", identity_of(false, true, "PENDING"), vec![Error, Error, Warning]),
            ("example.com", identity_of(true, false, "NOT_STARTED"), vec![Good, Warning, Warning]),
            ("jo@example.com", identity_of(true, false, "NOT_STARTED"), vec![Good]),
            ("example.com", Err(Unread::Missing), vec![Error]),
            ("example.com", Err(Unread::Denied), vec![Warning]),
            ("example.com", Err(Unread::Failed("Throttled".to_owned())), vec![Warning]),
        ] {
            assert_eq!(severities(&identity(name, &found)), expected, "{name} {found:?}");
        }
    }

    #[test]
    fn mail_from_domain_must_be_verified() {
        for (status, severity) in [("SUCCESS", Good), ("PENDING", Error), ("FAILED", Error)] {
            let domain = Some(("bounce.example.com".to_owned(), status.to_owned()));
            let dkim = (true, "SUCCESS".to_owned());
            let identity = Identity { verified: true, dkim, mail_from: domain };
            assert_eq!(mail_from("example.com", &identity).severity, severity, "{status}");
        }
    }

    #[test]
    fn dmarc_record_must_have_a_policy() {
        for (found, severity) in [
            (Ok("v=DMARC1; p=none; rua=mailto:a@example.com"), Good),
            (Ok("v=DMARC1;p=reject"), Good),
            (Ok("v=DMARC1; rua=mailto:a@example.com"), Error),
            (Ok("v=DMARC1; p=maybe"), Error),
            (Err(Unread::Missing), Warning),
            (Err(Unread::Failed("no DNS answer".to_owned())), Warning),
        ] {
            assert_eq!(
                dmarc("example.com", &found.clone().map(str::to_owned)).severity,
                severity,
                "{found:?}"
            );
        }
    }

    #[test]
    fn account_limits_and_status_are_checked() {
        for (found, rate, expected) in [
            (healthy(), 14.0, vec![Good]),
            (MailAccount { out_of_sandbox: false, ..healthy() }, 14.0, vec![Error]),
            (MailAccount { sending: false, ..healthy() }, 14.0, vec![Error]),
            (MailAccount { enforcement: "PROBATION".to_owned(), ..healthy() }, 14.0, vec![Warning]),
            (MailAccount { sent_last_day: 45_000.0, ..healthy() }, 14.0, vec![Good, Warning]),
            (healthy(), 15.0, vec![Good, Warning]),
        ] {
            assert_eq!(severities(&account(&Ok(found.clone()), rate)), expected, "{found:?}");
        }
    }

    #[test]
    fn configuration_set_must_publish_all_expected_events() {
        let expected = ["SEND", "BOUNCE"].map(str::to_owned);
        let set_of = |sending, events: &[&str]| {
            Ok(ConfigurationSet { sending, events: events.iter().map(|kind| (*kind).to_owned()).collect() })
        };
        for (found, severity) in [
            (set_of(true, &["SEND", "BOUNCE", "OPEN"]), Good),
            (set_of(true, &["SEND"]), Error),
            (set_of(false, &["SEND", "BOUNCE"]), Error),
            (Err(Unread::Missing), Error),
        ] {
            assert_eq!(configuration_set("onramp-mail", &expected, &found).severity, severity, "{found:?}");
        }
    }
}
