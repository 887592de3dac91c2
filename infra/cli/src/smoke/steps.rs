//! The steps of the smoke test in their order. Each step returns what it observed, or as an error
//! what it expected and what it got.

use std::pin::Pin;

use serde_json::{Value, json};

use super::{client::Client, response::Response};
use stripe_mock::test_events::{EventSpec, Seed, WEBHOOK_PATH, build_event, sign};

type Outcome = Result<String, String>;
type StepFuture<'c> = Pin<Box<dyn Future<Output = Outcome> + Send + 'c>>;

/// One step of the smoke test.
pub(super) struct Step {
    pub name: &'static str,
    /// Whether the step is skipped without a webhook secret.
    pub needs_secret: bool,
    /// Whether the step is skipped if the sign-up started no trial.
    pub needs_trial: bool,
    pub run: for<'c> fn(&'c mut Client) -> StepFuture<'c>,
}

const fn step(name: &'static str, run: for<'c> fn(&'c mut Client) -> StepFuture<'c>) -> Step {
    Step { name, needs_secret: false, needs_trial: false, run }
}

const fn trial_step(name: &'static str, run: for<'c> fn(&'c mut Client) -> StepFuture<'c>) -> Step {
    Step { needs_trial: true, ..step(name, run) }
}

/// All steps. A step relies on the state that earlier steps created.
pub(super) const STEPS: &[Step] = &[
    step("sign-up page", |client| Box::pin(form(client))),
    step("sign-up with a trial", |client| Box::pin(sign_up(client))),
    trial_step("welcome page", |client| Box::pin(welcome(client))),
    trial_step("checklist", |client| Box::pin(checklist(client))),
    trial_step("complete task", |client| Box::pin(complete_task(client))),
    trial_step("dismiss", |client| Box::pin(dismissal(client, "dismiss", true))),
    trial_step("restore", |client| Box::pin(dismissal(client, "restore", false))),
    trial_step("cross-site write", |client| Box::pin(cross_site(client))),
    step("wrong method", |client| Box::pin(wrong_method(client))),
    step("security headers", |client| Box::pin(headers(client))),
    step("unsigned webhook", |client| Box::pin(unsigned(client))),
    Step { needs_secret: true, ..step("signed payment", |client| Box::pin(payment(client))) },
    step("sign-out", |client| Box::pin(sign_out(client))),
];

const CHECKLIST: &str = "/onboarding/api/checklist";

async fn form(client: &mut Client) -> Outcome {
    let response = client.open("/organizations/new").await?.expect(200)?;
    has(&response, "name=\"form_token\"", "the form")?;
    client.offers_trial = response.body.contains("name=\"start_trial\"");
    Ok("form shown".to_owned())
}

async fn sign_up(client: &mut Client) -> Outcome {
    let fields = json!({
        "name": client.test_data.name, "full_name": "Smoke Test", "email": client.test_data.email, "start_trial": true,
    });
    let json = [("content-type", "application/json"), ("accept", "application/json")];
    let response = client.send("POST", "/organizations/new", &json, fields.to_string()).await?.expect(303)?;
    let location = response.header("location");
    client.has_trial = location == "/onboarding/welcome";
    if !client.has_trial && !client.offers_trial {
        return Err(format!(
            "expected a redirect to /onboarding/welcome, got {location}; check that trials are enabled"
        ));
    }
    let session = response.session().ok_or("expected a session cookie, got none")?;
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        if !session.split("; ").any(|part| part == attribute) {
            return Err(format!("expected a cookie with {attribute}"));
        }
    }
    let cookie = session.split(';').next().unwrap_or_default().to_owned();
    let organization = cookie.trim_start_matches("__Host-s=").split('.').next().map(str::to_owned);
    client.test_data.organization.clone_from(&organization);
    client.cookie = Some(cookie);
    let organization = organization.unwrap_or_default();
    Ok(if client.has_trial {
        format!("303, signed in to {organization}")
    } else {
        format!("303, signed in to {organization} without a trial; another address gets one")
    })
}

async fn welcome(client: &mut Client) -> Outcome {
    let response = client.open("/onboarding/welcome").await?.expect(200)?;
    has(&response, &client.test_data.name, "the organization's name")?;
    Ok("shows the organization's name".to_owned())
}

async fn checklist(client: &mut Client) -> Outcome {
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    let days = client.journey.trial_days;
    expect_value(&list, "/organization/status", &json!("trialing"))?;
    expect_value(&list, "/organization/trial_days_remaining", &json!(days))?;
    expect_value(&list, "/completed_count", &json!(0))?;
    expect_value(&list, "/total_count", &json!(8))?;
    Ok(format!("{days} trial days, 0 of 8 tasks"))
}

async fn complete_task(client: &mut Client) -> Outcome {
    let completed =
        client.post(&format!("{CHECKLIST}/complete/created_project")).await?.expect(200)?.json()?;
    expect_value(&completed, "/success", &json!(true))?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    expect_value(&list, "/completed_count", &json!(1))?;
    expect_value(&list, "/completion_percentage", &json!(12))?;
    Ok("1 of 8 tasks, 12%".to_owned())
}

async fn dismissal(client: &mut Client, verb: &str, dismissed: bool) -> Outcome {
    let response = client.post(&format!("{CHECKLIST}/{verb}")).await?.expect(200)?.json()?;
    expect_value(&response, "/dismissed", &json!(dismissed))?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    expect_value(&list, "/dismissed", &json!(dismissed))?;
    Ok(if dismissed { "checklist hidden" } else { "checklist shown again" }.to_owned())
}

async fn cross_site(client: &mut Client) -> Outcome {
    let other = [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")];
    client.send("POST", &format!("{CHECKLIST}/dismiss"), &other, String::new()).await?.expect(403)?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    expect_value(&list, "/dismissed", &json!(false))?;
    Ok("403, nothing changed".to_owned())
}

async fn wrong_method(client: &mut Client) -> Outcome {
    let response = client.send("PUT", "/organizations/new", &[], String::new()).await?.expect(405)?;
    let allowed = response.header("allow");
    for method in ["GET", "POST"] {
        if !allowed.split(',').any(|other| other.trim() == method) {
            return Err(format!("expected Allow to list {method}, got {allowed}"));
        }
    }
    Ok(format!("405, allowed: {allowed}"))
}

async fn headers(client: &mut Client) -> Outcome {
    let page = if client.has_trial { "/onboarding/welcome" } else { "/organizations/new" };
    for (path, status) in [(page, 200), ("/nowhere-at-all", 404)] {
        let response = client.open(path).await?.expect(status)?;
        for (name, part) in [
            ("strict-transport-security", "max-age="),
            ("content-security-policy", "default-src 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            if !response.header(name).contains(part) {
                return Err(format!("expected the header {name} with {part} at {path}"));
            }
        }
    }
    Ok("present on pages and errors".to_owned())
}

async fn unsigned(client: &mut Client) -> Outcome {
    let json = [("content-type", "application/json")];
    let response = client.send("POST", WEBHOOK_PATH, &json, "{}".to_owned()).await?;
    if response.status == 503 {
        return Err("expected 400, got 503: the webhook secret is missing or unreadable".to_owned());
    }
    response.expect(400)?;
    Ok("400".to_owned())
}

async fn payment(client: &mut Client) -> Outcome {
    let journey = &client.journey;
    let spec = EventSpec {
        organization_id: client.test_data.organization.clone(),
        ..EventSpec::new("invoice.payment_succeeded")
    };
    let (now, seed) = (journey.clock.now(), Seed::new(journey.entropy.bytes()));
    let event =
        build_event(&spec, "price_smoke", &seed, now).map_err(|_| "could not build the event".to_owned())?;
    let body = event.to_string();
    let secrets: Vec<String> = journey.webhook_secret.iter().cloned().collect();
    let signature = sign(&secrets, body.as_bytes(), now);
    let signed = [("content-type", "application/json"), ("stripe-signature", signature.as_str())];
    let response = client.send("POST", WEBHOOK_PATH, &signed, body).await?;
    if response.status == 400 {
        let hint = "check that the secret belongs to this stage and that this machine's clock is correct";
        return Err(format!("expected 200, got 400: {hint}"));
    }
    let response = response.expect(200)?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    let outcome = response.json().ok().and_then(|body| Some(body.get("outcome")?.as_str()?.to_owned()));
    expect_value(&list, "/organization/status", &json!("active")).map_err(|error| {
        let outcome = outcome.unwrap_or_default();
        format!("{error}; the webhook returned {outcome}; check that the stage is in test mode")
    })?;
    Ok("200, organization is active".to_owned())
}

async fn sign_out(client: &mut Client) -> Outcome {
    client.post("/logout").await?.expect(303)?;
    client.read(CHECKLIST).await?.expect(401)?;
    Ok("session ended".to_owned())
}

fn has(response: &Response, part: &str, what: &str) -> Result<(), String> {
    if response.body.contains(part) { Ok(()) } else { Err(format!("expected {what} on the page")) }
}

/// Checks that the JSON `body` contains `value` at the pointer `path`.
fn expect_value(body: &Value, path: &str, value: &Value) -> Result<(), String> {
    match body.pointer(path) {
        Some(found) if found == value => Ok(()),
        found => {
            let name = path.trim_start_matches('/').replace('/', ".");
            let found = found.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            Err(format!("expected {name} to be {value}, got {found}"))
        }
    }
}
