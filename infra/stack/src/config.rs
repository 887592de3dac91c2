//! Configuration of a local stack, its local defaults, and the errors of a start.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
};

use runtime::ConfigErrors;

use crate::functions;
use aws_local::{
    engine::OpenError,
    invoke::Start,
    template::{self, Template, TemplateErrors},
};
use sample_host_app::WEBHOOKS_PATH;
use stripe_mock::{Account, Price, test_events::WEBHOOK_PATH};

/// Local values of variables that have no default on AWS.
const LOCAL_VARIABLES: &[(&str, &str)] = &[
    ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
    ("HOST_SIGNING_KEYS", HANDOFF_KEYS),
    ("HOST_KEYS", HOST_KEYS),
    ("API_KEYS", API_KEYS),
    ("HOST_WEBHOOK_SECRETS", HOST_WEBHOOK_SECRET),
    ("STRIPE_SECRET_KEY", SECRET_KEY),
    ("STRIPE_PUBLISHABLE_KEY", "pk_test_local_onramp"),
    ("STRIPE_SINGLE_USER_PRICE_ID", SINGLE_PRICE),
    ("STRIPE_TEAM_PRICE_ID", TEAM_PRICE),
    ("OPERATOR_EMAILS", "operator@example.com"),
];

/// Default secret with which the Stripe mock signs events.
pub const WEBHOOK_SECRET: &str = "whsec_local_onramp";

/// Default key with which Onramp signs handoff tokens. It is part of the source code and thus not
/// secret, but it is as long as a real key.
pub const HANDOFF_KEYS: &str = "local:bm90LWEtc2VjcmV0LW9ubHktZm9yLXRyeWluZy10aGluZ3Mtb3V0";

/// Default key with which the host app signs embed tokens and events.
pub const HOST_KEYS: &str = "local:dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5";

/// Default key of the server API.
pub const API_KEYS: &str = "local:local-api-key-0123456789abcdef0123456789";
/// Default secret with which Onramp signs webhooks to the host app.
pub const HOST_WEBHOOK_SECRET: &str = "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA=";

/// Default secret key of the Stripe mock.
const SECRET_KEY: &str = "sk_test_local_onramp";

/// Default price ID of the single-user plan.
const SINGLE_PRICE: &str = "price_local_single";

/// Default price ID of the team plan. Events that the crate builds refer to it.
pub(crate) const TEAM_PRICE: &str = "price_local_team";

/// Default hourly budget of the mail brake, high enough for load tests.
const LOCAL_SIGNUP_BUDGET: &str = "1000000";

/// Configuration of a local stack.
pub struct Config {
    /// The text of `template.yaml`.
    pub template: String,
    /// Values of template parameters and function variables, by name.
    pub settings: BTreeMap<String, String>,
    /// Data folder. `None` keeps all data in memory.
    pub data: Option<PathBuf>,
    /// URL of the gateway, without a trailing slash.
    pub public_url: String,
    /// URL of the Stripe mock, without a trailing slash.
    pub stripe_url: String,
    /// URL of the sample host app, without a trailing slash. `None` omits the app.
    pub host_app_url: Option<String>,
    /// Whether the stack reads the prices of the plans when it starts and after a reset, as
    /// `deploy.py` does after a deployment. So the first visitor of the plan page sees prices.
    pub reads_prices: bool,
    /// Start functions of the function crates, by folder name.
    pub functions: BTreeMap<&'static str, Start>,
}

impl Config {
    /// Returns the default configuration: this project's template and functions, with data in
    /// memory.
    pub fn memory() -> Self {
        Self {
            template: template::TEXT.to_owned(),
            settings: BTreeMap::new(),
            data: None,
            public_url: "http://localhost:8484".to_owned(),
            stripe_url: "http://localhost:8485".to_owned(),
            host_app_url: None,
            reads_prices: false,
            functions: functions::all(),
        }
    }

    /// Sets a template parameter or a function variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// Why a stack does not start.
#[derive(Debug)]
pub enum StartError {
    /// The template or a setting is invalid.
    Template(TemplateErrors),
    /// Functions of the template that no crate implements.
    Missing(Vec<String>),
    /// Functions that reject their variables.
    Rejected(Vec<(String, ConfigErrors)>),
    /// The database could not be opened.
    Engine(OpenError),
    /// The data folder is not usable, or another process uses it.
    Folder(PathBuf, std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(errors) => write!(f, "Invalid template.yaml or settings:\n{errors}"),
            Self::Missing(names) => write!(f, "No crate implements these functions: {}", names.join(", ")),
            Self::Rejected(functions) => {
                for (name, errors) in functions {
                    for error in &errors.0 {
                        writeln!(f, "{name}: {} must be {}", error.name, error.expected)?;
                    }
                }
                Ok(())
            }
            Self::Engine(error) => error.fmt(f),
            Self::Folder(folder, error) => {
                write!(f, "Cannot use data folder {}: {error}", folder.display())
            }
        }
    }
}

impl std::error::Error for StartError {}

/// Returns the settings of `config`. If they set the sender address but not `MailIdentity`, adds
/// the sender's domain as `MailIdentity`. The role of the mailer allows only emails from this
/// identity. The local SES treats every configured sender as verified. With a sample host app, adds
/// its endpoint as `HOST_WEBHOOK_URL`.
pub(crate) fn settings(config: &Config) -> BTreeMap<String, String> {
    let mut settings = config.settings.clone();
    let sender = settings.get("MAIL_FROM_EMAIL").or_else(|| settings.get("MailFromEmail"));
    let domain = sender.and_then(|sender| Some(sender.rsplit_once('@')?.1.to_owned()));
    if let Some(domain) = domain {
        settings.entry("MailIdentity".to_owned()).or_insert(domain);
    }
    if let Some(url) = &config.host_app_url
        && !settings.contains_key("HostWebhookUrl")
    {
        let endpoint = || format!("{url}{WEBHOOKS_PATH}");
        settings.entry("HOST_WEBHOOK_URL".to_owned()).or_insert_with(endpoint);
    }
    settings
}

/// Sets variables of the functions to values that work locally, except where `config.settings` sets
/// the variable. Returns the secrets for the local Secrets Manager, by the ARN that a variable
/// contains.
pub(crate) fn localize(template: &mut Template, config: &Config) -> BTreeMap<String, String> {
    let mut secrets = BTreeMap::new();
    for (name, value) in LOCAL_VARIABLES {
        match template.variable(name) {
            Some("") if !config.settings.contains_key(*name) => {
                template.set_variable(name, value);
            }
            Some(arn) if arn.starts_with("arn:aws:secretsmanager:") => {
                secrets.insert(arn.to_owned(), (*value).to_owned());
            }
            _ => {}
        }
    }
    // An empty PUBLIC_URL stays empty: such a function uses the domain of each request, as on AWS.
    if !["PUBLIC_URL", "PublicUrl"].iter().any(|name| config.settings.contains_key(*name)) {
        let variables = template.functions.values_mut().filter_map(|it| it.variables.get_mut("PUBLIC_URL"));
        variables.filter(|url| !url.is_empty()).for_each(|url| url.clone_from(&config.public_url));
    }
    if !["SIGNUP_HOURLY_BUDGET", "SignupHourlyBudget"].iter().any(|name| config.settings.contains_key(*name))
    {
        template.set_variable("SIGNUP_HOURLY_BUDGET", LOCAL_SIGNUP_BUDGET);
    }
    if !config.settings.contains_key("STRIPE_CHECKOUT_ORIGINS") {
        template.set_variable("STRIPE_CHECKOUT_ORIGINS", &config.stripe_url);
    }
    if let Some(url) = &config.host_app_url {
        for name in ["APP_URL", "EMBED_ORIGINS"] {
            if !config.settings.contains_key(name) {
                template.set_variable(name, url);
            }
        }
    }
    secrets
}

/// Returns the account of the Stripe mock, with the key and the prices that the functions use.
pub(crate) fn account(template: &Template, secrets: &BTreeMap<String, String>, config: &Config) -> Account {
    let setting = |name: &str, default: &str| {
        let value = template.variable(name).filter(|value| !value.is_empty()).unwrap_or(default);
        secrets.get(value).map_or(value, String::as_str).to_owned()
    };
    // The current price of a plan is the first of its list.
    let current =
        |name, default| setting(name, default).split(',').next().unwrap_or(default).trim().to_owned();
    Account {
        origin: config.stripe_url.clone(),
        webhook: format!("{}{WEBHOOK_PATH}", config.public_url),
        key: setting("STRIPE_SECRET_KEY", SECRET_KEY),
        single: Price::single(&current("STRIPE_SINGLE_USER_PRICE_ID", SINGLE_PRICE)),
        team: Price::team(&current("STRIPE_TEAM_PRICE_ID", TEAM_PRICE)),
    }
}

/// Returns the identities that the local SES treats as verified: each sender's address and domain.
pub(crate) fn identities(template: &Template) -> Vec<String> {
    let senders: BTreeSet<&String> = template
        .functions
        .values()
        .filter_map(|function| function.variables.get("MAIL_FROM_EMAIL"))
        .collect();
    senders
        .into_iter()
        .flat_map(|sender| [sender.clone(), sender.rsplit('@').next().unwrap_or_default().to_owned()])
        .collect()
}
