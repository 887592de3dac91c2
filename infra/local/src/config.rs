//! What a stack is started with, and why it may refuse.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use boot::ConfigErrors;

use crate::engine::OpenError;
use crate::invoke::Start;
use crate::stripe::WEBHOOK_PATH;
use crate::stripe_mock::{Account, Price};
use crate::template::{Template, TemplateFaults};
use crate::{functions, template};

/// What variables hold here that a deployment has to bring.
const LOCAL_VARIABLES: &[(&str, &str)] = &[
    ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
    ("HOST_SIGNING_KEYS", PASS_KEYS),
    ("HOST_KEYS", HOST_KEYS),
    ("STRIPE_SECRET_KEY", SECRET_KEY),
    ("STRIPE_PUBLISHABLE_KEY", "pk_test_local_onramp"),
    ("STRIPE_SINGLE_USER_PRICE_ID", SINGLE_PRICE),
    ("STRIPE_TEAM_PRICE_ID", TEAM_PRICE),
    ("OPERATOR_EMAILS", "operator@example.com"),
];

/// The signing secret of Stripe's events, unless another is set.
pub const WEBHOOK_SECRET: &str = "whsec_local_onramp";

/// The key of passes into the host app, unless others are set: no secret, but as long as one.
pub const PASS_KEYS: &str = "local:bm90LWEtc2VjcmV0LW9ubHktZm9yLXRyeWluZy10aGluZ3Mtb3V0";

/// The key by which the host app speaks to Onramp, unless others are set.
pub const HOST_KEYS: &str = "local:dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5";

/// The secret key of Stripe's stand-in, unless another is set.
const SECRET_KEY: &str = "sk_test_local_onramp";

/// The price for one person, unless another is set.
const SINGLE_PRICE: &str = "price_local_single";

/// The price that Stripe's events speak of.
pub(crate) const TEAM_PRICE: &str = "price_local_team";

/// First mails per hour, unless another number is set: load tests are no flood.
const LOCAL_BUDGET: &str = "1000000";

/// What a stack is started with.
pub struct Config {
    /// The text of `template.yaml`.
    pub template: String,
    /// Values of template parameters and variables.
    pub settings: BTreeMap<String, String>,
    /// Where everything is kept; `None` keeps it in memory.
    pub data: Option<PathBuf>,
    /// Where the gateway is reached from outside, without a slash at the end.
    pub public_url: String,
    /// Where Stripe's stand-in is reached from outside, without a slash at the end.
    pub stripe_url: String,
    /// Where the local host app is reached from outside, without a slash at the end; `None` leaves it out.
    pub host_app_url: Option<String>,
    /// The function crates.
    pub functions: BTreeMap<&'static str, Start>,
}

impl Config {
    /// The system of the template, in memory, with this project's functions.
    pub fn memory() -> Self {
        Self {
            template: template::TEXT.to_owned(),
            settings: BTreeMap::new(),
            data: None,
            public_url: "http://localhost:8484".to_owned(),
            stripe_url: "http://localhost:8485".to_owned(),
            host_app_url: None,
            functions: functions::all(),
        }
    }

    /// The same with a template parameter or a variable set.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// Why a stack does not start.
#[derive(Debug)]
pub enum StartError {
    /// The template or a setting is wrong.
    Template(TemplateFaults),
    /// Functions of the template that no crate answers for.
    Missing(Vec<String>),
    /// Functions that refuse their variables.
    Refused(Vec<(String, ConfigErrors)>),
    /// The database does not open.
    Engine(OpenError),
    /// The data folder cannot be used.
    Folder(PathBuf, std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(faults) => write!(f, "template.yaml or its settings:\n{faults}"),
            Self::Missing(names) => write!(f, "no crate answers for: {}", names.join(", ")),
            Self::Refused(functions) => {
                for (name, faults) in functions {
                    for fault in &faults.0 {
                        writeln!(f, "{name}: {} is expected to be {}", fault.name, fault.expected)?;
                    }
                }
                Ok(())
            }
            Self::Engine(error) => error.fmt(f),
            Self::Folder(folder, error) => {
                write!(f, "the folder {} cannot be used: {error}", folder.display())
            }
        }
    }
}

impl std::error::Error for StartError {}

/// The settings, with an identity for another sender: locally SES has verified whoever sends. On AWS the identity is
/// chosen with its own parameter, and what does not fit is refused.
pub(crate) fn settings(config: &Config) -> BTreeMap<String, String> {
    let mut settings = config.settings.clone();
    let sender = settings.get("MAIL_FROM_EMAIL").or_else(|| settings.get("MailFromEmail"));
    let domain = sender.and_then(|sender| Some(sender.rsplit_once('@')?.1.to_owned()));
    if let Some(domain) = domain {
        settings.entry("MailIdentity".to_owned()).or_insert(domain);
    }
    settings
}

/// Gives the template's functions what they hold locally; the secrets that Secrets Manager would.
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
    // Functions with a route take the domain of each request, as on AWS.
    if !["PUBLIC_URL", "PublicUrl"].iter().any(|name| config.settings.contains_key(*name)) {
        let variables = template.functions.values_mut().filter_map(|it| it.variables.get_mut("PUBLIC_URL"));
        variables.filter(|url| !url.is_empty()).for_each(|url| url.clone_from(&config.public_url));
    }
    if !["SIGNUP_HOURLY_BUDGET", "SignupHourlyBudget"].iter().any(|name| config.settings.contains_key(*name))
    {
        template.set_variable("SIGNUP_HOURLY_BUDGET", LOCAL_BUDGET);
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

/// The account at Stripe's stand-in: what the functions are told about theirs.
pub(crate) fn account(template: &Template, secrets: &BTreeMap<String, String>, config: &Config) -> Account {
    let setting = |name: &str, default: &str| {
        let value = template.variable(name).filter(|value| !value.is_empty()).unwrap_or(default);
        secrets.get(value).map_or(value, String::as_str).to_owned()
    };
    Account {
        origin: config.stripe_url.clone(),
        webhook: format!("{}{WEBHOOK_PATH}", config.public_url),
        key: setting("STRIPE_SECRET_KEY", SECRET_KEY),
        single: Price::single(&setting("STRIPE_SINGLE_USER_PRICE_ID", SINGLE_PRICE)),
        team: Price::team(&setting("STRIPE_TEAM_PRICE_ID", TEAM_PRICE)),
    }
}

/// What SES has verified: the sender's address and its domain.
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
