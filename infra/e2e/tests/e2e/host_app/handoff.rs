//! Handoff: a button signs a user in to the host app with a token that works once, for a minute.

use axum::body::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use stack::Config;
use tower::ServiceExt;

use crate::journeys::sign_in::newest_link;
use e2e::driver::{Visitor, World};

pub const HOST_APP: &str = "http://localhost:8486";

pub async fn world() -> World {
    World::with(config()).await
}

pub fn config() -> Config {
    Config { host_app_url: Some(HOST_APP.to_owned()), ..Config::memory() }
}

/// Sends a request to the host app.
pub async fn host_app(
    world: &World,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8486");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(axum::body::Body::from(body.to_owned())).unwrap();
    let response = world.stack.host_app().unwrap().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, axum::body::to_bytes(body, usize::MAX).await.unwrap())
}

/// Presses the handoff button. Returns the path of the redirect at the host app.
pub async fn press_button(visitor: &mut Visitor<'_>) -> String {
    let response = visitor.submit("/handover", &[]).await;
    assert_eq!(response.status, 303, "{}", response.text());
    assert_eq!(response.header("cache-control"), "no-store");
    assert_eq!(response.header("referrer-policy"), "same-origin", "no other site sees the token");
    response.header("location").strip_prefix(HOST_APP).unwrap().to_owned()
}

/// Decodes the claims of a token without verification.
pub fn claims(path: &str) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let token = path.strip_prefix("/?token=").unwrap();
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

pub fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

pub fn cookie(response: &Response<Bytes>) -> String {
    response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn dashboard_button_signs_in_to_the_host_app() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let page = jo.open("/onboarding/welcome").await;
    assert!(page.text().contains(r#"href="/handover""#), "{}", page.text());
    for page in [page, jo.open("/login").await] {
        let policy = page.header("content-security-policy");
        assert!(policy.contains(HOST_APP), "browsers block redirects of forms to other hosts: {policy}");
    }

    let path = press_button(&mut jo).await;
    let claims = claims(&path);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("http://localhost:8484"), &json!(HOST_APP)));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!(claims["organization_id"], jo.org());
    assert_eq!((&claims["role"], &claims["access"]), (&json!("admin"), &json!("full")));
    assert_eq!((&claims["email"], &claims["email_verified"]), (&json!("jo@example.com"), &json!(false)));
    assert_eq!(claims["to"], "/");

    let entered = host_app(&world, "GET", &path, &[], "").await;
    assert_eq!(
        (entered.status(), &entered.headers()["location"]),
        (http::StatusCode::SEE_OTHER, &"/".parse().unwrap())
    );
    let session = cookie(&entered);
    let home = host_app(&world, "GET", "/", &[("cookie", &session)], "").await;
    assert!(text(&home).contains("Hello, Jo Doe"), "{}", text(&home));
}

/// Returns the path and query to which a response of the host app redirects at Onramp.
fn at_onramp(response: &Response<Bytes>) -> String {
    let location = response.headers()["location"].to_str().unwrap();
    location.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

/// Follows a link to the host app. Returns the host app's response to the handoff token.
async fn follow(world: &World, visitor: &mut Visitor<'_>, link: &str) -> Response<Bytes> {
    let handed = visitor.open(link).await;
    assert_eq!(handed.status, 303, "{}", handed.text());
    host_app(world, "GET", handed.header("location").strip_prefix(HOST_APP).unwrap(), &[], "").await
}

#[tokio::test]
async fn task_link_leads_to_a_project_without_a_second_sign_in() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let page = jo.open("/onboarding/welcome").await.text();
    assert!(page.contains(r#"href="/handover?to=/projects""#), "{page}");
    let entered = follow(&world, &mut jo, "/handover?to=/projects").await;
    assert_eq!(
        (entered.status().as_u16(), &entered.headers()["location"]),
        (303, &"/projects".parse().unwrap())
    );

    let headers =
        [("cookie", cookie(&entered)), ("content-type", "application/x-www-form-urlencoded".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let rejected = host_app(&world, "POST", "/projects", &headers, "name=+").await;
    assert_eq!(rejected.status(), 422);
    let created = host_app(&world, "POST", "/projects", &headers, "name=Website").await;
    assert_eq!(created.status(), 303);
    assert!(
        text(&host_app(&world, "GET", "/projects", &headers, "").await).contains("<strong>Website</strong>")
    );
    let list = jo.checklist().await;
    assert_eq!((&list["completed_count"], &list["tasks"][1]["completed"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn host_app_gets_its_visitor_back_on_the_same_page() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let sent = host_app(&world, "GET", "/reports?from=2026-01&x=a%26b", &[], "").await;
    assert_eq!(sent.status(), 303);
    let link = at_onramp(&sent);
    let entered = follow(&world, &mut jo, &link).await;
    assert_eq!(entered.headers()["location"], "/reports?from=2026-01&x=a%26b");

    // Without a session, the sign-in link leads to the host app too.
    jo.submit("/logout", &[]).await;
    jo.cookie = None;
    let login = jo.open(&link).await;
    assert_eq!(login.status, 303);
    let form = jo.open(login.header("location")).await.text();
    let next = form.split(r#"name="next" value=""#).nth(1).unwrap().split('"').next().unwrap();
    jo.submit("/login", &[("email", "jo@example.com"), ("next", next)]).await;
    world.settle().await;
    let signed_in = jo.submit(&newest_link(&world).await, &[]).await;
    assert_eq!((signed_in.status, signed_in.header("location")), (303, next));
    let entered = follow(&world, &mut jo, next).await;
    assert_eq!(entered.headers()["location"], "/reports?from=2026-01&x=a%26b");
}

#[tokio::test]
async fn only_a_visit_creates_a_handoff_token() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    for (method, headers, status) in [
        ("GET", &[][..], 303),
        ("GET", &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], 303),
        ("GET", &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], 403),
        ("GET", &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], 403),
        ("GET", &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")], 403),
        ("GET", &[("sec-fetch-mode", "navigate")], 403),
        ("GET", &[("sec-fetch-dest", "document")], 403),
        (
            "GET",
            &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-purpose", "prefetch")],
            204,
        ),
        ("GET", &[("sec-purpose", "prefetch;prerender")], 204),
        ("HEAD", &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], 204),
    ] {
        let response = jo.send(method, "/handover?to=/projects", headers, "").await;
        assert_eq!(response.status, status, "{method} {headers:?}");
        assert_eq!(response.header("location").contains("token="), status == 303, "{method} {headers:?}");
    }
}

#[tokio::test]
async fn handoff_never_leads_to_another_host() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    for to in ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "%00", ""] {
        let link = form_urlencoded::Serializer::new("/handover?".to_owned()).append_pair("to", to).finish();
        let handed = jo.open(&link).await.header("location").to_owned();
        assert_eq!(claims(handed.strip_prefix(HOST_APP).unwrap())["to"], "/", "{to:?}");
        let entered = follow(&world, &mut jo, &link).await;
        assert_eq!(entered.headers()["location"], "/", "{to:?}");
    }
}

#[tokio::test]
async fn handoff_token_works_once_within_a_minute() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let assert_rejected = async |path: &str, reason: &str| {
        let response = host_app(&world, "GET", path, &[], "").await;
        assert_eq!(response.status(), 400, "{reason}");
        assert!(text(&response).contains(reason), "{reason}: {}", text(&response));
        assert!(!response.headers().contains_key("set-cookie"));
    };

    let used = press_button(&mut jo).await;
    assert_eq!(host_app(&world, "GET", &used, &[], "").await.status(), 303);
    assert_rejected(&used, "already used").await;

    let (one, two) = (press_button(&mut jo).await, press_button(&mut jo).await);
    assert_ne!(one, two, "each token is different");
    let (head, signature) = one.rsplit_once('.').unwrap();
    assert_rejected(&format!("{head}.{}", two.rsplit_once('.').unwrap().1), "Invalid token signature").await;
    assert_rejected(&format!("{head}x.{signature}"), "Invalid token signature").await;
    assert_rejected(&format!("{head}."), "Invalid token signature").await;
    assert_rejected("/?token=nonsense", "Not a valid token").await;

    world.advance("66s").await;
    assert_rejected(&one, "expired").await;
}

#[tokio::test]
async fn handoff_requires_a_session_and_the_own_form() {
    let world = world().await;
    let mut stranger = world.visitor();
    let response = stranger.submit("/handover", &[]).await;
    assert_eq!((response.status, response.header("location")), (303, "/login?next=/handover"));
    let response = stranger.post("/handover").await;
    assert_eq!((response.status, response.header("content-type")), (401, "application/problem+json"));

    let mut jo = world.trialing("Acme", "jo@example.com").await;
    assert_eq!(jo.post("/handover").await.status, 303, "a program is redirected too");
    let foreign = [("sec-fetch-site", "same-site"), ("origin", HOST_APP)];
    assert_eq!(jo.send("POST", "/handover", &foreign, "").await.status, 403);
    let stolen = jo.cookie.clone();
    jo.submit("/logout", &[]).await;
    jo.cookie = stolen;
    assert_eq!(jo.post("/handover").await.status, 401);
}

#[tokio::test]
async fn handoff_token_carries_the_permissions() {
    let world = world().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    assert_eq!(claims(&press_button(&mut jo).await)["access"], "billing_only");
    let mut mo = world.trialing("Beta", "mo@example.com").await;
    world.write("UpdateItem", member(&mo, "member"));
    let claimed = claims(&press_button(&mut mo).await);
    assert_eq!((&claimed["role"], &claimed["organization_name"]), (&json!("member"), &json!("Beta")));
    world.advance("15d").await;
    // The session is younger than 30 days, but was unused for more than 14 days. So it has expired.
    assert_eq!(mo.post("/handover").await.status, 401);
}

#[tokio::test]
async fn handoff_token_carries_plan_and_seats() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let org = jo.org();
    for (event, plan, seats, shown) in [
        (None, Value::Null, Value::Null, ["none", "no limit"]),
        (Some(("created", "price_local_single", "active")), json!("single"), json!(1), ["single", "1"]),
        (Some(("updated", "price_local_team", "active")), json!("team"), Value::Null, ["team", "no limit"]),
        (Some(("deleted", "price_local_team", "canceled")), Value::Null, Value::Null, ["none", "no limit"]),
    ] {
        if let Some((change, price, status)) = event {
            world.advance("2s").await;
            let set = json!({ "data.object.items.data.0.price.id": price, "data.object.status": status });
            let event = json!({ "type": format!("customer.subscription.{change}"), "organization_id": org, "set": set });
            assert_eq!(world.stripe(event).await, [200]);
        }
        let path = press_button(&mut jo).await;
        let claims = claims(&path);
        assert_eq!((&claims["plan"], &claims["seats"]), (&plan, &seats));
        let session = cookie(&host_app(&world, "GET", &path, &[], "").await);
        let home = text(&host_app(&world, "GET", "/integration", &[("cookie", &session)], "").await);
        let [plan, seats] = shown;
        assert!(
            home.contains(&format!("<dt>Plan</dt><dd>{plan}</dd><dt>Seats</dt><dd>{seats}</dd>")),
            "{home}"
        );
    }
}

/// Builds an update that changes the visitor's role directly in the table.
fn member(visitor: &Visitor<'_>, role: &str) -> Value {
    let token = visitor.cookie.as_deref().unwrap().strip_prefix("__Host-s=").unwrap();
    let mut parts = token.split('.');
    let (org, user) = (parts.next().unwrap(), parts.next().unwrap());
    json!({
        "Key": { "pk": { "S": format!("ORG#{org}") }, "sk": { "S": format!("MEMBER#{user}") } },
        "UpdateExpression": "SET #r = :r",
        "ExpressionAttributeNames": { "#r": "role" },
        "ExpressionAttributeValues": { ":r": { "S": role } },
    })
}

#[tokio::test]
async fn work_in_the_host_app_completes_tasks() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let session = cookie(&host_app(&world, "GET", &press_button(&mut jo).await, &[], "").await);
    let headers = [("cookie", session.as_str()), ("sec-fetch-site", "same-origin")];
    for event in [
        "member.invited",
        "project.created",
        "time_entry.created",
        "working_hours.set",
        "client.created",
        "settings.updated",
        "report.generated",
    ] {
        let done = host_app(&world, "POST", "/events", &headers, &format!("event={event}")).await;
        assert_eq!(done.status(), 303, "{event}");
    }
    world.settle().await;
    let list = jo.checklist().await;
    assert_eq!((&list["completed_count"], &list["completion_percentage"]), (&json!(7), &json!(87)));
    assert_eq!(list["tasks"][1]["completed_by"], "Jo Doe");

    for (case, body, status) in [
        (&headers[..], "event=organization.deleted", 400),
        (&headers[1..], "event=project.created", 404),
        (&[headers[0], ("sec-fetch-site", "same-site")][..], "event=project.created", 403),
    ] {
        assert_eq!(host_app(&world, "POST", "/events", case, body).await.status(), status, "{body}");
    }
    let out = host_app(&world, "POST", "/logout", &headers, "").await;
    assert_eq!((out.status().as_u16(), &out.headers()["location"]), (303, &"/signed-out".parse().unwrap()));
    assert!(text(&host_app(&world, "GET", "/signed-out", &headers[..1], "").await).contains("signed out"));
    assert_eq!(at_onramp(&host_app(&world, "GET", "/", &headers[..1], "").await), "/handover?to=%2F");
}

#[tokio::test]
async fn button_is_a_plain_link_without_keys() {
    let app_url = "https://app.example.com/t";
    // `HOST_SIGNING_KEYS` is empty in the template, and the local stack then uses default keys. If
    // the test sets an empty value, the stack has no keys.
    let unkeyed = Config::memory().set("APP_URL", app_url).set("HOST_SIGNING_KEYS", "");
    for (config, target) in [(unkeyed, app_url), (Config::memory(), "/dashboard")] {
        let world = World::with(config).await;
        let mut jo = world.trialing("Acme", "jo@example.com").await;
        let response = jo.submit("/handover", &[]).await;
        assert_eq!((response.status, response.header("location")), (303, target));
        let below = if target == app_url { "https://app.example.com/t/projects?x=%C3%BC" } else { target };
        let opened = jo.open("/handover?to=/projects?x=%C3%BC").await;
        assert_eq!(opened.header("location"), below);
    }
    let world = World::with(Config::memory().set("APP_URL", app_url)).await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let location = jo.submit("/handover", &[]).await.header("location").to_owned();
    let path = location.strip_prefix(app_url).unwrap();
    assert_eq!(claims(path)["aud"], "https://app.example.com");
}
