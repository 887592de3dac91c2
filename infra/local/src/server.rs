//! The port: HTTP over loopback into the stack.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::gateway::Served;

/// How long requests under way may take to end after Ctrl-C.
const GRACE: Duration = Duration::from_secs(5);

/// One request that was answered.
#[derive(Debug, Clone)]
pub struct Line {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The status.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// The invocation, if a function answered.
    pub served: Option<Served>,
}

/// Told of every answered request.
pub type Observer = Arc<dyn Fn(Line) + Send + Sync>;

/// Binds loopback only: nothing here is meant for others.
pub async fn bind(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await
}

/// Serves until `stop` ends, then lets requests under way finish.
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
                // Out of file handles, for example: it passes.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    drop(stopped);
    stopping.send_replace(true);
    if tokio::time::timeout(GRACE, stopping.closed()).await.is_err() {
        tracing::warn!("requests under way were cut off");
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
        // The other side went away: its business.
        tracing::debug!(%error, "a connection ended early");
    }
}
