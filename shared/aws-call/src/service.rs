//! A service, and calls of its operations.

use std::{error::Error, fmt::Debug};

use aws_smithy_runtime::client::{
    http::connection_poisoning::ConnectionPoisoningInterceptor,
    identity::IdentityCache,
    orchestrator::{endpoints::StaticUriEndpointResolver, invoke},
    retries::classifiers::HttpStatusCodeClassifier,
};
use aws_smithy_runtime_api::client::{
    auth::{
        AuthSchemeOptionResolverParams, SharedAuthScheme, static_resolver::StaticAuthSchemeOptionResolver,
    },
    endpoint::EndpointResolverParams,
    interceptors::{SharedInterceptor, context::Input},
    orchestrator::HttpResponse,
    result::SdkError,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::{RuntimePlugin, RuntimePlugins, StaticRuntimePlugin},
};
use aws_smithy_types::config_bag::Layer;
use aws_types::{SdkConfig, region::Region};

use crate::{
    retries::Retries,
    signer::{SCHEME, Signer},
};

/// An operation of a service, such as `GetItem` of DynamoDB.
pub trait Operation {
    /// The parameters of the call.
    type Input: Debug + Send + Sync + 'static;
    /// The content of a successful response.
    type Output: Debug + Send + Sync + 'static;
    /// The error that the service responds with.
    type Error: Error + Send + Sync + 'static;

    /// Returns what serializes the input and parses the response. Its types must be the types above.
    /// An SDK has it under the name of the operation.
    fn plugin() -> impl RuntimePlugin + 'static;
}

/// A service of AWS.
#[derive(Clone, Debug)]
pub struct Service {
    plugins: RuntimePlugins,
}

impl Service {
    /// Creates a service. `name` is its name in the addresses of its endpoints, and in signatures, such
    /// as `dynamodb`. Without an endpoint URL in `config`, calls go to the endpoint of the region.
    ///
    /// From `config`, calls use the region, the credentials, the HTTP client, the timeouts, the maximum
    /// number of attempts, and the sources of time and sleep.
    #[must_use]
    pub fn new(name: &'static str, config: &SdkConfig) -> Self {
        let region = config.region().map(Region::as_ref).unwrap_or_default();
        let endpoint = config.endpoint_url().map_or_else(|| default_endpoint(name, region), str::to_owned);
        let mut layer = Layer::new(name);
        layer.store_or_unset(config.timeout_config().cloned());
        layer.store_or_unset(config.retry_config().cloned());
        // A call would panic without these parameters. An operation of an SDK replaces them.
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(EndpointResolverParams::new(()));
        let mut components = RuntimeComponentsBuilder::new(name)
            .with_auth_scheme(SharedAuthScheme::new(Signer::new(name, region.to_owned())))
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME])))
            .with_endpoint_resolver(Some(StaticUriEndpointResolver::uri(endpoint)))
            .with_http_client(config.http_client())
            .with_identity_cache(Some(IdentityCache::no_cache()))
            .with_interceptor(SharedInterceptor::permanent(ConnectionPoisoningInterceptor::new()))
            .with_retry_classifier(HttpStatusCodeClassifier::default())
            .with_retry_strategy(Some(Retries))
            .with_sleep_impl(config.sleep_impl())
            .with_time_source(Some(config.time_source().unwrap_or_default()));
        if let Some(credentials) = config.credentials_provider() {
            components.set_identity_resolver(SCHEME, credentials);
        }
        let plugin =
            StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components);
        Self { plugins: RuntimePlugins::new().with_client_plugin(plugin) }
    }

    /// Calls an operation of the service.
    ///
    /// # Errors
    /// [`SdkError::ServiceError`] if the service responds with an error. The other variants state that
    /// there was no response in time, or none that could be parsed.
    pub async fn call<O: Operation>(
        &self,
        input: O::Input,
    ) -> Result<O::Output, SdkError<O::Error, HttpResponse>> {
        let plugins = self.plugins.clone().with_operation_plugin(O::plugin());
        // The two names have no effect.
        let output = invoke("", "", Input::erase(input), &plugins).await;
        #[expect(clippy::expect_used, reason = "an operation states the types of its plugin")]
        output
            .map(|output| output.downcast().expect("the output of the operation"))
            .map_err(|error| error.map_service_error(|it| it.downcast().expect("its error")))
    }
}

/// Returns the endpoint of a service in a region (AWS General Reference, "AWS service endpoints").
fn default_endpoint(name: &str, region: &str) -> String {
    // The other partitions of AWS are isolated, and their services have further domains.
    let domain = match region {
        _ if region.starts_with("cn-") => "amazonaws.com.cn",
        _ if region.starts_with("eusc-") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    format!("https://{name}.{region}.{domain}")
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        sync::{Arc, Mutex},
        time::Duration,
    };

    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_runtime::client::retries::classifiers::TransientErrorClassifier;
    use aws_smithy_runtime_api::{
        box_error::BoxError,
        client::{
            connection::CaptureSmithyConnection,
            http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
            interceptors::context,
            orchestrator::{HttpRequest, OrchestratorError},
            result::ConnectorError,
            retries::classifiers::{ClassifyRetry, RetryAction},
            ser_de::{
                DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
            },
        },
        http::StatusCode,
    };
    use aws_smithy_types::{
        body::SdkBody, config_bag::ConfigBag, error::ErrorMetadata, retry::RetryConfig,
        timeout::TimeoutConfig,
    };
    use tokio::time::{Instant, timeout};

    use super::*;

    /// Sends its input as the body, and returns the body of the response.
    #[derive(Debug)]
    struct Echo;

    impl Operation for Echo {
        type Input = String;
        type Output = String;
        type Error = ErrorMetadata;

        fn plugin() -> impl RuntimePlugin + 'static {
            let mut layer = Layer::new("Echo");
            layer.store_put(SharedRequestSerializer::new(Self));
            layer.store_put(SharedResponseDeserializer::new(Self));
            let components = RuntimeComponentsBuilder::new("Echo")
                .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
                .with_retry_classifier(RetryAfter);
            StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
        }
    }

    impl SerializeRequest for Echo {
        fn serialize_input(&self, input: Input, _config: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
            let mut request = HttpRequest::new(SdkBody::from(input.downcast::<String>().unwrap()));
            request.set_method("POST").unwrap();
            Ok(request)
        }
    }

    impl DeserializeResponse for Echo {
        fn deserialize_nonstreaming(
            &self,
            response: &HttpResponse,
        ) -> Result<context::Output, OrchestratorError<context::Error>> {
            let body = String::from_utf8(response.body().bytes().unwrap().to_vec()).unwrap();
            if response.status().is_success() {
                return Ok(context::Output::erase(body));
            }
            let error = ErrorMetadata::builder().code(body).build();
            Err(OrchestratorError::operation(context::Error::erase(error)))
        }
    }

    /// Asks for a retry after five seconds if the service is too busy.
    #[derive(Debug)]
    struct RetryAfter;

    impl ClassifyRetry for RetryAfter {
        fn classify_retry(&self, context: &context::InterceptorContext) -> RetryAction {
            match context.response() {
                Some(response) if response.status().as_u16() == 429 => {
                    RetryAction::retryable_error_with_explicit_delay(
                        aws_smithy_types::retry::ErrorKind::ThrottlingError,
                        Duration::from_secs(5),
                    )
                }
                _ => RetryAction::NoActionIndicated,
            }
        }

        fn name(&self) -> &'static str {
            "RetryAfter"
        }
    }

    /// Responds with the given statuses in their order, and keeps the requests. Status 0 stands for a
    /// connection that breaks, and 1 for one that is silent.
    #[derive(Clone, Debug, Default)]
    struct Wire {
        statuses: Arc<Mutex<VecDeque<u16>>>,
        requests: Arc<Mutex<Vec<HttpRequest>>>,
    }

    impl Wire {
        fn responding(statuses: &[u16]) -> Self {
            Self { statuses: Arc::new(Mutex::new(statuses.iter().copied().collect())), ..Self::default() }
        }
    }

    impl HttpConnector for Wire {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            // The connector can report its connection, so that a retry can avoid it.
            assert!(request.extension::<CaptureSmithyConnection>().is_some());
            self.requests.lock().unwrap().push(request);
            match self.statuses.lock().unwrap().pop_front().unwrap_or(200) {
                0 => HttpConnectorFuture::ready(Err(ConnectorError::io("reset".into()))),
                1 => HttpConnectorFuture::new(std::future::pending()),
                status => {
                    let status = StatusCode::try_from(status).unwrap();
                    HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from("body"))))
                }
            }
        }
    }

    fn service(wire: &Wire, region: &str, endpoint: Option<&str>, attempts: u32) -> Service {
        let connector = SharedHttpConnector::new(wire.clone());
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("token".to_owned()), None, "test");
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(8))
            .build();
        let mut config = SdkConfig::builder()
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(attempts))
            .http_client(http_client_fn(move |_, _| connector.clone()));
        config.set_endpoint_url(endpoint.map(str::to_owned));
        Service::new("dynamodb", &config.build())
    }

    #[tokio::test]
    async fn request_goes_signed_to_the_endpoint() {
        for (region, endpoint, uri) in [
            ("eu-west-1", None, "https://dynamodb.eu-west-1.amazonaws.com/"),
            ("cn-north-1", None, "https://dynamodb.cn-north-1.amazonaws.com.cn/"),
            ("eusc-de-east-1", None, "https://dynamodb.eusc-de-east-1.amazonaws.eu/"),
            ("eu-west-1", Some("http://localhost:8000"), "http://localhost:8000/"),
        ] {
            let wire = Wire::default();
            let output = service(&wire, region, endpoint, 1).call::<Echo>("input".to_owned()).await;
            assert_eq!(output.unwrap(), "body");
            let requests = wire.requests.lock().unwrap();
            let [request] = requests.as_slice() else { panic!("{requests:?}") };
            assert_eq!((request.uri(), request.body().bytes()), (uri, Some(&b"input"[..])));
            let mut names: Vec<_> = request.headers().iter().map(|(name, _)| name).collect();
            names.sort_unstable();
            assert_eq!(names, ["authorization", "x-amz-date", "x-amz-security-token"]);
            let authorization = request.headers().get("authorization").unwrap();
            let signed = "SignedHeaders=host;x-amz-date;x-amz-security-token,";
            assert!(authorization.contains(signed), "{authorization}");
            let scope = format!("/{region}/dynamodb/aws4_request");
            assert!(authorization.contains(&scope), "{authorization}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_temporary_errors_are_followed_by_another_attempt() {
        // The last two numbers are the attempts and the longest time in seconds.
        for (case, statuses, max_attempts, result, made, longest) in [
            ("success", &[200][..], 3, Ok("body"), 1, 0),
            ("an error of the service", &[500, 200], 3, Ok("body"), 2, 1),
            ("a broken connection", &[0, 0, 200], 3, Ok("body"), 3, 1 + 2),
            ("no response in time", &[1, 200], 3, Ok("body"), 2, 3 + 1),
            ("an error that stays", &[503, 503, 503, 200], 3, Err(Some("body")), 3, 1 + 2),
            ("a connection that stays broken", &[0, 0, 0, 200], 3, Err(None), 3, 1 + 2),
            ("an error of the request", &[400, 200], 3, Err(Some("body")), 1, 0),
            ("one attempt", &[500, 200], 1, Err(Some("body")), 1, 0),
        ] {
            let wire = Wire::responding(statuses);
            let (service, began) = (service(&wire, "eu-west-1", None, max_attempts), Instant::now());
            let call = timeout(Duration::from_mins(1), service.call::<Echo>(String::new()));
            let output = call.await.expect(case);
            let code = |error: SdkError<ErrorMetadata, _>| {
                error.as_service_error().and_then(ErrorMetadata::code).map(str::to_owned)
            };
            let output = output.map_err(code);
            assert_eq!(output.as_deref().map_err(Option::as_deref), result, "{case}");
            assert_eq!(wire.requests.lock().unwrap().len(), made, "{case}");
            let took = began.elapsed();
            assert!(took <= Duration::from_secs(longest), "{case}: {took:?}");
            assert_eq!(made > 1, took > Duration::ZERO, "{case}: {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn service_can_choose_the_delay() {
        let began = Instant::now();
        let wire = Wire::responding(&[429]);
        service(&wire, "eu-west-1", None, 2).call::<Echo>(String::new()).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn call_without_a_response_ends_after_eight_seconds() {
        let (wire, began) = (Wire::responding(&[1, 1, 1]), Instant::now());
        let service = service(&wire, "eu-west-1", None, 3);
        let call = timeout(Duration::from_mins(1), service.call::<Echo>(String::new()));
        let error = call.await.unwrap().unwrap_err();
        assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
        // Three attempts of three seconds would take longer.
        let took = began.elapsed();
        assert!(took <= Duration::from_secs(8) + Duration::from_millis(1), "{took:?}");
    }
}
