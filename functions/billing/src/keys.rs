//! Provides Stripe's secret key.

use runtime::{Aws, SecretCache, SecretFormat, SecretSource};
use stripe::{Mode, client::SecretKey};
use telemetry::LogArea;

/// Creates the cache of the secret key. A stored key is rejected if it is not in the given mode.
pub fn secret_key(source: SecretSource<SecretKey>, mode: Mode, aws: &Aws) -> SecretCache<SecretKey> {
    let format = SecretFormat {
        name: "Stripe secret key",
        area: LogArea::Billing,
        expected: "sk_… or rk_… in the mode of STRIPE_PUBLISHABLE_KEY",
        parse: Box::new(move |text| {
            let key = SecretKey::parse(text.trim()).ok();
            key.filter(|key| key.mode() == mode)
        }),
    };
    SecretCache::new(source, aws, format)
}
