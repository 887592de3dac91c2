//! Connections between parts that do not know each other.

use std::{fmt::Debug, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, Request, Response};

/// Function that sends a request to another part of the stack, over its port or inside the process.
pub type HttpSend = Arc<dyn Fn(Request<Bytes>) -> BoxFuture<'static, Response<Bytes>> + Send + Sync>;

/// A service outside AWS that the functions call, such as Stripe.
pub trait ExternalService: Debug + Send + Sync {
    /// Returns the name of the service in the call log and in a fault plan.
    fn name(&self) -> &'static str;

    /// Returns the origin of the API, such as `https://api.example.com`.
    fn origin(&self) -> &str;

    /// Returns the name of the operation in the call log and in a fault plan.
    fn operation(&self, method: &Method, path: &str) -> String;

    /// Handles a request to the API. Returns `None` if nothing listens at the address.
    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>>;

    /// Records a call with the status of its response. The status is `None` if the caller got no
    /// response. This includes calls that a fault plan prevented.
    fn observe(&self, _request: &Request<Bytes>, _status: Option<u16>, _duration: Duration) {}

    /// Returns the service's response to a request that fails with `error`.
    fn fail(&self, error: InjectedError) -> Response<Bytes>;
}

/// An error that a fault plan injects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InjectedError {
    /// The caller sent too many requests.
    Throttled,
    /// Another request holds a lock on the object.
    Locked,
    /// The credentials do not have the permission.
    Forbidden,
    /// Internal error of the service.
    Internal,
}
