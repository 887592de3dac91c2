//! Provides the keys that sign handoff tokens.

use host_auth::Keys;
use runtime::{Aws, SecretCache, SecretFormat, SecretSource};
use telemetry::LogArea;

/// Creates the cache of the keys. Returns `None` without keys.
pub fn signing_keys(source: SecretSource<Keys>, aws: &Aws) -> Option<SecretCache<Keys>> {
    let format = SecretFormat {
        name: "handoff signing keys",
        area: LogArea::Access,
        expected: Keys::EXPECTED,
        parse: Box::new(Keys::parse),
    };
    (!matches!(source, SecretSource::Unset)).then(|| SecretCache::new(source, aws, format))
}
