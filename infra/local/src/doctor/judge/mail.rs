use super::unread;
use crate::doctor::facts::{Fact, Identity, MailAccount, MailSet, Unread};
use crate::doctor::finding::{Area, Finding};

const AREA: Area = Area::Mail;

/// The identity that mails come from.
pub(in crate::doctor) fn identity(name: &str, found: &Fact<Identity>) -> Vec<Finding> {
    let records =
        format!("publish the three CNAME records that SES lists for {name} and wait for verification");
    let identity = match found {
        Ok(identity) => identity,
        Err(why) => {
            let create = format!(
                "create it in SES, in this region: aws sesv2 create-email-identity --email-identity {name}"
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

/// The domain of the envelope, which SPF is checked on.
fn mail_from(name: &str, identity: &Identity) -> Finding {
    match &identity.mail_from {
        None => {
            let fix = format!(
                "aws sesv2 put-email-identity-mail-from-attributes --email-identity {name} --mail-from-domain \
                 bounce.{name} --behavior-on-mx-failure USE_DEFAULT_VALUE, and publish its MX and SPF records"
            );
            Finding::warning(
                AREA,
                "MAIL FROM",
                "is SES's own domain, so SPF does not align with the sender",
                fix,
            )
        }
        Some((domain, status)) if status == "SUCCESS" => {
            Finding::good(AREA, "MAIL FROM", format!("is {domain}"))
        }
        Some((domain, status)) => {
            let message = format!("of {domain} is {}", status.to_lowercase());
            let fix = format!("publish the MX and SPF records that SES shows for {domain}");
            Finding::error(AREA, "MAIL FROM", message, fix)
        }
    }
}

/// What receivers are asked to do with mail that does not prove its sender (RFC 7489).
pub(in crate::doctor) fn dmarc(domain: &str, found: &Fact<String>) -> Finding {
    let publish = format!("publish _dmarc.{domain} TXT \"v=DMARC1; p=none; rua=mailto:you@{domain}\"");
    match found {
        Ok(record) => {
            let mut tags = record.split(';').filter_map(|tag| tag.trim().split_once('='));
            let policy = tags.find(|(name, _)| name.trim() == "p").map(|(_, policy)| policy.trim());
            match policy {
                Some(policy @ ("none" | "quarantine" | "reject")) => {
                    Finding::good(AREA, "DMARC", format!("of {domain} is {policy}"))
                }
                _ => Finding::error(AREA, "DMARC", format!("of {domain} has no valid policy"), publish),
            }
        }
        Err(Unread::Missing) => {
            let message = format!("of {domain} is missing: large mailbox providers may refuse mail without it");
            Finding::warning(AREA, "DMARC", message, publish)
        }
        Err(why) => unread(AREA, "DMARC", why, "nothing", &publish),
    }
}

/// What SES lets the account send; `rate` is what the stage means to send in a second.
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
            "request production access in the SES console; until then only verified addresses get mail";
        findings.push(Finding::error(AREA, "SES account", "is in the sandbox", fix));
    }
    if !account.sending || account.standing == "SHUTDOWN" {
        let fix = "respond to the AWS review in the SES console; email is retried for four days";
        findings.push(Finding::error(AREA, "SES account", "sending is disabled", fix));
    } else if account.standing != "HEALTHY" {
        let fix = "look at bounces and complaints under Reputation metrics in the SES console";
        let message = format!("is under review: {}", account.standing.to_lowercase());
        findings.push(Finding::warning(AREA, "SES account", message, fix));
    }
    if findings.is_empty() {
        let message = format!("sends up to {} mails a day, {} in the last one", account.a_day, account.last_day);
        findings.push(Finding::good(AREA, "SES account", message));
    }
    if account.last_day > account.a_day * 0.8 {
        let message = format!("{} of {} daily emails used", account.last_day, account.a_day);
        findings.push(Finding::warning(
            AREA,
            "SES quota",
            message,
            "request a higher sending quota in Service Quotas",
        ));
    }
    if rate > account.a_second {
        let message = format!("is {rate} per second, but SES allows {}", account.a_second);
        findings.push(Finding::warning(
            AREA,
            "MailSendRate",
            message,
            format!("set it to {} at most", account.a_second),
        ));
    }
    findings
}

/// A configuration set, and the events that have to come from it.
pub(in crate::doctor) fn set(name: &str, expected: &[String], found: &Fact<MailSet>) -> Finding {
    let set = match found {
        Ok(set) => set,
        Err(why) => {
            let permission = "ses:GetConfigurationSet and ses:GetConfigurationSetEventDestinations";
            return unread(AREA, name, why, permission, "deploy the stack, which makes it");
        }
    };
    let again = "redeploy the stack: it was changed manually";
    let missing: Vec<_> =
        expected.iter().filter(|kind| !set.events.contains(kind)).map(String::as_str).collect();
    if !set.sending {
        let fix = format!(
            "aws sesv2 put-configuration-set-sending-options --sending-enabled --configuration-set-name {name}"
        );
        Finding::error(AREA, name, "is paused: email is waiting", fix)
    } else if missing.is_empty() {
        Finding::good(AREA, name, format!("publishes {} to the bus", expected.join(", ").to_lowercase()))
    } else {
        Finding::error(
            AREA,
            name,
            format!("does not publish {} to the bus", missing.join(", ").to_lowercase()),
            again,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity::{self, Error, Good, Warning};

    fn verdicts(findings: &[Finding]) -> Vec<Severity> {
        for finding in findings.iter().filter(|finding| finding.severity != Good) {
            assert!(finding.fix.is_some(), "{finding:?}");
        }
        findings.iter().map(|finding| finding.severity).collect()
    }

    fn whole() -> MailAccount {
        MailAccount {
            out_of_sandbox: true,
            sending: true,
            standing: "HEALTHY".to_owned(),
            a_day: 50_000.0,
            a_second: 14.0,
            last_day: 10.0,
        }
    }

    #[test]
    fn an_identity_is_verified_and_signs() {
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
            assert_eq!(verdicts(&identity(name, &found)), expected, "{name} {found:?}");
        }
    }

    #[test]
    fn mail_from_domain_is_set_up() {
        for (status, severity) in [("SUCCESS", Good), ("PENDING", Error), ("FAILED", Error)] {
            let mail_from = Some(("bounce.example.com".to_owned(), status.to_owned()));
            let identity = Identity { verified: true, dkim: (true, "SUCCESS".to_owned()), mail_from };
            assert_eq!(mail_from_of(&identity), severity, "{status}");
        }
    }

    fn mail_from_of(identity: &Identity) -> Severity {
        mail_from("example.com", identity).severity
    }

    #[test]
    fn dmarc_record_names_a_policy() {
        for (found, severity) in [
            (Ok("v=DMARC1; p=none; rua=mailto:a@example.com"), Good),
            (Ok("v=DMARC1;p=reject"), Good),
            (Ok("v=DMARC1; rua=mailto:a@example.com"), Error),
            (Ok("v=DMARC1; p=maybe"), Error),
            (Err(Unread::Missing), Warning),
            (Err(Unread::Failed("no DNS answer".to_owned())), Warning),
        ] {
            assert_eq!(dmarc("example.com", &found.clone().map(str::to_owned)).severity, severity, "{found:?}");
        }
    }

    #[test]
    fn an_account_may_send() {
        for (found, rate, expected) in [
            (whole(), 14.0, vec![Good]),
            (MailAccount { out_of_sandbox: false, ..whole() }, 14.0, vec![Error]),
            (MailAccount { sending: false, ..whole() }, 14.0, vec![Error]),
            (MailAccount { standing: "PROBATION".to_owned(), ..whole() }, 14.0, vec![Warning]),
            (MailAccount { last_day: 45_000.0, ..whole() }, 14.0, vec![Good, Warning]),
            (whole(), 15.0, vec![Good, Warning]),
        ] {
            assert_eq!(verdicts(&account(&Ok(found.clone()), rate)), expected, "{found:?}");
        }
    }

    #[test]
    fn a_set_tells_the_bus_everything() {
        let expected = ["SEND", "BOUNCE"].map(str::to_owned);
        let set_of = |sending, events: &[&str]| {
            Ok(MailSet { sending, events: events.iter().map(|kind| (*kind).to_owned()).collect() })
        };
        for (found, severity) in [
            (set_of(true, &["SEND", "BOUNCE", "OPEN"]), Good),
            (set_of(true, &["SEND"]), Error),
            (set_of(false, &["SEND", "BOUNCE"]), Error),
            (Err(Unread::Missing), Error),
        ] {
            assert_eq!(set("onramp-mail", &expected, &found).severity, severity, "{found:?}");
        }
    }
}
