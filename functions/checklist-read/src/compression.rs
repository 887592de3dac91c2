//! Files leave packed. API Gateway's HTTP APIs pack nothing, and a style sheet packs to a quarter of itself.
//!
//! Files only, never pages: a page holds secrets beside what others wrote, and the size of what is packed together tells
//! of both (the attack is known as BREACH).

use std::io::Write;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// A file for whoever asks: packed where they can unpack it and that makes it smaller, or word that they have it. Packed
/// and plain are two representations, each with a tag of its own (RFC 9110, 8.8.3.3); who has either has the file.
#[must_use]
pub fn file(asked: &HeaderMap, media: &'static str, body: &'static str) -> Response {
    let plain = web::tag(body);
    let packed = format!("{}-gzip\"", plain.trim_end_matches('"'));
    let wanted = || gzip(body).filter(|packed| unpacks(asked) && packed.len() < body.len());
    let (tag, mut response) = match [&plain, &packed].into_iter().find(|tag| web::is_known(asked, tag)) {
        // It is their copy that is still good, so it is that one's tag.
        Some(known) => (known, StatusCode::NOT_MODIFIED.into_response()),
        None => match wanted() {
            Some(bytes) => {
                (&packed, ([(header::CONTENT_ENCODING, "gzip")], Body::from(bytes)).into_response())
            }
            None => (&plain, Body::from(body).into_response()),
        },
    };
    let fresh = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    if fresh {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    headers.extend(HeaderValue::from_str(tag).ok().map(|tag| (header::ETAG, tag)));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
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

    fn style(asked: &HeaderMap) -> Response {
        file(asked, STYLE.content_type, STYLE.body)
    }

    #[tokio::test]
    async fn a_browser_gets_the_style_sheet_packed_and_unpacks_the_very_same() {
        let response = style(&asked("gzip, deflate, br"));
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert_eq!(response.headers()["content-type"], STYLE.content_type);
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
            let response = style(&asked(coding));
            assert!(!response.headers().contains_key("content-encoding"), "{coding}");
            assert_eq!(response.headers()["content-type"], STYLE.content_type, "{coding}");
            assert_eq!(response.headers()["vary"], "Accept-Encoding", "{coding}");
            assert_eq!(bytes(response).await, STYLE.body.as_bytes(), "{coding}");
        }
        let tiny = file(&asked("GZIP;q=0.5"), "text/css", "tiny");
        assert!(!tiny.headers().contains_key("content-encoding"), "it would only grow");
    }

    #[tokio::test]
    async fn packed_and_plain_have_tags_of_their_own_and_either_is_known() {
        let tag = |coding| style(&asked(coding)).headers()["etag"].to_str().unwrap().to_owned();
        let (packed, plain) = (tag("gzip"), tag("identity"));
        assert_ne!(packed, plain);
        assert!(packed.ends_with("-gzip\"") && packed.starts_with('"'), "{packed}");
        for coding in ["gzip", "identity"] {
            for (known, told) in [
                (packed.as_str(), Some(&packed)),
                (&plain, Some(&plain)),
                (&format!("\"x\", W/{packed}"), Some(&packed)),
                ("\"x\"", None),
            ] {
                let mut headers = asked(coding);
                headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(known).unwrap());
                let response = style(&headers);
                let status = if told.is_some() { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
                assert_eq!(response.status(), status, "{coding} {known}");
                assert_eq!(response.headers()["vary"], "Accept-Encoding");
                let sent = response.headers()["etag"].to_str().unwrap();
                assert_eq!(sent, told.unwrap_or(if coding == "gzip" { &packed } else { &plain }));
                assert_eq!(bytes(response).await.is_empty(), told.is_some());
            }
        }
    }
}
