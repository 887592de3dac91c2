//! The kinds of problems, with their status, type, and title.

use axum::http::StatusCode;

use crate::words::title;

/// Kind of a problem. Each kind has one status, one type, and one title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request is malformed.
    BadRequest,
    /// The request has no valid session or token.
    Unauthorized,
    /// The organization has no full access; a plan restores it.
    PaymentRequired,
    /// The caller may not do this.
    Forbidden,
    /// The item does not exist, or the caller may not see it.
    NotFound,
    /// The path exists only under other methods.
    MethodNotAllowed,
    /// The request contradicts the stored state.
    Conflict,
    /// The resource has another version than the request names.
    PreconditionFailed,
    /// The body exceeds the size limit.
    TooLarge,
    /// One or more fields have an invalid value.
    Invalid,
    /// A rate limit rejected the request.
    TooMany,
    /// An unexpected failure of this system.
    Internal,
    /// A dependency does not respond, or configuration is missing.
    Unavailable,
}

impl Kind {
    /// All kinds, in the order of their status codes.
    pub const ALL: [Self; 13] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::PaymentRequired,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::PreconditionFailed,
        Self::TooLarge,
        Self::Invalid,
        Self::TooMany,
        Self::Internal,
        Self::Unavailable,
    ];

    /// Returns the HTTP status code.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::PaymentRequired => StatusCode::PAYMENT_REQUIRED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns the `type` member of the problem: a URI reference that is relative to the stage's
    /// origin.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::BadRequest => "/problems/bad-request",
            Self::Unauthorized => "/problems/unauthorized",
            Self::PaymentRequired => "/problems/payment-required",
            Self::Forbidden => "/problems/forbidden",
            Self::NotFound => "/problems/not-found",
            Self::MethodNotAllowed => "/problems/method-not-allowed",
            Self::Conflict => "/problems/conflict",
            Self::PreconditionFailed => "/problems/precondition-failed",
            Self::TooLarge => "/problems/too-large",
            Self::Invalid => "/problems/invalid",
            Self::TooMany => "/problems/too-many-requests",
            Self::Internal => "/problems/internal",
            Self::Unavailable => "/problems/unavailable",
        }
    }

    /// Returns the `title` member, which is also the heading of the error page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => title::BAD_REQUEST,
            Self::Unauthorized => title::UNAUTHORIZED,
            Self::PaymentRequired => title::PAYMENT_REQUIRED,
            Self::Forbidden => title::FORBIDDEN,
            Self::NotFound => title::NOT_FOUND,
            Self::MethodNotAllowed => title::METHOD_NOT_ALLOWED,
            Self::Conflict => title::CONFLICT,
            Self::PreconditionFailed => title::PRECONDITION_FAILED,
            Self::TooLarge => title::TOO_LARGE,
            Self::Invalid => title::INVALID,
            Self::TooMany => title::TOO_MANY,
            Self::Internal => title::INTERNAL,
            Self::Unavailable => title::UNAVAILABLE,
        }
    }
}
