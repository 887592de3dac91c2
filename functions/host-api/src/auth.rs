//! Authentication of the host app's server by its API key.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::WWW_AUTHENTICATE, request::Parts},
};
use host_auth::{ApiKey, ApiKeys, ApiScope};
use runtime::{Aws, SecretCache, SecretFormat, SecretSource};
use telemetry::LogArea;
use web::{Kind, Problem};

use crate::{App, words};

/// Proof that a request has a valid key. A handler gets it before the other parts of the request, so
/// a caller without a key learns nothing else.
#[derive(Debug)]
pub struct Caller {
    key: ApiKey,
    /// The origin of the stage, without a trailing slash.
    pub origin: String,
}

/// Proof that a request has a key that may write.
#[derive(Debug)]
pub struct Writer(());

impl Caller {
    /// Returns the key of the request.
    pub const fn key(&self) -> &ApiKey {
        &self.key
    }

    /// Returns the proof that the key may write.
    ///
    /// # Errors
    /// 403 for a key that only reads.
    pub fn writer(&self) -> Result<Writer, Problem> {
        match self.key.scope {
            ApiScope::Full => Ok(Writer(())),
            ApiScope::Read => Err(Problem::new(Kind::Forbidden, words::READ_ONLY).within(LogArea::Access)),
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let key = app.authenticate(&parts.headers).await?;
        Ok(Self { key, origin: web::origin_of_parts(&parts.headers, &parts.extensions) })
    }
}

impl App {
    /// Verifies the key of a request. No cookie is read.
    ///
    /// # Errors
    /// 401, with the same response for a missing, an unknown, and a malformed key.
    async fn authenticate(&self, headers: &HeaderMap) -> Result<ApiKey, Problem> {
        let token = web::bearer(headers).unwrap_or_default();
        let verified = self.keys.verify(self.now(), |keys| keys.verify(token), |_| true).await;
        verified.map_err(|why| {
            Problem::new(Kind::Unauthorized, words::NO_KEY)
                .header(WWW_AUTHENTICATE, "Bearer realm=\"onramp\"")
                .because(why)
                .within(LogArea::Access)
        })
    }
}

/// Creates the cache of the keys.
pub fn api_keys(source: SecretSource<ApiKeys>, aws: &Aws) -> SecretCache<ApiKeys> {
    let format = SecretFormat {
        name: "API keys",
        area: LogArea::Access,
        expected: ApiKeys::EXPECTED,
        parse: Box::new(ApiKeys::parse),
    };
    SecretCache::new(source, aws, format)
}
