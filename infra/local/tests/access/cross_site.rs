//! Other sites write nothing: their requests are refused before anything is read.

use crate::{
    actors::Actors,
    page::{self, Row},
    question::{Question, Speech},
};

/// Whose writers are machines on other sites: Stripe and the host app, by a signature, and mail programs, by the link's
/// own secret.
const OPEN: [&str; 3] = ["/billing/webhooks/stripe", "/host/events", "/mail/unsubscribe/{token}"];

/// What a browser says of a request that a page of another site made.
const THEIRS: [&[(&str, &str)]; 8] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8484")],
    &[("sec-fetch-site", "Same-Origin")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("origin", "https://localhost:8484")],
    &[("origin", "http://localhost:8484.evil.example")],
];

/// What it says of our own pages and of addresses that were typed; and what programs say.
const OURS: [&[(&str, &str)]; 5] = [
    &[],
    &[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8484")],
    &[("sec-fetch-site", "same-origin")],
    &[("sec-fetch-site", "none")],
    &[("origin", "http://localhost:8484")],
];

fn writing() -> Vec<Row> {
    page::rows().into_iter().filter(|row| row.method() != "GET").collect()
}

fn saying(mut question: Question, headers: &[(&str, &str)]) -> Question {
    for (name, value) in headers {
        question = question.with(name, value);
    }
    question
}

#[tokio::test]
async fn cross_site_write_is_rejected_before_any_read() {
    let actors = Actors::new().await;
    for row in writing().iter().filter(|row| !OPEN.contains(&row.path())) {
        for column in ["admin", "no session"] {
            let caller = actors.caller(column);
            let question = Question::of(row, &actors, caller);
            for headers in THEIRS {
                for speech in [Speech::Page, Speech::Json] {
                    let question = saying(question.clone(), headers);
                    let answer = question.ask(&actors.world, caller.cookie.as_deref(), speech).await;
                    assert_eq!(answer.status, 403, "{} {headers:?}: {}", row.route, answer.text());
                    assert!(answer.text().contains("came from another site"), "{}", row.route);
                    let calls = actors.world.calls_of(&answer).await;
                    assert!(calls.is_empty(), "{} {headers:?}: {calls:?}", row.route);
                }
            }
        }
    }
    assert!(actors.changed().is_empty(), "{:?}", actors.changed());
}

#[tokio::test]
async fn same_origin_pages_and_programs_may_write() {
    let actors = Actors::new().await;
    let admin = actors.caller("admin");
    for row in writing() {
        for headers in OURS {
            let question = saying(Question::of(&row, &actors, admin), headers);
            let answer = question.ask(&actors.world, admin.cookie.as_deref(), Speech::Json).await;
            let told = row.cells["admin"].rsplit('/').next().unwrap();
            assert_eq!(answer.status.to_string(), told, "{} {headers:?}: {}", row.route, answer.text());
            actors.rest().await;
        }
    }
}

#[tokio::test]
async fn webhooks_and_embeds_accept_other_origins() {
    let actors = Actors::new().await;
    let nobody = actors.caller("no session");
    for row in writing().iter().filter(|row| OPEN.contains(&row.path())) {
        for headers in THEIRS {
            let question = saying(Question::of(row, &actors, nobody), headers);
            let answer = question.ask(&actors.world, None, Speech::Json).await;
            assert_eq!(answer.status, 200, "{} {headers:?}: {}", row.route, answer.text());
            actors.rest().await;
        }
    }
}
