//! HTML fragments and frames in pages of the host app. Only an embed token gives access to them.

use serde_json::{Value, json};
use stack::Config;

use crate::host_app::{
    handoff::{HOST_APP, config, world},
    host_key::{HostKey, claims, now, token},
};
use e2e::driver::{TestResponse, Visitor, World};

pub const FRAGMENTS: [&str; 3] = ["/onboarding/widget", "/onboarding/banner", "/onboarding/api/checklist"];
pub const DISMISS: &str = "/onboarding/api/checklist/dismiss";
const RESTORE: &str = "/onboarding/api/checklist/restore";

/// Sends a request with a token, as the host app's server does.
pub async fn request(
    world: &World,
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
) -> TestResponse {
    let bearer = format!("Bearer {token}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    world.send(method, path, &headers, "").await
}

/// Sends a request as a script on the host app's page, in a browser that also has a session cookie.
pub async fn request_from_page(
    world: &World,
    visitor: &Visitor<'_>,
    method: &str,
    path: &str,
    token: &str,
    page: &str,
) -> TestResponse {
    let cookie = visitor.cookie.as_deref().unwrap();
    request(
        world,
        method,
        path,
        token,
        &[("origin", page), ("sec-fetch-site", "cross-site"), ("cookie", cookie)],
    )
    .await
}

/// Returns the reason that a rejected fragment request reports to developers.
pub fn rejection(response: &TestResponse) -> String {
    assert_eq!((response.status, response.text().as_str()), (401, ""), "a rejected fragment is empty");
    let challenge = response.header("www-authenticate");
    let (_, reason) = challenge.split_once("error_description=\"").unwrap_or_else(|| panic!("{challenge}"));
    reason.trim_end_matches('"').to_owned()
}

#[tokio::test]
async fn fragments_link_to_own_pages() {
    let world = world().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let token = token(&world, &jo);
    for (path, words) in [("/onboarding/widget", "0 of 8 done"), ("/onboarding/banner", "14 days left")] {
        let fragment = request(&world, "GET", path, &token, &[]).await;
        assert_eq!((fragment.status, fragment.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(fragment.text().contains(words), "{}", fragment.text());
        assert!(
            !fragment.text().contains("<form") && !fragment.text().contains("href=\"/"),
            "{}",
            fragment.text()
        );
        assert_eq!(world.calls_of(&fragment).await, ["BatchGetItem"], "one consistent read");
        assert_eq!(fragment.header("cache-control"), "no-store");
    }
    let list = request(&world, "GET", "/onboarding/api/checklist", &token, &[]).await.json();
    assert_eq!(list["organization_id"], jo.org());
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one row per invalid token")]
async fn invalid_token_shows_nothing_but_the_reason() {
    let world = world().await;
    let (jo, mo) =
        (world.trialing("Acme", "jo@example.com").await, world.trialing("Beta", "mo@example.com").await);
    let (key, good) = (HostKey::local(), claims(&world, &jo));
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.mint(&claims)
    };
    let now = now(&world);
    let mut expired = good.clone();
    (expired["iat"], expired["exp"]) = (json!(now - 11_160), json!(now - 10_860));
    let other = HostKey::of(&format!("local:{}", "A".repeat(43)));
    let handoff_key = HostKey::of(stack::HANDOFF_KEYS);
    let unknown_org = "org_0198c0de-0000-7000-8000-00000000dead";
    for (case, token, detail) in [
        ("expired", key.mint(&expired), "the embed token expired 3 hours ago"),
        (
            "valid for too long",
            with("exp", json!(now + 901)),
            "the embed token is valid for 901 seconds; the maximum is 900",
        ),
        ("of another audience", with("aud", json!(HOST_APP)), "the embed token's aud must be onramp:embed"),
        (
            "of another organization",
            with("org", json!(mo.org())),
            "the embed token's sub is not a member of its org",
        ),
        (
            "of no organization",
            with("org", json!(unknown_org)),
            "the embed token's sub is not a member of its org",
        ),
        (
            "of another user",
            with("sub", json!(mo.user())),
            "the embed token's sub is not a member of its org",
        ),
        ("of another secret", other.mint(&good), "the embed token is not signed with a key from HOST_KEYS"),
        (
            "signed with a handoff key",
            handoff_key.mint(&good),
            "the embed token is not signed with a key from HOST_KEYS",
        ),
        (
            "of an unknown key",
            key.seal(&json!({ "alg": "HS256", "kid": "x" }), &good),
            "the embed token is not signed with a key from HOST_KEYS",
        ),
        (
            "of no algorithm",
            key.seal(&json!({ "alg": "none", "kid": "local" }), &good),
            "the embed token's header must have alg HS256 and a kid",
        ),
        (
            "nonsense",
            "nonsense".to_owned(),
            "the embed token is not a valid JWT (three base64url parts separated by dots)",
        ),
    ] {
        for path in &FRAGMENTS[..2] {
            let response = request(&world, "GET", path, &token, &[]).await;
            assert_eq!(rejection(&response), detail, "{case}");
        }
        let json = request(&world, "GET", FRAGMENTS[2], &token, &[]).await;
        assert_eq!((json.status, json.json()["detail"].as_str().unwrap()), (401, detail), "{case}");
        let write = request(&world, "POST", DISMISS, &token, &[]).await;
        assert_eq!((write.status, write.json()["detail"].as_str().unwrap()), (401, detail), "{case}");
        let frame = request(&world, "GET", &format!("/onboarding/embed?token={token}"), "", &[]).await;
        assert_eq!(frame.status, 401, "{case}");
        assert!(frame.text().contains("<main></main>"), "{}", frame.text());
    }
    assert!(!is_dismissed(&world, jo).await);
}

async fn is_dismissed(_: &World, mut jo: Visitor<'_>) -> bool {
    jo.checklist().await["dismissed"] == true
}

#[tokio::test]
async fn role_changes_apply_to_the_next_request() {
    let world = world().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let token = token(&world, &jo);
    let key =
        json!({ "pk": { "S": format!("ORG#{}", jo.org()) }, "sk": { "S": format!("MEMBER#{}", jo.user()) } });
    assert!(!request(&world, "GET", FRAGMENTS[0], &token, &[]).await.text().is_empty());

    let demoted = json!({ "Key": key, "UpdateExpression": "SET #r = :r", "ExpressionAttributeNames": { "#r": "role" },
        "ExpressionAttributeValues": { ":r": { "S": "member" } } });
    world.write("UpdateItem", demoted);
    let widget = request(&world, "GET", FRAGMENTS[0], &token, &[]).await;
    assert_eq!((widget.status, widget.text().as_str()), (200, ""), "a member's widget is empty");
    assert!(request(&world, "GET", FRAGMENTS[1], &token, &[]).await.text().contains("14 days left"));
    assert_eq!(request(&world, "GET", FRAGMENTS[2], &token, &[]).await.status, 403);
    assert_eq!(request(&world, "POST", DISMISS, &token, &[]).await.status, 403);

    world.write("DeleteItem", json!({ "Key": key }));
    for path in &FRAGMENTS[..2] {
        assert_eq!(
            rejection(&request(&world, "GET", path, &token, &[]).await),
            "the embed token's sub is not a member of its org"
        );
    }
    assert_eq!(request(&world, "POST", DISMISS, &token, &[]).await.status, 401);
}

#[tokio::test]
async fn cookie_beside_a_token_is_ignored() {
    let world = world().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mo = world.trialing("Beta", "mo@example.com").await;
    let (cookie, mo_token) = (jo.cookie.as_deref().unwrap(), token(&world, &mo));
    let list = request(&world, "GET", FRAGMENTS[2], &mo_token, &[("cookie", cookie)]).await.json();
    assert_eq!(list["organization_id"], mo.org(), "the token decides");
    for token in ["nonsense", ""] {
        assert_eq!(request(&world, "GET", FRAGMENTS[0], token, &[("cookie", cookie)]).await.status, 401);
        assert_eq!(request(&world, "POST", DISMISS, token, &[("cookie", cookie)]).await.status, 401);
    }
    let frame = world.send("GET", "/onboarding/embed", &[("cookie", cookie)], "").await;
    assert_eq!(frame.status, 401);
    let calls = world.calls_of(&frame).await;
    assert!(calls.is_empty(), "the session is not looked up: {calls:?}");
    // Another authentication scheme is ignored.
    let basic = [("authorization", "Basic dTpw"), ("cookie", cookie)];
    assert_eq!(world.send("GET", FRAGMENTS[0], &basic, "").await.status, 200);
}

#[tokio::test]
async fn only_listed_origins_read_and_write() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let token = token(&world, &jo);
    let complete = "/onboarding/api/checklist/complete/created_project";
    for path in FRAGMENTS.iter().chain([&complete]) {
        let method = if *path == complete { "POST" } else { "GET" };
        let preflight = |origin| {
            [
                ("origin", origin),
                ("access-control-request-method", method),
                ("access-control-request-headers", "authorization"),
            ]
        };
        let preflight_response = world.send("OPTIONS", path, &preflight(HOST_APP), "").await;
        assert_eq!(
            (preflight_response.status, preflight_response.header("access-control-allow-origin")),
            (204, HOST_APP),
            "{path}"
        );
        let methods = if method == "GET" { "GET, HEAD" } else { method };
        assert_eq!(preflight_response.header("access-control-allow-methods"), methods);
        assert_eq!(preflight_response.header("access-control-allow-headers"), "authorization, if-none-match");
        let preflight_response = world.send("OPTIONS", path, &preflight("https://evil.example"), "").await;
        assert_eq!(
            (preflight_response.status, preflight_response.header("access-control-allow-origin")),
            (405, ""),
            "{path}"
        );

        let foreign = request_from_page(&world, &jo, method, path, &token, "https://evil.example").await;
        assert_eq!((foreign.status, foreign.header("access-control-allow-origin")), (403, ""), "{path}");
        let response = request_from_page(&world, &jo, method, path, &token, HOST_APP).await;
        assert_eq!(
            (response.status, response.header("access-control-allow-origin")),
            (200, HOST_APP),
            "{path}"
        );
        assert_eq!(
            (response.header("vary"), response.header("access-control-allow-credentials")),
            ("Origin", "")
        );
    }
    let list = jo.checklist().await;
    assert_eq!((&list["completed_count"], &list["tasks"][1]["completed_by"]), (&json!(1), &json!("Jo Doe")));
    assert_eq!(list["tasks"][1]["source"], "manual");

    // Without a token, the host app's page has no more rights than any other site.
    let cookie = jo.cookie.clone().unwrap();
    let bare = [("origin", HOST_APP), ("sec-fetch-site", "cross-site"), ("cookie", cookie.as_str())];
    assert_eq!(world.send("POST", DISMISS, &bare, "").await.status, 403);
    assert_eq!(world.send("GET", FRAGMENTS[0], &bare, "").await.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn token_can_be_bound_to_one_origin() {
    let two = Config { host_app_url: Some(HOST_APP.to_owned()), ..Config::memory() }
        .set("EMBED_ORIGINS", &format!("{HOST_APP} https://two.example"));
    let world = World::with(two).await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mut bound = claims(&world, &jo);
    bound["origin"] = json!("https://two.example");
    let token = HostKey::local().mint(&bound);
    let response = request_from_page(&world, &jo, "GET", FRAGMENTS[0], &token, HOST_APP).await;
    assert_eq!(rejection(&response), "the embed token is for a different origin");
    assert_eq!(
        response.header("access-control-allow-origin"),
        HOST_APP,
        "so that the page can read the reason"
    );
    assert_eq!(
        request_from_page(&world, &jo, "GET", FRAGMENTS[0], &token, "https://two.example").await.status,
        200
    );
    let frame = async |page: &[(&str, &str)]| {
        world.send("GET", &format!("/onboarding/embed?token={token}"), page, "").await
    };
    for page in [&[][..], &[("referer", "https://two.example/setup")]] {
        let frame = frame(page).await;
        assert_eq!(frame.status, 200);
        assert!(frame.header("content-security-policy").contains("frame-ancestors https://two.example;"));
    }
    // `HOST_APP` is also in `EMBED_ORIGINS`, but the token is for the other origin. So the frame is
    // empty and contains the reason.
    let wrong = frame(&[("referer", &format!("{HOST_APP}/"))]).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text().contains(r#"data-ob-why="the embed token is for a different origin""#));
    assert!(wrong.text().contains("<main></main>"), "{}", wrong.text());
    let both = format!("frame-ancestors {HOST_APP} https://two.example;");
    assert!(wrong.header("content-security-policy").contains(&both));
}

#[tokio::test]
async fn write_by_token_makes_the_usual_calls() {
    let world = world().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let token = token(&world, &jo);
    let dismissed = request_from_page(&world, &jo, "POST", DISMISS, &token, HOST_APP).await;
    assert_eq!(dismissed.json(), json!({ "success": true, "dismissed": true }));
    assert_eq!(world.calls_of(&dismissed).await, ["BatchGetItem", "UpdateItem"]);
    assert_eq!(
        request(&world, "GET", FRAGMENTS[0], &token, &[]).await.text(),
        "",
        "a dismissed widget is empty"
    );
    world.advance("15d").await;
    let late = crate::host_app::host_key::token(&world, &jo);
    assert_eq!(
        request(&world, "POST", DISMISS, &late, &[]).await.status,
        402,
        "the access check follows the role check"
    );
    let invalid = request(&world, "POST", "/onboarding/api/checklist/complete/coffee", &late, &[]).await;
    assert_eq!(invalid.status, 402, "and precedes input validation");
}

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:onramp/host-keys-AbCdEf";

#[tokio::test]
async fn rotated_keys_work_within_a_minute() {
    let world = World::with(config().set("HostKeysArn", ARN)).await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let secrets = &world.stack.system().cloud.secrets;
    let list = format!("new:{},old:{}", "A".repeat(43), "B".repeat(42) + "E");
    let (new, old) = (HostKey::of(&list), HostKey::of(list.split(',').nth(1).unwrap()));
    let status = async |key: &HostKey| {
        request(&world, "GET", FRAGMENTS[0], &key.mint(&claims(&world, &jo)), &[]).await.status
    };
    let reads = async || {
        let calls = world.local("GET", "/_local/calls", None).await;
        let reads = calls
            .as_array()
            .unwrap()
            .iter()
            .filter(|call| call["function"] == "checklist-read" && call["operation"] == "GetSecretValue");
        reads.count()
    };
    assert_eq!(reads().await, 0, "keys are read only when a request needs them");
    assert_eq!((status(&HostKey::local()).await, reads().await), (200, 1));
    let written = request(&world, "POST", DISMISS, &HostKey::local().mint(&claims(&world, &jo)), &[]).await;
    assert_eq!((written.status, reads().await), (200, 1), "each function reads the keys itself");
    assert_eq!(
        request(&world, "POST", RESTORE, &HostKey::local().mint(&claims(&world, &jo)), &[]).await.status,
        200
    );
    secrets.put(ARN, &list);
    for _ in 0..5 {
        assert_eq!((status(&new).await, reads().await), (401, 1), "at most once a minute");
    }
    world.advance("61s").await;
    assert_eq!((status(&new).await, status(&old).await, reads().await), (200, 200, 2));
    secrets.put(ARN, list.split(',').next().unwrap());
    assert_eq!(status(&old).await, 200, "a revoked key works for at most five minutes");
    world.advance("301s").await;
    assert_eq!((status(&old).await, status(&new).await), (401, 200));
    world.inject(json!([{ "service": "secretsmanager", "rate": 1.0, "kind": "access_denied" }])).await;
    world.advance("301s").await;
    assert_eq!(status(&new).await, 200, "while the store fails, the cached keys stay valid");
}
