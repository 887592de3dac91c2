//! `GET /assets/{file}`: style sheets and scripts.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, Uri, header};
use ui::assets;
use web::{Problem, ResponseFormat};

use crate::compression;

/// Responds with a file, compressed if the client accepts that.
pub async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    match uri.path().strip_prefix("/assets/").and_then(assets::find) {
        Some(asset) => {
            let mut response = compression::file(&headers, asset.content_type, asset.body);
            let cache_control = HeaderValue::from_static(asset.cache_control());
            response.headers_mut().insert(header::CACHE_CONTROL, cache_control);
            if asset.is_for_embedders() {
                response.extensions_mut().insert(web::Embeddable::File);
            }
            response
        }
        None => web::problem_response(ResponseFormat::of(&headers), Problem::not_found()),
    }
}
