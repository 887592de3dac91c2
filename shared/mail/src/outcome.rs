//! What SES's answer, or its silence, says about whether a mail went out.

use std::{error::Error, io};

use aws_sdk_sesv2::{
    error::{ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::ConnectorError};
use domain::delivery::Outcome;

type SendError = SdkError<SendEmailError, HttpResponse>;

/// The one question: may the mail have gone out? Only a sure no is ever tried again.
pub(crate) fn of(error: &SendError) -> Outcome {
    match error {
        // Failed before a byte was written.
        SdkError::ConstructionFailure(_) => Outcome::NotSent,
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) if never_connected(error) => Outcome::NotSent,
            _ => Outcome::Ambiguous,
        },
        SdkError::ServiceError(refusal) => of_refusal(refusal.err(), refusal.raw().status().as_u16()),
        // The request went out and no answer, or none that can be read, came back.
        _ => Outcome::Ambiguous,
    }
}

fn of_refusal(refusal: &SendEmailError, status: u16) -> Outcome {
    match refusal {
        SendEmailError::BadRequestException(_) if names_address(refusal.message()) => Outcome::BadAddress,
        SendEmailError::BadRequestException(_) | SendEmailError::MessageRejected(_) => Outcome::Refused,
        // The sender's own domain: no mail goes out until its DNS is repaired. Not found is the configuration set, so no
        // mail that names it goes out until it exists.
        SendEmailError::AccountSuspendedException(_)
        | SendEmailError::SendingPausedException(_)
        | SendEmailError::MailFromDomainNotVerifiedException(_)
        | SendEmailError::NotFoundException(_) => Outcome::Paused,
        SendEmailError::LimitExceededException(_) | SendEmailError::TooManyRequestsException(_) => {
            Outcome::Throttled
        }
        _ if status == 429 || refusal.code() == Some("ThrottlingException") => Outcome::Throttled,
        // Codes that every AWS service may give, such as `AccessDeniedException` or `ThrottlingException`: refused at
        // the door, and curable without touching the mail.
        _ if (400..500).contains(&status) => Outcome::NotSent,
        _ => Outcome::Ambiguous,
    }
}

/// How SES begins the message of a request with an address that it cannot read. There is no code for it. The sender's
/// address is checked before a function starts, so the recipient's is meant.
const OF_ADDRESSES: [&str; 8] = [
    "Domain ",
    "Illegal address",
    "Invalid domain",
    "Local address ",
    "Missing domain",
    "Missing final '@domain'",
    "Missing local name",
    "User name is missing",
];

fn names_address(message: Option<&str>) -> bool {
    message.is_some_and(|message| OF_ADDRESSES.iter().any(|start| message.starts_with(start)))
}

/// Whether the connection was never made: the name not found, the port closed, the handshake failed or too slow.
fn never_connected(error: &ConnectorError) -> bool {
    std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| error.source()).any(|error| {
        error
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect)
            || error
                .downcast_ref::<io::Error>()
                .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    }) || marked_never_connected(error)
}

/// The connector's own mark for it, which has no accessor but shows in `Debug`.
fn marked_never_connected(error: &ConnectorError) -> bool {
    format!("{error:?}").ends_with("connection: NeverConnected }")
}

/// Says what went wrong, by code: a message of SES's may contain the recipient's address.
pub(crate) fn log(error: &SendError, outcome: Outcome, kind: &str) {
    let code = error.code().unwrap_or(match error {
        SdkError::ConstructionFailure(_) => "construction failure",
        SdkError::DispatchFailure(_) => "dispatch failure",
        SdkError::TimeoutError(_) => "timeout",
        _ => "unreadable answer",
    });
    let status = error.raw_response().map(|response| response.status().as_u16());
    match outcome {
        Outcome::Paused => {
            tracing::error!(
                kind,
                code,
                status,
                "SES lets no mail of this account out: all mail waits until that is mended"
            );
        }
        Outcome::Refused => tracing::error!(kind, code, status, "SES refused a mail for good"),
        Outcome::BadAddress => {
            tracing::warn!(
                kind,
                code,
                status,
                "SES refused the recipient's address; treating it as a bounce"
            );
        }
        Outcome::Ambiguous => tracing::error!(kind, code, status, "SES gave no sure answer to a mail"),
        Outcome::NotSent | Outcome::Throttled | Outcome::Accepted => {
            tracing::warn!(kind, code, status, "a mail was not sent and will be tried again");
        }
    }
}
