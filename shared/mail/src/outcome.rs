//! Maps the result of a `SendEmail` request to a delivery outcome.

use std::{error::Error, io};

use aws_sdk_sesv2::{
    error::{ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::ConnectorError};
use domain::mail::Outcome;

type SendError = SdkError<SendEmailError, HttpResponse>;

/// Returns the outcome of a failed request.
///
/// The outcomes `NotSent`, `Throttled`, and `Paused` permit another attempt. So the result is one
/// of them only if SES definitely did not accept the email.
pub(crate) fn of(error: &SendError) -> Outcome {
    match error {
        // The SDK failed before it wrote to the connection.
        SdkError::ConstructionFailure(_) => Outcome::NotSent,
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) if never_connected(error) => Outcome::NotSent,
            _ => Outcome::Ambiguous,
        },
        SdkError::ServiceError(error) => of_service_error(error.err(), error.raw().status().as_u16()),
        // The request may have been sent, but the response is missing or malformed. So SES may have
        // accepted the email.
        _ => Outcome::Ambiguous,
    }
}

fn of_service_error(error: &SendEmailError, status: u16) -> Outcome {
    match error {
        SendEmailError::BadRequestException(_) if is_address_error(error.message()) => Outcome::BadAddress,
        SendEmailError::BadRequestException(_) | SendEmailError::MessageRejected(_) => Outcome::Refused,
        // No email can be sent until an operator fixes the cause: the state of the account, the DNS
        // records of the MAIL FROM domain, or a missing configuration set (`NotFoundException`).
        SendEmailError::AccountSuspendedException(_)
        | SendEmailError::SendingPausedException(_)
        | SendEmailError::MailFromDomainNotVerifiedException(_)
        | SendEmailError::NotFoundException(_) => Outcome::Paused,
        SendEmailError::LimitExceededException(_) | SendEmailError::TooManyRequestsException(_) => {
            Outcome::Throttled
        }
        _ if status == 429 || error.code() == Some("ThrottlingException") => Outcome::Throttled,
        // Any other 4xx error, such as `AccessDeniedException`. SES did not accept the email, and
        // the cause is not the email itself.
        _ if (400..500).contains(&status) => Outcome::NotSent,
        _ => Outcome::Ambiguous,
    }
}

/// Prefixes of the messages with which SES rejects an invalid address.
///
/// SES has no error code for an invalid address, only these messages. The address of the sender was
/// validated at startup, so such a message is always about the address of the recipient.
const ADDRESS_ERROR_PREFIXES: [&str; 8] = [
    "Domain ",
    "Illegal address",
    "Invalid domain",
    "Local address ",
    "Missing domain",
    "Missing final '@domain'",
    "Missing local name",
    "User name is missing",
];

fn is_address_error(message: Option<&str>) -> bool {
    message.is_some_and(|message| ADDRESS_ERROR_PREFIXES.iter().any(|prefix| message.starts_with(prefix)))
}

/// Returns whether the connection was never established.
///
/// Possible causes are a failed name lookup, a closed port, and a failed or timed-out TLS
/// handshake.
fn never_connected(error: &ConnectorError) -> bool {
    std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source()).any(|error| {
        error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    }) || marked_never_connected(error)
}

/// Returns whether the connector marked the error as `NeverConnected`.
///
/// The error has no method that returns this mark, so this function searches the `Debug` output of
/// the error.
fn marked_never_connected(error: &ConnectorError) -> bool {
    format!("{error:?}").ends_with("connection: NeverConnected }")
}

/// Logs a failed request with its error code.
///
/// The error message of SES is not logged, because it can contain the recipient's address.
pub(crate) fn log(error: &SendError, outcome: Outcome, kind: &str) {
    let code = error.code().unwrap_or(match error {
        SdkError::ConstructionFailure(_) => "construction failure",
        SdkError::DispatchFailure(_) => "dispatch failure",
        SdkError::TimeoutError(_) => "timeout",
        _ => "malformed response",
    });
    let status = error.raw_response().map(|response| response.status().as_u16());
    match outcome {
        Outcome::Paused => {
            tracing::error!(kind, code, status, "failed to send email: SES paused sending for this account");
        }
        Outcome::Refused => {
            tracing::error!(kind, code, status, "failed to send email: SES rejected it permanently")
        }
        Outcome::BadAddress => {
            tracing::warn!(kind, code, status, "failed to send email: SES rejected recipient address");
        }
        Outcome::Ambiguous => {
            tracing::error!(kind, code, status, "failed to confirm email: no clear response from SES")
        }
        Outcome::NotSent | Outcome::Throttled | Outcome::Accepted => {
            tracing::warn!(kind, code, status, "failed to send email; will retry");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_that_was_never_built_was_not_sent() {
        assert_eq!(of(&SdkError::construction_failure("no endpoint")), Outcome::NotSent);
    }
}
