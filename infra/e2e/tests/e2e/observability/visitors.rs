//! Tests that requests without valid credentials never page an operator and never stop a release.
//! This must also be true if a configuration value is missing. The tests read the metric filters
//! and the alarms from the templates.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
};

use aws_local::template::Template;
use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;
use stack::Config;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::LevelFilter;

use crate::observability::watch::{Alarm, Watch, of_type, text};
use e2e::{
    counted::{self, begin, counted},
    driver::{TestResponse, World},
};

/// Metrics that paging alarms use, but that also have values when nothing fails. `Count` and
/// `Provisioned` are denominators of ratios. The others count runs. The tests
/// ignore these metrics.
const NORMAL_ACTIVITY: [&str; 6] =
    ["Count", "Provisioned", "ClockRan", "MailRoundRan", "ProvisionerRan", "ReconcilerRan"];

/// ARN of a secret that does not exist. The local stack creates secrets in its own region only.
const MISSING_SECRET: &str = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:onramp/missing-AbCdEf";

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writer that stores the log lines of the current thread. All functions of a test run on the
/// thread of that test.
struct LogWriter;

impl io::Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LOG.with(|log| log.borrow_mut().extend(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts to collect metrics and log lines, and removes earlier ones. The log lines have the same
/// format as those of deployed functions. Their collection ends when the returned guard is dropped.
fn capture() -> DefaultGuard {
    begin();
    LOG.with(|log| log.borrow_mut().clear());
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(LevelFilter::INFO)
        .with_span_list(false)
        .with_target(false)
        .with_writer(|| LogWriter);
    tracing::subscriber::set_default(lines.finish())
}

fn log_lines() -> Vec<Value> {
    let log = LOG.with(|log| String::from_utf8(log.borrow().clone()).unwrap());
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns whether a log line matches the pattern of a metric filter. The pattern consists of terms
/// `$.field = value` or `$.field != value`, joined by `&&` (CloudWatch Logs user guide, "Filter
/// pattern syntax").
fn matches(pattern: &str, line: &Value) -> bool {
    let terms = pattern.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap();
    terms.split("&&").all(|term| {
        let (field, value) = term.split_once('=').unwrap();
        let (field, equal) = field.strip_suffix('!').map_or((field, true), |field| (field, false));
        let value: Value = serde_json::from_str(value).unwrap();
        (line[field.trim().strip_prefix("$.").unwrap()] == value) == equal
    })
}

/// Metrics that a visitor must not cause: those of release alarms and of paging alarms. Some of
/// them count log lines, so the value also contains the metric filters on the functions' log.
struct PagingSignals {
    filters: Vec<(String, String)>,
    metrics: BTreeSet<String>,
}

impl PagingSignals {
    fn read() -> Self {
        let system: Yaml = serde_yaml_ng::from_str(aws_local::template::TEXT).unwrap();
        let watch = Watch::read();
        let of_log = |template: &Yaml, group: &str| -> Vec<(String, String)> {
            let all = of_type(template, "AWS::Logs::MetricFilter");
            let own = all.filter(|(_, filter)| text(&filter["LogGroupName"]) == group);
            own.map(|(_, filter)| {
                (text(&filter["FilterPattern"]), text(&filter["MetricTransformations"][0]["MetricName"]))
            })
            .collect()
        };
        let filters = [of_log(&system, "!Ref Logs"), of_log(&watch.template, "!Ref LogGroup")].concat();
        let releases = of_type(&system, "AWS::CloudWatch::Alarm").map(|(id, alarm)| Alarm::read(id, alarm));
        let releases: Vec<Alarm> = releases.collect();
        assert_eq!(releases.len(), 6, "every alarm of the system's own template gates releases");
        let pages = watch.alarms.iter().filter(|alarm| alarm.notifies == "!Ref Topic");
        let series = releases.iter().chain(pages).flat_map(|alarm| &alarm.series);
        let metrics =
            series.map(|series| series.metric.clone()).filter(|it| !NORMAL_ACTIVITY.contains(&it.as_str()));
        Self { filters, metrics: metrics.collect() }
    }

    /// Returns those metrics of the alarms that had a value since [`capture`], or that AWS would
    /// count for `responses`.
    fn fired(&self, responses: &[TestResponse]) -> BTreeSet<&str> {
        let lines = log_lines();
        let filtered = self.filters.iter().filter(|(pattern, _)| lines.iter().any(|it| matches(pattern, it)));
        let filtered = filtered.map(|(_, metric)| metric.as_str());
        // Every function sets a request id. A response without one is from the gateway, which
        // returns it if the invocation failed.
        let crashed = responses.iter().any(|it| it.header("x-request-id").is_empty()).then_some("Errors");
        let failing = responses.iter().any(|it| it.status >= 500).then_some("5xx");
        let own = self.metrics.iter().map(String::as_str).filter(|metric| counted(metric) > 0);
        let emitted: BTreeSet<&str> = filtered.chain(crashed).chain(failing).chain(own).collect();
        emitted.into_iter().filter(|metric| self.metrics.contains(*metric)).collect()
    }
}

/// Returns the tested configurations by name. "nothing" is complete, and in "all" every optional
/// variable is empty. In each of the others, one optional variable is empty or one secret is
/// missing. For a name that ends with "useless", the test later stores an invalid value for that
/// secret.
fn incomplete() -> BTreeMap<String, Config> {
    let template: Yaml = serde_yaml_ng::from_str(aws_local::template::TEXT).unwrap();
    let mut optional = BTreeMap::new();
    let mut secrets = BTreeSet::new();
    for (_, function) in of_type(&template, "AWS::Serverless::Function") {
        for (variable, value) in function["Environment"]["Variables"].as_mapping().unwrap() {
            let value = text(value);
            let Some(parameter) = value.strip_prefix("!Ref ") else { continue };
            let settings = &template["Parameters"][parameter];
            if settings["Default"] == "" {
                optional.insert(variable.as_str().unwrap().to_owned(), parameter.to_owned());
            }
            if text(&settings["AllowedPattern"]).contains(":secretsmanager:") {
                secrets.insert(parameter.to_owned());
            }
        }
    }
    // Do not test an empty PUBLIC_URL. The parameter may be empty, and the template then gives the
    // mailer another URL.
    optional.remove("PUBLIC_URL");
    assert!(optional.contains_key("STRIPE_WEBHOOK_SECRET") && secrets.len() >= 4, "{optional:?} {secrets:?}");
    let all = optional.keys().fold(Config::memory(), |config, variable| config.set(variable, ""));
    let mut cases = BTreeMap::from([("nothing".to_owned(), Config::memory()), ("all".to_owned(), all)]);
    for variable in optional.keys() {
        cases.insert(format!("{variable} missing"), Config::memory().set(variable, ""));
    }
    for parameter in secrets {
        for reason in ["unreadable", "useless"] {
            cases.insert(format!("{parameter} {reason}"), Config::memory().set(&parameter, MISSING_SECRET));
        }
    }
    cases
}

/// Sends the requests of a visitor to one path, and returns the responses. The first request is
/// empty, the second one has a valid form, and the others have forged credentials.
async fn send_requests(world: &World, method: &str, path: &str) -> Vec<TestResponse> {
    let now = world.stack.system().clock().now().as_second();
    let signature = format!("t={now},v1={}", "0".repeat(64));
    let id = "0198c0de-0000-7000-8000-00000000dead";
    let cookie = format!("__Host-s=org_{id}.usr_{id}.{}", "A".repeat(43));
    let form = "name=Acme&full_name=Jo+Doe&email=jo%40example.com&plan=team&role=member&days=7&reason=x";
    let forged = [
        ("content-type", "application/json"),
        ("stripe-signature", signature.as_str()),
        ("onramp-signature", &signature),
        ("authorization", "Bearer a.b.c"),
        ("cookie", &cookie),
    ];
    let form_headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
    vec![
        world.send(method, path, &[], "").await,
        world.send(method, path, &form_headers, form).await,
        world.send(method, path, &forged, json!({ "id": "evt_1", "object": "event" }).to_string()).await,
        world.send(method, path, &[("stripe-signature", "t=1,v1=0")], "{}").await,
    ]
}

/// Returns a route's path with a value for each parameter. The values have the right format.
fn filled(path: &str) -> String {
    let id = "0198c0de-0000-7000-8000-00000000dead";
    path.replace("{token}", &"A".repeat(43))
        .replace("{id}", &format!("org_{id}"))
        .replace("{user}", &format!("usr_{id}"))
        .replace("{invitation}", id)
        .replace("{task}", "created_project")
        .replace("{change}", "collapse")
        .replace("{file}", "app.css")
        .replace("$default", "/nowhere")
}

#[tokio::test]
async fn visitors_never_page_in_any_configuration() {
    let signals = PagingSignals::read();
    let routes = Template::parse(aws_local::template::TEXT, &BTreeMap::new()).unwrap().routes;
    assert!(routes.len() > 40);
    for (case, config) in incomplete() {
        let capture_guard = capture();
        let world = World::with(config).await;
        if case.ends_with("useless") {
            world.stack.system().cloud.secrets.put(MISSING_SECRET, "useless");
            world.advance("10s").await;
        }
        for route in &routes {
            let path = filled(&route.path);
            let responses = send_requests(&world, route.method.as_deref().unwrap_or("GET"), &path).await;
            let fired = signals.fired(&responses);
            assert!(fired.is_empty(), "{case}, {:?} {path}: {fired:?} {:#?}", route.method, log_lines());
        }
        world.settle().await;
        let fired = signals.fired(&[]);
        assert!(fired.is_empty(), "{case}: {fired:?} {:#?}", log_lines());
        drop(capture_guard);
    }
}

#[tokio::test]
async fn missing_webhook_secret_is_a_503_and_a_ticket() {
    let _capture = capture();
    let world = World::with(Config::memory().set("STRIPE_WEBHOOK_SECRET", "")).await;
    let response = world.send("POST", "/billing/webhooks/stripe", &[], "{}").await;
    assert_eq!((response.status, response.header("retry-after").is_empty()), (503, false));
    assert_eq!(counted("WebhookSecretMissing"), 1);
    assert_eq!(log_lines().iter().map(|line| &line["level"]).collect::<Vec<_>>(), ["WARN"]);
    let watch = Watch::read();
    let of_metric = |alarm: &&Alarm| alarm.series.iter().any(|it| it.metric == "WebhookSecretMissing");
    let alarm = watch.alarms.iter().find(of_metric).unwrap();
    assert_eq!(alarm.notifies, "!Ref Tickets");
}

#[tokio::test]
async fn mistyped_address_at_sign_up_pages_no_one() {
    let (_capture, signals) = (capture(), PagingSignals::read());
    let world = World::new().await;
    world.trialing("Acme", "jo@exmaple.com").await;
    let mail = world.mails("welcome").await.remove(0);
    let bounce = json!({ "bounceType": "Permanent", "bounceSubType": "NoEmail" });
    world.ses(&mail, "Bounce", bounce).await;
    world.settle().await;
    assert_eq!(counted("MailBounced"), 1);
    assert_eq!(signals.fired(&[]), BTreeSet::new());
}

/// Shows that the tests above can fail: a missing permission stops a release and pages.
#[tokio::test]
async fn missing_permission_stops_a_release_and_pages() {
    let (_capture, signals) = (capture(), PagingSignals::read());
    let world = World::new().await;
    world.inject(json!([{ "service": "dynamodb", "rate": 1.0, "kind": "access_denied" }])).await;
    let response = world.visitor().submit("/login", &[("email", "jo@example.com")]).await;
    assert_eq!(response.status, 500, "{}", response.text());
    assert_eq!(signals.fired(&[response]), BTreeSet::from(["AnswersFailed", "RequestsFailed"]));
    assert!(!counted::measured("MailSent").iter().any(|it| *it > 0));
}

#[test]
fn alarms_that_a_visitor_can_cause_are_tickets() {
    let watch = Watch::read();
    // Alarms that a visitor can cause: by many requests at once, by unusual names, by mistyped
    // addresses or those of other people, and by sign-ups that never pay.
    let outside = [
        "RequestsThrottled",
        "RequestsTurnedAway",
        "WorkersThrottled",
        "WebhookSecretMissing",
        "WebhookRefused",
        "MailFailed",
        "MailBouncing",
        "MailComplained",
        "ItemLarge",
        "TrialsWithoutPaymentMethod",
    ];
    for id in outside {
        let alarm = watch.alarms.iter().find(|alarm| alarm.id == id).unwrap();
        assert_eq!(alarm.notifies, "!Ref Tickets", "{id}");
    }
    // A visitor can raise two metrics of API Gateway: its 5xx count with a flood of requests, and
    // its latency with a slow client. No paging alarm may read them.
    for alarm in watch.alarms.iter().filter(|alarm| alarm.notifies == "!Ref Topic") {
        for series in alarm.series.iter().filter(|it| it.namespace == "AWS/ApiGateway") {
            assert!(["Count", "IntegrationLatency"].contains(&series.metric.as_str()), "{}", alarm.id);
        }
        assert!(!alarm.series.iter().any(|it| it.metric == "Throttles"), "{}", alarm.id);
    }
}
