//! Sample host app: a small stand-alone product that integrates Onramp.
//!
//! The app has its own origin. Like every host app, it shares only five things with Onramp: the
//! keys of handoff tokens, the keys of embed tokens and host events, the keys of the server API, the
//! secrets of webhooks, and the event bus.
//!
//! The app has a sign-up of its own, which creates an organization over the server API. It has no
//! sign-in: it sends a visitor without a session to Onramp, which sends them back to the same page with
//! a handoff token that works once. Its pages embed Onramp's banner and checklist as custom elements,
//! whose links ask the app for a portal link. The page `/integration` also embeds them as HTML fragments
//! that the app fetches and in frames, and shows what Onramp says about the user and the organization.
//! The app sends events about user actions over the event bus or over HTTP.

mod areas;
mod endpoint;
mod handoff_token;
mod host_signer;
mod http_parts;
mod integration;
mod page;
mod server_api;
mod sign_up;
mod tenants;
mod webhooks;
mod words;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use areas::{AREAS, Area, Entries, Entry};
use axum::body::Bytes;
use handoff_token::{HandoffVerifier, HostUser};
use host_signer::HostSigner;
use http::{
    Method, Request, Response, StatusCode, Uri,
    header::{
        AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, REFERRER_POLICY,
        SET_COOKIE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
    },
    uri::PathAndQuery,
};
use http_parts::{SESSION, cookie, field, file, is_cross_site, is_file, is_visit, policy, set};
use integration::Embedded;
use jiff::Timestamp;
use maud::Markup;
use page::{INTEGRATION, PORTAL_PATH, RECEIVED, SIGN_UP, TENANTS, TOKEN_PATH};
use serde_json::{Value, json};
use server_api::ServerApi;
use sign_up::SignUp;
use tenants::Tenants;
pub use webhooks::WEBHOOKS_PATH;
use webhooks::Webhooks;
use words::EVENTS;

use aws_local::{bus::Entry as BusEntry, connector::Cloud};
use sim::external::HttpSend;
use sim::random;

/// Path of the page that a user sees after signing out.
const SIGNED_OUT: &str = "/signed-out";

/// Sample host app with its sessions.
pub struct HostApp {
    cloud: Arc<Cloud>,
    /// Source of its events on the bus.
    source: String,
    /// Origin of the app itself.
    url: String,
    onramp: String,
    api: ServerApi,
    /// Sends a server-side request to Onramp.
    send: HttpSend,
    signer: Option<HostSigner>,
    verifier: Mutex<HandoffVerifier>,
    sessions: Mutex<BTreeMap<String, HostUser>>,
    entries: Mutex<Entries>,
    webhooks: Mutex<Webhooks>,
    tenants: Arc<Mutex<Tenants>>,
}

/// Configuration that a host app shares with Onramp.
pub struct SharedKeys<'a> {
    /// Keys of handoff tokens, as a list of `id:secret`.
    pub handoff_keys: &'a str,
    /// Keys of embed tokens and host events, as a list of `id:secret`.
    pub host_keys: &'a str,
    /// Source of its events on the bus.
    pub source: &'a str,
    /// Secrets that sign webhooks, separated by commas.
    pub webhook_secrets: &'a str,
    /// Keys of the server API, as a list of `id:secret`.
    pub api_keys: &'a str,
}

impl HostApp {
    /// Creates a host app with the origin `url` that uses Onramp at the origin `onramp`.
    pub fn new(cloud: Arc<Cloud>, url: &str, onramp: &str, shared: &SharedKeys<'_>, send: HttpSend) -> Self {
        let host = onramp.split_once("://").map_or("", |(_, host)| host);
        Self {
            cloud,
            source: shared.source.to_owned(),
            url: url.to_owned(),
            onramp: onramp.to_owned(),
            api: ServerApi::new(Arc::clone(&send), host, shared.api_keys),
            send,
            signer: HostSigner::new(shared.host_keys),
            verifier: Mutex::new(HandoffVerifier::new(shared.handoff_keys, onramp, url)),
            sessions: Mutex::default(),
            entries: Mutex::default(),
            webhooks: Mutex::new(Webhooks::new(shared.webhook_secrets)),
            tenants: Arc::default(),
        }
    }

    /// Handles one request of a browser, or of Onramp.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let session = cookie(&request).map(str::to_owned);
        let user = session.as_ref().and_then(|id| lock(&self.sessions).get(id).cloned());
        match *request.method() {
            Method::GET => self.get(&request, user).await,
            Method::POST => self.post(&request, session.as_deref(), user).await,
            _ => self.page(StatusCode::METHOD_NOT_ALLOWED, page::error(words::error::METHOD)),
        }
    }

    async fn get(&self, request: &Request<Bytes>, user: Option<HostUser>) -> Response<Bytes> {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        if is_file(path) {
            return file(path);
        }
        if path == TOKEN_PATH {
            let token = user.and_then(|user| self.embed_token(&user));
            return self.json(token.as_ref().map(|token| json!({ "token": token })));
        }
        match (field(query.as_bytes(), "token"), user) {
            (Some(token), _) => self.sign_in(&token),
            (None, _) if path == SIGNED_OUT => self.page(StatusCode::OK, page::signed_out(&self.onramp)),
            (None, user) if path == TENANTS => {
                self.page(StatusCode::OK, lock(&self.tenants).page(user.as_ref()))
            }
            (None, _) if path == SIGN_UP => self.page(StatusCode::OK, SignUp::default().page(None)),
            (None, Some(user)) => match Area::at(path) {
                Some(area) => self.area(area, &user),
                None if path == INTEGRATION => self.integration(&user).await,
                None if path == RECEIVED => self.page(StatusCode::OK, lock(&self.webhooks).page(&user)),
                None => self.overview(&user, path),
            },
            (None, None) if is_visit(request) && lock(&self.verifier).has_keys() => {
                self.send_to_onramp(request.uri())
            }
            (None, None) => self.page(StatusCode::UNAUTHORIZED, page::signed_out(&self.onramp)),
        }
    }

    async fn post(
        &self,
        request: &Request<Bytes>,
        session: Option<&str>,
        user: Option<HostUser>,
    ) -> Response<Bytes> {
        let (path, body) = (request.uri().path(), request.body());
        if path == WEBHOOKS_PATH {
            return self.receive(request).await;
        }
        if is_cross_site(request) {
            return self.page(StatusCode::FORBIDDEN, page::error(words::error::CROSS_SITE));
        }
        match (path, user) {
            ("/logout", _) => self.sign_out(session),
            (TENANTS, _) => {
                lock(&self.tenants).switch(body);
                self.redirect(TENANTS)
            }
            (SIGN_UP, _) => self.sign_up(&SignUp::read(body)).await,
            (PORTAL_PATH, Some(user)) => self.portal_link(&user, body).await,
            ("/events", Some(user)) => self.send_event(&user, body).await,
            (path, Some(user)) if let Some(area) = Area::at(path) => self.add_entry(area, &user, body).await,
            _ => self.page(StatusCode::NOT_FOUND, page::error(words::error::NOT_FOUND)),
        }
    }

    /// Creates an organization with the product's own ids, and a session of its first user.
    async fn sign_up(&self, form: &SignUp) -> Response<Bytes> {
        let created = self.api.create(&form.organization()).await;
        match created.map(|state| form.user(&state)) {
            Ok(Some(user)) => self.start_session(user, "/"),
            Ok(None) => self.page(StatusCode::BAD_GATEWAY, form.page(Some(&Value::Null))),
            Err(problem) => self.page(StatusCode::UNPROCESSABLE_ENTITY, form.page(Some(&problem))),
        }
    }

    /// Responds with a link that signs the user in to a page of Onramp.
    async fn portal_link(&self, user: &HostUser, body: &[u8]) -> Response<Bytes> {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let page = asked.get("page").and_then(Value::as_str).unwrap_or_default();
        let link = self.api.portal_link(user, page, &self.url).await;
        self.json(link.map(|url| json!({ "url": url })))
    }

    /// Sends a visitor without a session to Onramp, which signs them in and leads back to the same
    /// page. A request with a handoff token never gets here, because it could go in circles.
    fn send_to_onramp(&self, uri: &Uri) -> Response<Bytes> {
        let page = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let to = form_urlencoded::byte_serialize(page.as_bytes()).collect::<String>();
        self.redirect(&format!("{}/handover?to={to}", self.onramp))
    }

    /// Responds with the page of an area.
    fn area(&self, area: &Area, user: &HostUser) -> Response<Bytes> {
        let entries = lock(&self.entries).of(&user.organization_id, area);
        self.page(StatusCode::OK, page::area(area, user, &entries, &self.onramp, None))
    }

    /// Adds an entry to an area, and reports it to Onramp.
    async fn add_entry(&self, area: &'static Area, user: &HostUser, form: &[u8]) -> Response<Bytes> {
        let [name, detail] = ["name", "detail"].map(|key| field(form, key).unwrap_or_default());
        if !areas::is_valid(&name, &detail) {
            let entries = lock(&self.entries).of(&user.organization_id, area);
            let page = page::area(area, user, &entries, &self.onramp, Some(&name));
            return self.page(StatusCode::UNPROCESSABLE_ENTITY, page);
        }
        if !self.post_event(user, area.event).await {
            return self.page(StatusCode::BAD_GATEWAY, page::error(words::error::EVENT_REJECTED));
        }
        let entry = Entry { name: name.trim().to_owned(), detail, by: user.name.clone() };
        lock(&self.entries).add(&user.organization_id, area, entry);
        self.redirect(area.path)
    }

    /// Responds with the start page. It also replaces pages that the sample does not have.
    fn overview(&self, user: &HostUser, path: &str) -> Response<Bytes> {
        let lists = AREAS.iter().filter(|area| !area.is_setting);
        let entries = lock(&self.entries);
        let lists: Vec<_> = lists.map(|area| (area, entries.of(&user.organization_id, area))).collect();
        drop(entries);
        self.page(StatusCode::OK, page::overview(user, &lists, &self.onramp, path))
    }

    /// Responds with the page that shows each way to integrate Onramp.
    async fn integration(&self, user: &HostUser) -> Response<Bytes> {
        let token = self.embed_token(user).unwrap_or_default();
        let (banner, widget) = (
            self.fetch_include("/onboarding/banner", &token).await,
            self.fetch_include("/onboarding/widget", &token).await,
        );
        let state = lock(&self.webhooks).state(&user.organization_id).cloned();
        let embedded = Embedded {
            onramp: &self.onramp,
            token: &token,
            banner: &banner,
            widget: &widget,
            state: state.as_ref(),
        };
        self.page(StatusCode::OK, integration::page(user, &embedded))
    }

    fn embed_token(&self, user: &HostUser) -> Option<String> {
        self.signer.as_ref()?.token(user, self.cloud.clock.now())
    }

    /// Responds with JSON for the elements, or with 401 if there is none.
    fn json(&self, content: Option<Value>) -> Response<Bytes> {
        let status = if content.is_some() { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        let mut response = self.page(status, page::redirect("/"));
        set(&mut response, CONTENT_TYPE, "application/json");
        *response.body_mut() = Bytes::from(content.unwrap_or_default().to_string());
        response
    }

    /// Fetches an HTML fragment from Onramp, to include it in the page. Returns an empty string if
    /// the request fails.
    async fn fetch_include(&self, path: &str, token: &str) -> String {
        let request =
            Request::get(path).header(AUTHORIZATION, format!("Bearer {token}")).header(HOST, self.host());
        let Ok(request) = request.body(Bytes::new()) else { return String::new() };
        let response = (self.send)(request).await;
        if response.status() != StatusCode::OK {
            let why = response.headers().get(WWW_AUTHENTICATE).and_then(|why| why.to_str().ok());
            tracing::warn!(
                status = response.status().as_u16(),
                why,
                "failed to fetch a fragment for the host app"
            );
            return String::new();
        }
        String::from_utf8_lossy(response.body()).into_owned()
    }

    fn host(&self) -> &str {
        self.onramp.split_once("://").map_or("", |(_, host)| host)
    }

    /// Creates a session for a valid handoff token, and redirects to the page that the token names.
    fn sign_in(&self, token: &str) -> Response<Bytes> {
        let (user, to) = match lock(&self.verifier).verify(token, self.cloud.clock.now()) {
            Ok(user) => user,
            // A redirect back to Onramp could go in circles.
            Err(error) => {
                return self.page(StatusCode::BAD_REQUEST, page::rejected(&error.to_string(), &self.onramp));
            }
        };
        self.start_session(user, &to)
    }

    fn start_session(&self, user: HostUser, to: &str) -> Response<Bytes> {
        let id = random::uuid();
        lock(&self.sessions).insert(id.clone(), user);
        let mut response = self.redirect(to);
        set(&mut response, SET_COOKIE, &format!("{SESSION}={id}; Path=/; HttpOnly; SameSite=Lax"));
        response
    }

    fn sign_out(&self, session: Option<&str>) -> Response<Bytes> {
        if let Some(id) = session {
            lock(&self.sessions).remove(id);
        }
        let mut response = self.redirect(SIGNED_OUT);
        set(&mut response, SET_COOKIE, &format!("{SESSION}=; Path=/; Max-Age=0"));
        response
    }

    /// Sends an event about a user action. The event goes over HTTP if the form contains
    /// `way=http`, and otherwise over the event bus.
    async fn send_event(&self, user: &HostUser, form: &[u8]) -> Response<Bytes> {
        let wanted = field(form, "event").unwrap_or_default();
        let Some((event, _)) = EVENTS.into_iter().find(|(event, _)| *event == wanted) else {
            return self.page(StatusCode::BAD_REQUEST, page::error(words::error::UNKNOWN_ACTION));
        };
        if field(form, "way").as_deref() == Some("http") {
            return match self.post_event(user, event).await {
                true => self.redirect(INTEGRATION),
                false => self.page(StatusCode::BAD_GATEWAY, page::error(words::error::EVENT_REJECTED)),
            };
        }
        let now = self.cloud.clock.now();
        let detail = json!({"organization_id": user.organization_id, "actor": user.name, "occurred_at": now.to_string()});
        let entry = BusEntry {
            bus: "default".to_owned(),
            source: self.source.clone(),
            detail_type: event.to_owned(),
            detail,
            resources: Vec::new(),
            time: None,
        };
        self.cloud.bus.put(&entry, now);
        self.redirect(INTEGRATION)
    }

    /// Posts a signed event about a user. Returns whether Onramp accepted it.
    async fn post_event(&self, user: &HostUser, event: &str) -> bool {
        let now = self.cloud.clock.now();
        let body = json!({
            "type": event,
            "organization_id": user.organization_id,
            "actor": user.name,
            "occurred_at": now.to_string(),
        });
        self.post_signed(&body.to_string(), now).await.is_some_and(|status| status.is_success())
    }

    /// Posts a signed body. Returns the status of the response.
    async fn post_signed(&self, body: &str, now: Timestamp) -> Option<StatusCode> {
        let signature = self.signer.as_ref()?.signature(body, now)?;
        let request = Request::post("/host/events")
            .header(HOST, self.host())
            .header(CONTENT_TYPE, "application/json")
            .header("onramp-signature", signature)
            .body(Bytes::from(body.to_owned()))
            .ok()?;
        Some((self.send)(request).await.status())
    }

    fn redirect(&self, to: &str) -> Response<Bytes> {
        let mut response = self.page(StatusCode::SEE_OTHER, page::redirect(to));
        set(&mut response, LOCATION, to);
        response
    }

    fn page(&self, status: StatusCode, markup: Markup) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(markup.into_string()));
        *response.status_mut() = status;
        set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
        set(&mut response, CACHE_CONTROL, "no-store");
        set(&mut response, CONTENT_SECURITY_POLICY, &policy(&self.onramp));
        // Onramp's frames need the host app's origin as referrer. The header omits path and query,
        // because they can contain a handoff token.
        set(&mut response, REFERRER_POLICY, "strict-origin");
        set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
        response
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
