//! Configuration of AWS SDK clients.

use std::{fmt, time::Duration};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Builder,
    tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion, http::SharedHttpClient,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};

use crate::env::{ConfigErrors, Env};

/// The root certificates of AWS endpoints (Amazon Trust Services). The binary contains them,
/// because reading the certificates of the machine would take longer than the rest of the startup.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// Configuration of all SDK clients of a function. The clients share one HTTP client and one
/// connection pool.
///
/// The configuration does not use the SDK's default provider chain, which searches files,
/// variables, and network endpoints for the region and the credentials. This search is not needed,
/// because Lambda always sets both as environment variables (AWS Lambda guide, "Using Lambda
/// environment variables").
#[derive(Clone)]
pub struct Aws {
    region: Region,
    credentials: Credentials,
    http: SharedHttpClient,
    endpoints: Env,
}

impl Aws {
    /// Creates a configuration with the given HTTP client. Tests pass a client that responds to
    /// calls, records them, or makes them fail.
    #[must_use]
    pub fn new(region: String, credentials: Credentials, http: SharedHttpClient) -> Self {
        Self { region: Region::new(region), credentials, http, endpoints: Env::default() }
    }

    /// Creates the configuration from the environment variables that Lambda sets.
    ///
    /// - Required: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`.
    /// - Optional: `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`, and
    ///   `AWS_CA_BUNDLE`. The last one is the path of a PEM file. Its certificates are trusted in
    ///   addition to the root certificates of AWS.
    ///
    /// # Errors
    /// [`ConfigErrors`] with every variable that is missing or invalid.
    pub fn from_env(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let region = vars.text("AWS_REGION", "the AWS region (set by Lambda)");
        let key = vars.text("AWS_ACCESS_KEY_ID", "the access key id of the role (set by Lambda)");
        let secret = vars.text("AWS_SECRET_ACCESS_KEY", "the secret access key of the role (set by Lambda)");
        let token = env.get("AWS_SESSION_TOKEN").map(str::to_owned);
        let mut roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
        if let Some(path) = env.get("AWS_CA_BUNDLE") {
            match std::fs::read(path) {
                Ok(pem) => roots = roots.with_pem_certificate(pem),
                Err(_) => vars.error("AWS_CA_BUNDLE", "the path of a readable PEM file"),
            }
        }
        let trust = TlsContext::builder().with_trust_store(roots).build().ok();
        if trust.is_none() {
            vars.error("AWS_CA_BUNDLE", "a PEM file of certificates");
        }
        let parts = (|| Some((region?, key?, secret?, trust?)))();
        vars.finish(parts).map(|(region, key, secret, trust)| Self {
            region: Region::new(region),
            credentials: Credentials::new(key, secret, token, None, "lambda"),
            http: Builder::new()
                .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
                .tls_context(trust)
                .build_https(),
            endpoints: env.clone(),
        })
    }

    /// Returns the configuration of one service's client.
    ///
    /// `name` is the lowercase form of the service name in `AWS_ENDPOINT_URL_<NAME>`: `dynamodb`,
    /// `sesv2`, `eventbridge`, or `secrets_manager`.
    ///
    /// Each attempt ends after at most 3 seconds. Each operation, with all its attempts, ends after
    /// at most 8 seconds. By default, the SDK does not limit these durations. A connection without
    /// a response would then block an invocation until Lambda ends the invocation.
    #[must_use]
    pub fn service(&self, name: &str) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(8))
            .build();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .http_client(self.http.clone())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard())
            // Responses are small JSON documents, so the timeout of an attempt is enough to end a
            // stalled response.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        let endpoint = self.endpoints.get(&format!("AWS_ENDPOINT_URL_{}", name.to_ascii_uppercase()));
        if let Some(url) = endpoint.or_else(|| self.endpoints.get("AWS_ENDPOINT_URL")) {
            config = config.endpoint_url(url);
        }
        config.build()
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("region", &self.region).finish_non_exhaustive()
    }
}
