//! `onramp doctor`: checks a stage and reports each problem with its fix.
//!
//! The doctor first checks the stage's configuration offline. It compares the parameters with the
//! template's limits and with each other, and starts every function locally with these values. For
//! a deployed stage, it also reads the AWS account and the Stripe account. `read` is the only
//! module that makes requests, and it returns facts. `judge` turns the facts into findings with
//! pure functions. The findings never contain a secret.
//!
//! Tests replace AWS and Stripe by a local stack and inject at most one fault at a time.

mod configuration;
mod facts;
mod finding;
mod judge;
mod parameter;
mod read;
mod stage;

use std::collections::BTreeSet;

use configuration::Values;
use facts::{Fact, Unread};
pub use finding::{Area, Finding, Report, Severity};
use futures_util::future::join_all;
use judge::WebhookTarget;
use parameter::Parameter;
use read::{Account, Stripe};
use runtime::{Aws, Clock, OutboundHttp};
pub use stage::Stage;

use aws_local::template::{STACK, Template};
use stack::{Config, Stack, StartError};

/// The stage to check and where it is deployed. It has no `Debug` because it can contain a key.
pub struct Subject {
    /// The text of `template.yaml`.
    pub template: String,
    /// The stage's name, stack, and parameter values.
    pub stage: Stage,
    /// Base URL of the deployed stage, if known.
    pub url: Option<String>,
    /// Table name, if CloudFormation did not generate it.
    pub table: Option<String>,
    /// Stripe key that can read endpoints and prices, used instead of the stage's own key.
    pub stripe_key: Option<String>,
}

/// Clients for the services of a deployed stage.
#[derive(Debug)]
pub struct Clients {
    /// Credentials and region of the stage's AWS account.
    pub aws: Aws,
    /// HTTP client for Stripe, DNS, and the stage itself.
    pub outside: OutboundHttp,
    /// Clock of the local machine.
    pub clock: Clock,
}

/// Checks a stage's configuration without any request.
pub async fn examine_configuration(subject: &Subject) -> Vec<Finding> {
    let parameters = match Parameter::all(&subject.template) {
        Ok(parameters) => parameters,
        Err(error) => {
            return vec![Finding::error(Area::Configuration, "template.yaml", error, "fix the template")];
        }
    };
    let variables: BTreeSet<String> = match Template::parse(&subject.template, &[].into()) {
        Ok(template) => template.functions.values().flat_map(|one| one.variables.keys().cloned()).collect(),
        Err(error) => {
            let message = error.to_string();
            return vec![Finding::error(Area::Configuration, "template.yaml", message, "fix the template")];
        }
    };
    let variables: Vec<_> = variables.into_iter().collect();
    let mut findings = configuration::check(&subject.stage, &parameters, &variables);
    // After an error in the parameters, the functions would only report the same error again.
    if findings.iter().all(|finding| finding.severity != Severity::Error) {
        findings.extend(check_start(subject).await);
    } else {
        let (message, fix) = ("were not started with these values", "fix the errors above first");
        findings.push(Finding::warning(Area::Configuration, "Functions", message, fix));
    }
    findings
}

/// Starts every function with the stage's values. Each function validates its own variables.
async fn check_start(subject: &Subject) -> Vec<Finding> {
    let config = Config {
        template: subject.template.clone(),
        settings: subject.stage.values.clone(),
        ..Config::memory()
    };
    let error = |subject: &str, message: String| {
        let fix = "set a value in that format; docs/configuration.md describes each variable";
        Finding::error(Area::Configuration, subject, message, fix)
    };
    match Stack::start(config).await {
        Ok(stack) => {
            let message = format!("start with these values (all {})", stack.system().fleet.names().len());
            vec![Finding::good(Area::Configuration, "Functions", message)]
        }
        Err(StartError::Rejected(functions)) => {
            // Several functions can reject the same variable.
            let errors = functions.iter().flat_map(|(_, errors)| &errors.0);
            let distinct: BTreeSet<_> = errors.map(|it| (it.name, it.expected.clone())).collect();
            distinct.into_iter().map(|(name, expected)| error(name, format!("must be {expected}"))).collect()
        }
        Err(failure) => vec![error("Functions", failure.to_string())],
    }
}

/// Checks a deployed stage: SES, DNS, secrets, Stripe, the table, the schedules, and the clock.
pub async fn examine_deployment(subject: &Subject, clients: &Clients) -> Vec<Finding> {
    let Ok(parameters) = Parameter::all(&subject.template) else { return Vec::new() };
    // Parse the template without the stage's values. The table, the schedules, and the
    // configuration sets do not depend on these values, so the doctor can check them even if a
    // value is invalid.
    let Ok(template) = Template::parse(&subject.template, &[].into()) else { return Vec::new() };
    let values = Values::of(&subject.stage, &parameters);
    let account = Account::new(&clients.aws);
    let mut findings = mail(subject, &template, &values, &account).await;
    let sender = values.get("MailFromEmail").and_then(|sender| sender.rsplit('@').next()).unwrap_or_default();
    findings.push(judge::dmarc(sender, &read::dmarc(&clients.outside.connector(), sender).await));
    findings.extend(money(subject, &values, &account, clients).await);
    findings.extend(store(subject, &template, &account).await);
    let origin = subject.url.clone().unwrap_or_else(|| "https://api.stripe.com/".to_owned());
    let skew = read::skew(&clients.outside.connector(), &origin, || clients.clock.now()).await;
    findings.push(judge::clock(&skew, if subject.url.is_some() { "the stage" } else { "Stripe" }));
    findings
}

async fn mail(subject: &Subject, template: &Template, values: &Values, account: &Account) -> Vec<Finding> {
    let identity = values.get("MailIdentity").unwrap_or_default();
    let rate = values.get("MailSendRate").and_then(|rate| rate.parse().ok()).unwrap_or_default();
    let mut findings = judge::identity(identity, &account.identity(identity).await);
    findings.extend(judge::account(&account.mail_account().await, rate));
    for (name, events) in configuration_sets(template) {
        let name = format!("{}{name}", subject.stage.stack);
        findings.push(judge::configuration_set(&name, &events, &account.configuration_set(&name).await));
    }
    findings
}

/// Returns the SES configuration sets of the template. Each element contains the name of the set
/// without the stack name, and the event types that the set publishes to the bus.
fn configuration_sets(template: &Template) -> Vec<(String, Vec<String>)> {
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

async fn money(subject: &Subject, values: &Values, account: &Account, clients: &Clients) -> Vec<Finding> {
    let mode = values.mode();
    // The stage can set the variable to the secret itself. Otherwise, the variable or the parameter
    // contains the secret's ARN.
    let secret = async |parameter: &str, variable: &str| -> Option<Fact<String>> {
        let override_value = subject.stage.values.get(variable).filter(|value| !value.is_empty());
        match (override_value, values.get(parameter)) {
            (Some(plain), _) if !plain.starts_with("arn:") => Some(Ok(plain.clone())),
            (arn, stored) => {
                let arn = arn.map(String::as_str).or(stored)?;
                Some(account.secret(arn).await)
            }
        }
    };
    let key = secret("StripeSecretKeyArn", "STRIPE_SECRET_KEY").await;
    let webhook = secret("StripeWebhookSecretArn", "STRIPE_WEBHOOK_SECRET").await;
    let handoff = secret("HostSigningKeysArn", "HOST_SIGNING_KEYS").await;
    let host = secret("HostKeysArn", "HOST_KEYS").await;
    let api = secret("ApiKeysArn", "API_KEYS").await;
    let mut findings: Vec<Finding> = [
        key.as_ref().map(|found| judge::secret_key(found, mode)),
        webhook.as_ref().map(judge::webhook_secret),
        handoff.as_ref().map(|found| judge::host_keys(judge::Signer::Onramp, found)),
        host.as_ref().map(|found| judge::host_keys(judge::Signer::Host, found)),
        api.as_ref().map(judge::api_keys),
        handoff.as_ref().zip(host.as_ref()).and_then(|(handoff, host)| judge::shared_key(handoff, host)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let key = subject.stripe_key.clone().map(Ok).or(key);
    let Some(Ok(key)) = key else {
        let fix = "set STRIPE_API_KEY, or fix the stage's own key";
        findings.push(Finding::warning(
            Area::Stripe,
            "Stripe",
            "could not be checked without a secret key",
            fix,
        ));
        return findings;
    };
    let http = clients.outside.connector();
    let stripe = Stripe { http: &http, key: key.trim() };
    let bus = values.get("StripeEventBusName").is_some_and(|bus| bus != "default");
    let target = WebhookTarget { url: subject.url.as_deref(), bus };
    findings.extend(judge::webhook(&target, &stripe.endpoints().await, &stripe.destinations().await));
    let plans = ["StripeSingleUserPriceId", "StripeTeamPriceId"];
    let prices = plans.iter().map(async |plan| {
        let found = match values.get(plan) {
            // Only the first price is sold.
            Some(ids) => stripe.price(ids.split(',').next().unwrap_or(ids).trim()).await,
            None => Err(Unread::Missing),
        };
        judge::price(plan, &found, mode)
    });
    findings.extend(join_all(prices).await);
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

/// Sends one email with the stage's sender and configuration set, and reports the outcome.
pub async fn send_test_mail(subject: &Subject, clients: &Clients, to: &str) -> Finding {
    let values = Parameter::all(&subject.template).map(|parameters| Values::of(&subject.stage, &parameters));
    let values = match values {
        Ok(values) => values,
        Err(error) => return Finding::error(Area::Mail, "Test email", error, "fix the template"),
    };
    let value = |name: &str| values.get(name).unwrap_or_default();
    let name = value("MailFromName").replace(['"', '\\'], "");
    let from = format!("\"{name}\" <{}>", value("MailFromEmail"));
    let set = format!("{}-mail", subject.stage.stack);
    match Account::new(&clients.aws).send_test_mail(&from, to, &set).await {
        Ok(id) => Finding::good(
            Area::Mail,
            "Test email",
            format!("was accepted by SES for {to} as {id}; check that it arrives"),
        ),
        Err(message) => {
            let fix = "fix the other findings; in the SES sandbox, also verify the recipient";
            Finding::error(Area::Mail, "Test email", format!("was rejected: {message}"), fix)
        }
    }
}
