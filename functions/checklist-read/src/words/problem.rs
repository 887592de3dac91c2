//! The pages of the problem types of API errors.

use web::Kind;

/// The HTTP status of the problem, as "HTTP status 404".
pub fn status(status: u16) -> String {
    format!("HTTP status {status}")
}

/// What the kind of problem means, and what the caller can do about it.
#[expect(clippy::too_many_lines, reason = "it is a table")]
pub const fn text(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::BadRequest => (
            "We couldn’t process the request because its path, query, headers, or body are \
             malformed, or because it names an unknown value.",
            "Correct the request as “detail” describes, and send it again.",
        ),
        Kind::Unauthorized => (
            "The request has no valid credentials. Its session or embed token is missing, invalid, \
             or expired.",
            "Sign in again, or get a new embed token, and repeat the request.",
        ),
        Kind::PaymentRequired => (
            "The organization doesn’t have full access, for example because its trial has ended or \
             its payment is pending, or its plan has no free seat. Its data is safe.",
            "An admin can choose a plan or pay at the address in “upgrade_url”.",
        ),
        Kind::Forbidden => (
            "The request is valid, but the caller isn’t allowed to make it. For example, the user \
             isn’t an admin, or another site sent the request.",
            "Read “detail” for the reason and the next step. Repeating the same request won’t help.",
        ),
        Kind::NotFound => (
            "Nothing exists at this address, or the caller can’t see it. The response is the \
             same in both cases.",
            "Check the address, or ask an admin of the organization for access.",
        ),
        Kind::MethodNotAllowed => (
            "The address exists, but it doesn’t support the method of the request.",
            "Use one of the methods in the “Allow” header.",
        ),
        Kind::Conflict => (
            "The request contradicts stored data, for example because it would remove the \
             organization’s last admin.",
            "Load the current data, then decide whether the request is still needed.",
        ),
        Kind::PreconditionFailed => (
            "The resource has another version than the header “If-Match” names, because it changed \
             after it was read.",
            "Read the resource again, decide again, and send the request with its current version.",
        ),
        Kind::TooLarge => (
            "The body of the request is larger than this address accepts.",
            "Send a smaller body. For a list of events, send fewer events per request.",
        ),
        Kind::Invalid => (
            "The request is well formed, but some of its values are invalid.",
            "Read “detail” and the entries of “errors”, which name each invalid field. Correct the \
             values and send the request again.",
        ),
        Kind::TooMany => (
            "The caller has reached a limit on this kind of request.",
            "Wait for the number of seconds in the “Retry-After” header, then try again.",
        ),
        Kind::Internal => (
            "We couldn’t complete the request because of an internal error. We’ve logged it.",
            "Try again in a few minutes. If the problem persists, contact support and include the \
             “x-request-id” header.",
        ),
        Kind::Unavailable => (
            "This service, or one that it depends on, is temporarily unavailable.",
            "Wait for the number of seconds in the “Retry-After” header, then send the same request \
             again.",
        ),
    }
}
