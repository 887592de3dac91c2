//! Checks a stage's parameters against the template's limits and against each other. It makes no
//! network request.

use std::collections::{BTreeMap, BTreeSet};

use stripe::Mode;

use super::{
    finding::{Area, Finding},
    parameter::Parameter,
    stage::Stage,
};

/// Name of the stage in which customers pay.
const PRODUCTION: &str = "production";
/// Value of the parameter `Stage` for a stage that no customer uses.
const DEVELOPMENT: &str = "development";
/// Parameters whose default describes the sample product. A real stage needs its own values.
const SAMPLE_PARAMETERS: [&str; 5] =
    ["ProductName", "MailIdentity", "MailFromEmail", "MailFromName", "HostEventSource"];

/// Parameter values of a stage, including the template's defaults.
#[derive(Debug, Clone)]
pub(super) struct Values(BTreeMap<String, String>);

impl Values {
    /// Returns the template's default values, overridden by the stage's values. Drops values of the
    /// stage whose name is not a parameter.
    pub(super) fn of(stage: &Stage, parameters: &BTreeMap<String, Parameter>) -> Self {
        let defaults = parameters.iter().filter_map(|(name, parameter)| Some((name, parameter.default()?)));
        let mut values: BTreeMap<_, _> = defaults.map(|(name, value)| (name.clone(), value)).collect();
        let overrides = stage.values.iter().filter(|(name, _)| parameters.contains_key(*name));
        values.extend(overrides.map(|(name, value)| (name.clone(), value.clone())));
        Self(values)
    }

    /// Returns the value of a parameter unless it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the Stripe mode of the stage, which the prefix of the publishable key determines.
    pub(super) fn mode(&self) -> Option<Mode> {
        Mode::of_publishable(self.get("StripePublishableKey")?)
    }
}

/// Checks a stage's configuration. `variables` are the environment variables that the functions
/// read.
pub(super) fn check(
    stage: &Stage,
    parameters: &BTreeMap<String, Parameter>,
    variables: &[String],
) -> Vec<Finding> {
    let values = Values::of(stage, parameters);
    let mut findings = limits(&values, parameters);
    findings.extend(unknown(stage, parameters, variables));
    if findings.is_empty() {
        let message = "are within the template's limits";
        findings.push(Finding::good(
            Area::Configuration,
            format!("{} parameters", parameters.len()),
            message,
        ));
    }
    findings.extend(stage_kind(stage, &values));
    findings.extend(sample_values(&values, parameters));
    // `trial` and `sender` run only if their parameters have no finding yet. Otherwise, the report
    // could contain two findings for one problem, or call an invalid parameter good.
    let unreported = |names: &[&str]| !findings.iter().any(|it| names.contains(&it.subject.as_str()));
    let (check_trial, check_sender) = (
        unreported(&["StripeTrialDays", "TrialReminderDays"]),
        unreported(&["MailFromEmail", "MailIdentity"]),
    );
    findings.extend(check_trial.then(|| trial(&values)).flatten());
    findings.extend(check_sender.then(|| sender(&values)).flatten());
    findings.extend([prices(&values), region(&values), domain(&values)].into_iter().flatten());
    findings.extend(mode(stage, &values));
    findings.extend(left_out(&values));
    findings
}

fn error(subject: &str, message: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding::error(Area::Configuration, subject, message, fix)
}

fn warning(subject: &str, message: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding::warning(Area::Configuration, subject, message, fix)
}

fn limits(values: &Values, parameters: &BTreeMap<String, Parameter>) -> Vec<Finding> {
    let check_one = |(name, parameter): (&String, &Parameter)| {
        let set_it = format!(
            "set it in samconfig.toml or, for one deployment, with infra/ops/deploy.py {name}=VALUE; expected: {}",
            parameter.description
        );
        let Some(value) = values.0.get(name) else { return Some(error(name, "has no value", set_it)) };
        if ["sk_", "rk_", "whsec_"].iter().any(|prefix| value.starts_with(prefix)) {
            let fix = "store it in Secrets Manager and set the secret's ARN. CloudFormation exposes parameters to \
                       anyone who can view the stack, so rotate this secret in Stripe";
            return Some(error(name, "contains a plaintext secret", fix));
        }
        if value.contains("replace") && !value.contains(' ') {
            return Some(error(name, "still has the example value from samconfig.toml", set_it));
        }
        let fix = || format!("expected: {}", parameter.description);
        parameter.violation(value).map(|violation| error(name, violation, fix()))
    };
    parameters.iter().filter_map(check_one).collect()
}

/// Reports names that are neither a template parameter nor a variable of a function.
fn unknown(stage: &Stage, parameters: &BTreeMap<String, Parameter>, variables: &[String]) -> Vec<Finding> {
    let names =
        stage.values.keys().filter(|name| !parameters.contains_key(*name) && !variables.contains(name));
    names
        .map(|name| {
            let fix = "check the spelling; see Parameters in template.yaml";
            error(name, "is not a template parameter or function variable", fix)
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
            format!("contains {late}, but the trial is only {days} days"),
            format!("use values below {days}, or increase StripeTrialDays"),
        ),
        None => Finding::good(
            Area::Configuration,
            "Trial",
            format!("lasts {days} days, with reminders {reminders} days before the end"),
        ),
    })
}

fn sender(values: &Values) -> Option<Finding> {
    let (from, identity) = (values.get("MailFromEmail")?, values.get("MailIdentity")?);
    let domain = from.rsplit('@').next().unwrap_or_default();
    let within = domain == identity || domain.ends_with(&format!(".{identity}"));
    if from != identity && !within {
        let fix = "set MailIdentity to the domain or address that you verified in SES";
        return Some(error("MailFromEmail", "does not belong to MailIdentity", fix));
    }
    Some(Finding::good(Area::Configuration, "Sender", format!("is {from}, of the SES identity {identity}")))
}

/// Checks that the parameter `Stage` agrees with the name of the stage. The template allows sample
/// values only if this parameter is `development`.
fn stage_kind(stage: &Stage, values: &Values) -> Option<Finding> {
    let is_real = matches!(stage.name.as_str(), "staging" | PRODUCTION);
    (is_real && values.get("Stage") == Some(DEVELOPMENT)).then(|| {
        let fix = format!("set Stage={} in samconfig.toml", stage.name);
        error("Stage", format!("is {DEVELOPMENT}, although the stage is {}", stage.name), fix)
    })
}

/// Reports each parameter that still has the value of the sample product. Outside development, the
/// template rejects such a parameter.
fn sample_values(values: &Values, parameters: &BTreeMap<String, Parameter>) -> Vec<Finding> {
    let report = if values.get("Stage") == Some(DEVELOPMENT) { warning } else { error };
    let is_sample = |name: &&str| {
        let default = parameters.get(*name).and_then(Parameter::default);
        default.is_some() && values.get(name) == default.as_deref()
    };
    let samples = SAMPLE_PARAMETERS.iter().filter(|name| is_sample(name));
    samples
        .map(|name| {
            report(name, "still has the value of the sample product", "set the value of your own product")
        })
        .collect()
}

fn prices(values: &Values) -> Option<Finding> {
    let (single, team) = (values.get("StripeSingleUserPriceId")?, values.get("StripeTeamPriceId")?);
    let ids = |list: &str| list.split(',').map(|id| id.trim().to_owned()).collect::<BTreeSet<_>>();
    (!ids(single).is_disjoint(&ids(team))).then(|| {
        let fix = "create one price per plan in Stripe; Onramp identifies the plan by its price";
        error("StripeTeamPriceId", "has a price that StripeSingleUserPriceId has too", fix)
    })
}

fn domain(values: &Values) -> Option<Finding> {
    let name = values.get("DomainName")?;
    Some(match values.get("CertificateArn") {
        None => error(
            "CertificateArn",
            format!("is missing for {name}"),
            "request one in the stage's region and set its ARN",
        ),
        Some(_) => Finding::good(Area::Configuration, "Domain", format!("is {name}")),
    })
}

/// Checks that the ARNs of the secrets and of the certificate have the same account and region.
/// Functions read secrets in their own region, and an API Gateway domain needs a certificate of its
/// region.
fn region(values: &Values) -> Option<Finding> {
    let names = [
        "StripeSecretKeyArn",
        "StripeWebhookSecretArn",
        "HostSigningKeysArn",
        "HostKeysArn",
        "ApiKeysArn",
        "CertificateArn",
    ];
    let region_and_account = |name: &str| {
        let mut parts = values.get(name)?.split(':').skip(3);
        Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
    };
    let found: Vec<_> = names.iter().filter_map(|name| Some((*name, region_and_account(name)?))).collect();
    let (first_name, first) = found.first()?;
    let (name, _) = found.iter().find(|(_, other)| other != first)?;
    let fix = "use secrets and a certificate in the stage's own account and region";
    Some(error(name, format!("is in a different account or region than {first_name}"), fix))
}

fn mode(stage: &Stage, values: &Values) -> Option<Finding> {
    let mode = values.mode()?;
    let production = stage.name == PRODUCTION;
    Some(match (mode, production) {
        (Mode::Test, true) => {
            let fix = "set live-mode keys, prices, and webhook secret before anyone pays";
            warning("StripePublishableKey", "puts production in Stripe's test mode", fix)
        }
        (Mode::Live, false) => {
            let fix = "set test-mode keys, unless this stage should take real payments";
            warning("StripePublishableKey", format!("puts {} in Stripe's live mode", stage.name), fix)
        }
        (Mode::Test, false) => {
            Finding::good(Area::Configuration, "Stripe", "is in test mode: no real payments")
        }
        (Mode::Live, true) => Finding::good(Area::Configuration, "Stripe", "is in live mode"),
    })
}

/// Warns about empty parameters that are optional but that a real stage almost always needs.
fn left_out(values: &Values) -> Vec<Finding> {
    let mut findings = Vec::new();
    if values.get("StripeWebhookSecretArn").is_none() {
        let fix = "deploy once, add WebhookUrl as an endpoint in Stripe, store its whsec_… in Secrets Manager, and \
                   set the ARN";
        findings.push(warning("StripeWebhookSecretArn", "is empty: every webhook returns 503", fix));
    }
    if values.get("OperatorEmails").is_none() {
        let fix = "set the email addresses that may open /operator";
        findings.push(warning("OperatorEmails", "is empty: no one can see items that need attention", fix));
    }
    if values.get("AlarmEmail").is_none() {
        let fix = "set an email address and confirm it with the link from AWS, or subscribe to the topic of pages \
                   yourself";
        findings.push(warning("AlarmEmail", "is empty: pages (urgent alarms) go to no email address", fix));
    }
    if values.get("TicketEmail").is_none() {
        let fix = "set an email address and confirm it with the link from AWS, or subscribe to the topic of tickets \
                   yourself";
        findings.push(warning("TicketEmail", "is empty: tickets (other alarms) go to no email address", fix));
    }
    if values.get("RunbookUrl").is_none_or(|url| !url.starts_with("https://")) {
        let fix = "set the URL at which your operators read docs/runbook.md";
        findings.push(warning("RunbookUrl", "is not an https URL: links in alarms will not work", fix));
    }
    if values.get("HostSigningKeysArn").is_some() && values.get("AppUrl").is_none() {
        let fix = "set AppUrl to the URL where your product accepts handoff tokens";
        findings.push(warning("AppUrl", "is empty: users are not handed off to your product", fix));
    }
    if values.get("EmbedOrigins").is_some() && values.get("HostKeysArn").is_none() {
        let fix = "set the ARN of the keys that the host app uses to sign embed tokens";
        findings.push(warning("HostKeysArn", "is empty: embedding is disabled", fix));
    }
    findings
}

#[cfg(test)]
mod tests;
