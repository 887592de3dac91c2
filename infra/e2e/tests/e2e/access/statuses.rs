//! Causes every status that a route can return and that does not depend on the caller.

use domain::limits::{ADDRESS_CORRECTIONS, INVITATIONS_TO_ADDRESS_BY_ALL, RateLimit};
use futures_util::future::join_all;
use serde_json::json;

use crate::access::{
    actors::{Actors, Caller, FRESH, GUEST, Links},
    description::Description,
    headers,
    page::{self, Row},
    request::{
        Format, MatrixRequest, READ_ONLY_KEY, REVIEWED_EVENT, UNLINKED_CUSTOMER, is_server_api, token,
    },
};
use crate::journeys::seats::{SINGLE, subscribe};
use e2e::driver::TestResponse;

#[tokio::test]
async fn every_listed_status_occurs_with_all_headers() {
    let actors = Actors::new().await;
    let description = Description::of(&actors.world).await;
    let mut wrong = Vec::new();
    for row in page::rows() {
        for status in row.also.iter().copied().filter(|status| *status < 500) {
            for format in [Format::Page, Format::Json] {
                let response = provoke(&actors, &row, status, format).await;
                wrong.extend(faults(&description, &row, status, &response));
                actors.restore().await;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn table_failure_has_the_usual_error_format() {
    let actors = Actors::new().await;
    let description = Description::of(&actors.world).await;
    let rows = page::rows();
    let mut wrong = Vec::new();
    for (kind, status) in [("access_denied", 500), ("throttle", 503)] {
        actors.world.inject(json!([{ "service": "dynamodb", "kind": kind }])).await;
        // Send all requests at the same time, because each of them waits for the SDK's retries.
        // None of them changes the table.
        let responses = rows.iter().flat_map(|row| [(row, Format::Page), (row, Format::Json)]).map(
            async |(row, format)| {
                let admin = actors.caller("admin");
                let response = MatrixRequest::of(row, &actors, admin)
                    .send(&actors.world, admin.cookie.as_deref(), format)
                    .await;
                // If the row does not list `status`, there are two cases. The route returns 500 for
                // every failure of the table, or it does not read the table. The row of the webhook
                // lists 503 only for a missing secret, so a failure of the table gives 500.
                let is_listed = row.also.contains(&status) && row.path() != "/billing/webhooks/stripe";
                let expected = match (is_listed, row.also.contains(&500)) {
                    // Onramp cannot read the session, so every failure of the table gives 503.
                    _ if row.path().starts_with("/operator") => 503,
                    (true, _) => status,
                    (false, true) => 500,
                    (false, false) => row.cells["admin"].rsplit('/').next().unwrap().parse().unwrap(),
                };
                faults(&description, row, expected, &response)
            },
        );
        wrong.extend(join_all(responses).await.into_iter().flatten());
        actors.world.local("DELETE", "/_local/faults", None).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the problems of a response, including a status other than `status`.
fn faults(description: &Description, row: &Row, status: u16, response: &TestResponse) -> Vec<String> {
    let mut faults = headers::faults(row.path(), response);
    faults.extend(description.faults(row, response));
    if response.status != status {
        faults.push(format!("{} {}", response.status, response.text()));
    }
    faults.into_iter().map(|fault| format!("{} {status}: {fault}", row.route)).collect()
}

/// Sends a request that a route rejects with a status that does not depend on the caller.
#[expect(clippy::too_many_lines, reason = "one arm per status")]
async fn provoke(actors: &Actors, row: &Row, status: u16, format: Format) -> TestResponse {
    let world = &actors.world;
    let caller = actors.caller(if row.path().starts_with("/operator") { "operator" } else { "admin" });
    let mut request = MatrixRequest::of(row, actors, caller);
    // Only a user who is not a member can accept an invitation, so this request has no session.
    let joins = row.path().starts_with("/invitations/");
    let cookie = caller.cookie.as_deref().filter(|_| !joins);
    match status {
        _ if is_server_api(row.path()) && !matches!(status, 404 | 413) => {
            server_api(actors, row, status, (request, caller), format).await
        }
        204 => request.with("sec-purpose", "prefetch").send(world, cookie, format).await,
        // Send the ETag of the current version.
        304 => {
            let tag = request.send(world, cookie, format).await.header("etag").to_owned();
            request.with("if-none-match", &tag).send(world, cookie, format).await
        }
        400 if row.path() == "/onboarding/embed" => {
            request.path.push_str("&part=everything");
            request.send(world, cookie, format).await
        }
        403 if ["GET /handover", "GET /portal/{token}"].contains(&row.route.as_str()) => {
            let image = request.with("sec-fetch-mode", "no-cors").with("sec-fetch-dest", "image");
            image.send(world, cookie, format).await
        }
        // Send the request as a script on a page whose origin is not in `EMBED_ORIGINS`.
        403 if row.method() == "GET" => {
            let bearer = format!("Bearer {}", token(world, caller));
            request
                .with("authorization", &bearer)
                .with("origin", "https://evil.example")
                .send(world, cookie, format)
                .await
        }
        422 if row.path() == "/host/events" => request.send_signed_by_host(world, cookie, "[]").await,
        400 | 422 if row.method() == "GET" && row.path().starts_with("/operator") => {
            let [malformed, invalid] = match row.path() {
                "/operator/organizations" => ["?cursor=soon", "?q=un%20known"],
                _ => ["?after=soon", "?find=un%20known"],
            };
            request.path.push_str(if status == 400 { malformed } else { invalid });
            request.send(world, cookie, format).await
        }
        400 | 413 => {
            let is_signed =
                ["/billing/webhooks/", "/host/"].iter().any(|start| row.path().starts_with(start));
            let body = match (status, is_signed) {
                (400, _) => "a=1&a=2".to_owned(),
                (_, false) => "x".repeat(web::form::MAX_BODY_BYTES + 1),
                (_, true) => "x".repeat(256 * 1024 + 1),
            };
            // This parameter is not valid UTF-8.
            request.path = replaced(&request.path, &["created_project", "collapse"], "%ff");
            request.send_body(world, cookie, format, Some(body)).await
        }
        402 => {
            // Remove the trial of the organization that sent the invitation. The organization then
            // needs a plan before a user can join it.
            let key =
                json!({ "pk": { "S": format!("ORG#{}", actors.caller("admin").org) }, "sk": { "S": "ORG" } });
            world.write("UpdateItem", json!({ "Key": key, "UpdateExpression": "REMOVE trial" }));
            request.send(world, cookie, format).await
        }
        403 => request.with("sec-fetch-site", "cross-site").send(world, cookie, format).await,
        404 => {
            let Links { sign_in, invitation, unsubscribe, verify, portal, .. } = &actors.links;
            let names = [
                sign_in,
                invitation,
                unsubscribe,
                verify,
                portal,
                &caller.invitation(),
                &actors.teammate,
                &caller.org,
                &caller.org.replace("org_", "run_"),
            ];
            request.path = replaced(&request.path, &names.map(String::as_str), &"0".repeat(64))
                .replace(REVIEWED_EVENT, "evt_missing")
                .replace("app-", "none-")
                .replace("not-found", "no-such-kind");
            request.fields.retain(|(name, _)| !matches!(*name, "session" | "organization"));
            request.send(world, cookie, format).await
        }
        409 => conflict(actors, row, request, cookie, format).await,
        // Every form rejects a JSON field of the wrong type, even if the route has no field that
        // could have an invalid value.
        422 if request
            .fields
            .iter()
            .all(|(name, _)| matches!(*name, "session" | "organization" | "confirmed")) =>
        {
            let body = json!({ "session": true, "organization": 7 }).to_string();
            request
                .with("content-type", "application/json")
                .send_body(world, cookie, format, Some(body))
                .await
        }
        422 => {
            for (_, text) in &mut request.fields {
                text.clear();
            }
            request.send(world, cookie, format).await
        }
        429 => {
            if row.path().starts_with("/members") {
                let address = if request.fields.is_empty() { GUEST } else { FRESH };
                use_up(actors, INVITATIONS_TO_ADDRESS_BY_ALL, address);
                return request.send(world, cookie, format).await;
            }
            if row.path() == "/account/email" {
                let unverified = actors.caller("unverified admin");
                use_up(actors, ADDRESS_CORRECTIONS, unverified.user());
                return request.send(world, unverified.cookie.as_deref(), format).await;
            }
            if row.path().ends_with("/set-email") {
                use_up(actors, ADDRESS_CORRECTIONS, &actors.teammate);
                return request.send(world, cookie, format).await;
            }
            // The portal has a limit only for the sign-in links that it sends to admins with an
            // unverified address.
            let unverified = actors.caller("unverified admin").cookie.as_deref();
            let cookie = unverified.filter(|_| row.path() == "/billing/portal");
            let mut response = request.send(world, cookie, format).await;
            while response.status < 429 {
                response = request.send(world, cookie, format).await;
            }
            response
        }
        other => panic!("how is {} brought to {other}?", row.route),
    }
}

/// Sends a request that the server API rejects, or that repeats the creation of an organization.
async fn server_api(
    actors: &Actors,
    row: &Row,
    status: u16,
    (mut request, caller): (MatrixRequest, &Caller),
    format: Format,
) -> TestResponse {
    let (world, is_read) = (&actors.world, row.method() == "GET");
    match status {
        // The organization or the member exists.
        200 => {
            request.send(world, None, format).await;
        }
        400 if is_read => {
            request.path.push_str(if row.path() == "/api/v1/users" { "&email=" } else { "?x=1&x=2" })
        }
        400 if row.method() == "DELETE" => request = request.with("if-match", "soon"),
        400 => return request.send_body(world, None, format, Some("a=1&a=2".to_owned())).await,
        401 => request = request.with_key("local:another-key-0123456789abcdef0123456789"),
        403 => request = request.with_key(READ_ONLY_KEY),
        // The plan has one seat.
        402 => {
            subscribe(world, &caller.org, SINGLE, "active").await;
            if row.method() == "PUT" {
                request.path = request.path.replace(&actors.teammate, "ext:fay-1");
                request.fields.extend([("email", FRESH.to_owned()), ("full_name", "Fay Fresh".to_owned())]);
            }
        }
        // Stripe owns the trial of a subscription.
        409 if row.path().ends_with("/trial/extend") => subscribe(world, &caller.org, SINGLE, "active").await,
        // The step is done.
        409 if row.path().starts_with("/api/v1/provisioning/") => {
            request.fields = vec![("status", "failed".to_owned())];
        }
        // Another user has the address.
        409 if row.path() == "/api/v1/users/{user}" => {
            request.fields = vec![("email", "jo@example.com".to_owned())];
        }
        // The only admin.
        409 if row.path().ends_with("/members/{user}") => {
            request.path = request.path.replace(&actors.teammate, &caller.user);
        }
        // The id of the host app belongs to another user, or to another organization.
        409 => {
            let mut other = request.clone();
            other.method = "POST".to_owned();
            other.path = "/api/v1/organizations".to_owned();
            other.fields = vec![
                ("name", "Other".to_owned()),
                ("external_id", "other-1".to_owned()),
                ("admin.email", "one-more@example.com".to_owned()),
                ("admin.full_name", "One More".to_owned()),
                ("admin.external_id", "jo-1".to_owned()),
            ];
            assert_eq!(other.send(world, None, format).await.status, 201);
            if row.method() == "PATCH" {
                request.fields = vec![("external_id", "other-1".to_owned())];
            }
        }
        412 => request = request.with("if-match", "\"999\""),
        422 if row.path() == "/api/v1/users" => request.path = row.path().to_owned(),
        422 if is_read => request.path.push_str("?cursor=soon"),
        // Each route with a body has one of these fields, or requires another field.
        422 => request.fields = ["name", "actor", "email", "role"].map(|name| (name, String::new())).to_vec(),
        other => panic!("how is {} brought to {other}?", row.route),
    }
    request.send(world, None, format).await
}

/// Uses up a rate limit of a subject.
fn use_up(actors: &Actors, limit: RateLimit, subject: &str) {
    let now = actors.world.stack.system().clock().now();
    let window = limit.window(subject, now);
    let mut item = json!({
        "pk": { "S": format!("LIMIT#{}#{}", window.limit.name, window.subject) }, "sk": { "S": "TIMES" },
    });
    for n in 0..window.limit.max {
        item[format!("t{n}")] = json!({ "N": now.as_millisecond().to_string() });
    }
    actors.world.write("PutItem", json!({ "Item": item }));
}

/// Sends a request that conflicts with stored data.
async fn conflict(
    actors: &Actors,
    row: &Row,
    mut request: MatrixRequest,
    cookie: Option<&str>,
    format: Format,
) -> TestResponse {
    let own_id = cookie.and_then(|cookie| cookie.split('.').nth(1)).unwrap_or_default();
    let mut cookie = cookie;
    match row.route.as_str() {
        // This address has an account.
        "POST /organizations/new" => {
            request.fields.retain(|(name, _)| *name != "email");
            request.fields.push(("email", "jo@example.com".to_owned()));
            cookie = None;
        }
        // The maximum number of pending invitations.
        "POST /members/invitations" => {
            for n in 0..20 {
                request.fields = vec![("email", format!("guest{n}@example.com"))];
                request.send(&actors.world, cookie, format).await;
            }
        }
        // The maximum number of emails for one invitation.
        "POST /members/invitations/{invitation}/resend" => {
            actors.world.advance("1m").await;
            for _ in 0..3 {
                request.send(&actors.world, cookie, format).await;
                actors.world.settle().await;
                actors.world.advance("1m").await;
            }
        }
        // Stripe owns the trial of a subscription.
        "POST /operator/organizations/{id}/extend-trial" => {
            let org = &actors.caller("operator").org;
            let event = json!({ "type": "customer.subscription.created", "organization_id": org });
            assert_eq!(actors.world.stripe(event).await, [200]);
        }
        // The organization is ready.
        "POST /operator/organizations/{id}/retry-step"
        | "POST /operator/organizations/{id}/skip-step"
        | "POST /operator/organizations/{id}/fail-run" => {
            let [operator, admin] = ["operator", "admin"].map(|column| &actors.caller(column).org);
            request.path = request.path.replace(operator, admin);
        }
        // The operator has verified their address.
        "POST /operator/organizations/{id}/set-email" => {
            request.fields.retain(|(name, _)| *name != "user");
            request.fields.push(("user", own_id.to_owned()));
        }
        // The customer is linked to another organization.
        "POST /operator/organizations/{id}/link-customer" => {
            let event = json!({ "type": "checkout.session.completed", "customer": UNLINKED_CUSTOMER,
                "organization_id": actors.caller("admin").org });
            assert_eq!(actors.world.stripe(event).await, [200]);
        }
        "POST /onboarding/api/checklist/uncomplete/{task}" => {
            let project = json!({ "organization_id": actors.caller("admin").org });
            actors.world.host_event("project.created", project).await;
        }
        // The last admin.
        "GET /members/{user}/remove" | "POST /members/{user}/remove" => {
            request.path = request.path.replace(&actors.teammate, own_id)
        }
        "POST /members/{user}/role" => {
            request.path = request.path.replace(&actors.teammate, own_id);
            request.fields = vec![("role", "member".to_owned())];
        }
        route => panic!("how is {route} brought to a conflict?"),
    }
    request.send(&actors.world, cookie, format).await
}

fn replaced(path: &str, names: &[&str], with: &str) -> String {
    names.iter().fold(path.to_owned(), |path, name| path.replace(name, with))
}
