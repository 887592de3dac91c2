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

/// The roots that AWS endpoints chain to (Amazon Trust Services), compiled in:
/// reading a machine's own store costs more than the rest of the start.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// How AWS is reached: one HTTP client with one connection pool for all of a function's SDK clients.
///
/// Deliberately without the SDK's default provider chain: Lambda sets region and credentials
/// as variables ("Using Lambda environment variables" in the AWS Lambda guide).
#[derive(Clone)]
pub struct Aws {
    region: Region,
    credentials: Credentials,
    http: SharedHttpClient,
    endpoints: Env,
}

impl Aws {
    /// AWS behind a given HTTP client. This is the one seam: whoever owns the client sees,
    /// answers, records and disturbs every call.
    #[must_use]
    pub fn new(region: String, credentials: Credentials, http: SharedHttpClient) -> Self {
        Self { region: Region::new(region), credentials, http, endpoints: Env::default() }
    }

    /// AWS as Lambda's variables describe it: `AWS_REGION`, `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; optionally `AWS_ENDPOINT_URL`,
    /// `AWS_ENDPOINT_URL_<SERVICE>`, and `AWS_CA_BUNDLE` (a PEM file trusted besides Amazon's roots).
    ///
    /// # Errors
    /// Every variable that is missing or cannot be used.
    pub fn from_env(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let region = vars.text("AWS_REGION", "the region's name; Lambda sets it");
        let key = vars.text("AWS_ACCESS_KEY_ID", "the role's key id; Lambda sets it");
        let secret = vars.text("AWS_SECRET_ACCESS_KEY", "the role's secret key; Lambda sets it");
        let token = env.get("AWS_SESSION_TOKEN").map(str::to_owned);
        let mut roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
        if let Some(path) = env.get("AWS_CA_BUNDLE") {
            match std::fs::read(path) {
                Ok(pem) => roots = roots.with_pem_certificate(pem),
                Err(_) => vars.fault("AWS_CA_BUNDLE", "the path of a readable PEM file"),
            }
        }
        let trust = TlsContext::builder().with_trust_store(roots).build().ok();
        if trust.is_none() {
            vars.fault("AWS_CA_BUNDLE", "a PEM file of certificates");
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

    /// The configuration for one service's client. `name` is the service as the SDKs spell it in
    /// `AWS_ENDPOINT_URL_<NAME>`, in lower case: `dynamodb`, `sesv2`, `eventbridge`, `secrets_manager`.
    ///
    /// Time-outs are set because the SDK has none by default: without them a hanging
    /// connection holds an invocation until Lambda kills it.
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
            // Answers are small JSON: a stall is caught by the attempt's time-out.
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
