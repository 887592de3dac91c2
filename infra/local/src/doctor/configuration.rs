//! A stage's parameters against the template's limits, and against each other. Nothing is asked of anybody.

use std::collections::BTreeMap;

use stripe::Mode;

use super::finding::{Area, Finding};
use super::parameter::Parameter;
use super::stage::Stage;

/// The stage that people pay in.
const PRODUCTION: &str = "production";
/// The identity that the template names until a stage does.
const NOT_YOURS: &str = "timetracker.com";

/// The parameters of a stage, the template's defaults included.
#[derive(Debug, Clone)]
pub(super) struct Values(BTreeMap<String, String>);

impl Values {
    pub(super) fn of(stage: &Stage, parameters: &BTreeMap<String, Parameter>) -> Self {
        let defaults = parameters.iter().filter_map(|(name, parameter)| Some((name, parameter.default()?)));
        let mut values: BTreeMap<_, _> = defaults.map(|(name, value)| (name.clone(), value)).collect();
        let given = stage.values.iter().filter(|(name, _)| parameters.contains_key(*name));
        values.extend(given.map(|(name, value)| (name.clone(), value.clone())));
        Self(values)
    }

    /// The value, if there is one and it is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The mode that the publishable key puts the stage in.
    pub(super) fn mode(&self) -> Option<Mode> {
        Mode::of_publishable(self.get("StripePublishableKey")?)
    }
}

/// What there is to say of a stage's configuration; `variables` are the names that functions read.
pub(super) fn check(
    stage: &Stage,
    parameters: &BTreeMap<String, Parameter>,
    variables: &[String],
) -> Vec<Finding> {
    let values = Values::of(stage, parameters);
    let mut findings = limits(&values, parameters);
    findings.extend(unknown(stage, parameters, variables));
    if findings.is_empty() {
        let said = "keep the limits of the template";
        findings.push(Finding::good(Area::Configuration, format!("{} parameters", parameters.len()), said));
    }
    findings.extend(
        [trial(&values), sender(&values), prices(&values), region(&values), domain(&values)]
            .into_iter()
            .flatten(),
    );
    findings.extend(mode(stage, &values));
    findings.extend(left_out(&values));
    findings
}

fn error(subject: &str, said: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding::fault(Area::Configuration, subject, said, mend)
}

fn warning(subject: &str, said: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding::doubt(Area::Configuration, subject, said, mend)
}

fn limits(values: &Values, parameters: &BTreeMap<String, Parameter>) -> Vec<Finding> {
    let judged = |(name, parameter): (&String, &Parameter)| {
        let give = format!(
            "give it in samconfig.toml or, for one deployment, with infra/deploy.py {name}=…. {}",
            parameter.description
        );
        let Some(value) = values.0.get(name) else { return Some(error(name, "has no value", give)) };
        if ["sk_", "rk_", "whsec_"].iter().any(|prefix| value.starts_with(prefix)) {
            let mend = "store it in Secrets Manager and give the secret's ARN; CloudFormation shows parameters to whoever may \
                        look at the stack, so replace this one at Stripe";
            return Some(error(name, "holds a secret itself", mend));
        }
        if value.contains("replace") && !value.contains(' ') {
            return Some(error(name, "still holds the example of samconfig.toml", give));
        }
        parameter.breach(value).map(|breach| error(name, breach, parameter.description.clone()))
    };
    parameters.iter().filter_map(judged).collect()
}

/// Names that nobody reads.
fn unknown(stage: &Stage, parameters: &BTreeMap<String, Parameter>, variables: &[String]) -> Vec<Finding> {
    let names =
        stage.values.keys().filter(|name| !parameters.contains_key(*name) && !variables.contains(name));
    names
        .map(|name| {
            let mend = "correct its spelling: the template's Parameters lists them all";
            error(name, "is neither a parameter nor a variable of any function", mend)
        })
        .collect()
}

fn trial(values: &Values) -> Option<Finding> {
    let days: u16 = values.get("StripeTrialDays")?.parse().ok().filter(|days| *days > 0)?;
    let reminders = values.get("TrialReminderDays")?;
    let late = reminders.split(',').filter_map(|day| day.trim().parse::<u16>().ok()).find(|day| *day >= days);
    Some(match late {
        Some(late) => error(
            "TrialReminderDays",
            format!("reminds {late} days before the end of a trial of {days}"),
            format!("give days below {days}, or a longer StripeTrialDays"),
        ),
        None => Finding::good(
            Area::Configuration,
            "Trial",
            format!("{days} days, with reminders {reminders} before the end"),
        ),
    })
}

fn sender(values: &Values) -> Option<Finding> {
    let (from, identity) = (values.get("MailFromEmail")?, values.get("MailIdentity")?);
    let domain = from.rsplit('@').next().unwrap_or_default();
    let within = domain == identity || domain.ends_with(&format!(".{identity}"));
    if from != identity && !within {
        let mend = "give MailIdentity the domain, or the address itself, that you verified in SES";
        return Some(error("MailFromEmail", "does not belong to MailIdentity", mend));
    }
    Some(if identity == NOT_YOURS {
        let mend = "give MailIdentity and MailFromEmail of a domain that is yours";
        warning("MailIdentity", format!("is the template's example, {NOT_YOURS}"), mend)
    } else {
        Finding::good(Area::Configuration, "Sender", format!("{from}, of the identity {identity}"))
    })
}

fn prices(values: &Values) -> Option<Finding> {
    let (single, team) = (values.get("StripeSingleUserPriceId")?, values.get("StripeTeamPriceId")?);
    (single == team).then(|| {
        let mend = "make a price for each plan in Stripe: what somebody chose follows from the price alone";
        error("StripeTeamPriceId", "is the same price as StripeSingleUserPriceId", mend)
    })
}

fn domain(values: &Values) -> Option<Finding> {
    let name = values.get("DomainName")?;
    Some(match values.get("CertificateArn") {
        None => error(
            "CertificateArn",
            format!("is missing for {name}"),
            "request one in the stage's region, and give its ARN",
        ),
        Some(_) => Finding::good(Area::Configuration, "Domain", name),
    })
}

/// Functions read secrets in their own region, and an API takes a certificate of its own.
fn region(values: &Values) -> Option<Finding> {
    let names = [
        "StripeSecretKeyArn",
        "StripeWebhookSecretArn",
        "HostSigningKeysArn",
        "HostKeysArn",
        "CertificateArn",
    ];
    let place = |name: &str| {
        let mut parts = values.get(name)?.split(':').skip(3);
        Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
    };
    let places: Vec<_> = names.iter().filter_map(|name| Some((*name, place(name)?))).collect();
    let (_, first) = places.first()?;
    let (name, _) = places.iter().find(|(_, place)| place != first)?;
    let mend = "keep the stage's secrets and its certificate in its own account and region";
    Some(error(name, "is of another account or region than StripeSecretKeyArn", mend))
}

fn mode(stage: &Stage, values: &Values) -> Option<Finding> {
    let mode = values.mode()?;
    let production = stage.name == PRODUCTION;
    Some(match (mode, production) {
        (Mode::Test, true) => {
            let mend = "give the live mode's keys, prices and webhook secret before anybody pays";
            warning("StripePublishableKey", "puts production in Stripe's test mode", mend)
        }
        (Mode::Live, false) => {
            let mend = "give the test mode's keys, unless this stage is meant to take money";
            warning("StripePublishableKey", format!("puts {} in Stripe's live mode", stage.name), mend)
        }
        (Mode::Test, false) => Finding::good(Area::Configuration, "Stripe", "in test mode: no money moves"),
        (Mode::Live, true) => Finding::good(Area::Configuration, "Stripe", "in live mode"),
    })
}

/// What works without, and seldom should.
fn left_out(values: &Values) -> Vec<Finding> {
    let mut findings = Vec::new();
    if values.get("StripeWebhookSecretArn").is_none() {
        let mend = "deploy once, add WebhookUrl as an endpoint in Stripe, store its whsec_… in Secrets Manager, and give the ARN";
        findings.push(warning("StripeWebhookSecretArn", "is empty: every webhook gets 503", mend));
    }
    if values.get("OperatorEmails").is_none() {
        let mend = "give the addresses of those who may open /operator";
        findings.push(warning("OperatorEmails", "is empty: nobody sees what waits for a person", mend));
    }
    if values.get("AlarmEmail").is_none() {
        let mend = "give an address and follow the link that AWS mails to it, or subscribe to the topic of pages yourself";
        findings.push(warning("AlarmEmail", "is empty: no page reaches an operator by itself", mend));
    }
    if values.get("TicketEmail").is_none() {
        let mend = "give an address and follow the link that AWS mails to it, or subscribe to the topic of tickets yourself";
        findings.push(warning("TicketEmail", "is empty: no ticket reaches an operator by itself", mend));
    }
    if values.get("RunbookUrl").is_none_or(|url| !url.starts_with("https://")) {
        let mend = "give the address at which your operators read docs/runbook.md";
        findings.push(warning("RunbookUrl", "is no address: whoever gets an alarm cannot follow it", mend));
    }
    if values.get("HostSigningKeysArn").is_some() && values.get("AppUrl").is_none() {
        let mend = "give AppUrl, where your product takes passes";
        findings.push(warning("AppUrl", "is empty, so that no pass leads into your product", mend));
    }
    if values.get("EmbedOrigins").is_some() && values.get("HostKeysArn").is_none() {
        let mend = "give the ARN of the keys that the host app signs embed tokens with";
        findings.push(warning("HostKeysArn", "is empty, so that nothing is embedded anywhere", mend));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;
    use crate::template;

    /// A stage as it should be, with what differs.
    fn stage(differs: &[(&str, &str)]) -> Stage {
        let arn = |name| format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-AbCdEf");
        let mut values = BTreeMap::from(
            [
                ("StripePublishableKey", "pk_live_1".to_owned()),
                ("StripeSecretKeyArn", arn("key")),
                ("StripeWebhookSecretArn", arn("webhook")),
                ("StripeSingleUserPriceId", "price_1".to_owned()),
                ("StripeTeamPriceId", "price_2".to_owned()),
                ("MailIdentity", "example.com".to_owned()),
                ("MailFromEmail", "hello@example.com".to_owned()),
                ("OperatorEmails", "ops@example.com".to_owned()),
                ("AlarmEmail", "ops@example.com".to_owned()),
                ("TicketEmail", "ops@example.com".to_owned()),
                ("RunbookUrl", "https://git.example.com/onramp/docs/runbook.md".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        values.extend(differs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        values.retain(|_, value| value != "absent");
        Stage { name: PRODUCTION.to_owned(), stack: "onramp".to_owned(), values }
    }

    fn found(stage: &Stage) -> Vec<(Severity, String)> {
        let parameters = Parameter::all(template::TEXT).unwrap();
        let findings = check(stage, &parameters, &["TABLE_NAME".to_owned()]);
        let bad = findings.iter().filter(|finding| finding.verdict != Severity::Good);
        for finding in bad.clone() {
            assert!(finding.mend.as_ref().is_some_and(|mend| !mend.is_empty()), "{finding:?}");
            assert!(!finding.said.contains("hunter2"), "{finding:?}");
        }
        bad.map(|finding| (finding.verdict, finding.subject.clone())).collect()
    }

    #[test]
    fn a_whole_configuration_has_nothing_to_mend() {
        assert_eq!(found(&stage(&[])), []);
        assert_eq!(found(&stage(&[("TABLE_NAME", "mine")])), [], "a variable is no unknown name");
    }

    #[test]
    fn each_broken_thing_is_named() {
        use Severity::{Error, Warning};
        for (differs, verdict, subject) in [
            (vec![("StripePublishableKey", "absent")], Error, "StripePublishableKey"),
            (vec![("StripePublishableKey", "pk_live_replace")], Error, "StripePublishableKey"),
            (vec![("StripePublishableKey", "pk_prod_hunter2")], Error, "StripePublishableKey"),
            (vec![("StripePublishableKey", "pk_test_1")], Warning, "StripePublishableKey"),
            (vec![("StripeSecretKeyArn", "sk_live_hunter2")], Error, "StripeSecretKeyArn"),
            (vec![("StripeTrialDays", "0")], Error, "StripeTrialDays"),
            (vec![("StripeTrialDays", "7"), ("TrialReminderDays", "3,7")], Error, "TrialReminderDays"),
            (vec![("StripeTrialDays", "2")], Error, "TrialReminderDays"),
            (vec![("MailFromEmail", "hello@example.org")], Error, "MailFromEmail"),
            (vec![("MailFromEmail", "hello@notexample.com")], Error, "MailFromEmail"),
            (
                vec![("MailIdentity", "timetracker.com"), ("MailFromEmail", "a@timetracker.com")],
                Warning,
                "MailIdentity",
            ),
            (vec![("StripeTeamPriceId", "price_1")], Error, "StripeTeamPriceId"),
            (
                vec![(
                    "StripeWebhookSecretArn",
                    "arn:aws:secretsmanager:us-east-1:123456789012:secret:w-AbCdEf",
                )],
                Error,
                "StripeWebhookSecretArn",
            ),
            (vec![("StripeWebhookSecretArn", "absent")], Warning, "StripeWebhookSecretArn"),
            (vec![("OperatorEmails", "absent")], Warning, "OperatorEmails"),
            (vec![("AlarmEmail", "absent")], Warning, "AlarmEmail"),
            (vec![("TicketEmail", "absent")], Warning, "TicketEmail"),
            (vec![("RunbookUrl", "absent")], Warning, "RunbookUrl"),
            (
                vec![("HostSigningKeysArn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:h-AbCdEf")],
                Warning,
                "AppUrl",
            ),
            (vec![("EmbedOrigins", "https://app.example.com")], Warning, "HostKeysArn"),
            (vec![("StripeTrialDay", "7")], Error, "StripeTrialDay"),
        ] {
            assert_eq!(found(&stage(&differs)), [(verdict, subject.to_owned())], "{differs:?}");
        }
    }

    #[test]
    fn an_address_may_be_the_identity_or_lie_in_a_subdomain() {
        for (identity, from) in
            [("hello@example.com", "hello@example.com"), ("example.com", "a@mail.example.com")]
        {
            assert_eq!(found(&stage(&[("MailIdentity", identity), ("MailFromEmail", from)])), []);
        }
    }

    #[test]
    fn live_keys_do_not_belong_in_staging() {
        let staging = Stage { name: "staging".to_owned(), ..stage(&[]) };
        assert_eq!(found(&staging), [(Severity::Warning, "StripePublishableKey".to_owned())]);
    }
}
