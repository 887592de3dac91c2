//! Reads the facts of a stage from its AWS account.

use aws_sdk_dynamodb::types::{
    IndexStatus, KeySchemaElement, PointInTimeRecoveryStatus, TableStatus, TimeToLiveStatus,
};
use aws_sdk_eventbridge::types::RuleState as State;
use aws_sdk_sesv2::{
    error::{ProvideErrorMetadata, SdkError},
    types::{Body, Content, Destination, EmailContent, Message},
};
use runtime::Aws;

use crate::doctor::facts::{ConfigurationSet, Fact, Identity, MailAccount, RuleState, TableState, Unread};

/// SDK clients for one AWS account and region.
pub(in crate::doctor) struct Account {
    tables: aws_sdk_dynamodb::Client,
    mail: aws_sdk_sesv2::Client,
    rules: aws_sdk_eventbridge::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

/// Converts an SDK error into the reason that a finding shows.
fn unread<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Unread {
    match error {
        SdkError::ServiceError(service_error) => match service_error.err().code() {
            Some("NotFoundException" | "ResourceNotFoundException" | "TableNotFoundException") => {
                Unread::Missing
            }
            Some("AccessDeniedException" | "AccessDenied") => Unread::Denied,
            code => Unread::Failed(code.unwrap_or("request rejected").to_owned()),
        },
        _ => Unread::Failed("no response".to_owned()),
    }
}

impl Account {
    pub(in crate::doctor) fn new(aws: &Aws) -> Self {
        Self {
            tables: aws_sdk_dynamodb::Client::new(&aws.service("dynamodb")),
            mail: aws_sdk_sesv2::Client::new(&aws.service("sesv2")),
            rules: aws_sdk_eventbridge::Client::new(&aws.service("eventbridge")),
            secrets: aws_sdk_secretsmanager::Client::new(&aws.service("secrets_manager")),
        }
    }

    pub(in crate::doctor) async fn secret(&self, arn: &str) -> Fact<String> {
        let found =
            self.secrets.get_secret_value().secret_id(arn).send().await.map_err(|error| unread(&error))?;
        let text = found.secret_string().map(str::to_owned);
        text.ok_or(Unread::Failed("the secret has no string value".to_owned()))
    }

    pub(in crate::doctor) async fn identity(&self, name: &str) -> Fact<Identity> {
        let found = self
            .mail
            .get_email_identity()
            .email_identity(name)
            .send()
            .await
            .map_err(|error| unread(&error))?;
        let dkim = found.dkim_attributes();
        let status = dkim.and_then(|dkim| dkim.status()).map_or("NOT_STARTED", |status| status.as_str());
        let mail_from = found.mail_from_attributes().map(|mail_from| {
            let status = mail_from.mail_from_domain_status().as_str().to_owned();
            (mail_from.mail_from_domain().to_owned(), status)
        });
        Ok(Identity {
            mail_from: mail_from.filter(|(domain, _)| !domain.is_empty()),
            verified: found.verified_for_sending_status(),
            dkim: (dkim.is_some_and(|dkim| dkim.signing_enabled()), status.to_owned()),
        })
    }

    pub(in crate::doctor) async fn mail_account(&self) -> Fact<MailAccount> {
        let found = self.mail.get_account().send().await.map_err(|error| unread(&error))?;
        let quota = found.send_quota();
        Ok(MailAccount {
            out_of_sandbox: found.production_access_enabled(),
            sending: found.sending_enabled(),
            enforcement: found.enforcement_status().unwrap_or("HEALTHY").to_owned(),
            per_day: quota.map_or(0.0, |quota| quota.max24_hour_send()),
            per_second: quota.map_or(0.0, |quota| quota.max_send_rate()),
            sent_last_day: quota.map_or(0.0, |quota| quota.sent_last24_hours()),
        })
    }

    /// Reads a configuration set with the event types that it publishes to the default bus.
    pub(in crate::doctor) async fn configuration_set(&self, name: &str) -> Fact<ConfigurationSet> {
        let set = self.mail.get_configuration_set().configuration_set_name(name).send();
        let destinations =
            self.mail.get_configuration_set_event_destinations().configuration_set_name(name).send();
        let set = set.await.map_err(|error| unread(&error))?;
        let destinations = destinations.await.map_err(|error| unread(&error))?;
        let on_bus = destinations.event_destinations().iter().filter(|destination| {
            let bus = destination.event_bridge_destination();
            destination.enabled() && bus.is_some_and(|bus| bus.event_bus_arn().ends_with("event-bus/default"))
        });
        let events = on_bus.flat_map(|destination| destination.matching_event_types());
        Ok(ConfigurationSet {
            sending: set.sending_options().is_none_or(|options| options.sending_enabled()),
            events: events.map(|kind| kind.as_str().to_owned()).collect(),
        })
    }

    /// Reads the table `name`. Without a name, reads the table that CloudFormation created for the
    /// stack.
    pub(in crate::doctor) async fn table(&self, name: Option<&str>, stack: &str) -> Fact<TableState> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.table_of(stack).await?,
        };
        let found =
            self.tables.describe_table().table_name(&name).send().await.map_err(|error| unread(&error))?;
        let table = found.table().ok_or(Unread::Missing)?;
        let index = |index: &aws_sdk_dynamodb::types::GlobalSecondaryIndexDescription| {
            let active = index.index_status() == Some(&IndexStatus::Active);
            (index.index_name().unwrap_or_default().to_owned(), keys(index.key_schema()), active)
        };
        let stream = table.stream_specification().filter(|stream| stream.stream_enabled());
        Ok(TableState {
            active: table.table_status() == Some(&TableStatus::Active),
            keys: keys(table.key_schema()),
            indexes: table.global_secondary_indexes().iter().map(index).collect(),
            stream: stream.and_then(|stream| stream.stream_view_type()).map(|view| view.as_str().to_owned()),
            protected: table.deletion_protection_enabled().unwrap_or_default(),
            expires: self.expiry(&name).await,
            restorable: self.recovery(&name).await,
            name,
        })
    }

    async fn table_of(&self, stack: &str) -> Fact<String> {
        let prefix = format!("{stack}-Table");
        let mut pages = self.tables.list_tables().into_paginator().items().send();
        while let Some(name) = pages.next().await {
            let name = name.map_err(|error| unread(&error))?;
            if name.strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
                return Ok(name);
            }
        }
        Err(Unread::Missing)
    }

    async fn expiry(&self, table: &str) -> Fact<Option<String>> {
        let found = self.tables.describe_time_to_live().table_name(table).send();
        let found = found.await.map_err(|error| unread(&error))?;
        let on = found.time_to_live_description().filter(|expiry| {
            matches!(
                expiry.time_to_live_status(),
                Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
            )
        });
        Ok(on.and_then(|expiry| expiry.attribute_name()).map(str::to_owned))
    }

    async fn recovery(&self, table: &str) -> Fact<bool> {
        let found = self.tables.describe_continuous_backups().table_name(table).send();
        let found = found.await.map_err(|error| unread(&error))?;
        let recovery =
            found.continuous_backups_description().and_then(|it| it.point_in_time_recovery_description());
        let status = recovery.and_then(|recovery| recovery.point_in_time_recovery_status());
        Ok(status == Some(&PointInTimeRecoveryStatus::Enabled))
    }

    /// Reads all rules of the stack on the default bus.
    pub(in crate::doctor) async fn rules(&self, stack: &str) -> Fact<Vec<RuleState>> {
        let (mut rules, mut next) = (Vec::new(), None);
        loop {
            let page = self.rules.list_rules().name_prefix(format!("{stack}-")).set_next_token(next);
            let page = page.send().await.map_err(|error| unread(&error))?;
            rules.extend(page.rules().iter().map(|rule| RuleState {
                name: rule.name().unwrap_or_default().to_owned(),
                enabled: rule.state() == Some(&State::Enabled),
                schedule: rule.schedule_expression().map(str::to_owned),
            }));
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(rules);
            }
        }
    }

    /// Sends one email and returns its message ID, or the error message of SES.
    pub(in crate::doctor) async fn send_test_mail(
        &self,
        from: &str,
        to: &str,
        set: &str,
    ) -> Result<String, String> {
        let content = |text: &str| Content::builder().data(text).charset("UTF-8").build();
        let body = "Onramp's doctor command sent this email, using the stage's sender and configuration set.";
        let message = content("Test email from Onramp").and_then(|subject| {
            let body = Body::builder().text(content(body)?).build();
            Ok(Message::builder().subject(subject).body(body).build())
        });
        let message = message.map_err(|error| error.to_string())?;
        let send = self.mail.send_email().from_email_address(from).configuration_set_name(set);
        let send = send.destination(Destination::builder().to_addresses(to).build());
        match send.content(EmailContent::builder().simple(message).build()).send().await {
            Ok(sent) => Ok(sent.message_id().unwrap_or_default().to_owned()),
            Err(error) => Err(error
                .as_service_error()
                .and_then(|service_error| service_error.message())
                .map_or_else(|| "no response from SES".to_owned(), str::to_owned)),
        }
    }
}

/// Returns the attribute names of a key schema. The partition key comes first.
fn keys(schema: &[KeySchemaElement]) -> Vec<String> {
    schema.iter().map(|key| key.attribute_name().to_owned()).collect()
}
