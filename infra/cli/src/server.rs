//! HTTP server on a loopback port.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, body::Body};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower::ServiceExt;

use aws_local::gateway::Served;

/// How long running requests may take to finish after a stop.
const GRACE: Duration = Duration::from_secs(5);

/// Data of a completed request, for the observer.
#[derive(Debug, Clone)]
pub struct Line {
    /// HTTP method of the request.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// HTTP status of the response.
    pub status: u16,
    /// Duration of the request.
    pub took: Duration,
    /// The invocation that handled the request, if a function did.
    pub served: Option<Served>,
}

/// Callback for every completed request.
pub type Observer = Arc<dyn Fn(Line) + Send + Sync>;

/// Binds a port on loopback only, because the local stack must not be reachable from other
/// machines.
pub async fn bind(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await
}

/// Serves requests until `stop` completes, then lets running requests finish.
pub async fn serve(listener: TcpListener, app: Router, observer: Observer, stop: impl Future<Output = ()>) {
    let (stopping, stopped) = watch::channel(false);
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, app.clone(), Arc::clone(&observer), stopped.clone()));
            }
            Err(error) => {
                // The cause can be temporary, for example too many open files.
                tracing::warn!(%error, "failed to accept connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    drop(stopped);
    stopping.send_replace(true);
    if tokio::time::timeout(GRACE, stopping.closed()).await.is_err() {
        tracing::warn!("aborted running requests at stop");
    }
}

async fn connection(stream: TcpStream, app: Router, observer: Observer, mut stop: watch::Receiver<bool>) {
    let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
        let (app, observer) = (app.clone(), Arc::clone(&observer));
        async move {
            let started = Instant::now();
            let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
            let Ok(response) = app.oneshot(request.map(Body::new)).await;
            observer(Line {
                method,
                path,
                status: response.status().as_u16(),
                took: started.elapsed(),
                served: response.extensions().get::<Served>().cloned(),
            });
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    let connection = builder.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // The peer closed the connection.
        tracing::debug!(%error, "connection ended early");
    }
}
