//! A tiny host app: what the product is that Onramp onboards for, as far as trying things out needs one.
//!
//! It is an origin of its own and knows of Onramp what every host app knows: the keys that passes are signed with, and
//! the bus. It lets in who brings a good pass, once; shows who that is; and tells of what people do in it.

mod page;
mod pass;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use maud::Markup;
use serde_json::json;

use crate::bus::Entry;
use crate::connector::Cloud;
use crate::random;
use pass::{Guest, Lock};

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

const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Cookies are shared by all ports of a host, so its name is one that nobody else uses.
const SESSION: &str = "host_app_session";

/// The host app.
pub struct HostApp {
    cloud: Arc<Cloud>,
    /// The source of its events on the bus.
    source: String,
    onramp: String,
    lock: Mutex<Lock>,
    sessions: Mutex<BTreeMap<String, Guest>>,
}

impl HostApp {
    /// A host app at `url`, for the Onramp at `onramp`. `keys` is a list of `id:secret` as Onramp has it.
    pub(crate) fn new(cloud: Arc<Cloud>, url: &str, onramp: &str, keys: &str, source: &str) -> Self {
        let lock = Lock::new(keys, onramp, url);
        Self {
            cloud,
            source: source.to_owned(),
            onramp: onramp.to_owned(),
            lock: Mutex::new(lock),
            sessions: Mutex::default(),
        }
    }

    /// Answers one request of a browser.
    pub fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let session = cookie(request);
        let guest = session.and_then(|id| held(&self.sessions).get(id).cloned());
        match *request.method() {
            Method::GET if path == "/style.css" => style(),
            Method::GET => match field(query.as_bytes(), "token") {
                Some(token) => self.let_in(&token),
                None => show(StatusCode::OK, page::home(guest.as_ref(), &self.onramp, path)),
            },
            Method::POST if is_cross_site(request) => {
                show(StatusCode::FORBIDDEN, page::refused("This form was another site's."))
            }
            Method::POST => match (path, guest) {
                ("/logout", _) => self.let_out(session),
                ("/events", Some(guest)) => self.tell(&guest, request.body()),
                _ => show(StatusCode::NOT_FOUND, page::refused("There is nothing here.")),
            },
            _ => show(StatusCode::METHOD_NOT_ALLOWED, page::refused("This cannot be done here.")),
        }
    }

    /// Whoever brings a good pass gets a session, and an address without the pass in it.
    fn let_in(&self, token: &str) -> Response<Bytes> {
        let guest = match held(&self.lock).open(token, self.cloud.clock.now()) {
            Ok(guest) => guest,
            Err(why) => return show(StatusCode::BAD_REQUEST, page::refused(&why.to_string())),
        };
        let id = random::uuid();
        held(&self.sessions).insert(id.clone(), guest);
        let mut response = go_home();
        set(&mut response, SET_COOKIE, &format!("{SESSION}={id}; Path=/; HttpOnly; SameSite=Lax"));
        response
    }

    fn let_out(&self, session: Option<&str>) -> Response<Bytes> {
        if let Some(id) = session {
            held(&self.sessions).remove(id);
        }
        let mut response = go_home();
        set(&mut response, SET_COOKIE, &format!("{SESSION}=; Path=/; Max-Age=0"));
        response
    }

    /// Puts on the bus what somebody did.
    fn tell(&self, guest: &Guest, form: &[u8]) -> Response<Bytes> {
        let wanted = field(form, "event").unwrap_or_default();
        let Some((event, _)) = EVENTS.into_iter().find(|(event, _)| *event == wanted) else {
            return show(StatusCode::BAD_REQUEST, page::refused("Nobody can do that here."));
        };
        let now = self.cloud.clock.now();
        let detail = json!({"organization_id": guest.organization_id, "actor": guest.name, "occurred_at": now.to_string()});
        let entry = Entry {
            bus: "default".to_owned(),
            source: self.source.clone(),
            detail_type: event.to_owned(),
            detail,
            resources: Vec::new(),
            time: None,
        };
        self.cloud.bus.put(&entry, now);
        go_home()
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

fn style() -> Response<Bytes> {
    let sheet = include_bytes!("../standin/pages/style.css");
    let mut response = Response::new(Bytes::from_static(sheet));
    set(&mut response, CONTENT_TYPE, "text/css; charset=utf-8");
    response
}

fn go_home() -> Response<Bytes> {
    let mut response = show(StatusCode::SEE_OTHER, page::elsewhere());
    set(&mut response, LOCATION, "/");
    response
}

fn show(status: StatusCode, markup: Markup) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(markup.into_string()));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, CONTENT_SECURITY_POLICY, POLICY);
    set(&mut response, REFERRER_POLICY, "no-referrer");
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
