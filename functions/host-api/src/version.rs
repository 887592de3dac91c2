//! The version of an organization as entity tag (RFC 9110, 8.8.3), and the condition of a write.

use axum::{
    http::{
        HeaderMap, HeaderValue,
        header::{ETAG, IF_MATCH},
    },
    response::Response,
};
use domain::org::Org;
use store::Stored;
use web::{Kind, Problem};

use crate::words;

/// The version that an organization must have, so that a write happens. `None` allows every version.
#[derive(Clone, Copy, Debug)]
pub struct Precondition(Option<u64>);

impl Precondition {
    /// Parses `If-Match` (RFC 9110, 13.1.1). `*` matches every version.
    ///
    /// # Errors
    /// 400 for a value that is not an entity tag of an organization.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get(IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')?.parse().ok());
        match version {
            _ if text == "*" => Ok(Self(None)),
            Some(version) => Ok(Self(Some(version))),
            None => Err(Problem::bad_request(words::IF_MATCH)),
        }
    }

    /// Checks the version of an organization.
    ///
    /// # Errors
    /// 412 if it differs.
    pub fn check(self, org: &Stored<Org>) -> Result<(), Problem> {
        match self.0 {
            Some(version) if version != org.version => {
                Err(Problem::new(Kind::PreconditionFailed, words::VERSION_DIFFERS))
            }
            _ => Ok(()),
        }
    }
}

/// Adds the version of an organization as entity tag.
pub fn with_version(mut response: Response, version: u64) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
