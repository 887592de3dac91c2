//! The template in the form that the checks use. Intrinsic functions such as `!Ref` are resolved,
//! and every condition is true.

use std::collections::BTreeMap;

use aws_local::template::{Resource, Template};
use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

/// Parameter values with which the template contains every resource and every policy statement.
const EVERYTHING: [(&str, &str); 12] = [
    ("StripeWebhookSecretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:webhook"),
    ("HostSigningKeysArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:host"),
    ("HostKeysArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:host-keys"),
    ("HostWebhookUrl", "https://app.example.com/onramp/webhooks"),
    ("HostWebhookSecretsArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:host-webhooks"),
    ("ApiKeysArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:api-keys"),
    ("WebhookReservedConcurrency", "50"),
    ("SignupReservedConcurrency", "50"),
    ("SignInReservedConcurrency", "50"),
    ("DomainName", "start.example.com"),
    ("CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/1"),
    ("HostedZoneId", "Z123"),
];

pub struct Stack {
    pub raw: Yaml,
    pub template: Template,
    settings: BTreeMap<String, String>,
}

impl Stack {
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let settings = EVERYTHING.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::read_with(text, settings.collect())
    }

    fn read_with(text: &str, settings: BTreeMap<String, String>) -> Result<Self, Vec<String>> {
        let template = Template::parse(text, &settings).map_err(|faults| faults.0)?;
        Ok(Self { raw: serde_yaml_ng::from_str(text).unwrap(), template, settings })
    }

    /// Returns the template with one parameter changed.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut settings = self.settings.clone();
        settings.insert(name.to_owned(), value.to_owned());
        Self::read_with(&serde_yaml_ng::to_string(&self.raw).unwrap(), settings).unwrap()
    }

    /// Returns the resources of a type: name and properties.
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let resources = self.template.resources.iter().filter(move |(_, resource)| resource.kind == kind);
        resources.map(|(name, Resource { properties, .. })| (name.as_str(), properties))
    }

    /// Returns the functions, with the global settings merged into each.
    pub fn functions(&self) -> impl Iterator<Item = (&str, Value)> {
        self.of("AWS::Serverless::Function").map(|(name, own)| {
            let mut all = self.template.globals["Function"].clone();
            let fields = own.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.clone()));
            all.as_object_mut().unwrap().extend(fields);
            (name, all)
        })
    }

    /// Returns the event sources of a type, from all functions. Each has a name of the form
    /// `Function.Event` and its properties.
    pub fn events(&self, kind: &str) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        for (function, properties) in self.of("AWS::Serverless::Function") {
            for (name, event) in object(&properties["Events"]) {
                if event["Type"] == kind {
                    found.push((format!("{function}.{name}"), event["Properties"].clone()));
                }
            }
        }
        found
    }

    /// Returns every policy statement of every function. Each has a name of the form `Function.Sid`
    /// and its content.
    pub fn statements(&self) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        for (function, properties) in self.of("AWS::Serverless::Function") {
            for statement in
                list(&properties["Policies"]).iter().flat_map(|policy| list(&policy["Statement"]))
            {
                found.push((format!("{function}.{}", statement["Sid"].as_str().unwrap_or("?")), statement));
            }
        }
        found
    }

    /// Returns the ARN of a resource, as the local stack names it.
    pub fn arn(&self, service: &str, name: &str) -> String {
        match service {
            "s3" => format!("arn:aws:s3:::onramp-{name}"),
            _ => format!("arn:aws:{service}:us-east-1:123456789012:{name}"),
        }
    }

    /// Returns the ARN of the dead-letter queue.
    pub fn dead_letters(&self) -> String {
        self.arn("sqs", "onramp-DeadLetters")
    }
}

/// Returns the fields of a JSON object. For any other value, returns an empty list.
pub fn object(value: &Value) -> Vec<(String, Value)> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Converts a single value or an array to a list. For null, the list is empty.
pub fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

/// Returns the strings in a single value or an array. Omits all other values.
pub fn texts(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Parses an integer that the template contains as a number or as a string.
pub fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
