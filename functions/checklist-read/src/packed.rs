//! Files leave packed. API Gateway's HTTP APIs pack nothing, and a style sheet packs to a quarter of itself.
//!
//! Files only, never pages: a page holds secrets beside what others wrote, and the size of what is packed together tells
//! of both (the attack is known as BREACH).

use std::io::Write;

use axum::{body::Body, response::Response};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, header};

/// The same answer with its `body` packed, for whoever can unpack it and where that makes it smaller.
#[must_use]
pub fn packed(asked: &HeaderMap, plain: Response, body: &str) -> Response {
    let mut response = match gzip(body).filter(|packed| unpacks(asked) && packed.len() < body.len()) {
        Some(packed) => {
            let (mut head, _) = plain.into_parts();
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(head, Body::from(packed))
        }
        None => plain,
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

fn gzip(body: &str) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body.as_bytes()).ok()?;
    encoder.finish().ok()
}

/// Whether `Accept-Encoding` lists gzip, and not only to refuse it (RFC 9110, 12.5.3). `*` is not worth the trouble.
fn unpacks(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
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
    use web::ui::assets::STYLE;

    use super::*;

    fn asked(coding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(coding).unwrap())])
    }

    async fn bytes(response: Response) -> Vec<u8> {
        to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn a_browser_gets_the_style_sheet_packed_and_unpacks_the_very_same() {
        let response = packed(&asked("gzip, deflate, br"), Response::new(Body::from(STYLE.body)), STYLE.body);
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert_eq!(response.headers()["vary"], "Accept-Encoding");
        let body = bytes(response).await;
        assert!(body.len() * 3 < STYLE.body.len(), "{}", body.len());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, STYLE.body);
    }

    #[tokio::test]
    async fn whoever_does_not_unpack_gets_it_plain() {
        for coding in ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "xgzip", "gzip;q=x"] {
            let response = packed(&asked(coding), Response::new(Body::from(STYLE.body)), STYLE.body);
            assert!(!response.headers().contains_key("content-encoding"), "{coding}");
            assert_eq!(response.headers()["vary"], "Accept-Encoding", "{coding}");
            assert_eq!(bytes(response).await, STYLE.body.as_bytes(), "{coding}");
        }
        let tiny = packed(&asked("GZIP;q=0.5"), Response::new(Body::from("tiny")), "tiny");
        assert!(!tiny.headers().contains_key("content-encoding"), "it would only grow");
    }
}
