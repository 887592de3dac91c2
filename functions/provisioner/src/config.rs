//! Configuration of the function, read from environment variables.

use host_auth::webhook::WebhookSecrets;
use host_endpoint::{ENDPOINT_URL, EndpointUrl};
use runtime::{BaseUrl, ConfigErrors, Env, SecretSource};

/// The settings of the function.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) table: String,
    /// URL of the host's endpoint.
    pub(crate) url: EndpointUrl,
    pub(crate) secrets: SecretSource<WebhookSecrets>,
    /// Base URL of the server API, to which the host reports results.
    pub(crate) public_url: BaseUrl,
    /// The host app's dashboard.
    pub(crate) app_url: BaseUrl,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let url = vars.read("HOST_WEBHOOK_URL", None, ENDPOINT_URL, |text| text.parse().ok());
        let secrets = vars.read("HOST_WEBHOOK_SECRETS", None, WebhookSecrets::EXPECTED, |text| {
            SecretSource::parse(text, WebhookSecrets::parse)
        });
        let public_url = vars.public_url();
        let app_url = vars.base_url("APP_URL");
        runtime::require!(vars, table, url, secrets, public_url, app_url);
        Ok(Self { table, url, secrets, public_url, app_url })
    }
}
