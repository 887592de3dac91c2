//! Configuration of the function, read from environment variables.

use host_auth::webhook::WebhookSecrets;
use host_endpoint::{ENDPOINT_URL, EndpointUrl};
use runtime::{ConfigErrors, Env, SecretSource};

/// The settings of the function.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) table: String,
    /// URL of the host's endpoint.
    pub(crate) url: EndpointUrl,
    pub(crate) secrets: SecretSource<WebhookSecrets>,
    /// URL of the queue with the events.
    pub(crate) queue: String,
    /// URL of its dead-letter queue.
    pub(crate) dead_letters: String,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let url = vars.read("HOST_WEBHOOK_URL", None, ENDPOINT_URL, |text| text.parse().ok());
        let secrets = vars.read("HOST_WEBHOOK_SECRETS", None, WebhookSecrets::EXPECTED, |text| {
            SecretSource::parse(text, WebhookSecrets::parse)
        });
        let queue = vars.text("WEBHOOK_QUEUE_URL", "the URL of the queue");
        let dead_letters = vars.text("WEBHOOK_DEAD_LETTER_QUEUE_URL", "the URL of the dead-letter queue");
        runtime::require!(vars, table, url, secrets, queue, dead_letters);
        Ok(Self { table, url, secrets, queue, dead_letters })
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
        assert_eq!(
            names,
            [
                "TABLE_NAME",
                "HOST_WEBHOOK_URL",
                "HOST_WEBHOOK_SECRETS",
                "WEBHOOK_QUEUE_URL",
                "WEBHOOK_DEAD_LETTER_QUEUE_URL",
            ]
        );
        assert!(!errors.to_string().contains("hidden"), "{errors}");
    }
}
