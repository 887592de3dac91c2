//! Tests the requests to SES and the outcomes of its responses. A fake HTTP client replaces the
//! connection to SES.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::{
    client::{
        behavior_version::BehaviorVersion,
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::HttpRequest,
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use aws_types::{SdkConfig, region::Region};
use domain::{
    mail::{Claim, NoticeKey, Outcome},
    people::Address,
};
use mail::{ConfigurationSets, Mailer, PlainText, Product, Rendered, Sender, SenderName, SignIn, Tags};
use tokio::{io::AsyncReadExt, net::TcpListener};

/// Behavior of the fake SES endpoint.
#[derive(Clone, Copy, Debug)]
enum Ses {
    Responds(u16, &'static str, &'static str),
    /// The connector reports that it never connected.
    IsUnreachable,
    /// The connector reports only the error of the operating system.
    Fails(io::ErrorKind),
    Hangs,
}

#[derive(Clone, Debug)]
struct Wire {
    ses: Ses,
    requests: Arc<Mutex<Vec<String>>>,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        self.requests.lock().unwrap().push(body);
        let ses = self.ses;
        HttpConnectorFuture::new(async move {
            match ses {
                Ses::Responds(status, code, body) => {
                    let mut response =
                        Response::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
                    response.headers_mut().insert("x-amzn-errortype", code);
                    Ok(response)
                }
                Ses::IsUnreachable => Err(ConnectorError::io("no route".into()).never_connected()),
                Ses::Fails(kind) => Err(ConnectorError::io(io::Error::from(kind).into())),
                Ses::Hangs => std::future::pending().await,
            }
        })
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn mailer(http: SharedHttpClient) -> Mailer {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys("key", "secret", None)))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .http_client(http);
    mailer_of(&config.build())
}

fn mailer_of(config: &SdkConfig) -> Mailer {
    let sender = Sender::new(
        &SenderName::parse("TimeTracker").unwrap(),
        &Address::parse("noreply@timetracker.com").unwrap(),
    );
    let sets =
        ConfigurationSets { notices: Some("onramp-mail".to_owned()), links: Some("onramp-links".to_owned()) };
    Mailer::new(config, sender, sets)
}

fn email() -> Rendered {
    let product = Product {
        name: "TimeTracker".to_owned(),
        dashboard_url: "https://app.example.com".to_owned(),
        public_url: "https://onramp.example.com".to_owned(),
    };
    let secret = domain::secret::Secret::new([7; 32]);
    SignIn { given_name: PlainText::new("Jo"), secret }.render(&product)
}

fn tags() -> Tags {
    Tags::of_notice(
        "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
        &NoticeKey::Welcome,
        "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
        &Claim("c1a1".to_owned()),
    )
}

/// Returns a mailer whose requests SES accepts, and the bodies of these requests.
fn accepting() -> (Mailer, Arc<Mutex<Vec<String>>>) {
    let wire = Wire { ses: Ses::Responds(200, "", r#"{"MessageId":"1"}"#), requests: Arc::default() };
    let requests = Arc::clone(&wire.requests);
    (mailer(SharedHttpClient::new(wire)), requests)
}

async fn send(mailer: &Mailer) -> Outcome {
    mailer.send(&Address::parse("jo@acme.example").unwrap(), &email(), &tags()).await
}

#[tokio::test(start_paused = true)]
async fn each_result_maps_to_one_outcome_without_retry() {
    use Outcome::{Accepted, Ambiguous, NotSent, Paused, Refused, Throttled};
    for (ses, outcome) in [
        (Ses::Responds(200, "", r#"{"MessageId":"1"}"#), Accepted),
        (Ses::Responds(429, "TooManyRequestsException", "{}"), Throttled),
        (Ses::Responds(400, "LimitExceededException", "{}"), Throttled),
        (Ses::Responds(400, "SendingPausedException", "{}"), Paused),
        (Ses::Responds(400, "AccountSuspendedException", "{}"), Paused),
        (Ses::Responds(400, "ThrottlingException", "{}"), Throttled),
        (Ses::Responds(429, "", "{}"), Throttled),
        (Ses::Responds(403, "AccessDeniedException", "{}"), NotSent),
        (Ses::Responds(409, "ConflictException", "{}"), NotSent),
        (Ses::Responds(400, "BadRequestException", "{}"), Refused),
        (
            Ses::Responds(400, "MessageRejected", r#"{"message":"Domain contains illegal character"}"#),
            Refused,
        ),
        (Ses::Responds(400, "MessageRejected", "{}"), Refused),
        (Ses::Responds(400, "MailFromDomainNotVerifiedException", "{}"), Paused),
        (Ses::Responds(404, "NotFoundException", "{}"), Paused),
        (Ses::Responds(500, "InternalFailure", "{}"), Ambiguous),
        (Ses::Responds(503, "", "<html>busy</html>"), Ambiguous),
        (Ses::Responds(200, "", "not json"), Ambiguous),
        (Ses::IsUnreachable, NotSent),
        (Ses::Fails(io::ErrorKind::ConnectionRefused), NotSent),
        (Ses::Fails(io::ErrorKind::ConnectionReset), Ambiguous),
        (Ses::Hangs, Ambiguous),
    ] {
        let wire = Wire { ses, requests: Arc::default() };
        assert_eq!(send(&mailer(SharedHttpClient::new(wire.clone()))).await, outcome, "{ses:?}");
        assert_eq!(wire.requests.lock().unwrap().len(), 1, "{ses:?}");
    }
}

#[tokio::test]
async fn bad_request_about_an_address_is_recognized_by_its_message() {
    use Outcome::{BadAddress, Refused};
    for (body, outcome) in [
        (r#"{"message":"Domain contains illegal character"}"#, BadAddress),
        (r#"{"message":"Illegal address"}"#, BadAddress),
        (r#"{"message":"Invalid domain name: 'acme..example'."}"#, BadAddress),
        (r#"{"message":"Local address contains control or whitespace"}"#, BadAddress),
        (r#"{"message":"Missing domain"}"#, BadAddress),
        (r#"{"message":"Missing final '@domain'"}"#, BadAddress),
        (r#"{"message":"Missing local name"}"#, BadAddress),
        (r#"{"message":"User name is missing"}"#, BadAddress),
        (r#"{"message":"Configuration set is misspelled"}"#, Refused),
        (r#"{"message":"The header says: Missing domain"}"#, Refused),
    ] {
        let wire = Wire { ses: Ses::Responds(400, "BadRequestException", body), requests: Arc::default() };
        assert_eq!(send(&mailer(SharedHttpClient::new(wire))).await, outcome, "{body}");
    }
}

#[tokio::test]
async fn request_contains_recipient_both_parts_and_tags() {
    let (mailer, requests) = accepting();
    send(&mailer).await;
    let requests = requests.lock().unwrap();
    for part in [
        "\"FromEmailAddress\":\"TimeTracker <noreply@timetracker.com>\"",
        "\"Destination\":{\"ToAddresses\":[\"jo@acme.example\"]}",
        "\"Subject\":{\"Data\":\"Sign in to TimeTracker\",\"Charset\":\"UTF-8\"}",
        "\"ConfigurationSetName\":\"onramp-mail\"",
        "{\"Name\":\"Auto-Submitted\",\"Value\":\"auto-generated\"}",
        "\"Text\":{\"Data\":\"Hello Jo,",
        "\"Html\":{\"Data\":\"<!DOCTYPE html>",
    ] {
        assert!(requests[0].contains(part), "{part}");
    }
    for (name, value) in tags().pairs() {
        assert!(requests[0].contains(&format!("{{\"Name\":\"{name}\",\"Value\":\"{value}\"}}")), "{name}");
    }
}

#[tokio::test]
async fn link_emails_use_the_set_without_suppression() {
    let (mailer, requests) = accepting();
    let (jo, claim) = (Address::parse("jo@acme.example").unwrap(), Claim("c1a1".to_owned()));
    let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
    let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
    let invitation = Tags::of_invitation(org, "0198c0de", &claim);
    for tags in [Tags::of_sign_in("0198c0de", user, &claim), invitation, tags()] {
        mailer.send(&jo, &email(), &tags).await;
    }
    let requests = requests.lock().unwrap();
    for (request, set) in requests.iter().zip(["onramp-links", "onramp-links", "onramp-mail"]) {
        assert!(request.contains(&format!("\"ConfigurationSetName\":\"{set}\"")), "{request}");
    }
}

#[tokio::test]
async fn unsubscribe_headers_are_set_only_with_a_url() {
    let (mailer, requests) = accepting();
    let url = "https://onramp.example.com/mail/unsubscribe/08".to_owned();
    let address = Address::parse("jo@acme.example").unwrap();
    for unsubscribe_url in [None, Some(url)] {
        mailer.send(&address, &Rendered { unsubscribe_url, ..email() }, &tags()).await;
    }
    let requests = requests.lock().unwrap();
    assert!(!requests[0].contains("List-Unsubscribe"));
    for part in [
        "{\"Name\":\"List-Unsubscribe\",\"Value\":\"<https://onramp.example.com/mail/unsubscribe/08>\"}",
        "{\"Name\":\"List-Unsubscribe-Post\",\"Value\":\"List-Unsubscribe=One-Click\"}",
    ] {
        assert!(requests[1].contains(part), "{part}");
    }
}

/// Uses the real HTTP client over the loopback interface.
#[tokio::test]
async fn closed_port_is_not_sent_and_closed_connection_is_ambiguous() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let close_connection = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let read = stream.read(&mut [0; 64]).await.unwrap();
        assert!(read > 0);
    };
    let mailer = mailer_of(&test_support::aws::at(&endpoint).service("sesv2"));
    let (outcome, ()) = tokio::join!(send(&mailer), close_connection);
    assert_eq!(outcome, Outcome::Ambiguous);

    drop(listener);
    assert_eq!(send(&mailer).await, Outcome::NotSent);
}
