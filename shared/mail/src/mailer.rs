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
use domain::{mail::Outcome, people::Address};

use crate::{content::Rendered, outcome, sender::Sender, tags::Tags};

/// Time limit of one request to SES. If the request takes longer, it is unknown whether SES
/// accepted the email.
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
/// SES publishes events, such as send, delivery, and bounce, only for emails that are sent with a
/// configuration set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationSets {
    /// Set for notices. SES does not send notices to addresses on the account's suppression list.
    pub notices: Option<String>,
    /// Set for sign-in links and invitations. SES sends these emails also to addresses on the
    /// suppression list.
    pub links: Option<String>,
}

impl Mailer {
    /// Creates a mailer from an SDK configuration, and disables the retries of the SDK.
    ///
    /// A `SendEmail` request has no idempotency token. So with retries, the SDK could send the same
    /// email up to three times.
    #[must_use]
    pub fn new(config: &SdkConfig, from: Sender, sets: ConfigurationSets) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(SES_TIMEOUT).build();
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
        // With "simple" content, SES writes the MIME message itself. So a text in the email cannot
        // add a header to the message.
        let mut message = Message::builder()
            .subject(utf8(&email.subject)?)
            .body(Body::builder().text(utf8(&email.text)?).html(utf8(&email.html)?).build())
            // Requests that programs send no automatic reply (RFC 3834, section 5).
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
