use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::json;

use super::*;

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:1:secret:x";

/// Secrets Manager with one secret, or without a secret if the text is `None`.
#[derive(Clone, Debug, Default)]
struct SecretsManager {
    text: Arc<Mutex<Option<&'static str>>>,
    reads: Arc<AtomicUsize>,
    /// Whether the next read is throttled.
    throttles: Arc<AtomicBool>,
}

impl HttpConnector for SecretsManager {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name| request.headers().get(name).unwrap_or_default();
        assert_eq!(request.uri(), "https://secretsmanager.eu-west-1.amazonaws.com/");
        assert_eq!(header("x-amz-target"), "secretsmanager.GetSecretValue");
        assert!(header("authorization").contains("/eu-west-1/secretsmanager/aws4_request"));
        assert_eq!(request.body().bytes(), Some(json!({ "SecretId": ARN }).to_string().as_bytes()));
        self.reads.fetch_add(1, Ordering::Relaxed);
        let (status, body) = match *self.text.lock().unwrap() {
            _ if self.throttles.swap(false, Ordering::Relaxed) => {
                (400, json!({ "__type": "ThrottlingException" }))
            }
            Some(text) => (200, json!({ "SecretString": text })),
            None => (400, json!({ "__type": "ResourceNotFoundException" })),
        };
        let status = StatusCode::try_from(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
    }
}

impl SecretsManager {
    fn cache(&self, source: SecretSource<String>) -> SecretCache<String> {
        let connector = SharedHttpConnector::new(self.clone());
        let http = http_client_fn(move |_, _| connector.clone());
        let aws = Aws::new("eu-west-1".to_owned(), Credentials::new("AK", "SK", None, None, "test"), http);
        let parse = Box::new(|text: &str| text.strip_prefix("good ").map(str::to_owned));
        let format = SecretFormat { name: "secret", area: LogArea::Access, expected: "good …", parse };
        SecretCache::new(source, &aws, format)
    }

    fn put(&self, text: Option<&'static str>) {
        *self.text.lock().unwrap() = text;
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}

fn stored() -> SecretSource<String> {
    SecretSource::Stored(ARN.to_owned())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn variable_contains_the_secret_an_arn_or_nothing() {
    let parse = |text| SecretSource::parse(text, |text| text.parse::<u8>().ok());
    assert_eq!(parse(""), Some(SecretSource::Unset));
    assert_eq!(parse("7"), Some(SecretSource::Inline(7)));
    assert_eq!(parse("arn:aws:x"), Some(SecretSource::Stored("arn:aws:x".to_owned())));
    assert_eq!(parse("hidden"), None);
}

#[tokio::test]
async fn secret_is_read_again_after_its_maximum_age() {
    let manager = SecretsManager::default();
    let cache = manager.cache(stored());
    let minute = SignedDuration::from_mins(1);
    for (text, second, expected, reads) in [
        (None, 0, None, 1),
        (Some("bad"), 1, None, 2),
        (Some("good a"), 2, Some("a"), 3),
        (Some("good b"), 61, Some("a"), 3),
        (Some("good b"), 62, Some("b"), 4),
        (None, 122, Some("b"), 5),
        (None, 123, Some("b"), 6),
    ] {
        manager.put(text);
        let secret = cache.get(Some(minute), at(second)).await;
        assert_eq!((secret.as_deref().map(String::as_str), manager.reads()), (expected, reads), "{second}");
    }
    cache.invalidate().await;
    assert_eq!((cache.get(Some(minute), at(124)).await, manager.reads()), (None, 7));
}

#[tokio::test]
async fn verification_reads_again_at_its_intervals() {
    let manager = SecretsManager::default();
    let cache = manager.cache(stored());
    for (text, second, used, matches, reads) in [
        (None, 0, "a", false, 1),
        (None, 4, "a", false, 1),
        (Some("good a"), 5, "a", true, 2),
        (Some("good b"), 64, "b", false, 2),
        (Some("good b"), 65, "b", true, 3),
        (None, 364, "b", true, 3),
        (None, 365, "b", true, 4),
        (Some("good c"), 424, "c", false, 4),
        (Some("good c"), 425, "malformed", false, 4),
        (Some("good c"), 425, "b", true, 4),
        (Some("good c"), 665, "b", false, 5),
    ] {
        manager.put(text);
        let check = |secret: &String| if secret == used { Ok(()) } else { Err(used) };
        let verified = cache.verify(at(second), check, |used| *used != "malformed").await;
        assert_eq!((verified.is_ok(), manager.reads()), (matches, reads), "{second} {used}");
    }
}

#[tokio::test]
async fn secret_of_a_variable_is_never_read() {
    let manager = SecretsManager::default();
    for (source, expected) in
        [(SecretSource::Unset, None), (SecretSource::Inline("a".to_owned()), Some("a".to_owned()))]
    {
        let cache = manager.cache(source);
        cache.invalidate().await;
        let secret = cache.get(Some(SignedDuration::ZERO), at(0)).await;
        let verified = cache.verify(at(0), |secret| if secret == "b" { Ok(()) } else { Err(()) }, |()| true);
        assert_eq!((secret.as_deref(), verified.await), (expected.as_ref(), Err(())));
    }
    assert_eq!(manager.reads(), 0);
}

#[tokio::test(start_paused = true)]
async fn throttled_read_is_repeated() {
    let service = SecretsManager::default();
    service.put(Some("good 1"));
    service.throttles.store(true, Ordering::Relaxed);
    let secret = service.cache(stored()).get(None, at(0)).await;
    assert_eq!((secret.as_deref().map(String::as_str), service.reads()), (Some("1"), 2));
}
