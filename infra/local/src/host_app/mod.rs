//! A tiny host app: what the product is that Onramp onboards for, as far as trying things out needs one.
//!
//! It is an origin of its own and knows of Onramp what every host app knows: the keys that passes are signed with, a key
//! to speak by, and the bus. It lets in who brings a good pass, once; shows who that is; holds Onramp's pieces in its
//! page in each of the three ways; and tells of what people do in it, over the bus or over HTTP.

mod handoff_token;
mod host_signer;
mod page;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION,
    REFERRER_POLICY, SET_COOKIE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use jiff::Timestamp;
use maud::Markup;
use serde_json::json;

use crate::bus::Entry;
use crate::connector::Cloud;
use crate::random;
use crate::stripe::HttpSend;
use handoff_token::{HandoffVerifier, HostUser};
use host_signer::HostSigner;
use page::Shown;

/// What people do in it, by the name of the event that tells of it.
pub(crate) const EVENTS: [(&str, &str); 7] = [
    ("member.invited", "Invite a member"),
    ("project.created", "Create a project"),
    ("time_entry.created", "Log time"),
    ("working_hours.set", "Set working hours"),
    ("client.created", "Add a client"),
    ("settings.updated", "Change a setting"),
    ("report.generated", "Generate a report"),
];

/// Where a page fetches the token for its pieces.
pub(crate) const TOKEN_PATH: &str = "/onramp-token";

/// What a page that holds Onramp's pieces allows: the script that defines the elements, their requests, frames, and
/// the style sheet for what the server includes.
fn policy(onramp: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {onramp}; connect-src 'self' {onramp}; frame-src {onramp}; \
         style-src 'self' {onramp}; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
}

/// Cookies are shared by all ports of a host, so its name is one that nobody else uses.
const SESSION: &str = "host_app_session";

/// The host app.
pub struct HostApp {
    cloud: Arc<Cloud>,
    /// The source of its events on the bus.
    source: String,
    onramp: String,
    /// The way to Onramp, as its servers go it.
    ask: HttpSend,
    word: Option<HostSigner>,
    lock: Mutex<HandoffVerifier>,
    sessions: Mutex<BTreeMap<String, HostUser>>,
}

/// What a host app shares with Onramp.
pub(crate) struct Shared<'a> {
    /// The keys of passes, as a list of `id:secret`.
    pub passes: &'a str,
    /// The keys by which it speaks to Onramp.
    pub word: &'a str,
    /// The source of its events on the bus.
    pub source: &'a str,
}

impl HostApp {
    /// A host app at `url`, for the Onramp at `onramp`, which its servers reach by `ask`.
    pub(crate) fn new(
        cloud: Arc<Cloud>,
        url: &str,
        onramp: &str,
        shared: &Shared<'_>,
        ask: HttpSend,
    ) -> Self {
        Self {
            cloud,
            source: shared.source.to_owned(),
            onramp: onramp.to_owned(),
            ask,
            word: HostSigner::new(shared.word),
            lock: Mutex::new(HandoffVerifier::new(shared.passes, onramp, url)),
            sessions: Mutex::default(),
        }
    }

    /// Answers one request of a browser.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let session = cookie(&request);
        let guest = session.and_then(|id| held(&self.sessions).get(id).cloned());
        match *request.method() {
            Method::GET if FILES.iter().any(|file| file.0 == path) => file(path),
            Method::GET if path == TOKEN_PATH => self.token(guest.as_ref()),
            Method::GET => match (field(query.as_bytes(), "token"), guest) {
                (Some(token), _) => self.let_in(&token),
                (None, Some(guest)) => self.home(&guest, path).await,
                (None, None) => self.show(StatusCode::OK, page::signed_out(&self.onramp)),
            },
            Method::POST if is_cross_site(&request) => {
                self.show(StatusCode::FORBIDDEN, page::refused("This form was another site's."))
            }
            Method::POST => match (path, guest) {
                ("/logout", _) => self.let_out(session),
                ("/events", Some(guest)) => self.tell(&guest, request.body()).await,
                _ => self.show(StatusCode::NOT_FOUND, page::refused("There is nothing here.")),
            },
            _ => self.show(StatusCode::METHOD_NOT_ALLOWED, page::refused("This cannot be done here.")),
        }
    }

    /// The page of somebody who is signed in, with what Onramp shows them.
    async fn home(&self, guest: &HostUser, path: &str) -> Response<Bytes> {
        let token = self.mint(guest).unwrap_or_default();
        let (banner, widget) = (
            self.include("/onboarding/banner", &token).await,
            self.include("/onboarding/widget", &token).await,
        );
        let shown = Shown { onramp: &self.onramp, token: &token, banner: &banner, widget: &widget };
        self.show(StatusCode::OK, page::home(guest, &shown, path))
    }

    fn mint(&self, guest: &HostUser) -> Option<String> {
        self.word.as_ref()?.token(guest, self.cloud.clock.now())
    }

    /// A token for the scripts of our own page; for nobody else, since it takes our session.
    fn token(&self, guest: Option<&HostUser>) -> Response<Bytes> {
        let minted = guest.and_then(|guest| self.mint(guest));
        let status = if minted.is_some() { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        let mut response = self.show(status, page::elsewhere());
        set(&mut response, CONTENT_TYPE, "application/json");
        *response.body_mut() = Bytes::from(json!({ "token": minted }).to_string());
        response
    }

    /// A piece of Onramp's that this server puts into its page. What cannot be had is left out.
    async fn include(&self, path: &str, token: &str) -> String {
        let request =
            Request::get(path).header(AUTHORIZATION, format!("Bearer {token}")).header(HOST, self.host());
        let Ok(request) = request.body(Bytes::new()) else { return String::new() };
        let answer = (self.ask)(request).await;
        if answer.status() != StatusCode::OK {
            let why = answer.headers().get(WWW_AUTHENTICATE).and_then(|why| why.to_str().ok());
            tracing::warn!(
                status = answer.status().as_u16(),
                why,
                "Onramp gives the host app nothing to show"
            );
            return String::new();
        }
        String::from_utf8_lossy(answer.body()).into_owned()
    }

    fn host(&self) -> &str {
        self.onramp.split_once("://").map_or("", |(_, host)| host)
    }

    /// Whoever brings a good pass gets a session, and an address without the pass in it.
    fn let_in(&self, token: &str) -> Response<Bytes> {
        let guest = match held(&self.lock).open(token, self.cloud.clock.now()) {
            Ok(guest) => guest,
            Err(why) => return self.show(StatusCode::BAD_REQUEST, page::refused(&why.to_string())),
        };
        let id = random::uuid();
        held(&self.sessions).insert(id.clone(), guest);
        let mut response = self.go_home();
        set(&mut response, SET_COOKIE, &format!("{SESSION}={id}; Path=/; HttpOnly; SameSite=Lax"));
        response
    }

    fn let_out(&self, session: Option<&str>) -> Response<Bytes> {
        if let Some(id) = session {
            held(&self.sessions).remove(id);
        }
        let mut response = self.go_home();
        set(&mut response, SET_COOKIE, &format!("{SESSION}=; Path=/; Max-Age=0"));
        response
    }

    /// Tells Onramp what somebody did: over HTTP if the form says so, else over the bus.
    async fn tell(&self, guest: &HostUser, form: &[u8]) -> Response<Bytes> {
        let wanted = field(form, "event").unwrap_or_default();
        let Some((event, _)) = EVENTS.into_iter().find(|(event, _)| *event == wanted) else {
            return self.show(StatusCode::BAD_REQUEST, page::refused("Nobody can do that here."));
        };
        let now = self.cloud.clock.now();
        let (org, actor, at) = (&guest.organization_id, &guest.name, now.to_string());
        if field(form, "way").as_deref() == Some("http") {
            let body =
                json!({"type": event, "organization_id": org, "actor": actor, "occurred_at": at}).to_string();
            return match self.post(&body, now).await {
                Some(status) if status.is_success() => self.go_home(),
                _ => self.show(StatusCode::BAD_GATEWAY, page::refused("Onramp did not take it.")),
            };
        }
        let detail = json!({"organization_id": org, "actor": actor, "occurred_at": at});
        let entry = Entry {
            bus: "default".to_owned(),
            source: self.source.clone(),
            detail_type: event.to_owned(),
            detail,
            resources: Vec::new(),
            time: None,
        };
        self.cloud.bus.put(&entry, now);
        self.go_home()
    }

    /// Posts a signed event; the status of the answer.
    async fn post(&self, body: &str, now: Timestamp) -> Option<StatusCode> {
        let signature = self.word.as_ref()?.signature(body, now)?;
        let request = Request::post("/host/events")
            .header(HOST, self.host())
            .header(CONTENT_TYPE, "application/json")
            .header("onramp-signature", signature)
            .body(Bytes::from(body.to_owned()))
            .ok()?;
        Some((self.ask)(request).await.status())
    }

    fn go_home(&self) -> Response<Bytes> {
        let mut response = self.show(StatusCode::SEE_OTHER, page::elsewhere());
        set(&mut response, LOCATION, "/");
        response
    }

    fn show(&self, status: StatusCode, markup: Markup) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(markup.into_string()));
        *response.status_mut() = status;
        set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
        set(&mut response, CACHE_CONTROL, "no-store");
        set(&mut response, CONTENT_SECURITY_POLICY, &policy(&self.onramp));
        // Onramp is told our origin, which frames need, and never an address of ours, which may hold a pass.
        set(&mut response, REFERRER_POLICY, "strict-origin");
        set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
        response
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn field(encoded: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(encoded).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn cookie(request: &Request<Bytes>) -> Option<&str> {
    let cookies = request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION).map(|(_, value)| value)
}

/// Onramp is another port of the same site, and has no business here but to send people.
fn is_cross_site(request: &Request<Bytes>) -> bool {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    !matches!(site, None | Some("same-origin" | "none"))
}

/// The files of its pages: the path, the media type, the content.
const FILES: [(&str, &str, &str); 3] = [
    ("/style.css", "text/css; charset=utf-8", include_str!("../stripe_mock/pages/style.css")),
    ("/page.css", "text/css; charset=utf-8", include_str!("page.css")),
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page.js")),
];

fn file(path: &str) -> Response<Bytes> {
    let file = FILES.iter().find(|file| file.0 == path);
    let (_, media, content) = file.copied().unwrap_or_default();
    let mut response = Response::new(Bytes::from_static(content.as_bytes()));
    set(&mut response, CONTENT_TYPE, media);
    response
}

fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
