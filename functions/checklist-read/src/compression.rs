//! Gzip compression of assets. API Gateway's HTTP APIs do not compress responses, and compression
//! reduces the style sheet to about a quarter.
//!
//! Pages are never compressed. A page contains secrets beside text from other users. The size of
//! the compressed page would reveal those secrets to an attacker who varies that text (the BREACH
//! attack).

use std::io::Write;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Responds with a file, or with 304 if the client already has it. The file is compressed if the
/// client accepts gzip and the compressed file is smaller.
///
/// The compressed and the plain file are two representations, each with its own entity tag (RFC
/// 9110, section 8.8.3.3). A client that sends one of the two tags gets 304.
pub fn file(request: &HeaderMap, content_type: &'static str, body: &'static str) -> Response {
    let plain = web::etag(body);
    let compressed = format!("{}-gzip\"", plain.trim_end_matches('"'));
    let compress = || gzip(body).filter(|gzipped| accepts_gzip(request) && gzipped.len() < body.len());
    let matching = [&plain, &compressed].into_iter().find(|etag| web::matches_etag(request, etag));
    let (etag, mut response) = match matching {
        // Repeat the entity tag that the client sent.
        Some(etag) => (etag, StatusCode::NOT_MODIFIED.into_response()),
        None => match compress() {
            Some(bytes) => {
                (&compressed, ([(header::CONTENT_ENCODING, "gzip")], Body::from(bytes)).into_response())
            }
            None => (&plain, Body::from(body).into_response()),
        },
    };
    let has_body = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    if has_body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    headers.extend(HeaderValue::from_str(etag).ok().map(|etag| (header::ETAG, etag)));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

fn gzip(body: &str) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body.as_bytes()).ok()?;
    encoder.finish().ok()
}

/// Returns whether `Accept-Encoding` lists gzip with a weight above zero (RFC 9110, section
/// 12.5.3). The wildcard `*` does not count. All browsers list gzip explicitly.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let lines = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use axum::body::to_bytes;
    use ui::assets::STYLE;

    use super::*;

    fn accepting(coding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(coding).unwrap())])
    }

    async fn bytes(response: Response) -> Vec<u8> {
        to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    fn style(request: &HeaderMap) -> Response {
        file(request, STYLE.content_type, STYLE.body)
    }

    #[tokio::test]
    async fn browser_gets_the_style_sheet_compressed() {
        let response = style(&accepting("gzip, deflate, br"));
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert_eq!(response.headers()["content-type"], STYLE.content_type);
        assert_eq!(response.headers()["vary"], "Accept-Encoding");
        let body = bytes(response).await;
        assert!(body.len() * 3 < STYLE.body.len(), "{}", body.len());
        let mut decompressed = String::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut decompressed).unwrap();
        assert_eq!(decompressed, STYLE.body);
    }

    #[tokio::test]
    async fn file_is_plain_when_gzip_is_not_accepted() {
        for coding in ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "xgzip", "gzip;q=x"] {
            let response = style(&accepting(coding));
            assert!(!response.headers().contains_key("content-encoding"), "{coding}");
            assert_eq!(response.headers()["content-type"], STYLE.content_type, "{coding}");
            assert_eq!(response.headers()["vary"], "Accept-Encoding", "{coding}");
            assert_eq!(bytes(response).await, STYLE.body.as_bytes(), "{coding}");
        }
        let tiny = file(&accepting("GZIP;q=0.5"), "text/css", "tiny");
        assert!(!tiny.headers().contains_key("content-encoding"), "it would only grow");
    }

    #[tokio::test]
    async fn compressed_and_plain_tags_differ_and_both_match() {
        let etag = |coding| style(&accepting(coding)).headers()["etag"].to_str().unwrap().to_owned();
        let (compressed, plain) = (etag("gzip"), etag("identity"));
        assert_ne!(compressed, plain);
        assert!(compressed.ends_with("-gzip\"") && compressed.starts_with('"'), "{compressed}");
        for coding in ["gzip", "identity"] {
            for (sent, matching) in [
                (compressed.as_str(), Some(&compressed)),
                (&plain, Some(&plain)),
                (&format!("\"x\", W/{compressed}"), Some(&compressed)),
                ("\"x\"", None),
            ] {
                let mut headers = accepting(coding);
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(sent).unwrap());
                let response = style(&headers);
                let status = if matching.is_some() { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
                assert_eq!(response.status(), status, "{coding} {sent}");
                assert_eq!(response.headers()["vary"], "Accept-Encoding");
                let expected = matching.unwrap_or(if coding == "gzip" { &compressed } else { &plain });
                assert_eq!(response.headers()["etag"].to_str().unwrap(), expected);
                assert_eq!(bytes(response).await.is_empty(), matching.is_some());
            }
        }
    }
}
