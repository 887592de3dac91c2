use axum::http::{HeaderMap, header::ACCEPT};

/// What the caller can read: a browser wants a page, everybody else JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseFormat {
    /// An HTML page.
    Page,
    /// JSON.
    Json,
}

impl ResponseFormat {
    /// Judges the `Accept` header (RFC 9110, 12.5.1). A page is given only to those who prefer `text/html`:
    /// `*/*`, as `curl` sends it, and no header at all mean JSON.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut html = AcceptEntry::default();
        let mut other = AcceptEntry::default();
        let ranges = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|it| it.split(','));
        for (place, range) in ranges.enumerate() {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let thousandths = quality.map_or(1000, thousandths);
            // An earlier range wins over a later one of the same quality.
            let wish = AcceptEntry { thousandths, earliness: usize::MAX - place };
            match media.as_str() {
                "text/html" | "application/xhtml+xml" => html = html.max(wish),
                "application/json" | "application/problem+json" | "application/*" | "*/*" => {
                    other = other.max(wish)
                }
                _ => {}
            }
        }
        if html.thousandths > 0 && html > other { Self::Page } else { Self::Json }
    }
}

/// How much a kind of answer is wished for. The order of the fields is the order of comparison.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct AcceptEntry {
    thousandths: u16,
    earliness: usize,
}

/// A quality value in thousandths; what is none counts as a full one.
fn thousandths(quality: &str) -> u16 {
    let quality = quality.parse::<f32>().unwrap_or(1.0).clamp(0.0, 1.0);
    // Between 0 and 1000 by the line above.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let thousandths = (quality * 1000.0).round() as u16;
    thousandths
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_those_who_prefer_html_get_a_page() {
        for (accept, wants) in [
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
            assert_eq!(ResponseFormat::of(&headers), wants, "{accept}");
        }
        assert_eq!(ResponseFormat::of(&HeaderMap::new()), ResponseFormat::Json);
    }
}
