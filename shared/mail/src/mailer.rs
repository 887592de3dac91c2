use std::time::Duration;

use aws_sdk_sesv2::{
    Client,
    config::Builder,
    error::BuildError,
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::SdkConfig;
use domain::{address::Address, delivery::Outcome};

use crate::{content::Rendered, outcome, sender::Sender, tags::Tags};

/// How long SES may take to answer. Past it nobody knows whether the mail went out.
const SES_TIMEOUT: Duration = Duration::from_secs(3);

/// Hands mails to Amazon SES (API v2), one request for one recipient.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    from: Sender,
    sets: ConfigurationSets,
}

/// Which of SES's configuration sets mails go through. Without one SES tells nothing of what became of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationSets {
    /// For what we have to say to somebody: kept from addresses on the account's suppression list.
    pub notices: Option<String>,
    /// For mails whose link is the only way in: sent to those addresses as well.
    pub links: Option<String>,
}

impl Mailer {
    /// A mailer over the caller's SDK configuration.
    ///
    /// Its retries are switched off: `SendEmail` has no idempotency token, and the SDK's default of three attempts
    /// can send one mail three times.
    #[must_use]
    pub fn new(config: &SdkConfig, from: Sender, sets: ConfigurationSets) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(SES_TIMEOUT)
            .build();
        let config =
            Builder::from(config).retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), from, sets }
    }

    /// Sends a mail, and says how that ended. What did not go well is logged here, without address or content.
    pub async fn send(&self, to: &Address, mail: &Rendered, tags: &Tags) -> Outcome {
        let request = match self.request(to, mail, tags) {
            Ok(request) => request,
            Err(error) => {
                tracing::error!(kind = tags.kind, %error, "a mail could not be put together");
                return Outcome::Refused;
            }
        };
        match request.send().await {
            Ok(_) => Outcome::Accepted,
            Err(error) => {
                let outcome = outcome::of(&error);
                outcome::log(&error, outcome, &tags.kind);
                outcome
            }
        }
    }

    fn request(
        &self,
        to: &Address,
        mail: &Rendered,
        tags: &Tags,
    ) -> Result<aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder, BuildError> {
        // Simple content: SES writes the MIME message itself, so no text of ours can become a header.
        let mut message = Message::builder()
            .subject(utf8(&mail.subject)?)
            .body(Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build())
            // Nobody's holiday is to be announced to a machine (RFC 3834, 5).
            .headers(header("Auto-Submitted", "auto-generated")?);
        if let Some(url) = &mail.unsubscribe_url {
            // With the second, mail programs offer a button of their own and post to the address (RFC 8058, 3.1).
            message = message
                .headers(header("List-Unsubscribe", &format!("<{url}>"))?)
                .headers(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        let set = if tags.is_way_in() { &self.sets.links } else { &self.sets.notices };
        let mut request = self
            .client
            .send_email()
            .from_email_address(self.from.as_str())
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().simple(message.build()).build())
            .set_configuration_set_name(set.clone());
        for (name, value) in tags.pairs() {
            request = request.email_tags(MessageTag::builder().name(name).value(value).build()?);
        }
        Ok(request)
    }
}

fn header(name: &str, value: &str) -> Result<MessageHeader, BuildError> {
    MessageHeader::builder().name(name).value(value).build()
}

fn utf8(text: &str) -> Result<Content, BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}
