//! Tests `onramp doctor` against a fake AWS account: a healthy stage, and then one fault at a time.

use std::sync::Arc;

use Severity::{Error, Warning};
use aws_credential_types::Credentials;
use aws_local::template::{REGION, STACK, TEXT, Template};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use cli::doctor::{
    Area, Clients, Finding, Severity, Stage, Subject, examine_configuration, examine_deployment,
    send_test_mail,
};
use e2e::fake_aws::FakeAws;
use jiff::SignedDuration;
use runtime::{Aws, Clock, OutboundHttp};
use serde_json::{Value, json};
use stack::{Config, Stack};

const URL: &str = "http://localhost:8484";

/// A fault of the fake account. It affects the calls whose target or URL contains `call`.
#[derive(Debug, Clone)]
struct Broken {
    call: &'static str,
    failure: Failure,
}

#[derive(Debug, Clone)]
enum Failure {
    /// In the response, the value at this JSON pointer is replaced with this value.
    Replaced(&'static str, Value),
    /// The call is denied.
    Denied,
}

/// The fake account with at most one fault.
#[derive(Debug, Clone)]
struct Account {
    aws: FakeAws,
    broken: Option<Broken>,
}

impl Account {
    fn replace(broken: &Broken, original: &HttpResponse) -> HttpResponse {
        let (status, body) = match &broken.failure {
            Failure::Replaced(path, value) => {
                let mut body: Value = serde_json::from_slice(original.body().bytes().unwrap()).unwrap();
                *body.pointer_mut(path).unwrap_or_else(|| panic!("{} has no {path}", broken.call)) =
                    value.clone();
                (200, body)
            }
            Failure::Denied => (400, json!({ "__type": "AccessDeniedException", "message": "no" })),
        };
        let response = http::Response::builder().status(status).header("content-type", "application/json");
        let kind = if status == 200 { "" } else { "AccessDeniedException" };
        let response =
            response.header("x-amzn-errortype", kind).body(SdkBody::from(body.to_string())).unwrap();
        HttpResponse::try_from(response).unwrap()
    }
}

impl HttpConnector for Account {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let name =
            format!("{} {} ", request.headers().get("x-amz-target").unwrap_or_default(), request.uri());
        let broken = self.broken.clone().filter(|broken| name.contains(broken.call));
        let response = self.aws.call(request);
        HttpConnectorFuture::new(async move {
            let response = response.await?;
            Ok(match broken {
                Some(broken) => Self::replace(&broken, &response),
                None => response,
            })
        })
    }
}

impl HttpClient for Account {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn settings() -> Vec<(&'static str, String)> {
    let arn =
        |name: &str| format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:onramp/{name}-AbCdEf");
    vec![
        ("StripePublishableKey", "pk_test_local".to_owned()),
        ("StripeSecretKeyArn", arn("key")),
        ("StripeWebhookSecretArn", arn("webhook")),
        ("HostSigningKeysArn", arn("passes")),
        ("HostKeysArn", arn("host")),
        ("ApiKeysArn", arn("api")),
        ("EmbedOrigins", "https://app.example.com".to_owned()),
        ("StripeSingleUserPriceId", "price_local_single".to_owned()),
        ("StripeTeamPriceId", "price_local_team".to_owned()),
        ("Stage", "staging".to_owned()),
        ("ProductName", "Acme Hours".to_owned()),
        ("MailFromName", "Acme Hours".to_owned()),
        ("HostEventSource", "acme-hours".to_owned()),
        ("MailIdentity", "example.com".to_owned()),
        ("MailFromEmail", "hello@example.com".to_owned()),
        ("AppUrl", "https://app.example.com".to_owned()),
        ("OperatorEmails", "ops@example.com".to_owned()),
        ("AlarmEmail", "ops@example.com".to_owned()),
        ("TicketEmail", "ops@example.com".to_owned()),
        ("RunbookUrl", "https://git.example.com/onramp/docs/runbook.md".to_owned()),
    ]
}

fn subject() -> Subject {
    let values = settings().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let stage = Stage { name: "staging".to_owned(), stack: STACK.to_owned(), values };
    Subject { template: TEXT.to_owned(), stage, url: Some(URL.to_owned()), table: None, stripe_key: None }
}

async fn stack() -> Stack {
    let config =
        settings().into_iter().fold(Config::memory(), |config, (name, value)| config.set(name, &value));
    Stack::start(config).await.unwrap()
}

fn clients(stack: &Stack, broken: Option<Broken>, ahead: SignedDuration) -> Clients {
    let cloud = Arc::clone(&stack.system().cloud);
    let settings = settings().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let aws = FakeAws::new(Arc::clone(stack.system()), Template::parse(TEXT, &settings).unwrap());
    let account = Account { aws, broken };
    let credentials = Credentials::new("AKIALOCAL", "local", None, None, "local");
    Clients {
        aws: Aws::new(REGION.to_owned(), credentials, SharedHttpClient::new(account.clone())),
        outside: OutboundHttp::new(SharedHttpConnector::new(account)),
        clock: Clock::new(move || cloud.clock.now().saturating_add(ahead).unwrap()),
    }
}

/// Runs the doctor, and returns every finding whose severity is not "good".
async fn found(
    stack: &Stack,
    broken: Option<Broken>,
    ahead: SignedDuration,
) -> Vec<(Severity, Area, String)> {
    let findings = examine_deployment(&subject(), &clients(stack, broken, ahead)).await;
    let bad = findings.into_iter().filter(|finding| finding.severity != Severity::Good);
    bad.map(|Finding { severity, area, subject, fix, .. }| {
        assert!(fix.is_some_and(|fix| !fix.is_empty()), "{subject} states the fix");
        (severity, area, subject)
    })
    .collect()
}

/// Returns the only finding of a healthy local stage: its Stripe key is not a restricted key.
fn expected_warning() -> (Severity, Area, String) {
    (Warning, Area::Secrets, "Stripe secret key".to_owned())
}

#[tokio::test]
async fn doctor_finds_nothing_on_a_healthy_stage() {
    let configured = examine_configuration(&subject()).await;
    assert!(configured.iter().all(|finding| finding.severity == Severity::Good), "{configured:#?}");
    assert!(configured.iter().any(|finding| finding.subject == "Functions"), "{configured:#?}");
    let stack = stack().await;
    assert_eq!(found(&stack, None, SignedDuration::ZERO).await, [expected_warning()]);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one row per fault")]
async fn doctor_finds_each_fault() {
    let stack = stack().await;
    let thin = json!([{ "event_payload": "thin", "status": "enabled", "type": "webhook_endpoint",
        "webhook_endpoint": { "url": format!("{URL}/billing/webhooks/stripe") } }]);
    for (call, path, value, severity, area, subject) in [
        ("/identities/", "/VerifiedForSendingStatus", json!(false), Error, Area::Mail, "Identity"),
        ("/identities/", "/DkimAttributes/Status", json!("FAILED"), Error, Area::Mail, "DKIM"),
        ("/identities/", "/MailFromAttributes", json!(null), Warning, Area::Mail, "MAIL FROM"),
        (
            "/identities/",
            "/MailFromAttributes/MailFromDomainStatus",
            json!("FAILED"),
            Error,
            Area::Mail,
            "MAIL FROM",
        ),
        ("name=_dmarc.example.com", "/Answer", json!([]), Warning, Area::Mail, "DMARC"),
        ("name=_dmarc.example.com", "/Answer/0/data", json!("v=DMARC1"), Error, Area::Mail, "DMARC"),
        ("name=_dmarc.example.com", "/Status", json!(2), Warning, Area::Mail, "DMARC"),
        ("/email/account", "/ProductionAccessEnabled", json!(false), Error, Area::Mail, "SES account"),
        ("/email/account", "/SendingEnabled", json!(false), Error, Area::Mail, "SES account"),
        ("/email/account", "/SendQuota/MaxSendRate", json!(1.0), Warning, Area::Mail, "MailSendRate"),
        (
            "onramp-mail/event-destinations",
            "/EventDestinations/0/Enabled",
            json!(false),
            Error,
            Area::Mail,
            "onramp-mail",
        ),
        (
            "onramp-links/event-destinations",
            "/EventDestinations/0/MatchingEventTypes",
            json!(["SEND"]),
            Error,
            Area::Mail,
            "onramp-links",
        ),
        (
            "/configuration-sets/onramp-mail ",
            "/SendingOptions/SendingEnabled",
            json!(false),
            Error,
            Area::Mail,
            "onramp-mail",
        ),
        ("webhook_endpoints", "/data/0/status", json!("disabled"), Error, Area::Stripe, "Webhook"),
        (
            "webhook_endpoints",
            "/data/0/enabled_events",
            json!(["invoice.paid"]),
            Error,
            Area::Stripe,
            "Webhook",
        ),
        (
            "webhook_endpoints",
            "/data/0/url",
            json!("https://elsewhere.example"),
            Error,
            Area::Stripe,
            "Webhook",
        ),
        ("webhook_endpoints", "/data/0/api_version", json!(null), Warning, Area::Stripe, "Webhook"),
        ("webhook_endpoints", "/data", json!([]), Error, Area::Stripe, "Webhook"),
        ("event_destinations", "/data", thin, Error, Area::Stripe, "Webhook"),
        ("prices/price_local_team", "/recurring", json!(null), Error, Area::Stripe, "StripeTeamPriceId"),
        ("prices/price_local_team", "/livemode", json!(true), Error, Area::Stripe, "StripeTeamPriceId"),
        (
            "prices/price_local_single",
            "/active",
            json!(false),
            Error,
            Area::Stripe,
            "StripeSingleUserPriceId",
        ),
        ("DescribeTable", "/Table/TableStatus", json!("DELETING"), Error, Area::Table, "onramp-Table"),
        (
            "DescribeTable",
            "/Table/KeySchema/0/AttributeName",
            json!("id"),
            Error,
            Area::Table,
            "onramp-Table",
        ),
        ("DescribeTable", "/Table/StreamSpecification", json!(null), Error, Area::Table, "Stream"),
        (
            "DescribeTable",
            "/Table/DeletionProtectionEnabled",
            json!(false),
            Warning,
            Area::Table,
            "Deletion protection",
        ),
        (
            "DescribeTimeToLive",
            "/TimeToLiveDescription/TimeToLiveStatus",
            json!("DISABLED"),
            Error,
            Area::Table,
            "TTL",
        ),
        (
            "DescribeContinuousBackups",
            "/ContinuousBackupsDescription/PointInTimeRecoveryDescription/PointInTimeRecoveryStatus",
            json!("DISABLED"),
            Error,
            Area::Table,
            "Point-in-time recovery",
        ),
        ("ListTables", "/TableNames", json!(["another"]), Error, Area::Table, "Table"),
    ] {
        let broken = Broken { call, failure: Failure::Replaced(path, value) };
        let found = found(&stack, Some(broken), SignedDuration::ZERO).await;
        let others: Vec<_> = found.iter().filter(|one| **one != expected_warning()).collect();
        // Each `call` must match only one AWS call, so that there is only one finding. The URL of a
        // configuration set is the beginning of the URL of its event destinations. A text that
        // occurs in the first URL therefore also occurs in the second one.
        assert!(others.len() == 1, "{call} {path}: {others:?}");
        assert_eq!(*others[0], (severity, area, subject.to_owned()), "{call} {path}");
    }
}

#[tokio::test]
async fn doctor_checks_every_schedule_and_secret() {
    let stack = stack().await;
    let none = Broken { call: "ListRules", failure: Failure::Replaced("/Rules", json!([])) };
    let schedules = found(&stack, Some(none), SignedDuration::ZERO).await;
    let faults: Vec<_> = schedules.iter().filter(|(severity, ..)| *severity == Error).collect();
    let expected = Template::parse(TEXT, &[].into()).unwrap().schedules.len();
    assert!(expected >= 2 && faults.len() == expected, "{schedules:?}");
    assert!(faults.iter().all(|(_, area, _)| *area == Area::Schedules));

    let nonsense =
        Broken { call: "GetSecretValue", failure: Failure::Replaced("/SecretString", json!("hunter2")) };
    let secrets =
        examine_deployment(&subject(), &clients(&stack, Some(nonsense), SignedDuration::ZERO)).await;
    let named: Vec<_> =
        secrets.iter().filter(|it| it.severity == Error && it.area == Area::Secrets).collect();
    assert_eq!(named.len(), 5, "{named:?}");
    assert!(!format!("{secrets:?}").contains("hunter2"), "findings contain no secret");
}

#[tokio::test]
async fn doctor_warns_when_access_is_denied() {
    let stack = stack().await;
    for call in
        ["/email/account", "/identities/", "DescribeTable", "ListTables", "DescribeTimeToLive", "ListRules"]
    {
        let found =
            found(&stack, Some(Broken { call, failure: Failure::Denied }), SignedDuration::ZERO).await;
        assert!(
            found.len() > 1 && found.iter().all(|(severity, ..)| *severity == Warning),
            "{call}: {found:?}"
        );
    }
}

#[tokio::test]
async fn doctor_reports_a_wrong_local_clock() {
    let stack = stack().await;
    let found = found(&stack, None, SignedDuration::from_mins(10)).await;
    assert!(found.contains(&(Error, Area::Clock, "Local clock".to_owned())), "{found:?}");
}

#[tokio::test]
async fn test_email_uses_the_sender_of_the_stage() {
    let stack = stack().await;
    let clients = clients(&stack, None, SignedDuration::ZERO);
    let finding = send_test_mail(&subject(), &clients, "you@example.org").await;
    assert_eq!(finding.severity, Severity::Good, "{finding:?}");
    let mails = stack.system().cloud.mailbox.mails();
    assert_eq!(mails[0].to, ["you@example.org"]);
    assert_eq!(mails[0].from, "\"Acme Hours\" <hello@example.com>");
}

#[tokio::test]
async fn doctor_finds_invalid_configuration_without_an_account() {
    let mut subject = subject();
    subject.stage.values.insert("OperatorEmails".to_owned(), "a@b".to_owned());
    let findings = examine_configuration(&subject).await;
    let faults: Vec<_> =
        findings.iter().filter(|it| it.severity == Error).map(|it| it.subject.as_str()).collect();
    assert_eq!(faults, ["OPERATOR_EMAILS"], "the template's pattern accepts it and the function rejects it");
}
