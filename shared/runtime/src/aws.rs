//! Configuration for calls of AWS services.

use std::{fmt, time::Duration};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion,
    http::{SharedHttpClient, http_client_fn},
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{
    env::{ConfigErrors, Env},
    http::{self, Addresses},
};

/// The root certificates of AWS endpoints (www.amazontrust.com/repository). The binary contains them,
/// because reading the certificates of the machine would take longer than the rest of the startup.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("amazon_roots/AmazonRootCA1.cer"),
    include_bytes!("amazon_roots/AmazonRootCA2.cer"),
    include_bytes!("amazon_roots/AmazonRootCA3.cer"),
    include_bytes!("amazon_roots/AmazonRootCA4.cer"),
    include_bytes!("amazon_roots/SFSRootCAG2.cer"),
];
/// Maximum duration until a connection is open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Configuration for all calls of AWS services by a function. The calls share one HTTP client and one
/// connection pool.
///
/// The configuration does not use the SDK's default provider chain, which searches files,
/// variables, and network endpoints for the region and the credentials. This search is not needed,
/// because Lambda always sets both as environment variables (AWS Lambda guide, "Using Lambda
/// environment variables").
#[derive(Clone)]
pub struct Aws {
    pub(crate) region: Region,
    pub(crate) credentials: SharedCredentialsProvider,
    pub(crate) http: SharedHttpClient,
    endpoints: Env,
}

impl Aws {
    /// Creates a configuration with the given HTTP client. Tests pass a client that responds to
    /// calls, records them, or makes them fail.
    #[must_use]
    pub fn new(region: String, credentials: Credentials, http: SharedHttpClient) -> Self {
        let (region, credentials) = (Region::new(region), SharedCredentialsProvider::new(credentials));
        Self { region, credentials, http, endpoints: Env::default() }
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
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(AMAZON_ROOTS.map(CertificateDer::from));
        if let Some(path) = env.get("AWS_CA_BUNDLE") {
            let further =
                CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let (added, _) = roots.add_parsable_certificates(further.unwrap_or_default());
            if added == 0 {
                vars.error("AWS_CA_BUNDLE", "the path of a PEM file of certificates");
            }
        }
        let parts = (|| Some((region?, key?, secret?)))();
        vars.finish(parts).map(|(region, key, secret)| Self {
            region: Region::new(region),
            credentials: SharedCredentialsProvider::new(Credentials::new(key, secret, token, None, "lambda")),
            http: {
                let connector = http::connector(roots, CONNECT_TIMEOUT, Addresses::All);
                http_client_fn(move |_, _| connector.clone())
            },
            endpoints: env.clone(),
        })
    }

    /// Returns the configuration for calls of one service.
    ///
    /// `name` is the lowercase form of the service name in `AWS_ENDPOINT_URL_<NAME>`: `dynamodb`,
    /// `sesv2`, `eventbridge`, `sqs`, or `secrets_manager`.
    ///
    /// Each attempt ends after at most 3 seconds. Each operation, with all its attempts, ends after
    /// at most 8 seconds. By default, the SDK does not limit these durations. A connection without
    /// a response would then block an invocation until Lambda ends the invocation.
    #[must_use]
    pub fn service(&self, name: &str) -> SdkConfig {
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(self.credentials.clone())
            .http_client(self.http.clone())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(timeouts())
            .retry_config(RetryConfig::standard())
            // Responses are small JSON documents, so the timeout of an attempt is enough to end a
            // stalled response.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        config.set_endpoint_url(self.endpoint(name).map(str::to_owned));
        config.build()
    }

    /// Returns the URL that replaces the endpoint of a service, if one is configured.
    fn endpoint(&self, name: &str) -> Option<&str> {
        let of_service = self.endpoints.get(&format!("AWS_ENDPOINT_URL_{}", name.to_ascii_uppercase()));
        of_service.or_else(|| self.endpoints.get("AWS_ENDPOINT_URL"))
    }
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(8))
        .build()
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("region", &self.region).finish_non_exhaustive()
    }
}
