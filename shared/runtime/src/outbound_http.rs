//! The HTTP client for services other than AWS.

use std::{fmt, time::Duration};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector,
    tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

use crate::public_dns::PublicDns;

/// HTTP client for services other than AWS.
///
/// A test can pass its own connector, which records calls or makes them fail. Without it,
/// [`Self::connector`] builds a connector that reads the root certificates of the machine, which
/// takes time. A function that calls only AWS never calls [`Self::connector`], so it does not need
/// this time.
#[derive(Clone)]
pub struct OutboundHttp(Option<SharedHttpConnector>);

impl OutboundHttp {
    /// Creates a client that uses the network, with TLS by the crate `ring`. It trusts the root
    /// certificates of the machine, or those in the file `SSL_CERT_FILE` if this variable is set.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// Creates a client that uses the given connector.
    #[must_use]
    pub const fn new(connector: SharedHttpConnector) -> Self {
        Self(Some(connector))
    }

    /// Returns a connector with its own connection pool. A function calls this method once, at
    /// startup.
    ///
    /// A connector for the network has a connection timeout of two seconds and no response timeout.
    /// So the caller must limit the duration of a call.
    #[must_use]
    pub fn connector(&self) -> SharedHttpConnector {
        self.0.clone().unwrap_or_else(|| network(false))
    }

    /// Returns the same connector, except that it connects only to names with public addresses. Use
    /// it for a URL that the configuration names.
    #[must_use]
    pub fn public_connector(&self) -> SharedHttpConnector {
        self.0.clone().unwrap_or_else(|| network(true))
    }
}

fn network(only_public: bool) -> SharedHttpConnector {
    let connecting = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(2)).build();
    let builder = Connector::builder().connector_settings(connecting).sleep_impl(TokioSleep::new());
    let builder = builder.tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
    let roots = TrustStore::empty().with_native_roots(true);
    let builder = match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context),
        // If no TLS context is set, the builder uses a default context that trusts the same
        // certificates.
        Err(_) => builder,
    };
    SharedHttpConnector::new(match only_public {
        true => builder.build_with_resolver(PublicDns),
        false => builder.build(),
    })
}

impl fmt::Debug for OutboundHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutboundHttp")
    }
}
