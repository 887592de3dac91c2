//! The HTTP client for services other than AWS.

use std::{fmt, time::Duration};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use rustls::RootCertStore;

use crate::http::{self, Addresses};

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
    /// A connector for the network opens a connection within two seconds, and has no response timeout.
    /// So the caller must limit the duration of a call.
    #[must_use]
    pub fn connector(&self) -> SharedHttpConnector {
        self.0.clone().unwrap_or_else(|| network(Addresses::All))
    }

    /// Returns the same connector, except that it connects only to names with public addresses. Use
    /// it for a URL that the configuration names.
    #[must_use]
    pub fn public_connector(&self) -> SharedHttpConnector {
        self.0.clone().unwrap_or_else(|| network(Addresses::Public))
    }
}

fn network(addresses: Addresses) -> SharedHttpConnector {
    let mut roots = RootCertStore::empty();
    // Certificates that cannot be read or parsed only make connections fail that need them.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    http::connector(roots, Duration::from_secs(2), addresses)
}

impl fmt::Debug for OutboundHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutboundHttp")
    }
}
