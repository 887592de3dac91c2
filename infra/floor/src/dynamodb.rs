//! Builds the requests to DynamoDB. The update sets the attributes that `stripe-webhook` sets.

use std::error::Error;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::event::{Event, Subscription};
use Value::{False, Map, NoItems, Number, Text};

const EXPRESSION: &str = "SET billing = :billing, billing_details = :billing_details, change = :change, \
    checklist = :checklist, mail = :mail, mail_at = :at, mail_pk = :mail_pk, mail_ready = :at, \
    plans_before_notices = :plans_before_notices, provisioned = :provisioned, version = :version \
    REMOVE due_at, due_pk, work_at, work_pk";

/// The value of an attribute.
#[derive(Clone, Copy)]
enum Value<'a> {
    Text(&'a str),
    Number(i64),
    False,
    NoItems,
    Map(&'a [(&'a str, Value<'a>)]),
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Text(text) => to.collect_map([("S", text)]),
            Number(number) => to.collect_map([("N", number.to_string())]),
            False => to.collect_map([("BOOL", false)]),
            NoItems => to.collect_map([("L", [(); 0])]),
            Map(attributes) => to.collect_map([("M", Attributes(attributes))]),
        }
    }
}

struct Attributes<'a>(&'a [(&'a str, Value<'a>)]);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Update<'a> {
    table_name: &'a str,
    key: Attributes<'a>,
    update_expression: &'a str,
    condition_expression: &'a str,
    expression_attribute_values: Attributes<'a>,
}

/// Returns a consistent read of several items.
pub fn batch_read(table: &str, keys: &[(String, &str)]) -> Result<String, serde_json::Error> {
    let keys: Vec<_> = keys.iter().map(|(pk, sk)| [("pk", Text(pk)), ("sk", Text(sk))]).collect();
    let keys: Vec<_> = keys.iter().map(|key| Attributes(key)).collect();
    let keys = serde_json::to_string(&keys)?;
    Ok(format!(r#"{{"RequestItems":{{"{table}":{{"Keys":{keys},"ConsistentRead":true}}}}}}"#))
}

/// Returns the update that provisions an organization, if it still has this version.
pub fn provision<'a>(
    table: &str,
    event: &Event<'_>,
    version: i64,
    admins: impl Iterator<Item = &'a str>,
    now: Timestamp,
) -> Result<String, Box<dyn Error>> {
    let invoice = &event.data.object;
    let Subscription { subscription, metadata } = &invoice.parent.subscription_details;
    let billed = Timestamp::from_second(invoice.created)?;
    let paid = Timestamp::from_second(event.created)?;
    let [billed, paid, at] = [billed, paid, now].map(|time| format!("{time:.3}"));
    let [billed, paid, at] = [&billed, &paid, &at].map(|time| Text(time));
    let (organization, customer) = (Text(metadata.organization_id), Text(invoice.customer));
    let pk = format!("ORG#{}", metadata.organization_id);
    let [shard, random @ ..] = <[u8; 32]>::from(Sha256::digest(format!("{pk}{now}")));
    let mail_pk = format!("MAIL#{}", shard % 8);
    let project = format!("prj_{}", random.first_chunk::<16>().map(hex::encode).unwrap_or_default());

    let paid_invoice = [
        ("created", billed),
        ("heard", paid),
        ("paid", Number(invoice.amount_paid)),
        ("subscription", Text(subscription)),
    ];
    let plan = [("customer", customer), ("ended", False), ("paid_at", paid)];
    let details = [
        ("first_live_at", paid),
        ("last_paid", Map(&[("created", billed), ("invoice", Text(invoice.id))])),
        ("named", Map(&[("at", billed), ("event", Text(event.id)), ("org", organization)])),
        ("paid_through", billed),
    ];
    let billing = [
        ("customer", customer),
        ("first_paid_at", paid),
        ("invoices", Map(&[(invoice.id, Map(&paid_invoice))])),
        ("paid_through", billed),
        ("subscriptions", Map(&[(*subscription, Map(&plan))])),
    ];
    let tick = [("at", at), ("source", Text("billing"))];
    let checklist = [
        ("created_at", at),
        ("skipped", Map(&[])),
        ("ticks", Map(&[("added_billing_info", Map(&tick))])),
        ("updated_at", at),
    ];
    let pending = [("attempts", Number(0)), ("not_before", at), ("since", at), ("state", Text("pending"))];
    let welcome: Vec<_> = admins.map(|admin| (admin, Map(&pending))).collect();
    let provisioned = [
        ("at", at),
        ("project_id", Text(&project)),
        ("project_name", Text("Getting Started")),
        ("trigger", Text("payment")),
    ];
    let values = [
        (":at", at),
        (":billing", Map(&billing)),
        (":billing_details", Map(&[("subscriptions", Map(&[(*subscription, Map(&details))]))])),
        (":change", Map(&[("at", at), ("version", Number(version + 1))])),
        (":checklist", Map(&checklist)),
        (":mail", Map(&[("welcome", Map(&welcome))])),
        (":mail_pk", Text(&mail_pk)),
        (":plans_before_notices", NoItems),
        (":provisioned", Map(&provisioned)),
        (":version", Number(version + 1)),
        (":version_before", Number(version)),
    ];
    Ok(update(table, &pk, &values)?)
}

fn update(table: &str, pk: &str, values: &[(&str, Value<'_>)]) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Update {
        table_name: table,
        key: Attributes(&[("pk", Text(pk)), ("sk", Text("ORG"))]),
        update_expression: EXPRESSION,
        condition_expression: "version = :version_before",
        expression_attribute_values: Attributes(values),
    })
}
