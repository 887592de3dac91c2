//! Builds a valid request for each route, so that only the caller decides the status.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Map, Value, json};
use ui::assets;

use crate::access::{
    actors::{Actors, Caller, FRESH},
    page::Row,
};
use e2e::{
    driver::{TestResponse, World},
    signed,
};

/// Id of an organization that does not exist.
pub const UNKNOWN_ORG: &str = "org_0198c0de-0000-7000-8000-00000000dead";

/// Id of a quarantined event in the review queue.
pub const REVIEWED_EVENT: &str = "evt_reviewed";

/// Stripe customer that is linked to no organization.
pub const UNLINKED_CUSTOMER: &str = "cus_unlinked";

/// A key of the server API that only reads, as an entry of `API_KEYS`.
pub const READ_ONLY_KEY: &str = "reader:read-only-key-0123456789abcdef0123456789";

/// The origin of the host app, which may embed widgets.
pub const HOST_APP: &str = "https://host.example";

/// Returns whether a path belongs to the server API, which has keys instead of sessions.
pub fn is_server_api(path: &str) -> bool {
    path.starts_with("/api/v1")
}

/// Returns the `Authorization` header of a key, which is an entry of `API_KEYS`.
pub fn bearer(key: &str) -> (String, String) {
    ("authorization".to_owned(), format!("Bearer {}", key.replacen(':', ".", 1)))
}

/// The format that the client accepts: HTML for a browser, or JSON for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Page,
    Json,
}

/// One request of the access matrix.
#[derive(Clone, Debug)]
pub struct MatrixRequest {
    pub method: String,
    pub path: String,
    pub fields: Vec<(&'static str, String)>,
    pub headers: Vec<(String, String)>,
}

/// Returns valid fields for the route of a row.
fn fields(row: &Row, actors: &Actors, caller: &Caller) -> Vec<(&'static str, String)> {
    match row.route.as_str() {
        "POST /organizations/new" => vec![
            ("name", "Further".to_owned()),
            ("full_name", "Jo Doe".to_owned()),
            ("email", FRESH.to_owned()),
        ],
        "POST /login" => vec![("email", FRESH.to_owned())],
        "POST /billing/checkout" => vec![("plan", "team".to_owned())],
        "POST /invitations/{token}" => vec![("full_name", "Gil Guest".to_owned())],
        "POST /members/invitations" => vec![("email", FRESH.to_owned())],
        "POST /members/{user}/role" => vec![("role", "admin".to_owned())],
        "POST /account/email" => vec![("email", FRESH.to_owned())],
        "POST /account/name" => vec![("full_name", "Jo Doe".to_owned())],
        "POST /settings" => vec![
            ("name", "Acme".to_owned()),
            ("time_zone", "Europe/Berlin".to_owned()),
            ("language", "en".to_owned()),
        ],
        "POST /organizations/switch" => vec![("organization", caller.org.clone())],
        "POST /account/sessions/end" => vec![("session", "0".repeat(64))],
        "POST /operator/organizations/{id}/extend-trial" => {
            vec![("days", "7".to_owned()), ("reason", "They asked for more time.".to_owned())]
        }
        "POST /operator/organizations/{id}/set-email" => vec![
            ("user", actors.teammate.clone()),
            ("email", FRESH.to_owned()),
            ("reason", "They mistyped it.".to_owned()),
        ],
        "POST /operator/organizations/{id}/link-customer" => {
            vec![("customer", UNLINKED_CUSTOMER.to_owned()), ("reason", "They pay by link.".to_owned())]
        }
        "POST /operator/organizations/{id}/skip-step" => {
            vec![("step", "workspace".to_owned()), ("reason", "It is settled.".to_owned())]
        }
        "POST /operator/organizations/{id}/release-parked"
        | "POST /operator/organizations/{id}/retry-step"
        | "POST /operator/organizations/{id}/fail-run"
        | "POST /operator/review/{id}/dismiss" => vec![("reason", "It is settled.".to_owned())],
        "POST /account/sessions/end-all"
        | "POST /members/invitations/{invitation}/revoke"
        | "POST /members/leave"
        | "POST /members/{user}/remove" => vec![("confirmed", "true".to_owned())],
        route => server_api_fields(route, caller),
    }
}

fn server_api_fields(route: &str, caller: &Caller) -> Vec<(&'static str, String)> {
    match route {
        "POST /api/v1/organizations" => vec![
            ("name", "Further".to_owned()),
            ("external_id", "further-1".to_owned()),
            ("admin.email", FRESH.to_owned()),
            ("admin.full_name", "Jo Doe".to_owned()),
            ("admin.external_id", "jo-1".to_owned()),
        ],
        "POST /api/v1/organizations/{org}/portal-links" => vec![
            ("user", caller.user.clone()),
            ("page", "checklist".to_owned()),
            ("return_url", format!("{HOST_APP}/settings")),
        ],
        "POST /api/v1/organizations/{org}/members" => vec![
            ("email", FRESH.to_owned()),
            ("full_name", "Fay Fresh".to_owned()),
            ("external_id", "jo-1".to_owned()),
        ],
        "POST /api/v1/organizations/{org}/trial/extend" => {
            vec![("days", "7".to_owned()), ("reason", "They asked for more time.".to_owned())]
        }
        "POST /api/v1/provisioning/{run}/steps/{step}" => vec![("status", "done".to_owned())],
        "PUT /api/v1/organizations/{org}/members/{user}" => vec![("role", "member".to_owned())],
        "PATCH /api/v1/users/{user}" => vec![("email", FRESH.to_owned())],
        "PATCH /api/v1/organizations/{org}" => vec![("name", "Acme Inc".to_owned())],
        _ => Vec::new(),
    }
}

impl MatrixRequest {
    /// Builds a valid request for the route of a row, with ids that fit the caller.
    pub fn of(row: &Row, actors: &Actors, caller: &Caller) -> Self {
        let path = row
            .path()
            .split('/')
            .map(|segment| match (segment, row.path()) {
                ("{id}", path) if path.starts_with("/operator/review/") => REVIEWED_EVENT.to_owned(),
                ("{id}" | "{org}", _) => caller.org.clone(),
                // The only organization with a run.
                ("{run}", _) => actors.caller("admin").org.replace("org_", "run_"),
                ("{step}", _) => "workspace".to_owned(),
                ("{file}", _) => assets::STYLE.file(),
                ("{kind}", _) => "not-found".to_owned(),
                ("{change}", _) => "collapse".to_owned(),
                ("{task}", _) => "created_project".to_owned(),
                ("{token}", path) if path.starts_with("/login/") => actors.links.sign_in.clone(),
                ("{token}", path) if path.starts_with("/invitations/") && caller.column == "invited user" => {
                    actors.links.invited_user.clone()
                }
                ("{token}", path) if path.starts_with("/invitations/") => actors.links.invitation.clone(),
                ("{token}", path) if path.starts_with("/verify/") => actors.links.verify.clone(),
                ("{token}", path) if path.starts_with("/portal/") => actors.links.portal.clone(),
                ("{token}", path) if path.starts_with("/mail/") => actors.links.unsubscribe.clone(),
                ("{user}", _) => actors.teammate.clone(),
                ("{invitation}", _) => caller.invitation(),
                (parameter, path) if parameter.starts_with('{') => panic!("what is {parameter} of {path}?"),
                (text, _) => text.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("/");
        let path = match row.path() {
            // The host app gives its frames a token of the signed-in user.
            "/onboarding/embed" if !["no session", "invited user"].contains(&caller.column) => {
                format!("{path}?token={}", token(&actors.world, caller))
            }
            "/api/v1/users" => format!("{path}?email=jo%40example.com"),
            _ => path,
        };
        let fields = fields(row, actors, caller);
        let mut headers: Vec<_> =
            is_server_api(row.path()).then(|| bearer(stack::API_KEYS)).into_iter().collect();
        if row.path().ends_with("/trial/extend") {
            headers.push(("idempotency-key".to_owned(), "extension-1".to_owned()));
        }
        Self { method: row.method().to_owned(), path, fields, headers }
    }

    /// Replaces the key of the server API.
    pub fn with_key(mut self, key: &str) -> Self {
        self.headers.retain(|(name, _)| name != "authorization");
        self.headers.push(bearer(key));
        self
    }

    /// Adds a header to the request.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the request from a new network address, so that no rate limit applies. Signs it if the
    /// route requires a signature.
    pub async fn send(&self, world: &World, cookie: Option<&str>, format: Format) -> TestResponse {
        if self.path == "/billing/webhooks/stripe" && self.method == "POST" {
            return self.send_signed_by_stripe(world, cookie).await;
        }
        if self.path == "/host/events" && self.method == "POST" {
            let body = json!({ "type": "project.created", "organization_id": UNKNOWN_ORG }).to_string();
            return self.send_signed_by_host(world, cookie, &body).await;
        }
        if is_server_api(&self.path) {
            return self.send_body(world, cookie, format, Some(self.json().to_string())).await;
        }
        self.send_body(world, cookie, format, None).await
    }

    /// Sends the request. Its body is `form` if that is given, and otherwise contains the fields.
    pub async fn send_body(
        &self,
        world: &World,
        cookie: Option<&str>,
        format: Format,
        form: Option<String>,
    ) -> TestResponse {
        static SENT: AtomicU32 = AtomicU32::new(0);
        let [_, b, c, d] = SENT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let ip = format!("10.{b}.{c}.{d}");
        let mut headers = vec![("x-local-source-ip", ip.as_str())];
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        let writes = matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        headers.push((
            "accept",
            if format == Format::Page { "text/html,*/*;q=0.8" } else { "application/json" },
        ));
        if format == Format::Page && self.headers.is_empty() {
            headers.push(("sec-fetch-site", if writes { "same-origin" } else { "none" }));
        }
        let body = match (form, format) {
            _ if !writes => String::new(),
            (Some(form), _) => {
                if self.headers.iter().all(|(name, _)| name != "content-type") {
                    headers.push(("content-type", "application/x-www-form-urlencoded"));
                }
                form
            }
            (None, _) if self.fields.is_empty() => String::new(),
            (None, Format::Page) => {
                headers.push(("content-type", "application/x-www-form-urlencoded"));
                form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
            }
            (None, Format::Json) => {
                headers.push(("content-type", "application/json"));
                let fields = self.fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text)));
                Value::Object(fields.collect::<Map<_, _>>()).to_string()
            }
        };
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        world.send(&self.method, &self.path, &headers, body).await
    }

    /// Returns the body of a request to the server API. A dot in the name of a field separates the
    /// names of an object and its field. A number of days is a number.
    fn json(&self) -> Value {
        let mut body = json!({});
        for (name, text) in &self.fields {
            match name.split_once('.') {
                Some((object, field)) => body[object][field] = json!(text),
                None if *name == "days" => body[name] = text.parse::<u64>().map_or(json!(text), Into::into),
                None => body[name] = json!(text),
            }
        }
        body
    }

    /// Signs as Stripe does, and keeps the request's other headers.
    async fn send_signed_by_stripe(&self, world: &World, cookie: Option<&str>) -> TestResponse {
        let event = json!({ "id": "evt_1", "object": "event", "type": "invoice.paid", "livemode": false,
            "created": 1_768_467_600, "api_version": "2025-03-31.basil",
            "data": { "object": { "id": "in_1", "object": "invoice", "customer": "cus_unknown", "amount_paid": 0 } } });
        let mut headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        signed::post_with(world, world.stack.webhook_secret(), &event, &headers).await
    }

    /// Signs as the host app's server does, and keeps the request's other headers.
    pub async fn send_signed_by_host(&self, world: &World, cookie: Option<&str>, body: &str) -> TestResponse {
        let keys = host_auth::Keys::parse(stack::HOST_KEYS).unwrap();
        let header = host_auth::signature::sign(
            keys.first().unwrap(),
            world.stack.system().clock().now(),
            body.as_bytes(),
        );
        let mut headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        headers.push(("onramp-signature", header.as_str()));
        world.send("POST", &self.path, &headers, body.to_owned()).await
    }
}

/// Returns the token that the host app's server puts into a page for a caller.
pub fn token(world: &World, caller: &Caller) -> String {
    let keys = host_auth::Keys::parse(stack::HOST_KEYS).unwrap();
    let now = world.stack.system().clock().now().as_second();
    let user = caller.cookie.as_deref().and_then(|cookie| cookie.split('.').nth(1)).unwrap_or_default();
    let claims = json!({ "aud": host_auth::embed::AUDIENCE, "org": caller.org, "sub": user, "iat": now, "exp": now + 300 });
    keys.first().unwrap().token(&claims)
}
