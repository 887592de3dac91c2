//! The HTTP client of all calls: HTTP/1.1, with TLS by the crate `ring`.
//!
//! The clients that the AWS SDK offers also link HTTP/2 and a proxy. No endpoint of a function needs
//! either, and both cost size and time at startup.

use std::{error::Error, fmt, io, net::SocketAddr, time::Duration};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, retry::ErrorKind};
use hyper::header::{HeaderValue, USER_AGENT};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{
        self, Client,
        connect::{CaptureConnection, Connect, HttpConnector as TcpConnector, capture_connection, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore};
use tower::ServiceExt;

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
/// `connect_timeout` limits the name lookup, the TCP connection, and the TLS handshake together. There
/// is no timeout for the response. So the caller must limit the duration of a call.
pub(crate) fn connector(
    roots: RootCertStore,
    connect_timeout: Duration,
    addresses: Addresses,
) -> SharedHttpConnector {
    let resolver = tower::service_fn(move |name: Name| resolve(name, addresses));
    let mut tcp = TcpConnector::new_with_resolver(resolver);
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    // No protocol is offered by ALPN, so a server chooses HTTP/1.1.
    let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connection = HttpsConnector::from((tcp, tls));
    let connection = tower::service_fn(move |uri| {
        let opening = tokio::time::timeout(connect_timeout, connection.clone().oneshot(uri));
        Box::pin(async move { opening.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))? })
    });
    let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connection);
    SharedHttpConnector::new(Http1(client))
}

/// Passes a request to the pool of connections.
struct Http1<C>(Client<C, SdkBody>);

impl<C: Connect + Clone + Send + Sync + 'static> HttpConnector for Http1<C> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let mut request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            request.headers_mut().entry(USER_AGENT).or_insert(HeaderValue::from_static("Onramp"));
            let used = capture_connection(&mut request);
            if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
                capture.set_connection_retriever(move || connection_metadata(&used));
            }
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

/// Lets the SDK close a connection after an error of the server, so that it repeats the call on
/// another one.
fn connection_metadata(used: &CaptureConnection) -> Option<ConnectionMetadata> {
    used.connection_metadata().as_ref()?;
    let used = used.clone();
    let poison = move || {
        if let Some(connected) = used.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(false).poison_fn(poison).build())
}

/// Classifies an error for the SDK, which repeats a call only after an I/O error or a transient one. A
/// failed connection is marked: what was certainly not sent can be sent again.
fn connector_error(error: legacy::Error) -> ConnectorError {
    if error.is_connect() {
        return ConnectorError::io(error.into()).never_connected();
    }
    let hyper = source::<hyper::Error>(&error);
    let is = |check: fn(&hyper::Error) -> bool| hyper.is_some_and(check);
    if is(hyper::Error::is_user) {
        ConnectorError::user(error.into())
    } else if is(hyper::Error::is_closed)
        || is(hyper::Error::is_canceled)
        || source::<io::Error>(&error).is_some()
    {
        ConnectorError::io(error.into())
    } else {
        let kind = is(hyper::Error::is_incomplete_message).then_some(ErrorKind::TransientError);
        ConnectorError::other(error.into(), kind)
    }
}

/// Returns the first error of this type among the causes of an error.
fn source<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(<dyn Error>::downcast_ref)
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
    async fn requests_name_the_client_and_share_a_connection_of_http_1_1() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/first", listener.local_addr().unwrap());
        let connector = connector(RootCertStore::empty(), Duration::from_secs(1), Addresses::All);
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            for _ in 0..2 {
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                let request = str::from_utf8(&request[..length]).unwrap();
                assert!(request.starts_with("GET /first HTTP/1.1\r\n"), "{request}");
                assert!(request.contains("\r\nuser-agent: Onramp\r\n"), "{request}");
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

    #[tokio::test]
    async fn stalled_handshake_ends_as_a_failed_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let connector = connector(RootCertStore::empty(), Duration::from_millis(10), Addresses::All);
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(url).unwrap();
        let error = connector.call(request).await.unwrap_err();
        assert!(error.is_io() && format!("{error:?}").ends_with("connection: NeverConnected }"), "{error:?}");
    }

    #[tokio::test]
    async fn only_a_response_that_is_cut_off_is_transient() {
        for (reply, is_io, kind) in [
            ("not HTTP at all\r\n\r\n", false, None),
            ("", false, Some(ErrorKind::TransientError)),
            ("HTTP/1.1 200", false, Some(ErrorKind::TransientError)),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            let connector = connector(RootCertStore::empty(), Duration::from_secs(1), Addresses::All);
            let serve = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                let read = stream.read(&mut [0; 1024]).await.unwrap();
                assert!(read > 0);
                stream.write_all(reply.as_bytes()).await.unwrap();
            };
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_uri(url).unwrap();
            let ((), result) = tokio::join!(serve, connector.call(request));
            let error = result.unwrap_err();
            assert_eq!((error.is_io(), error.as_other()), (is_io, kind), "{reply}: {error:?}");
        }
    }
}
