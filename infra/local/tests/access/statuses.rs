//! Every status that a route can give beside those that follow from who asks, provoked once.

use domain::limit::INVITATIONS_TO_ADDRESS_BY_ALL;
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    actors::{Actors, FRESH, GUEST, Links},
    description::Description,
    driver::Answer,
    headers,
    page::{self, Row},
    question::{Question, Speech, token},
};

#[tokio::test]
async fn every_listed_status_occurs_with_all_headers() {
    let actors = Actors::new().await;
    let description = Description::of(&actors.world).await;
    let mut wrong = Vec::new();
    for row in page::rows() {
        for status in row.also.iter().copied().filter(|status| *status < 500) {
            for speech in [Speech::Page, Speech::Json] {
                let answer = provoke(&actors, &row, status, speech).await;
                wrong.extend(faults(&description, &row, status, &answer));
                actors.rest().await;
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
        // All at once: each waits for the client's own further tries, and none of them changes anything.
        let asking = rows.iter().flat_map(|row| [(row, Speech::Page), (row, Speech::Json)]).map(
            async |(row, speech)| {
                let admin = actors.caller("admin");
                let answer = Question::of(row, &actors, admin)
                    .ask(&actors.world, admin.cookie.as_deref(), speech)
                    .await;
                // A route without these either needs no table, or tells every failure alike.
                // The webhook's 503 is of its missing secret: what the table does to an event is a 500.
                let own = row.also.contains(&status) && row.path() != "/billing/webhooks/stripe";
                let told = match (own, row.also.contains(&500)) {
                    // Which session this is cannot be read: every failure of the table looks the same.
                    _ if row.path().starts_with("/operator") => 503,
                    (true, _) => status,
                    (false, true) => 500,
                    (false, false) => row.cells["admin"].rsplit('/').next().unwrap().parse().unwrap(),
                };
                faults(&description, row, told, &answer)
            },
        );
        wrong.extend(join_all(asking).await.into_iter().flatten());
        actors.world.local("DELETE", "/_local/faults", None).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with an answer that should have that status.
fn faults(description: &Description, row: &Row, status: u16, answer: &Answer) -> Vec<String> {
    let mut faults = headers::faults(row.path(), answer);
    faults.extend(description.faults(row, answer));
    if answer.status != status {
        faults.push(format!("{} {}", answer.status, answer.text()));
    }
    faults.into_iter().map(|fault| format!("{} {status}: {fault}", row.route)).collect()
}

/// Brings a route to a status that does not follow from who asks.
async fn provoke(actors: &Actors, row: &Row, status: u16, speech: Speech) -> Answer {
    let world = &actors.world;
    let caller = actors.caller(if row.path().starts_with("/operator") { "operator" } else { "admin" });
    let mut question = Question::of(row, actors, caller);
    // An invitation is for somebody who is not there yet.
    let joins = row.path().starts_with("/invitations/");
    let cookie = caller.cookie.as_deref().filter(|_| !joins);
    match status {
        // To who has it already.
        304 => {
            let tag = question.ask(world, cookie, speech).await.header("etag").to_owned();
            question.with("if-none-match", &tag).ask(world, cookie, speech).await
        }
        400 if row.path() == "/onboarding/embed" => {
            question.path.push_str("&part=everything");
            question.ask(world, cookie, speech).await
        }
        // A script on a page that is not listed.
        403 if row.method() == "GET" => {
            let bearer = format!("Bearer {}", token(world, caller));
            question
                .with("authorization", &bearer)
                .with("origin", "https://evil.example")
                .ask(world, cookie, speech)
                .await
        }
        422 if row.path() == "/host/events" => question.told_by_host(world, cookie, "[]").await,
        400 | 422 if row.route == "GET /operator" => {
            question.path.push_str(if status == 400 { "?after=soon" } else { "?find=nobody" });
            question.ask(world, cookie, speech).await
        }
        400 | 413 => {
            let machines = ["/billing/webhooks/", "/host/"].iter().any(|start| row.path().starts_with(start));
            let body = match (status, machines) {
                (400, _) => "a=1&a=2".to_owned(),
                (_, false) => "x".repeat(web::form::MAX_BODY_BYTES + 1),
                (_, true) => "x".repeat(256 * 1024 + 1),
            };
            // Not even text: no task.
            question.path = replaced(&question.path, &["created_project"], "%ff");
            question.send(world, cookie, speech, Some(body)).await
        }
        402 => {
            // Invited in a trial that is gone as if it had never been.
            let key =
                json!({ "pk": { "S": format!("ORG#{}", actors.caller("admin").org) }, "sk": { "S": "ORG" } });
            world.write("UpdateItem", json!({ "Key": key, "UpdateExpression": "REMOVE trial" }));
            question.ask(world, cookie, speech).await
        }
        403 => question.with("sec-fetch-site", "cross-site").ask(world, cookie, speech).await,
        404 => {
            let Links { sign_in, invitation, unsubscribe, .. } = &actors.links;
            let names = [sign_in, invitation, unsubscribe, &caller.invitation(), &actors.mate, &caller.org];
            question.path = replaced(&question.path, &names.map(String::as_str), &"0".repeat(64))
                .replace("app-", "none-")
                .replace("not-found", "no-such-kind");
            question.fields.retain(|(name, _)| !matches!(*name, "session" | "organization"));
            question.ask(world, cookie, speech).await
        }
        409 => conflict(actors, row, question, cookie, speech).await,
        // A JSON field of a wrong type is refused by every form, also by one without fields of its own.
        422 if question.fields.iter().all(|(name, _)| matches!(*name, "session" | "organization")) => {
            let body = json!({ "session": true, "organization": 7 }).to_string();
            question.with("content-type", "application/json").send(world, cookie, speech, Some(body)).await
        }
        422 => {
            for (_, text) in &mut question.fields {
                text.clear();
            }
            question.ask(world, cookie, speech).await
        }
        429 => {
            if row.path().starts_with("/members") {
                use_up_mails_to(actors, if question.fields.is_empty() { GUEST } else { FRESH });
                return question.ask(world, cookie, speech).await;
            }
            // The portal sends its links to admins whose address is unverified.
            let unproven = actors.caller("unverified admin").cookie.as_deref();
            let cookie = unproven.filter(|_| row.path() == "/billing/portal");
            let mut answer = question.ask(world, cookie, speech).await;
            while answer.status < 429 {
                answer = question.ask(world, cookie, speech).await;
            }
            answer
        }
        other => panic!("how is {} brought to {other}?", row.route),
    }
}

/// Organizations mail invitations to an address until nobody may.
fn use_up_mails_to(actors: &Actors, address: &str) {
    let now = actors.world.stack.system().clock().now();
    let window = INVITATIONS_TO_ADDRESS_BY_ALL.window(address, now);
    let mut item = json!({
        "pk": { "S": format!("LIMIT#{}#{}", window.limit.name, window.subject) }, "sk": { "S": "TIMES" },
    });
    for n in 0..window.limit.max {
        item[format!("t{n}")] = json!({ "N": now.as_millisecond().to_string() });
    }
    actors.world.write("PutItem", json!({ "Item": item }));
}

/// Asks for what contradicts what is stored.
async fn conflict(
    actors: &Actors,
    row: &Row,
    mut question: Question,
    cookie: Option<&str>,
    speech: Speech,
) -> Answer {
    let themselves = cookie.and_then(|cookie| cookie.split('.').nth(1)).unwrap_or_default();
    let mut cookie = cookie;
    match row.route.as_str() {
        // An address that has an account.
        "POST /organizations/new" => {
            question.fields.retain(|(name, _)| *name != "email");
            question.fields.push(("email", "jo@example.com".to_owned()));
            cookie = None;
        }
        // As many as may wait at one time.
        "POST /members/invitations" => {
            for n in 0..20 {
                question.fields = vec![("email", format!("guest{n}@example.com"))];
                question.ask(&actors.world, cookie, speech).await;
            }
        }
        // As often as one is mailed.
        "POST /members/invitations/{invitation}/resend" => {
            actors.world.advance("1m").await;
            for _ in 0..3 {
                question.ask(&actors.world, cookie, speech).await;
                actors.world.settle().await;
                actors.world.advance("1m").await;
            }
        }
        // A subscription whose trial is Stripe's to move.
        "POST /operator/organizations/{id}/extend-trial" => {
            let org = &actors.caller("operator").org;
            let event = json!({ "type": "customer.subscription.created", "organization_id": org });
            assert_eq!(actors.world.stripe(event).await, [200]);
        }
        // The last admin.
        "POST /members/{user}/remove" => question.path = question.path.replace(&actors.mate, themselves),
        "POST /members/{user}/role" => {
            question.path = question.path.replace(&actors.mate, themselves);
            question.fields = vec![("role", "member".to_owned())];
        }
        route => panic!("how is {route} brought to a conflict?"),
    }
    question.ask(&actors.world, cookie, speech).await
}

fn replaced(path: &str, names: &[&str], with: &str) -> String {
    names.iter().fold(path.to_owned(), |path, name| path.replace(name, with))
}
