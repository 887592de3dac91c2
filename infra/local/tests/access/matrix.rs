//! Every route, asked by everybody, as a browser and as a program.

use crate::{
    actors::{Actors, Caller},
    description::Description,
    driver::Answer,
    headers,
    page::{self, Row},
    question::{NOBODY, Question, Speech},
};

#[tokio::test]
async fn reads_have_the_listed_status_for_every_caller() {
    is_as_told("GET").await;
}

#[tokio::test]
async fn writes_have_the_listed_status_for_every_caller() {
    is_as_told("POST").await;
}

/// Asks every route with that method as everybody.
async fn is_as_told(method: &str) {
    let actors = Actors::new().await;
    let description = Description::of(&actors.world).await;
    let mut wrong = Vec::new();
    for row in page::rows().iter().filter(|row| row.method() == method) {
        for caller in &actors.callers {
            let asked = ask_both(&actors, row, caller).await;
            let told = match asked.each_ref().map(|answer| answer.status) {
                [page, json] if page == json => page.to_string(),
                [page, json] => format!("{page}/{json}"),
            };
            let said = &row.cells[caller.column];
            if *said != told {
                wrong.push(format!("{} tells {}: {told} instead of {said}", row.route, caller.who));
            }
            for answer in &asked {
                let mut faults = headers::faults(row.path(), answer);
                faults.extend(description.faults(row, answer));
                if !faults.is_empty() {
                    wrong.push(format!("{} to {} ({}): {faults:?}", row.route, caller.who, answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asks as a browser and as a program, each time in the same world.
async fn ask_both(actors: &Actors, row: &Row, caller: &Caller) -> [Answer; 2] {
    let question = Question::of(row, actors, caller);
    let page = ask_alone(actors, row, caller, &question, Speech::Page).await;
    let json = ask_alone(actors, row, caller, &question, Speech::Json).await;
    [page, json]
}

/// Whoever is not of an organization changes nothing of it, unless a link was mailed to them.
async fn ask_alone(
    actors: &Actors,
    row: &Row,
    caller: &Caller,
    question: &Question,
    speech: Speech,
) -> Answer {
    let answer = question.ask(&actors.world, caller.cookie.as_deref(), speech).await;
    let changed = actors.changed();
    let theirs = caller.cookie.as_deref().is_some_and(|cookie| cookie.contains(&caller.org));
    if !theirs && !row.path().contains("{token}") {
        let foreign = changed.iter().filter(|key| key.contains(&caller.org)).collect::<Vec<_>>();
        assert!(foreign.is_empty(), "{} by {} changed {foreign:?}", row.route, caller.who);
    }
    if !changed.is_empty() {
        actors.rest().await;
    }
    answer
}

#[tokio::test]
async fn head_returns_what_get_returns_without_a_body() {
    let actors = Actors::new().await;
    let mut wrong = Vec::new();
    for row in page::rows().iter().filter(|row| row.method() == "GET") {
        for caller in &actors.callers {
            let question = Question::of(row, &actors, caller);
            let head = Question { method: "HEAD".to_owned(), ..question.clone() };
            for speech in [Speech::Page, Speech::Json] {
                let get = question.ask(&actors.world, caller.cookie.as_deref(), speech).await;
                let head = head.ask(&actors.world, caller.cookie.as_deref(), speech).await;
                let length = get.response.body().len().to_string();
                if (get.status, told(&get)) != (head.status, told(&head))
                    || head.header("content-length") != length
                    || !head.response.body().is_empty()
                {
                    wrong.push(format!("{} as {} ({speech:?}): {:?}", row.route, caller.who, head.response));
                }
            }
        }
    }
    // When a session was last used is noted, once an hour.
    let changed: Vec<_> = actors.changed().into_iter().filter(|key| !key.contains(" SESSION#")).collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn foreign_items_look_like_missing_items() {
    let actors = Actors::new().await;
    let other = actors.caller("admin of another org");
    let nobody = Caller { cookie: other.cookie.clone(), org: NOBODY.to_owned(), ..*other };
    for row in page::rows().iter().filter(|row| row.path().contains("{id}")) {
        let foreign = ask_both(&actors, row, other).await;
        let missing = ask_both(&actors, row, &nobody).await;
        for (foreign, missing) in foreign.iter().zip(&missing) {
            assert_eq!(bytes(foreign), bytes(missing), "{}", row.route);
        }
    }
}

/// All that an answer tells, without what names it.
fn bytes(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    (answer.status, told(answer), answer.text())
}

/// The headers, without the ids of the request.
fn told(answer: &Answer) -> Vec<(String, String)> {
    let headers = answer.response.headers().iter();
    let headers = headers.map(|(name, value)| {
        // What a browser is to keep is random.
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
        // A parameter's pattern fits a fixed path too, and that one has its own row.
        let allowed = ["GET", "HEAD", "POST"].into_iter().filter(|method| has(method)).collect::<Vec<_>>();
        let allowed = allowed.join(", ");
        // Nobody but an operator is told what is there, so neither is how it is asked.
        let told = if row.path().starts_with("/operator") { (404, "") } else { (405, allowed.as_str()) };
        for method in
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].iter().filter(|method| !has(method))
        {
            for column in ["no session", "admin"] {
                let caller = actors.caller(column);
                let mut question = Question::of(row, &actors, caller);
                (*method).clone_into(&mut question.method);
                let answer = question.ask(&actors.world, caller.cookie.as_deref(), Speech::Json).await;
                // HEAD has no body to look at.
                let mut faults = if *method == "HEAD" { Vec::new() } else { headers::faults("/", &answer) };
                if (answer.status, answer.header("allow")) != told {
                    faults.push(format!("{} {:?}, not {told:?}", answer.status, answer.header("allow")));
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
