//! Users who change their name or correct their address, and admins who change the settings of their
//! organization.

use serde_json::{Value, json};

use crate::journeys::{
    invitations::{admin, join},
    sign_in::{request_link, sign_in_by_link},
};
use e2e::driver::World;

const JSON: [(&str, &str); 2] = [("content-type", "application/json"), ("accept", "application/json")];

#[tokio::test]
async fn new_name_reaches_every_organization() {
    let world = World::new().await;
    let mut jo = admin(&world, "First", "jo@example.com").await;
    let first = jo.org();
    assert_eq!(jo.submit("/organizations/new", &[("name", "Second")]).await.status, 303);

    // The function stops before the write in the other organization.
    let crash =
        json!({ "function": "sign-in", "operation": "TransactWriteItems", "nth": 2, "kind": "crash" });
    world.inject(json!([crash])).await;
    let name = [("full_name", "Jo Roe")];
    assert!(jo.submit("/account/name", &name).await.status >= 500);
    world.local("DELETE", "/_local/faults", None).await;
    let again = jo.submit("/account/name", &name).await;
    assert_eq!((again.status, again.header("location")), (303, "/account"));
    for org in [first, jo.org()] {
        let items = json!(world.items(&format!("ORG#{org}")).await).to_string();
        assert!(items.matches("Jo Roe").count() == 2 && !items.contains("Jo Doe"), "{items}");
    }
    assert!(jo.open("/members").await.text().contains("Jo Roe"));

    let rejected = jo.submit("/account/name", &[("full_name", "Jo\u{202e}Roe")]).await;
    assert_eq!(rejected.status, 422);
    assert!(rejected.text().contains("Remove invisible and control characters."), "{}", rejected.text());
}

#[tokio::test]
async fn settings_change_name_and_dates_for_everyone() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "member").await;
    assert_eq!(mo.open("/settings").await.status, 403);
    assert!(!mo.open("/members").await.text().contains("href=\"/settings\""));
    let settings = json!({ "name": "Acme Group", "time_zone": "Pacific/Kiritimati", "language": "en" });
    let saved = jo.send("POST", "/settings", &JSON, settings.to_string()).await;
    let mut expected = settings.clone();
    expected["success"] = json!(true);
    assert_eq!((saved.status, saved.json()), (200, expected));
    let page = mo.open("/members").await.text();
    assert!(page.contains("Acme Group"), "{page}");

    let wrong = [("name", "Acme"), ("time_zone", "Mars/Olympus"), ("language", "xx")];
    let rejected = jo.submit("/settings", &wrong).await;
    assert_eq!(rejected.status, 422);
    for part in ["Choose a time zone from the list", "Choose a language from the list", "value=\"Acme\""] {
        assert!(rejected.text().contains(part), "{part}: {}", rejected.text());
    }
    world.advance("15d").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let read_only = [("name", "Acme"), ("time_zone", "UTC"), ("language", "en")];
    assert_eq!(jo.submit("/settings", &read_only).await.status, 303, "settings stay open after the trial");
}

/// Sends SES's report that an email bounced permanently.
async fn bounce(world: &World, mail: &Value) {
    let recipient = json!({ "emailAddress": mail["to"][0] });
    let bounce =
        json!({ "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient] });
    world.ses(mail, "Bounce", bounce).await;
}

#[tokio::test]
async fn wrong_address_is_corrected_before_it_bounces() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@exmaple.com").await;
    let mut stranger = world.visitor();
    let link = request_link(&world, &mut stranger, "jo@exmaple.com").await;
    let page = jo.open("/account").await.text();
    assert!(page.contains(r#"action="/account/email""#), "{page}");
    let corrected = jo.submit("/account/email", &[("email", "jo@example.com")]).await;
    assert_eq!((corrected.status, corrected.header("location")), (303, "/account"));
    let welcomes = world.mails("welcome").await;
    let to: Vec<_> = welcomes.iter().map(|mail| mail["to"][0].as_str().unwrap()).collect();
    assert_eq!(to, ["jo@exmaple.com", "jo@example.com"]);
    assert_eq!(jo.open("/dashboard").await.status, 200, "the session continues");
    assert_eq!(stranger.submit(&link, &[]).await.status, 404, "the link was sent to the old address");

    // The bounce of the first email arrives late. It does not concern the new address.
    bounce(&world, &welcomes[0]).await;
    assert!(!jo.open("/account").await.text().contains(r#"id="unreachable""#));

    // The old address is free, but its mailbox had a trial.
    let mut other = world.visitor();
    other.sign_up("Other", "jo@exmaple.com", true).await;
    assert_eq!(other.organization().await["status"], "pending");
    let in_use = jo.submit("/account/email", &[("email", "jo@exmaple.com")]).await;
    assert_eq!(in_use.status, 409);
    assert!(in_use.text().contains("already has an account or had a trial"), "{}", in_use.text());
    let statuses = [
        jo.submit("/account/email", &[("email", "jo@example.org")]).await.status,
        jo.submit("/account/email", &[("email", "jo@example.net")]).await.status,
    ];
    assert_eq!(statuses, [303, 429], "three times a day");

    sign_in_by_link(&world, &mut jo, "jo@example.org").await;
    let verified =
        jo.send("POST", "/account/email", &JSON, json!({ "email": "jo@example.com" }).to_string()).await;
    assert_eq!(verified.status, 409, "{}", verified.text());
}

#[tokio::test]
async fn bounced_address_is_corrected_in_the_notice() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@exmaple.com").await;
    bounce(&world, &world.mails("welcome").await[0]).await;
    let plans = format!("/organizations/{}", jo.org());
    let pages = ["/dashboard", "/account", "/members", "/onboarding/checklist", &plans];
    for page in pages {
        let text = jo.open(page).await.text();
        assert!(text.contains(r#"id="unreachable""#), "{page}");
        let (next, action) = (format!(r#"name="next" value="{page}""#), r#"action="/account/email""#);
        assert!(text.contains(&next) && text.matches(action).count() == 1, "{page}: {text}");
    }
    let form = [("email", "jo@example.com"), ("next", "/members")];
    let corrected = jo.submit("/account/email", &form).await;
    assert_eq!((corrected.status, corrected.header("location")), (303, "/members"));
    for page in pages {
        assert!(!jo.open(page).await.text().contains(r#"id="unreachable""#), "{page}");
    }
    assert_eq!(world.mails_to("welcome", "jo@example.com").await, 1);
}

#[tokio::test]
async fn operator_corrects_the_address_of_a_locked_out_founder() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@exmaple.com").await;
    let (org, user) = (jo.org(), jo.user());
    let mut operator = admin(&world, "Vendor", "operator@example.com").await;
    let path = format!("/operator/organizations/{org}");
    let page = operator.open(&path).await.text();
    assert!(page.contains("Correct the address of Jo Doe") && page.contains(&user), "{page}");
    let form = [("user", user.as_str()), ("email", "jo@example.com"), ("reason", "Jo called us.")];
    let corrected = operator.submit(&format!("{path}/set-email"), &form).await;
    assert_eq!((corrected.status, corrected.header("location")), (303, path.as_str()));
    assert_eq!(world.mails_to("welcome", "jo@example.com").await, 1);

    // The founder lost the session, so they sign in with the new address.
    jo.cookie = None;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.org(), org);
    assert!(!operator.open(&path).await.text().contains("Correct the address"));
    assert_eq!(operator.submit(&format!("{path}/set-email"), &form).await.status, 303, "nothing to change");
    let again = [form[0], ("email", "jo@example.org"), form[2]];
    assert_eq!(operator.submit(&format!("{path}/set-email"), &again).await.status, 409);
}
