//! Tests the access matrix: sends a request to every route as every caller, once as a browser and
//! once as a program.

use crate::access::{
    actors::{Actors, Caller},
    description::Description,
    headers,
    page::{self, Row},
    request::{Format, MatrixRequest, UNKNOWN_ORG, is_server_api},
};
use e2e::driver::TestResponse;

/// Methods in the order in which `Allow` lists them.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[tokio::test]
async fn reads_have_the_listed_status_for_every_caller() {
    check_statuses(|method| method == "GET").await;
}

#[tokio::test]
async fn writes_have_the_listed_status_for_every_caller() {
    check_statuses(|method| method != "GET").await;
}

/// Sends a request to every route with such an HTTP method, as every caller. Compares the status with
/// the matrix, and the body with `docs/openapi.yaml`. Also checks the headers.
async fn check_statuses(includes: impl Fn(&str) -> bool) {
    let actors = Actors::new().await;
    let description = Description::of(&actors.world).await;
    let mut wrong = Vec::new();
    for row in page::rows().iter().filter(|row| includes(row.method())) {
        for caller in &actors.callers {
            let responses = send_both(&actors, row, caller).await;
            let found = match responses.each_ref().map(|response| response.status) {
                [page, json] if page == json => page.to_string(),
                [page, json] => format!("{page}/{json}"),
            };
            let expected = &row.cells[caller.column];
            if *expected != found {
                wrong.push(format!(
                    "{} returns {found} to {} instead of {expected}",
                    row.route, caller.description
                ));
            }
            for response in &responses {
                let mut faults = headers::faults(row.path(), response);
                faults.extend(description.faults(row, response));
                if !faults.is_empty() {
                    wrong.push(format!(
                        "{} to {} ({}): {faults:?}",
                        row.route, caller.description, response.status
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sends the same request twice: as a browser, and then as a program. The table has its initial
/// content before each request.
async fn send_both(actors: &Actors, row: &Row, caller: &Caller) -> [TestResponse; 2] {
    let request = MatrixRequest::of(row, actors, caller);
    let page = send_one(actors, row, caller, &request, Format::Page).await;
    let json = send_one(actors, row, caller, &request, Format::Json).await;
    [page, json]
}

/// Sends one request, and then restores the table. The test fails if the request changed an item of
/// an organization to which the caller does not belong. Routes with the secret of an emailed link
/// and the server API are exempt.
async fn send_one(
    actors: &Actors,
    row: &Row,
    caller: &Caller,
    request: &MatrixRequest,
    format: Format,
) -> TestResponse {
    let response = request.send(&actors.world, caller.cookie.as_deref(), format).await;
    let changed = actors.changed();
    let is_own_org = caller.cookie.as_deref().is_some_and(|cookie| cookie.contains(&caller.org));
    if !is_own_org && !row.path().contains("{token}") && !is_server_api(row.path()) {
        let foreign = changed.iter().filter(|key| key.contains(&caller.org)).collect::<Vec<_>>();
        assert!(foreign.is_empty(), "{} by {} changed {foreign:?}", row.route, caller.description);
    }
    if !changed.is_empty() {
        actors.restore().await;
    }
    response
}

// The clock is paused, because pages name how long ago something happened.
#[tokio::test(start_paused = true)]
async fn head_returns_what_get_returns_without_a_body() {
    let actors = Actors::new().await;
    let mut wrong = Vec::new();
    // The `GET` of these paths has an effect, and their `HEAD` does nothing.
    let differs = |row: &Row| ["/handover", "/portal/{token}"].contains(&row.path());
    // The responses of these callers differ from each other. Every other caller gets one of them.
    let callers = ["no session", "member", "admin", "operator"].map(|column| actors.caller(column));
    for row in page::rows().iter().filter(|row| row.method() == "GET" && !differs(row)) {
        for caller in callers {
            let request = MatrixRequest::of(row, &actors, caller);
            let head = MatrixRequest { method: "HEAD".to_owned(), ..request.clone() };
            for format in [Format::Page, Format::Json] {
                let get = request.send(&actors.world, caller.cookie.as_deref(), format).await;
                let head = head.send(&actors.world, caller.cookie.as_deref(), format).await;
                let length = get.inner.body().len().to_string();
                if (get.status, stable_headers(&get)) != (head.status, stable_headers(&head))
                    || head.header("content-length") != length
                    || !head.inner.body().is_empty()
                {
                    wrong.push(format!(
                        "{} as {} ({format:?}): {:?}",
                        row.route, caller.description, head.inner
                    ));
                }
            }
        }
    }
    // A read may write only one thing: once an hour, the time of the session's last use.
    let changed: Vec<_> = actors.changed().into_iter().filter(|key| !key.contains(" SESSION#")).collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn foreign_items_look_like_missing_items() {
    let actors = Actors::new().await;
    let other = actors.caller("admin of another org");
    let unknown_org = Caller {
        cookie: other.cookie.clone(),
        org: UNKNOWN_ORG.to_owned(),
        user: other.user.clone(),
        ..*other
    };
    for row in page::rows().iter().filter(|row| row.path().contains("{id}")) {
        let foreign = send_both(&actors, row, other).await;
        let missing = send_both(&actors, row, &unknown_org).await;
        for (foreign, missing) in foreign.iter().zip(&missing) {
            assert_eq!(visible(foreign), visible(missing), "{}", row.route);
        }
    }
}

/// Returns everything that a response reveals, without its request ids.
fn visible(response: &TestResponse) -> (u16, Vec<(String, String)>, String) {
    (response.status, stable_headers(response), response.text())
}

/// Returns the headers, without the request ids and the values of cookies.
fn stable_headers(response: &TestResponse) -> Vec<(String, String)> {
    let headers = response.inner.headers().iter();
    let headers = headers.map(|(name, value)| {
        // Cookie values are random.
        let random = name == "set-cookie";
        let text = value.to_str().unwrap_or_else(|_| panic!("{name}: {value:?}"));
        (name.to_string(), if random { text.split('=').next().unwrap_or_default() } else { text }.to_owned())
    });
    headers.filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "apigw-requestid")).collect()
}

#[tokio::test]
async fn wrong_method_gets_the_allowed_methods() {
    let actors = Actors::new().await;
    let routes = page::of_template();
    let mut wrong = Vec::new();
    for row in page::rows().iter().filter(|row| row.route != "$default") {
        let has = |method: &str| {
            let method = if method == "HEAD" { "GET" } else { method };
            routes.contains(&format!("{method} {}", row.path()))
        };
        // A route with a path parameter can match the same path as a route with a fixed path. The
        // fixed path has its own row.
        let allowed = METHODS.into_iter().filter(|method| has(method)).collect::<Vec<_>>().join(", ");
        // For callers who are not operators, operator routes respond like missing paths. So they
        // list no methods.
        let expected = if row.path().starts_with("/operator") { (404, "") } else { (405, allowed.as_str()) };
        for method in METHODS.iter().filter(|method| !has(method)) {
            for column in ["no session", "admin"] {
                let caller = actors.caller(column);
                let mut request = MatrixRequest::of(row, &actors, caller);
                (*method).clone_into(&mut request.method);
                let response = request.send(&actors.world, caller.cookie.as_deref(), Format::Json).await;
                // HEAD has no body to look at.
                let mut faults = if *method == "HEAD" { Vec::new() } else { headers::faults("/", &response) };
                if (response.status, response.header("allow")) != expected {
                    faults.push(format!(
                        "{} {:?}, not {expected:?}",
                        response.status,
                        response.header("allow")
                    ));
                }
                if !faults.is_empty() {
                    wrong.push(format!("{method} {}: {faults:?}", row.path()));
                }
            }
        }
    }
    assert!(actors.changed().is_empty(), "{:?}", actors.changed());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
