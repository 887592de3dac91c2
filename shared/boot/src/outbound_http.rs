//! The HTTP client for services other than AWS.

use std::{fmt, time::Duration};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector,
    tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

/// HTTP client for services other than AWS.
///
/// As with [`Aws`](crate::Aws), a test can inject a connector that records or fails calls. The
/// default connector reads the machine's root certificates, which takes time. It is therefore built
/// on first use, and a function that calls only AWS never builds it.
#[derive(Clone)]
pub struct OutboundHttp(Option<SharedHttpConnector>);

impl OutboundHttp {
    /// Uses the network with TLS over `ring`, and trusts the machine's root certificates or
    /// `SSL_CERT_FILE`.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// Uses the given connector.
    #[must_use]
    pub const fn new(connector: SharedHttpConnector) -> Self {
        Self(Some(connector))
    }

    /// Returns a connector with its own connection pool. Call this once, at startup.
    ///
    /// The connector has a connection timeout of two seconds and no response timeout. The caller
    /// must limit the duration of a call.
    #[must_use]
    pub fn connector(&self) -> SharedHttpConnector {
        self.0.clone().unwrap_or_else(network)
    }
}

fn network() -> SharedHttpConnector {
    let connecting = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(2)).build();
    let builder = Connector::builder().connector_settings(connecting).sleep_impl(TokioSleep::new());
    let builder = builder.tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
    let roots = TrustStore::empty().with_native_roots(true);
    let builder = match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context),
        // Without its own context, the builder uses a default one that trusts the same roots.
        Err(_) => builder,
    };
    SharedHttpConnector::new(builder.build())
}

impl fmt::Debug for OutboundHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutboundHttp")
    }
}
