//! Content negotiation between HTML and JSON.

use axum::http::{HeaderMap, header::ACCEPT};

/// The response format that the caller prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseFormat {
    /// HTML, for a browser.
    Page,
    /// JSON, for all other clients.
    Json,
}

impl ResponseFormat {
    /// Evaluates the `Accept` header (RFC 9110, section 12.5.1).
    ///
    /// Only a client that prefers `text/html` to JSON gets a page. If the header is `*/*`, as
    /// `curl` sends it, or if it is missing, the client gets JSON.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut html = AcceptEntry::default();
        let mut other = AcceptEntry::default();
        let ranges = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|it| it.split(','));
        for (position, range) in ranges.enumerate() {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let thousandths = quality.map_or(1000, thousandths);
            // Of two media ranges with the same quality, the earlier one has priority.
            let entry = AcceptEntry { thousandths, earliness: usize::MAX - position };
            match media.as_str() {
                "text/html" | "application/xhtml+xml" => html = html.max(entry),
                "application/json" | "application/problem+json" | "application/*" | "*/*" => {
                    other = other.max(entry)
                }
                _ => {}
            }
        }
        if html.thousandths > 0 && html > other { Self::Page } else { Self::Json }
    }
}

/// The preference of the client for a media type. The derived order compares the quality first, and
/// then the position in the header.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct AcceptEntry {
    thousandths: u16,
    earliness: usize,
}

/// Returns a quality value in thousandths. An invalid quality value counts as 1, which is 1000
/// thousandths.
fn thousandths(quality: &str) -> u16 {
    let quality = quality.parse::<f32>().unwrap_or(1.0).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let thousandths = (quality * 1000.0).round() as u16;
    thousandths
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn page_is_chosen_only_when_html_is_preferred() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ResponseFormat::Page),
            ("text/html", ResponseFormat::Page),
            ("text/html, application/json", ResponseFormat::Page),
            ("text/html;q=0.5, image/png", ResponseFormat::Page),
            ("TEXT/HTML", ResponseFormat::Page),
            ("application/json, text/html", ResponseFormat::Json),
            ("application/json;q=0.9, text/html;q=0.8", ResponseFormat::Json),
            ("*/*", ResponseFormat::Json),
            ("application/json", ResponseFormat::Json),
            ("application/problem+json", ResponseFormat::Json),
            ("text/html;q=0", ResponseFormat::Json),
            ("text/html;q=0.5, */*", ResponseFormat::Json),
            ("", ResponseFormat::Json),
            ("nonsense;;;q=q,,", ResponseFormat::Json),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(ResponseFormat::of(&headers), expected, "{accept}");
        }
        assert_eq!(ResponseFormat::of(&HeaderMap::new()), ResponseFormat::Json);
    }
}
