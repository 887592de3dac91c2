//! Email gallery at `/_local/mails`: all emails in their variants, as HTML and text, at two widths
//! and in both color schemes.
//!
//! The `mail` crate renders the samples from invented data. The gallery works without scripts,
//! because each option is a link.

mod page;
mod samples;

use axum::{
    Router,
    extract::{Path, Query},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing,
};

use self::samples::Sample;

/// Content security policy of an email in a frame. It allows inline styles, and links that open in
/// a new window.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// Returns the router of the gallery, and of each email as `.html` and `.txt`.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/_local/mails", routing::get(async || show(samples::FIRST, View::default())))
        .route("/_local/mails/{name}", routing::get(one))
}

async fn one(Path(name): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Response {
    let view = View::read(&pairs);
    match name.rsplit_once('.') {
        Some((name, "html")) => {
            alone(name, "text/html; charset=utf-8", |mail| view.scheme.pin(&mail.rendered.html))
        }
        Some((name, "txt")) => alone(name, "text/plain; charset=utf-8", |mail| mail.rendered.text.clone()),
        _ => show(&name, view),
    }
}

fn show(name: &str, view: View) -> Response {
    let samples = samples::all();
    match samples.iter().find(|sample| sample.name == name) {
        Some(chosen) => {
            let html = page::render(&samples, chosen, view).into_string();
            super::asset_response("text/html; charset=utf-8", html)
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn alone(name: &str, content_type: &'static str, part: impl Fn(&Sample) -> String) -> Response {
    let samples = samples::all();
    let Some(sample) = samples.iter().find(|sample| sample.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, part(sample)).into_response()
}

/// Display options of the gallery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct View {
    part: Part,
    scheme: Scheme,
    width: Width,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Html,
    Text,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scheme {
    /// The color scheme of the operating system.
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Width {
    Narrow,
    #[default]
    Wide,
}

impl View {
    fn read(pairs: &[(String, String)]) -> Self {
        let mut view = Self::default();
        for (name, value) in pairs {
            match (name.as_str(), value.as_str()) {
                ("part", "text") => view.part = Part::Text,
                ("scheme", "light") => view.scheme = Scheme::Light,
                ("scheme", "dark") => view.scheme = Scheme::Dark,
                ("width", "320") => view.width = Width::Narrow,
                _ => {}
            }
        }
        view
    }

    fn query(self) -> String {
        let part = matches!(self.part, Part::Text).then_some("part=text");
        let scheme = match self.scheme {
            Scheme::System => None,
            Scheme::Light => Some("scheme=light"),
            Scheme::Dark => Some("scheme=dark"),
        };
        let width = matches!(self.width, Width::Narrow).then_some("width=320");
        let pairs: Vec<_> = [part, scheme, width].into_iter().flatten().collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

impl Scheme {
    /// Replaces the color-scheme media queries in an email's HTML, so that every browser shows the
    /// email in this scheme. For `System`, returns the HTML unchanged.
    fn pin(self, html: &str) -> String {
        let (dark, only) = match self {
            Self::System => return html.to_owned(),
            Self::Light => ("(max-width:0)", "light"),
            Self::Dark => ("(min-width:0)", "dark"),
        };
        html.replace("(prefers-color-scheme:dark)", dark)
            .replace(":light dark", &format!(":only {only}"))
            .replace("content=\"light dark\"", &format!("content=\"only {only}\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn view_round_trips_through_its_query() {
        for part in [Part::Html, Part::Text] {
            for scheme in [Scheme::System, Scheme::Light, Scheme::Dark] {
                for width in [Width::Narrow, Width::Wide] {
                    let view = View { part, scheme, width };
                    let query = view.query();
                    let pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).into_owned();
                    assert_eq!(View::read(&pairs.collect::<Vec<_>>()), view);
                }
            }
        }
        assert_eq!(View::read(&[("scheme".to_owned(), "\"><script>".to_owned())]), View::default());
    }

    #[test]
    fn pinned_email_has_no_color_scheme_queries() {
        for sample in samples::all() {
            assert!(sample.rendered.html.contains("prefers-color-scheme"), "{}", sample.name);
            for scheme in [Scheme::Light, Scheme::Dark] {
                let pinned = scheme.pin(&sample.rendered.html);
                assert!(
                    !pinned.contains("prefers-color-scheme") && !pinned.contains("light dark"),
                    "{}",
                    sample.name
                );
            }
        }
    }
}
