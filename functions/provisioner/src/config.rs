//! Configuration of the function, read from environment variables.

use host_auth::webhook::WebhookSecrets;
use host_endpoint::{ENDPOINT_URL, EndpointUrl};
use runtime::{BASE_URL, BaseUrl, ConfigErrors, Env, SecretSource};

/// The settings of the function.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) table: String,
    /// URL of the host's endpoint.
    pub(crate) url: EndpointUrl,
    pub(crate) secrets: SecretSource<WebhookSecrets>,
    /// Base URL of the server API, to which the host reports results.
    pub(crate) public_url: BaseUrl,
    /// URL of the host app's dashboard.
    pub(crate) app_url: String,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let url = vars.read("HOST_WEBHOOK_URL", None, ENDPOINT_URL, |text| text.parse().ok());
        let secrets = vars.read("HOST_WEBHOOK_SECRETS", None, WebhookSecrets::EXPECTED, |text| {
            SecretSource::parse(text, WebhookSecrets::parse)
        });
        let public_url = vars.read("PUBLIC_URL", None, BASE_URL, |text| text.parse::<BaseUrl>().ok());
        let app_url = vars.base_url("APP_URL");
        runtime::require!(vars, table, url, secrets, public_url, app_url);
        let app_url = app_url.map_or_else(|| format!("{public_url}/dashboard"), |url| url.to_string());
        Ok(Self { table, url, secrets, public_url, app_url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_every_variable_and_no_value() {
        let env =
            Env::new([("HOST_WEBHOOK_URL", "http://hidden.example"), ("HOST_WEBHOOK_SECRETS", "hidden")]);
        let errors = Config::read(&env).unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(names, ["TABLE_NAME", "HOST_WEBHOOK_URL", "HOST_WEBHOOK_SECRETS", "PUBLIC_URL"]);
        assert!(!errors.to_string().contains("hidden"), "{errors}");
    }
}
