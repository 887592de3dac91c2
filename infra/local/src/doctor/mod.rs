//! `onramp doctor`: looks at a stage and says, for each thing that it finds, how to fix it.
//!
//! A configuration is checked offline: its parameters against the template's limits and each other, and by starting
//! every function with it. A deployed stage is looked at too, in its AWS account and at Stripe. What was read is a
//! fact, and what that means a pure function of it: see `judge`. Only `read` asks anybody.

mod configuration;
mod facts;
mod fake_aws;
mod finding;
mod judge;
mod parameter;
mod read;
mod stage;

use std::collections::BTreeSet;

use boot::{Aws, Clock, OutboundHttp};
use futures_util::future::join_all;

pub use fake_aws::FakeAws;
pub use finding::{Area, Finding, Report, Severity};
pub use stage::Stage;

use crate::template::{STACK, Template};
use crate::{Config, Stack, StartError};
use configuration::Values;
use facts::{Fact, Unread};
use judge::Place;
use parameter::Parameter;
use read::{Account, Stripe};

/// A stage, and where it runs. It has no `Debug`: a key may be in it.
pub struct Subject {
    /// The text of `template.yaml`.
    pub template: String,
    /// What it is given.
    pub stage: Stage,
    /// Its own address, where it is known.
    pub url: Option<String>,
    /// Its table, where CloudFormation did not name it.
    pub table: Option<String>,
    /// A key of Stripe's that may read endpoints and prices, where the stage's own may not.
    pub stripe_key: Option<String>,
}

/// How a deployed stage is reached.
#[derive(Debug)]
pub struct Reach {
    /// Its account.
    pub aws: Aws,
    /// Everything else.
    pub outside: OutboundHttp,
    /// This machine's clock.
    pub clock: Clock,
}

/// Checks a stage's configuration. Asks nobody.
pub async fn examine_configuration(subject: &Subject) -> Vec<Finding> {
    let parameters = match Parameter::all(&subject.template) {
        Ok(parameters) => parameters,
        Err(error) => {
            return vec![Finding::error(Area::Configuration, "template.yaml", error, "repair the template")];
        }
    };
    let variables: BTreeSet<String> = match Template::parse(&subject.template, &[].into()) {
        Ok(template) => template.functions.values().flat_map(|one| one.variables.keys().cloned()).collect(),
        Err(error) => {
            let message = error.to_string();
            return vec![Finding::error(Area::Configuration, "template.yaml", message, "repair the template")];
        }
    };
    let variables: Vec<_> = variables.into_iter().collect();
    let mut findings = configuration::check(&subject.stage, &parameters, &variables);
    // A function that refuses what was named already would say the same again.
    if findings.iter().all(|finding| finding.severity != Severity::Error) {
        findings.extend(starts(subject).await);
    }
    findings
}

/// Whether every function starts with the stage's values: each judges its own variables.
async fn starts(subject: &Subject) -> Vec<Finding> {
    let config = Config {
        template: subject.template.clone(),
        settings: subject.stage.values.clone(),
        ..Config::memory()
    };
    let fault = |subject: &str, message: String| {
        let fix = "give a value of that form; docs/configuration.md says what each variable is for";
        Finding::error(Area::Configuration, subject, message, fix)
    };
    match Stack::start(config).await {
        Ok(stack) => {
            let message = format!("all {} start with these values", stack.system().fleet.names().len());
            vec![Finding::good(Area::Configuration, "Functions", message)]
        }
        Err(StartError::Refused(functions)) => {
            let faults = functions.iter().flat_map(|(_, faults)| &faults.0);
            let told: BTreeSet<_> = faults.map(|it| (it.name, it.expected.clone())).collect();
            told.into_iter()
                .map(|(name, expected)| fault(name, format!("must be {expected}")))
                .collect()
        }
        Err(error) => vec![fault("Functions", error.to_string())],
    }
}

/// Looks at a deployed stage.
pub async fn examine_deployment(subject: &Subject, reach: &Reach) -> Vec<Finding> {
    let Ok(parameters) = Parameter::all(&subject.template) else { return Vec::new() };
    // A configuration with faults was named; what it says of the table and the schedules holds without its values.
    let Ok(template) = Template::parse(&subject.template, &[].into()) else { return Vec::new() };
    let values = Values::of(&subject.stage, &parameters);
    let account = Account::new(&reach.aws);
    let mut findings = mail(subject, &template, &values, &account).await;
    let sender = values.get("MailFromEmail").and_then(|sender| sender.rsplit('@').next()).unwrap_or_default();
    findings.push(judge::dmarc(sender, &read::dmarc(&reach.outside.connector(), sender).await));
    findings.extend(money(subject, &values, &account, reach).await);
    findings.extend(store(subject, &template, &account).await);
    let origin = subject.url.clone().unwrap_or_else(|| "https://api.stripe.com/".to_owned());
    let skew = read::skew(&reach.outside.connector(), &origin, || reach.clock.now()).await;
    findings.push(judge::clock(&skew, if subject.url.is_some() { "the stage" } else { "Stripe" }));
    findings
}

async fn mail(subject: &Subject, template: &Template, values: &Values, account: &Account) -> Vec<Finding> {
    let identity = values.get("MailIdentity").unwrap_or_default();
    let rate = values.get("MailSendRate").and_then(|rate| rate.parse().ok()).unwrap_or_default();
    let mut findings = judge::identity(identity, &account.identity(identity).await);
    findings.extend(judge::account(&account.mail_account().await, rate));
    for (name, events) in sets(template) {
        let name = format!("{}{name}", subject.stage.stack);
        findings.push(judge::set(&name, &events, &account.mail_set(&name).await));
    }
    findings
}

/// The template's configuration sets, without their stack's name, and the events that each puts on the bus.
fn sets(template: &Template) -> Vec<(String, Vec<String>)> {
    let text =
        |value: Option<&serde_json::Value>| value.and_then(|it| it.as_str()).unwrap_or_default().to_owned();
    let destinations =
        template.resources.values().filter(|it| it.kind == "AWS::SES::ConfigurationSetEventDestination");
    let set = destinations.map(|destination| {
        let name = text(destination.properties.get("ConfigurationSetName"));
        let events = destination.properties.pointer("/EventDestination/MatchingEventTypes");
        let events = events.and_then(serde_json::Value::as_array).into_iter().flatten();
        let name = name.strip_prefix(STACK).map(str::to_owned).unwrap_or(name);
        (name, events.map(|kind| text(Some(kind)).to_uppercase()).collect())
    });
    set.collect()
}

async fn money(subject: &Subject, values: &Values, account: &Account, reach: &Reach) -> Vec<Finding> {
    let mode = values.mode();
    // A variable may hold the secret itself; on AWS it holds the ARN that its parameter names.
    let secret = async |parameter: &str, variable: &str| -> Option<Fact<String>> {
        let given = subject.stage.values.get(variable).filter(|value| !value.is_empty());
        match (given, values.get(parameter)) {
            (Some(given), _) if !given.starts_with("arn:") => Some(Ok(given.clone())),
            (given, stored) => {
                let arn = given.map(String::as_str).or(stored)?;
                Some(account.secret(arn).await)
            }
        }
    };
    let key = secret("StripeSecretKeyArn", "STRIPE_SECRET_KEY").await;
    let webhook = secret("StripeWebhookSecretArn", "STRIPE_WEBHOOK_SECRET").await;
    let passes = secret("HostSigningKeysArn", "HOST_SIGNING_KEYS").await;
    let host = secret("HostKeysArn", "HOST_KEYS").await;
    let mut findings: Vec<Finding> = [
        key.as_ref().map(|found| judge::secret_key(found, mode)),
        webhook.as_ref().map(judge::webhook_secret),
        passes.as_ref().map(|found| judge::host_keys(judge::Speaker::Onramp, found)),
        host.as_ref().map(|found| judge::host_keys(judge::Speaker::Host, found)),
        passes.as_ref().zip(host.as_ref()).and_then(|(passes, host)| judge::common_key(passes, host)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let own = subject.stripe_key.clone().map(Ok).or(key);
    let Some(Ok(own)) = own else {
        let fix = "set STRIPE_API_KEY, or fix the stage's own key";
        findings.push(Finding::warning(
            Area::Stripe,
            "Stripe",
            "could not be checked without a secret key",
            fix,
        ));
        return findings;
    };
    let http = reach.outside.connector();
    let stripe = Stripe { http: &http, key: own.trim() };
    let bus = values.get("StripeEventBusName").is_some_and(|bus| bus != "default");
    let place = Place { url: subject.url.as_deref(), bus };
    findings.extend(judge::webhook(&place, &stripe.endpoints().await, &stripe.destinations().await));
    let plans = ["StripeSingleUserPriceId", "StripeTeamPriceId"];
    let priced = plans.iter().map(async |plan| {
        let found = match values.get(plan) {
            Some(id) => stripe.price(id).await,
            None => Err(Unread::Missing),
        };
        judge::price(plan, &found, mode)
    });
    findings.extend(join_all(priced).await);
    findings
}

async fn store(subject: &Subject, template: &Template, account: &Account) -> Vec<Finding> {
    let stack = &subject.stage.stack;
    let table = account.table(subject.table.as_deref(), stack).await;
    let mut findings: Vec<Finding> =
        template.tables.iter().flat_map(|expected| judge::table(expected, &table)).collect();
    let rules = account.rules(stack).await;
    let schedules = template.schedules.iter();
    findings.extend(schedules.map(|it| judge::schedule(stack, &it.logical_id(), &it.expression, &rules)));
    findings
}

/// Sends one mail as the stage would.
pub async fn send_test_mail(subject: &Subject, reach: &Reach, to: &str) -> Finding {
    let values = Parameter::all(&subject.template).map(|parameters| Values::of(&subject.stage, &parameters));
    let values = match values {
        Ok(values) => values,
        Err(error) => return Finding::error(Area::Mail, "Test mail", error, "repair the template"),
    };
    let value = |name: &str| values.get(name).unwrap_or_default();
    let name = value("MailFromName").replace(['"', '\\'], "");
    let from = format!("\"{name}\" <{}>", value("MailFromEmail"));
    let set = format!("{}-mail", subject.stage.stack);
    match Account::new(&reach.aws).send_test_mail(&from, to, &set).await {
        Ok(id) => Finding::good(
            Area::Mail,
            "Test mail",
            format!("accepted by SES for {to} as {id}; check that it arrives"),
        ),
        Err(message) => {
            let fix = "fix the findings above; in the SES sandbox, the recipient must be verified too";
            Finding::error(Area::Mail, "Test mail", format!("was rejected: {message}"), fix)
        }
    }
}
