//! `GET /api/v1`: what the key may do. The first call of an integration.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{App, auth::Caller, out::BaseOut};

/// Returns the key id, the scope, the mode, and the version.
pub async fn base(State(app): State<Arc<App>>, caller: Caller) -> Response {
    let out = BaseOut {
        key_id: &caller.key().id,
        scope: caller.key().scope.as_str(),
        mode: app.config.mode.as_str(),
        version: env!("CARGO_PKG_VERSION"),
    };
    Json(out).into_response()
}
