//! How users get to the host app.

use host_auth::Keys;
use runtime::{Aws, BaseUrl, SecretCache, SecretFormat, SecretSource};
use telemetry::LogArea;

/// How users get to the host app.
pub enum HostApp {
    /// There is no host app.
    Absent,
    /// The host app signs users in itself.
    Linked(BaseUrl),
    /// The host app accepts handoff tokens, which these keys sign.
    AcceptsTokens(BaseUrl, SecretCache<Keys>),
}

impl HostApp {
    /// Returns the variant for the configured URL and keys of the host app.
    pub fn new(url: Option<BaseUrl>, keys: SecretSource<Keys>, aws: &Aws) -> Self {
        match (url, keys) {
            (None, _) => Self::Absent,
            (Some(url), SecretSource::Unset) => Self::Linked(url),
            (Some(url), keys) => {
                let format = SecretFormat {
                    name: "handoff signing keys",
                    area: LogArea::Access,
                    expected: Keys::EXPECTED,
                    parse: Box::new(Keys::parse),
                };
                Self::AcceptsTokens(url, SecretCache::new(keys, aws, format))
            }
        }
    }
}
