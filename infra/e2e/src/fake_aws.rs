//! HTTP connector that lets the doctor run against the local AWS. The doctor also makes AWS calls
//! that no function makes. This connector builds the responses to those calls from the template and
//! from the state of the running stack.

use std::sync::Arc;

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;
use serde_json::{Map, Value, json};
use stack::system::System;

use aws_local::{mailbox::SentEmail, template::Template};

/// Serves the doctor's calls to AWS, Stripe, and the DNS resolver from a local stack.
#[derive(Clone)]
pub struct FakeAws {
    system: Arc<System>,
    template: Arc<Template>,
}

/// The SDK requires it of an HTTP client.
impl std::fmt::Debug for FakeAws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeAws").finish_non_exhaustive()
    }
}

/// HTTP status, AWS error type (only for errors), and body.
type Reply = (u16, Option<&'static str>, Value);

fn ok(body: Value) -> Reply {
    (200, None, body)
}

fn missing(kind: &'static str) -> Reply {
    (
        if kind == "NotFoundException" { 404 } else { 400 },
        Some(kind),
        json!({ "__type": kind, "message": "It does not exist." }),
    )
}

impl FakeAws {
    /// Creates the fake account of a local stack that runs `template`.
    pub fn new(system: Arc<System>, template: Template) -> Self {
        Self { system, template: Arc::new(template) }
    }

    fn respond(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let uri = request.uri();
        let (origin, path) = uri
            .split_once("://")
            .map_or(("", uri), |(_, rest)| rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash)));
        if origin == "api.stripe.com" {
            return self.stripe(request, path);
        }
        if origin == "dns.google" {
            let record = json!({ "type": 16, "data": "v=DMARC1; p=quarantine" });
            let response = json!({ "Status": 0, "Answer": [record] });
            return finish(http::Response::builder().body(SdkBody::from(response.to_string())));
        }
        let body: Value =
            serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (status, kind, body) = match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => self.dynamodb(operation, &body),
            Some(("AWSEvents", "ListRules")) => ok(self.rules(&body)),
            Some(("secretsmanager", "GetSecretValue")) => self.secret(&body),
            _ => self.mail(request.method(), path.split('?').next().unwrap_or(path), &body),
        };
        let mut response =
            http::Response::builder().status(status).header("content-type", "application/json");
        if let Some(kind) = kind {
            response = response.header("x-amzn-errortype", kind);
        }
        let date =
            jiff::fmt::rfc2822::to_string(&self.system.cloud.clock.now().to_zoned(jiff::tz::TimeZone::UTC));
        if let Ok(date) = date {
            response = response.header("date", date);
        }
        finish(response.body(SdkBody::from(body.to_string())))
    }

    fn stripe(&self, request: &HttpRequest, path: &str) -> Result<HttpResponse, ConnectorError> {
        let mut forwarded = http::Request::builder().method(request.method()).uri(path);
        for (name, value) in request.headers() {
            forwarded = forwarded.header(name, value);
        }
        let forwarded = forwarded.body(Bytes::new()).map_err(|error| ConnectorError::user(error.into()))?;
        let (parts, body) = self.system.stripe.handle(&forwarded).into_parts();
        let mut response = http::Response::builder().status(parts.status);
        for (name, value) in &parts.headers {
            response = response.header(name, value);
        }
        finish(response.body(SdkBody::from(body)))
    }

    fn dynamodb(&self, operation: &str, body: &Value) -> Reply {
        let name = body.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let tables = &self.template.tables;
        if operation == "ListTables" {
            return ok(json!({ "TableNames": tables.iter().map(|table| &table.name).collect::<Vec<_>>() }));
        }
        let Some(table) = tables.iter().find(|table| table.name == name) else {
            return missing("ResourceNotFoundException");
        };
        let resource = self.template.resources.values().find(|it| it.name == name);
        let property =
            |path: &str| resource.and_then(|it| it.properties.pointer(path)).cloned().unwrap_or_default();
        let status = |on: bool| if on { "ENABLED" } else { "DISABLED" };
        match operation {
            "DescribeTable" => {
                let reply = self.system.cloud.engine.call(operation, body.to_string().as_bytes());
                let mut described: Value = serde_json::from_str(&reply.body).unwrap_or_default();
                if let Some(table) = described.get_mut("Table").and_then(Value::as_object_mut) {
                    table.insert(
                        "DeletionProtectionEnabled".to_owned(),
                        property("/DeletionProtectionEnabled"),
                    );
                }
                (reply.status, None, described)
            }
            "DescribeTimeToLive" => {
                let mut expiry =
                    Map::from_iter([("TimeToLiveStatus".to_owned(), json!(status(table.ttl.is_some())))]);
                expiry.extend(table.ttl.iter().map(|name| ("AttributeName".to_owned(), json!(name))));
                ok(json!({ "TimeToLiveDescription": expiry }))
            }
            "DescribeContinuousBackups" => {
                let on =
                    property("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled") == json!(true);
                ok(json!({ "ContinuousBackupsDescription": {
                    "ContinuousBackupsStatus": "ENABLED",
                    "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": status(on) },
                } }))
            }
            _ => missing("UnknownOperationException"),
        }
    }

    /// Lists the template's schedules as EventBridge rules. The names of the rules follow
    /// CloudFormation's scheme: stack name, logical ID, and a unique suffix.
    fn rules(&self, body: &Value) -> Value {
        let prefix = body.get("NamePrefix").and_then(Value::as_str).unwrap_or_default();
        let schedules = self.template.schedules.iter().map(|schedule| {
            let name = format!("{}-{}-LOCAL", aws_local::template::STACK, schedule.logical_id());
            json!({ "Name": name, "State": "ENABLED", "ScheduleExpression": schedule.expression, "EventBusName": "default" })
        });
        let named = |rule: &Value| {
            rule.get("Name").and_then(Value::as_str).is_some_and(|name| name.starts_with(prefix))
        };
        json!({ "Rules": schedules.filter(named).collect::<Vec<_>>() })
    }

    fn secret(&self, body: &Value) -> Reply {
        let id = body.get("SecretId").and_then(Value::as_str).unwrap_or_default();
        match self.system.cloud.secrets.get(id) {
            Some(text) => {
                ok(json!({ "ARN": id, "Name": id, "SecretString": text, "VersionStages": ["AWSCURRENT"] }))
            }
            None => missing("ResourceNotFoundException"),
        }
    }

    fn mail(&self, method: &str, path: &str, body: &Value) -> Reply {
        let decoded = decode_at_sign(path);
        let steps: Vec<&str> = decoded.trim_start_matches("/v2/email/").split('/').collect();
        match (method, steps.as_slice()) {
            ("GET", ["account"]) => ok(json!({
                "ProductionAccessEnabled": true, "SendingEnabled": true, "EnforcementStatus": "HEALTHY",
                "SendQuota": { "Max24HourSend": 50_000.0, "MaxSendRate": 14.0,
                    "SentLast24Hours": self.system.cloud.mailbox.mails().len() },
            })),
            ("GET", ["identities", name]) => match self.system.cloud.mailbox.has_verified(name) {
                true => ok(json!({
                    "IdentityType": if name.contains('@') { "EMAIL_ADDRESS" } else { "DOMAIN" },
                    "VerifiedForSendingStatus": true, "VerificationStatus": "SUCCESS",
                    "DkimAttributes": { "SigningEnabled": true, "Status": "SUCCESS" },
                    "MailFromAttributes": { "MailFromDomain": format!("bounce.{name}"),
                        "MailFromDomainStatus": "SUCCESS", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE" },
                })),
                false => missing("NotFoundException"),
            },
            ("GET", ["configuration-sets", name]) => {
                match self.existing("AWS::SES::ConfigurationSet", "/Name", name).next() {
                    Some(_) => ok(
                        json!({ "ConfigurationSetName": name, "SendingOptions": { "SendingEnabled": true } }),
                    ),
                    None => missing("NotFoundException"),
                }
            }
            ("GET", ["configuration-sets", name, "event-destinations"]) => {
                let kind = "AWS::SES::ConfigurationSetEventDestination";
                let each = self.existing(kind, "/ConfigurationSetName", name).map(|properties| {
                    let mut one = properties.get("EventDestination").cloned().unwrap_or_default();
                    let types = one.get_mut("MatchingEventTypes").and_then(Value::as_array_mut);
                    for kind in types.into_iter().flatten() {
                        *kind = json!(kind.as_str().unwrap_or_default().to_uppercase());
                    }
                    one
                });
                ok(json!({ "EventDestinations": each.collect::<Vec<_>>() }))
            }
            ("POST", ["outbound-emails"]) => {
                let sent = SentEmail::read(body)
                    .and_then(|email| self.system.cloud.mailbox.accept(email, self.system.cloud.clock.now()));
                match sent {
                    Ok((id, _)) => ok(json!({ "MessageId": id })),
                    Err(error) => (400, Some(error.code), json!({ "message": error.message })),
                }
            }
            // For any other request, the doctor reads only the `Date` header of the response.
            _ => ok(json!({})),
        }
    }

    /// Returns the properties of all resources of a type whose value at `path` is `name`.
    fn existing(&self, kind: &str, path: &str, name: &str) -> impl Iterator<Item = &Value> {
        let all = self.template.resources.values().filter(move |it| it.kind == kind);
        let properties = all.map(|it| &it.properties);
        properties.filter(move |it| it.pointer(path).and_then(Value::as_str) == Some(name))
    }
}

/// Decodes `%40` as `@`, the only escape in the paths of these calls.
fn decode_at_sign(path: &str) -> String {
    path.replace("%40", "@")
}

fn finish(response: Result<http::Response<SdkBody>, http::Error>) -> Result<HttpResponse, ConnectorError> {
    let response = response.map_err(|error| ConnectorError::other(error.into(), None))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}

impl HttpClient for FakeAws {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FakeAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.respond(&request))
    }
}
