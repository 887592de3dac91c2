use axum::http::StatusCode;

/// The kinds of problems. Each has one status, one name and one title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read or names something that is not there.
    BadRequest,
    /// There is no session.
    Unauthorized,
    /// The organization has no full access; a payment would give it.
    PaymentRequired,
    /// The caller may not do this.
    Forbidden,
    /// There is nothing here, or nothing that the caller may know of.
    NotFound,
    /// The path exists under other methods.
    MethodNotAllowed,
    /// The request contradicts what is stored.
    Conflict,
    /// The body is too large.
    TooLarge,
    /// Fields have faults.
    Invalid,
    /// Too many of these in a while.
    TooMany,
    /// Our fault.
    Internal,
    /// Something we need does not answer.
    Unavailable,
}

impl Kind {
    /// The status of the answer.
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
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The `type` member: a reference relative to our own origin.
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
            Self::TooLarge => "/problems/too-large",
            Self::Invalid => "/problems/invalid",
            Self::TooMany => "/problems/too-many-requests",
            Self::Internal => "/problems/internal",
            Self::Unavailable => "/problems/unavailable",
        }
    }

    /// The `title` member, and the heading of the page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "There is a mistake in this request",
            Self::Unauthorized => "Sign in first",
            Self::PaymentRequired => "A plan is needed for this",
            Self::Forbidden => "You cannot do this",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "This cannot be done here",
            Self::Conflict => "This does not fit",
            Self::TooLarge => "This is too large",
            Self::Invalid => "Some fields need attention",
            Self::TooMany => "Too many tries",
            Self::Internal => "Something went wrong on our side",
            Self::Unavailable => "We cannot answer right now",
        }
    }
}
