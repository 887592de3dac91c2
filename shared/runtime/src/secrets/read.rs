//! The call `GetSecretValue` of Secrets Manager.
//!
//! The client in the service's SDK costs more at startup than the call itself. This module uses only
//! the parts that all AWS SDKs share: signing, retries, and timeouts.

use std::fmt;

use aws_runtime::{
    auth::{SigV4OperationSigningConfig, sigv4},
    retries::classifiers::AwsErrorCodeClassifier,
};
use aws_smithy_runtime::client::{
    identity::IdentityCache,
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{
            AuthSchemeOptionResolverParams, SharedAuthScheme, static_resolver::StaticAuthSchemeOptionResolver,
        },
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError, SensitiveOutput},
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::Layer, error::ErrorMetadata, retry::RetryConfig};
use aws_types::{SigningName, region::SigningRegion};
use serde::Deserialize;

use crate::aws::{self, Aws};

/// Reads the secret with an ARN. An error has only the code of Secrets Manager.
pub(super) type Read = Operation<String, Value, ErrorMetadata>;

/// The response of `GetSecretValue`, without the fields that nothing needs.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Value {
    /// The secret, or `None` if it is not text.
    pub secret_string: Option<String>,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value")
    }
}

/// The response with an error.
#[derive(Deserialize)]
struct Failure {
    #[serde(rename = "__type")]
    kind: String,
}

impl Failure {
    /// Returns the code of the error, which can follow a namespace and `#`, and precede `:` and a URL
    /// (AWS JSON 1.1 protocol, "Operation error serialization").
    fn code(&self) -> &str {
        let kind = self.kind.split(':').next().unwrap_or_default();
        kind.rsplit('#').next().unwrap_or_default()
    }
}

/// Prepares the call (AWS Secrets Manager API reference, "GetSecretValue").
pub(super) fn operation(aws: &Aws) -> Read {
    let mut config = Layer::new("GetSecretValue");
    // Otherwise, the log level `trace` would show the response.
    config.store_put(SensitiveOutput);
    config.store_put(AuthSchemeOptionResolverParams::new(()));
    config.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(aws.region.clone())),
        name: Some(SigningName::from_static("secretsmanager")),
        ..SigV4OperationSigningConfig::default()
    });
    let components = RuntimeComponentsBuilder::new("GetSecretValue")
        .with_auth_scheme(SharedAuthScheme::new(sigv4::SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID])))
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_identity_resolver(sigv4::SCHEME_ID, aws.credentials.clone());
    Operation::builder()
        .service_name("Secrets Manager")
        .operation_name("GetSecretValue")
        .endpoint_url(&endpoint(aws))
        .http_client(aws.http.clone())
        .sleep_impl(aws::sleep())
        .timeout_config(aws::timeouts())
        .standard_retry(&RetryConfig::standard())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .runtime_plugin(
            StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components),
        )
        .serializer(request)
        .deserializer(parse)
        .build()
}

fn endpoint(aws: &Aws) -> String {
    let region = aws.region.as_ref();
    // The other partitions of AWS are isolated, and their services have further domains.
    let domain = match region {
        _ if region.starts_with("cn-") => "amazonaws.com.cn",
        _ if region.starts_with("eusc-") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    aws.endpoint("secrets_manager")
        .map_or_else(|| format!("https://secretsmanager.{region}.{domain}"), str::to_owned)
}

fn request(arn: String) -> Result<HttpRequest, BoxError> {
    let body = serde_json::Value::from_iter([("SecretId", arn)]).to_string();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    let headers = request.headers_mut();
    headers.insert("content-type", "application/x-amz-json-1.1");
    headers.insert("x-amz-target", "secretsmanager.GetSecretValue");
    Ok(request)
}

fn parse(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let error = |code: &str| OrchestratorError::operation(ErrorMetadata::builder().code(code).build());
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return serde_json::from_slice(body).map_err(|_| error("invalid response"));
    }
    match serde_json::from_slice::<Failure>(body) {
        Ok(failure) => Err(error(failure.code())),
        Err(_) => Err(error("no code")),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;

    use super::*;

    #[test]
    fn error_has_only_the_code_of_the_response() {
        for (status, body, code) in [
            (400, r#"{"__type":"ResourceNotFoundException","message":"x"}"#, "ResourceNotFoundException"),
            (400, r#"{"__type":"com.amazonaws#AccessDeniedException"}"#, "AccessDeniedException"),
            (400, r#"{"__type":"ThrottlingException:http://example.com/"}"#, "ThrottlingException"),
            (500, "<html>", "no code"),
            (200, "<html>", "invalid response"),
        ] {
            let status = StatusCode::try_from(status).unwrap();
            let error = parse(&HttpResponse::new(status, SdkBody::from(body))).unwrap_err();
            assert_eq!(error.as_operation_error().and_then(ErrorMetadata::code), Some(code), "{body}");
        }
    }
}
