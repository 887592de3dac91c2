//! The call `GetSecretValue` of Secrets Manager.
//!
//! The SDK of the service is not needed for a single operation.

use std::fmt;

use aws_call::{Operation, Service};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::retries::classifiers::TransientErrorClassifier;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::context::{self, Input},
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError, SensitiveOutput},
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::{RuntimePlugin, StaticRuntimePlugin},
        ser_de::{
            DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
        },
    },
};
use aws_smithy_types::{
    body::SdkBody,
    config_bag::{ConfigBag, Layer},
    error::ErrorMetadata,
};
use serde::Deserialize;

use crate::aws::Aws;

/// The operation (AWS Secrets Manager API reference, "GetSecretValue"). Its error has only the code of
/// Secrets Manager.
#[derive(Debug)]
pub(super) struct GetSecretValue;

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

/// Returns Secrets Manager as a service.
pub(super) fn service(aws: &Aws) -> Service {
    Service::new("secretsmanager", &aws.service("secrets_manager"))
}

impl Operation for GetSecretValue {
    /// The ARN of the secret.
    type Input = String;
    type Output = Value;
    type Error = ErrorMetadata;

    fn plugin() -> impl RuntimePlugin + 'static {
        let mut config = Layer::new("GetSecretValue");
        // Otherwise, the log level `trace` would show the response.
        config.store_put(SensitiveOutput);
        config.store_put(SharedRequestSerializer::new(Self));
        config.store_put(SharedResponseDeserializer::new(Self));
        let components = RuntimeComponentsBuilder::new("GetSecretValue")
            .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
            .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new());
        StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components)
    }
}

impl SerializeRequest for GetSecretValue {
    fn serialize_input(&self, input: Input, _config: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        request(input.downcast().map_err(|_| "the input is no ARN")?)
    }
}

impl DeserializeResponse for GetSecretValue {
    fn deserialize_nonstreaming(
        &self,
        response: &HttpResponse,
    ) -> Result<context::Output, OrchestratorError<context::Error>> {
        parse(response)
            .map(context::Output::erase)
            .map_err(|error| error.map_operation_error(context::Error::erase))
    }
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
