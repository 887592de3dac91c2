//! The HTTP client of all calls: HTTP/1.1, with TLS by the crate `ring`.
//!
//! The clients that the AWS SDK offers also link HTTP/2 and a proxy. No endpoint of a function needs
//! either, and both cost size and time at startup.

use std::{fmt, io, net::SocketAddr, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{
        Client, Error,
        connect::{Connect, HttpConnector as TcpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore};

use crate::public_dns;

/// Which addresses a connector may connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addresses {
    /// Every address that a name resolves to.
    All,
    /// Only names whose addresses are all public.
    Public,
}

/// Returns a connector with its own connection pool, which trusts the given root certificates.
///
/// It has a timeout for the TCP connection and none for the response. So the caller must limit the
/// duration of a call.
pub(crate) fn connector(
    roots: RootCertStore,
    connect_timeout: Duration,
    addresses: Addresses,
) -> SharedHttpConnector {
    let resolver = tower::service_fn(move |name: Name| resolve(name, addresses));
    let mut tcp = TcpConnector::new_with_resolver(resolver);
    tcp.set_connect_timeout(Some(connect_timeout));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    // No protocol is offered by ALPN, so a server chooses HTTP/1.1.
    let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(HttpsConnector::from((tcp, tls)));
    SharedHttpConnector::new(Http1(client))
}

/// Passes a request to the pool of connections.
struct Http1<C>(Client<HttpsConnector<C>, SdkBody>);

impl<C> HttpConnector for Http1<C>
where
    HttpsConnector<C>: Connect + Clone + Send + Sync + 'static,
{
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response = client.request(request).await.map_err(connector_error)?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl<C> fmt::Debug for Http1<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http1")
    }
}

/// Classifies an error for the SDK, which repeats a call after an I/O error. A caller may send again
/// what certainly did not arrive, so a failed connection is marked.
fn connector_error(error: Error) -> ConnectorError {
    let failed_to_connect = error.is_connect();
    let error = ConnectorError::io(error.into());
    if failed_to_connect { error.never_connected() } else { error }
}

async fn resolve(name: Name, addresses: Addresses) -> io::Result<std::vec::IntoIter<SocketAddr>> {
    let found = match addresses {
        Addresses::All => tokio::net::lookup_host((name.as_str(), 0)).await?.collect(),
        Addresses::Public => public_dns::resolve(name.as_str()).await?,
    };
    Ok(found.into_iter())
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn requests_share_a_connection_of_http_1_1() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/first", listener.local_addr().unwrap());
        let connector = connector(RootCertStore::empty(), Duration::from_secs(1), Addresses::All);
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            for _ in 0..2 {
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                assert!(request[..length].starts_with(b"GET /first HTTP/1.1\r\n"));
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            }
        };
        let call = async {
            for _ in 0..2 {
                let mut request = HttpRequest::new(SdkBody::empty());
                request.set_uri(url.as_str()).unwrap();
                let response = connector.call(request).await.unwrap();
                let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap();
                assert_eq!(body.to_bytes(), "ok");
            }
        };
        tokio::join!(serve, call);
    }
}
