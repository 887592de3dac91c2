//! Handles a first payment: reads the organization, and writes that it is provisioned.

use std::{borrow::Cow, collections::HashMap, error::Error};

use hmac::Hmac;
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use sha2::Sha256;

use crate::{
    aws::Service,
    dynamodb,
    event::{Event, Subscription},
};

/// The state of the program between two events.
pub struct Webhook {
    pub table: String,
    pub secret: Hmac<Sha256>,
    pub service: Service,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    headers: HashMap<&'a str, Cow<'a, str>>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow, rename = "Responses")]
    tables: HashMap<&'a str, Vec<Item<'a>>>,
}

/// An organization or the link of a customer. Contains only the attributes that decide about the event.
#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    sk: Attribute<&'a str>,
    #[serde(borrow)]
    version: Attribute<&'a str>,
    #[serde(borrow)]
    org: Option<Attribute<&'a str>>,
    #[serde(borrow)]
    admins: Option<Attribute<Vec<Attribute<Admin<'a>>>>>,
    provisioned: Option<IgnoredAny>,
}

/// A value of DynamoDB, without its type.
#[derive(Deserialize)]
struct Attribute<T> {
    #[serde(rename = "S", alias = "N", alias = "L", alias = "M")]
    value: T,
}

#[derive(Deserialize)]
struct Admin<'a> {
    #[serde(borrow)]
    user: Attribute<&'a str>,
}

impl Webhook {
    /// Handles an event of the HTTP API and returns its response.
    pub fn handle(&mut self, event: &[u8], now: Timestamp) -> Result<String, Box<dyn Error>> {
        let request: Request<'_> = serde_json::from_slice(event)?;
        let signature = request.headers.get("stripe-signature").map(AsRef::as_ref);
        if webhook_signature::verify(signature, request.body.as_bytes(), [&self.secret], now).is_err() {
            return Ok(respond(400, "rejected"));
        }
        let event = serde_json::from_str(&request.body)?;
        Ok(respond(200, if self.provision(&event, now)? { "applied" } else { "ignored" }))
    }

    /// Provisions the organization that the event names, if its customer is linked to it. Returns
    /// whether it was written.
    fn provision(&mut self, event: &Event<'_>, now: Timestamp) -> Result<bool, Box<dyn Error>> {
        let invoice = &event.data.object;
        let Subscription { subscription, metadata } = &invoice.parent.subscription_details;
        let keys = [
            (format!("CUSTOMER#{}", invoice.customer), "LINK"),
            (format!("ORG#{}", metadata.organization_id), "ORG"),
            (format!("SUBSCRIPTION#{subscription}"), "SUBSCRIPTION"),
        ];
        let read = dynamodb::batch_read(&self.table, &keys)?;
        let found = self.service.call("DynamoDB_20120810.BatchGetItem", &read, now)?;
        let found: Batch<'_> = serde_json::from_slice(&found)?;
        let items = found.tables.get(self.table.as_str()).into_iter().flatten();
        let of = |sort_key| items.clone().find(|item| item.sk.value == sort_key);
        let (Some(link), Some(org)) = (of("LINK"), of("ORG")) else { return Ok(false) };
        let is_linked = link.org.as_ref().is_some_and(|org| org.value == metadata.organization_id);
        let (true, None, Some(admins)) = (is_linked, &org.provisioned, &org.admins) else {
            return Ok(false);
        };
        let admins = admins.value.iter().map(|admin| admin.value.user.value);
        let write = dynamodb::provision(&self.table, event, org.version.value.parse()?, admins, now)?;
        self.service.call("DynamoDB_20120810.UpdateItem", &write, now)?;
        Ok(true)
    }
}

fn respond(status: u16, outcome: &str) -> String {
    format!(
        r#"{{"statusCode":{status},"headers":{{"content-type":"application/json"}},"body":"{{\"outcome\":\"{outcome}\"}}"}}"#
    )
}
