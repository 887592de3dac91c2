//! `GET /assets/{file}`: style sheets and scripts.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, Uri, header};
use ui::assets;
use web::{Problem, ResponseFormat};

use crate::compression;

/// Responds with a file, compressed if the client accepts that.
pub async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let file = uri.path().strip_prefix("/assets/").unwrap_or_default();
    if file == assets::EMBED_PIN_FILE {
        return embeddable(compression::file(&headers, "application/json", assets::embed_pin()));
    }
    let Some(asset) = assets::find(file) else {
        return web::problem_response(ResponseFormat::of(&headers), Problem::not_found());
    };
    let mut response = compression::file(&headers, asset.content_type, asset.body);
    let cache_control = HeaderValue::from_static(asset.cache_control());
    response.headers_mut().insert(header::CACHE_CONTROL, cache_control);
    if asset.is_for_embedders { embeddable(response) } else { response }
}

/// Lets pages of other origins load the file of a response.
fn embeddable(mut response: Response) -> Response {
    response.extensions_mut().insert(web::Embeddable::File);
    response
}
