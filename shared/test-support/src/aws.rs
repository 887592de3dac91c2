//! Local AWS in memory, with a stopped clock and repeatable randomness.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

pub use aws_local::faults::Kind as FaultKind;
use aws_local::{
    bus::Bus,
    calls::{Call, Calls},
    connector::Cloud,
    dead_letters::DeadLetters,
    engine::Engine,
    faults::{Fault, Faults},
    iam::Statement,
    iam_usage_log::IamUsageLog,
    invoke::{Fleet, Start},
    mailbox::{Mail, Mailbox},
    permissions::Permissions,
    queues::Queues,
    secrets::Secrets,
    template::{self, Function, Template},
};
use jiff::Timestamp;
use runtime::{Context, Rng};
use serde_json::{Value, json};
use sim::clock::LocalClock;
use store::Store;

use crate::{host_api::HostApi, stripe_api::StripeApi};

/// URL of Onramp, from which the recorded events come.
pub const PUBLIC_URL: &str = "https://onramp.execute-api.eu-west-1.amazonaws.com";
/// Price of the single-user plan.
pub const SINGLE_PRICE: &str = "price_local_single";
/// Price of the team plan.
pub const TEAM_PRICE: &str = "price_local_team";
/// Address of the only operator.
pub const OPERATOR: &str = "operator@example.com";

/// URL of the host's endpoint.
pub const HOST_WEBHOOK_URL: &str = "https://app.example.com/onramp/webhooks";

/// Values of template parameters that have no usable default.
const SETTINGS: &[(&str, &str)] = &[
    ("AppUrl", "https://app.example.com"),
    ("EmbedOrigins", "https://app.example.com"),
    ("HostWebhookUrl", HOST_WEBHOOK_URL),
    ("OperatorEmails", OPERATOR),
    ("PublicUrl", PUBLIC_URL),
    ("StripePublishableKey", "pk_test_local_onramp"),
    ("StripeSingleUserPriceId", SINGLE_PRICE),
    ("StripeTeamPriceId", TEAM_PRICE),
];

/// Secrets by the template parameter that contains their ARN. The recorded events are signed with
/// them.
const SECRETS: &[(&str, &str)] = &[
    (
        "ApiKeysArn",
        "local:local-api-key-0123456789abcdef0123456789,reader:read-only-key-0123456789abcdef0123456789:read",
    ),
    ("HostKeysArn", "local:dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5"),
    ("HostWebhookSecretsArn", "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA="),
    ("HostSigningKeysArn", "local:bm90LWEtc2VjcmV0LW9ubHktZm9yLXRyeWluZy10aGluZ3Mtb3V0"),
    ("StripeSecretKeyArn", "sk_test_local_onramp"),
    ("StripeWebhookSecretArn", "whsec_local_onramp"),
];

/// The template with these settings.
static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    let secrets = SECRETS.iter().map(|(name, _)| ((*name).to_owned(), arn(name)));
    let plain = SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Template::parse(template::TEXT, &secrets.chain(plain).collect()).unwrap()
});

/// Name of the test itself in the call log.
const TEST: &str = "test";

/// Everything that the functions use on AWS, as the template describes it. Each value has its own
/// table, mailbox, bus, and logs.
pub struct LocalAws {
    cloud: Arc<Cloud>,
    drawn: Arc<AtomicU64>,
}

impl LocalAws {
    /// Creates empty local AWS at a time such as `2026-01-15T09:00:00Z`.
    pub fn at(now: &str) -> Self {
        let clock = Arc::new(LocalClock::stopped_at(now.parse().unwrap()));
        let sender = TEMPLATE.variable("MAIL_FROM_EMAIL").unwrap().to_owned();
        let secrets = SECRETS.iter().map(|(name, value)| (arn(name), (*value).to_owned()));
        let (queues, sources) = (TEMPLATE.queues.clone(), TEMPLATE.queue_sources.clone());
        let queues = Arc::new(Queues::open(queues, sources, Arc::clone(&clock), None).unwrap());
        let cloud = Cloud {
            engine: Engine::open(None, TEMPLATE.tables.clone(), Arc::clone(&clock)).unwrap(),
            mailbox: Mailbox::new(vec![sender], None).unwrap(),
            bus: Bus::new(Vec::new(), Arc::clone(&queues), None, Arc::default()).unwrap(),
            queues,
            secrets: Secrets::from(secrets.collect::<BTreeMap<_, _>>()),
            external: vec![Arc::new(StripeApi), Arc::new(HostApi)],
            clock,
            calls: Calls::default(),
            faults: Faults::default(),
            dead_letters: Arc::new(DeadLetters::open(None).unwrap()),
            permissions: Permissions::new(TEMPLATE.functions.values()),
            iam_usage: IamUsageLog::new("", &BTreeMap::new()),
        };
        Self { cloud: Arc::new(cloud), drawn: Arc::default() }
    }

    /// Returns the dependencies of a function: the variables of the template, local clients with
    /// the permissions of its role, the stopped clock, and repeatable randomness.
    pub fn context(&self, function: &str) -> Context {
        Context { entropy: self.rng(), ..self.cloud.context(&TEMPLATE.functions[function]) }
    }

    /// Returns a list with one function, which runs on this AWS.
    pub(crate) fn fleet(&self, function: &str, start: Start) -> Fleet {
        let (clock, dead_letters) = (Arc::clone(&self.cloud.clock), Arc::clone(&self.cloud.dead_letters));
        let mut fleet = Fleet::new(Arc::default(), clock, dead_letters);
        fleet.add(TEMPLATE.functions[function].clone(), start, self.context(function));
        fleet
    }

    /// Returns a client of the table that may do everything.
    pub fn store(&self) -> Store {
        let policies = json!([{ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] }]);
        let statements = Statement::read_all(TEST, Some(&policies)).unwrap();
        let any = TEMPLATE.functions.values().next().unwrap().clone();
        let test = Function { name: TEST.to_owned(), statements, ..any };
        Store::new(&self.cloud.context(&test).aws.service("dynamodb"), self.table().to_owned())
    }

    /// Returns the source of randomness. Two runs of a test draw the same bytes in the same order.
    fn rng(&self) -> Rng {
        let drawn = Arc::clone(&self.drawn);
        Rng::new(move |buffer| {
            for chunk in buffer.chunks_mut(8) {
                let bytes = split_mix(drawn.fetch_add(1, Ordering::Relaxed)).to_be_bytes();
                chunk.copy_from_slice(&bytes[..chunk.len()]);
            }
        })
    }

    /// Returns the clock. It moves only if a test moves it, or if a function waits.
    pub fn clock(&self) -> &LocalClock {
        &self.cloud.clock
    }

    /// Returns the current time of the clock.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// Makes every call of an operation, such as `UpdateItem`, fail from now on.
    pub fn fail(&self, operation: &str, kind: FaultKind) {
        self.plan(operation, kind, None);
    }

    /// Makes the next call of an operation fail.
    pub fn fail_once(&self, operation: &str, kind: FaultKind) {
        self.plan(operation, kind, Some(1));
    }

    fn plan(&self, operation: &str, kind: FaultKind, nth: Option<u64>) {
        let operation = Some(operation.to_owned());
        let fault = Fault { function: None, service: None, operation, nth, rate: None, kind };
        self.cloud.faults.replace(vec![fault], &[]).unwrap();
    }

    /// Writes an item in DynamoDB's JSON, and replaces the previous one.
    pub fn put_item(&self, item: &Value) {
        let request = json!({ "TableName": self.table(), "Item": item });
        let reply = self.cloud.engine.call("PutItem", request.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// Deletes an item, if it exists.
    pub fn delete_item(&self, pk: &str, sk: &str) {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        let request = json!({ "TableName": self.table(), "Key": key });
        let reply = self.cloud.engine.call("DeleteItem", request.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// Returns all items in DynamoDB's JSON, by partition key and sort key.
    pub fn items(&self) -> BTreeMap<(String, String), Value> {
        let key = |item: &Value, name: &str| item[name]["S"].as_str().unwrap().to_owned();
        let items = self.cloud.engine.items(None).into_iter();
        items.map(|item| ((key(&item, "pk"), key(&item, "sk")), item)).collect()
    }

    /// Returns the emails that SES accepted, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.cloud.mailbox.mails()
    }

    /// Returns the events that the bus accepted, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.cloud.bus.events()
    }

    /// Returns the calls of the functions, oldest first. The calls of [`LocalAws::store`], and of
    /// functions while they start, are not among them.
    pub fn calls(&self) -> Vec<Call> {
        let calls = self.cloud.calls.since(0).into_iter();
        calls.filter(|call| call.function != TEST && call.request_id != "init").collect()
    }

    fn table(&self) -> &str {
        &self.cloud.engine.tables()[0].name
    }
}

/// Returns the configuration of AWS clients that call `endpoint` over the network, as a function does.
///
/// # Panics
/// If the configuration is rejected.
#[must_use]
pub fn at(endpoint: &str) -> runtime::Aws {
    let vars = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL", endpoint),
    ];
    runtime::Aws::from_env(&runtime::Env::new(vars)).unwrap()
}

/// Returns the ARN of a secret.
fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}")
}

/// Returns the number at `index` of the random sequence `SplitMix64`.
fn split_mix(index: u64) -> u64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
