use std::{fmt, time::Duration};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector,
    tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

/// How services other than AWS are reached. As with [`Aws`](crate::Aws), whoever owns the connector sees, answers
/// and disturbs every call.
///
/// Nothing is built until a function asks: those that speak to nobody but AWS do not pay for reading the machine's
/// root certificates, which other services' certificates chain to.
#[derive(Clone)]
pub struct OutboundHttp(Option<SharedHttpConnector>);

impl OutboundHttp {
    /// The network, over `ring`, trusting the machine's own roots (and `SSL_CERT_FILE`, where it is set).
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// A connector of the caller's own.
    #[must_use]
    pub const fn new(connector: SharedHttpConnector) -> Self {
        Self(Some(connector))
    }

    /// The connector, with a connection pool of its own. Ask once, at the start. It has a time-out for connecting and
    /// none for answers: how long those may take is for the caller to say.
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
        // The builder's own context trusts the same roots.
        Err(_) => builder,
    };
    SharedHttpConnector::new(builder.build())
}

impl fmt::Debug for OutboundHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outside")
    }
}
