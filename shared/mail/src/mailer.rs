//! Sends rendered emails with the SES API v2.

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

/// Time limit of one request to SES. After a timeout it is unknown whether SES accepted the email.
const SES_TIMEOUT: Duration = Duration::from_secs(3);

/// Sends emails with Amazon SES (API v2), one request per recipient.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    from: Sender,
    sets: ConfigurationSets,
}

/// SES configuration sets of the emails.
///
/// SES publishes events (send, delivery, bounce) only for emails with a configuration set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationSets {
    /// Set for notices. SES does not send them to addresses on the account's suppression list.
    pub notices: Option<String>,
    /// Set for sign-in links and invitations. SES sends these to suppressed addresses as well.
    pub links: Option<String>,
}

impl Mailer {
    /// Creates a mailer from the caller's SDK configuration, with retries disabled.
    ///
    /// `SendEmail` has no idempotency token. The SDK's default of three attempts can send one email
    /// three times.
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

    /// Sends an email and returns the outcome.
    ///
    /// A failure is logged here, without the address and the content.
    pub async fn send(&self, to: &Address, email: &Rendered, tags: &Tags) -> Outcome {
        let request = match self.request(to, email, tags) {
            Ok(request) => request,
            Err(error) => {
                tracing::error!(kind = tags.kind, %error, "failed to build email");
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
        email: &Rendered,
        tags: &Tags,
    ) -> Result<aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder, BuildError> {
        // With "simple" content, SES itself writes the MIME message. So no text of the email can
        // become a header.
        let mut message = Message::builder()
            .subject(utf8(&email.subject)?)
            .body(Body::builder().text(utf8(&email.text)?).html(utf8(&email.html)?).build())
            // Asks auto-responders not to reply (RFC 3834, section 5).
            .headers(header("Auto-Submitted", "auto-generated")?);
        if let Some(url) = &email.unsubscribe_url {
            // Both headers together enable one-click unsubscribe in mail clients (RFC 8058, section
            // 3.1).
            message = message
                .headers(header("List-Unsubscribe", &format!("<{url}>"))?)
                .headers(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        let set = if tags.is_link_email() { &self.sets.links } else { &self.sets.notices };
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
