//! The steps, in their order. Each says what it saw, or what it expected and what came.

use std::pin::Pin;

use serde_json::{Value, json};

use super::client::Client;
use super::response::Response;
use crate::stripe::{EventSpec, Seed, WEBHOOK_PATH, build_event, sign};

type Outcome = Result<String, String>;
type Taking<'c> = Pin<Box<dyn Future<Output = Outcome> + Send + 'c>>;

/// One step.
pub(super) struct Step {
    pub name: &'static str,
    /// Only where the webhook secret is known.
    pub needs_secret: bool,
    pub take: for<'c> fn(&'c mut Client) -> Taking<'c>,
}

const fn step(name: &'static str, take: for<'c> fn(&'c mut Client) -> Taking<'c>) -> Step {
    Step { name, needs_secret: false, take }
}

/// The journey.
pub(super) const STEPS: &[Step] = &[
    step("sign-up page", |client| Box::pin(form(client))),
    step("sign-up with a trial", |client| Box::pin(sign_up(client))),
    step("welcome page", |client| Box::pin(welcome(client))),
    step("checklist", |client| Box::pin(checklist(client))),
    step("tick", |client| Box::pin(tick(client))),
    step("dismiss", |client| Box::pin(dismissal(client, "dismiss", true))),
    step("restore", |client| Box::pin(dismissal(client, "restore", false))),
    step("cross-site write", |client| Box::pin(cross_site(client))),
    step("wrong method", |client| Box::pin(wrong_method(client))),
    step("security headers", |client| Box::pin(headers(client))),
    step("unsigned webhook", |client| Box::pin(unsigned(client))),
    Step { name: "signed payment", needs_secret: true, take: |client| Box::pin(payment(client)) },
    step("sign-out", |client| Box::pin(sign_out(client))),
];

const CHECKLIST: &str = "/onboarding/api/checklist";

async fn form(client: &mut Client) -> Outcome {
    let answer = client.open("/organizations/new").await?.expect(200)?;
    has(&answer, "name=\"form_token\"", "the form")?;
    Ok("is there".to_owned())
}

async fn sign_up(client: &mut Client) -> Outcome {
    let fields = json!({
        "name": client.left.name, "full_name": "Smoke Test", "email": client.left.email, "start_trial": true,
    });
    let json = [("content-type", "application/json"), ("accept", "application/json")];
    let answer = client.send("POST", "/organizations/new", &json, fields.to_string()).await?.expect(303)?;
    let location = answer.header("location");
    if location != "/onboarding/welcome" {
        return Err(format!(
            "expected to be led to /onboarding/welcome and was to {location}: are trials enabled?"
        ));
    }
    let session = answer.session().ok_or("expected a session and got none")?;
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        if !session.split("; ").any(|part| part == attribute) {
            return Err(format!("expected a cookie with {attribute}"));
        }
    }
    let cookie = session.split(';').next().unwrap_or_default().to_owned();
    let organization = cookie.trim_start_matches("__Host-s=").split('.').next().map(str::to_owned);
    client.left.organization.clone_from(&organization);
    client.cookie = Some(cookie);
    Ok(format!("303, signed in to {}", organization.unwrap_or_default()))
}

async fn welcome(client: &mut Client) -> Outcome {
    let answer = client.open("/onboarding/welcome").await?.expect(200)?;
    has(&answer, &client.left.name, "the organization's name")?;
    Ok("names the organization".to_owned())
}

async fn checklist(client: &mut Client) -> Outcome {
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    let days = client.journey.trial_days;
    said(&list, "/organization/status", &json!("trialing"))?;
    said(&list, "/organization/trial_days_remaining", &json!(days))?;
    said(&list, "/completed_count", &json!(0))?;
    said(&list, "/total_count", &json!(8))?;
    Ok(format!("{days} days, 0 of 8"))
}

async fn tick(client: &mut Client) -> Outcome {
    let ticked = client.post(&format!("{CHECKLIST}/complete/created_project")).await?.expect(200)?.json()?;
    said(&ticked, "/success", &json!(true))?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    said(&list, "/completed_count", &json!(1))?;
    said(&list, "/completion_percentage", &json!(12))?;
    Ok("1 of 8, 12 %".to_owned())
}

async fn dismissal(client: &mut Client, verb: &str, dismissed: bool) -> Outcome {
    let answer = client.post(&format!("{CHECKLIST}/{verb}")).await?.expect(200)?.json()?;
    said(&answer, "/dismissed", &json!(dismissed))?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    said(&list, "/dismissed", &json!(dismissed))?;
    Ok(if dismissed { "is hidden" } else { "is back" }.to_owned())
}

async fn cross_site(client: &mut Client) -> Outcome {
    let other = [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")];
    client.send("POST", &format!("{CHECKLIST}/dismiss"), &other, String::new()).await?.expect(403)?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    said(&list, "/dismissed", &json!(false))?;
    Ok("403, and nothing changed".to_owned())
}

async fn wrong_method(client: &mut Client) -> Outcome {
    let answer = client.send("PUT", "/organizations/new", &[], String::new()).await?.expect(405)?;
    let allowed = answer.header("allow");
    for method in ["GET", "POST"] {
        if !allowed.split(',').any(|given| given.trim() == method) {
            return Err(format!("expected Allow to name {method}"));
        }
    }
    Ok(format!("405, allowed are {allowed}"))
}

async fn headers(client: &mut Client) -> Outcome {
    let asked = [("/onboarding/welcome", 200), ("/nowhere-at-all", 404)];
    for (path, status) in asked {
        let answer = client.open(path).await?.expect(status)?;
        for (name, part) in [
            ("strict-transport-security", "max-age="),
            ("content-security-policy", "default-src 'none'"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            if !answer.header(name).contains(part) {
                return Err(format!("expected {name} with {part} at {path}"));
            }
        }
    }
    Ok("on pages and errors".to_owned())
}

async fn unsigned(client: &mut Client) -> Outcome {
    let json = [("content-type", "application/json")];
    let answer = client.send("POST", WEBHOOK_PATH, &json, "{}".to_owned()).await?;
    if answer.status == 503 {
        return Err(
            "expected 400 and got 503: the stage has no webhook secret yet, or cannot read it".to_owned()
        );
    }
    answer.expect(400)?;
    Ok("400".to_owned())
}

async fn payment(client: &mut Client) -> Outcome {
    let journey = &client.journey;
    let spec = EventSpec {
        organization_id: client.left.organization.clone(),
        ..EventSpec::new("invoice.payment_succeeded")
    };
    let (now, seed) = (journey.clock.now(), Seed::new(journey.entropy.bytes()));
    let event =
        build_event(&spec, "price_smoke", &seed, now).map_err(|_| "no event could be built".to_owned())?;
    let body = event.to_string();
    let secrets: Vec<String> = journey.webhook_secret.iter().cloned().collect();
    let signature = sign(&secrets, body.as_bytes(), now);
    let signed = [("content-type", "application/json"), ("stripe-signature", signature.as_str())];
    let answer = client.send("POST", WEBHOOK_PATH, &signed, body).await?;
    if answer.status == 400 {
        let hint = "is it this stage's secret, and does this machine's clock agree?";
        return Err(format!("expected 200 and got 400: {hint}"));
    }
    let answer = answer.expect(200)?;
    let list = client.read(CHECKLIST).await?.expect(200)?.json()?;
    let outcome = answer.json().ok().and_then(|body| Some(body.get("outcome")?.as_str()?.to_owned()));
    said(&list, "/organization/status", &json!("active")).map_err(|error| {
        format!("{error}; the webhook said {}: is the stage in test mode?", outcome.unwrap_or_default())
    })?;
    Ok("200, and the organization is active".to_owned())
}

async fn sign_out(client: &mut Client) -> Outcome {
    client.post("/logout").await?.expect(303)?;
    client.read(CHECKLIST).await?.expect(401)?;
    Ok("the session is over".to_owned())
}

fn has(answer: &Response, part: &str, what: &str) -> Result<(), String> {
    if answer.body.contains(part) { Ok(()) } else { Err(format!("expected {what} on the page")) }
}

/// Whether `body` says `value` at `path`.
fn said(body: &Value, path: &str, value: &Value) -> Result<(), String> {
    match body.pointer(path) {
        Some(found) if found == value => Ok(()),
        found => {
            let name = path.trim_start_matches('/').replace('/', ".");
            let found = found.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            Err(format!("expected {name} to be {value} and got {found}"))
        }
    }
}
