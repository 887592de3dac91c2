//! Recognizes the browser that requested or used an emailed link.

use axum::{http::header::SET_COOKIE, response::Response};
use domain::secret::{Hash, Secret};
use http::HeaderMap;

use crate::App;

/// A random value that identifies the browser in which a user requests or opens a link.
///
/// A cookie stores the value for 10 minutes.
pub enum Browser {
    /// The value that the request sent.
    Known(Secret),
    /// A new value, because the request sent none. The response sets its cookie.
    New(Secret),
}

impl Browser {
    /// Returns the value that the request sent, or a new one.
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        match web::browser::secret(headers) {
            Some(secret) => Self::Known(secret),
            None => Self::New(Secret::new(app.entropy.bytes())),
        }
    }

    /// Returns the hash of the value that the request sent, or `None` if it sent none.
    pub fn hash(&self) -> Option<Hash> {
        match self {
            Self::Known(secret) => Some(secret.hash()),
            Self::New(_) => None,
        }
    }

    /// Adds the cookie to a response if the value is new.
    pub fn set_cookie(&self, mut response: Response) -> Response {
        if let Self::New(secret) = self {
            response.headers_mut().append(SET_COOKIE, web::browser::set(secret));
        }
        response
    }
}

/// Returns the hash of the value that the request sent, or `None` if it sent none.
pub fn browser_hash(headers: &HeaderMap) -> Option<Hash> {
    web::browser::secret(headers).map(|secret| secret.hash())
}
