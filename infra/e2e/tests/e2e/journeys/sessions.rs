//! Sessions of a user: listing, ending, and expiry.

use serde_json::json;

use crate::journeys::{
    invitations::{admin, invite, join},
    sign_in::{request_link, sign_in_by_link},
};
use e2e::driver::{Visitor, World};

/// Returns whether the visitor's session is accepted.
async fn is_signed_in(visitor: &mut Visitor<'_>) -> bool {
    visitor.read("/onboarding/api/checklist").await.status == 200
}

/// Returns the session names in the forms of the account page. The current session is first.
async fn sessions(visitor: &mut Visitor<'_>) -> Vec<String> {
    let page = visitor.open("/account").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let names = text.split(r#"name="session" value=""#).skip(1);
    names.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn session_can_end_another_session_or_all_sessions() {
    let world = World::new().await;
    let (mut phone, mut laptop, mut tablet) =
        (world.trialing("Acme", "jo@example.com").await, world.visitor(), world.visitor());
    for visitor in [&mut phone, &mut laptop, &mut tablet] {
        sign_in_by_link(&world, visitor, "jo@example.com").await;
    }
    let seen_by_laptop = sessions(&mut laptop).await;
    assert_eq!(
        seen_by_laptop.len(),
        3,
        "the session from before the verification has ended and is not listed"
    );
    let page = laptop.open("/account").await.text();
    assert_eq!(page.matches("This browser").count(), 1);

    let own_of_phone = sessions(&mut phone).await[0].clone();
    let ended = laptop.submit("/account/sessions/end", &[("session", &own_of_phone)]).await;
    assert_eq!((ended.status, ended.header("location")), (303, "/account"));
    assert!(
        !is_signed_in(&mut phone).await && is_signed_in(&mut laptop).await && is_signed_in(&mut tablet).await
    );

    let former = tablet.cookie.clone();
    let ended = tablet.submit("/account/sessions/end-all", &[("confirmed", "true")]).await;
    assert_eq!((ended.status, &tablet.cookie), (303, &None));
    tablet.cookie = former;
    assert!(!is_signed_in(&mut laptop).await && !is_signed_in(&mut tablet).await);
}

#[tokio::test]
async fn user_cannot_end_the_session_of_another_user() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let mut eve = world.trialing("Other", "eve@example.com").await;
    let of_jo = sessions(&mut jo).await[0].clone();
    let foreign = eve.submit("/account/sessions/end", &[("session", &of_jo)]).await;
    let missing = eve.submit("/account/sessions/end", &[("session", &"f".repeat(64))]).await;
    assert_eq!((foreign.status, foreign.header("location")), (missing.status, missing.header("location")));
    assert!(is_signed_in(&mut jo).await);
    assert_eq!(eve.submit("/account/sessions/end", &[("session", "x")]).await.status, 404);
}

#[tokio::test]
async fn link_warns_in_another_browser_and_still_signs_in() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut laptop = world.visitor();
    let path = request_link(&world, &mut laptop, "jo@example.com").await;
    assert!(!laptop.open(&path).await.text().contains("another browser"));
    let mut phone = world.visitor();
    let page = phone.open(&path).await.text();
    assert!(page.contains("This link was requested in another browser at"), "{page}");
    assert_eq!(phone.submit(&path, &[]).await.status, 303);
    assert!(is_signed_in(&mut phone).await);
}

#[tokio::test]
async fn session_expires_after_days_without_use() {
    for (days, used_within, unused) in [("", "13d", "14d"), ("1", "23h", "24h")] {
        let world = World::with(stack::Config::memory().set("SESSION_IDLE_DAYS", days)).await;
        let mut jo = world.trialing("Acme", "jo@example.com").await;
        world.advance(used_within).await;
        assert!(is_signed_in(&mut jo).await, "{days}");
        world.advance(unused).await;
        assert!(!is_signed_in(&mut jo).await, "{days}");
    }
}

#[tokio::test]
async fn first_sign_in_ends_older_sessions_despite_clock_skew() {
    let world = World::new().await;
    let mut eve = world.trialing("Evil", "victim@example.com").await;
    // Simulate that the function that created the session had a clock that was ahead.
    let items = world.items(&format!("USER#{}", eve.user())).await;
    let session =
        items.iter().find(|item| item["sk"]["S"].as_str().unwrap().starts_with("SESSION#")).unwrap();
    let created = json!({ "S": "2099-01-01T00:00:00.000Z" });
    world.write(
        "UpdateItem",
        json!({
            "Key": { "pk": session["pk"], "sk": session["sk"] },
            "UpdateExpression": "SET created_at = :created, seen_at = :created",
            "ExpressionAttributeValues": { ":created": created },
        }),
    );
    assert!(is_signed_in(&mut eve).await);
    let mut victim = world.visitor();
    sign_in_by_link(&world, &mut victim, "victim@example.com").await;
    assert!(is_signed_in(&mut victim).await && !is_signed_in(&mut eve).await);
}

#[tokio::test]
async fn repeated_sign_up_form_returns_a_working_session() {
    let world = World::new().await;
    let form = [
        ("name", "Acme"),
        ("full_name", "Jo Doe"),
        ("email", "jo@example.com"),
        ("form_token", "5f2b8c0e9d7a4b6c8e1f3a5d7c9b0e2f"),
    ];
    let sign_up = || async {
        let mut jo = world.visitor();
        let response = jo.submit("/organizations/new", &form).await;
        assert_eq!(response.status, 303, "{}", response.text());
        jo
    };
    let (one, two, three) = tokio::join!(sign_up(), sign_up(), sign_up());
    // The next request runs on a host whose clock is two seconds behind.
    let clock = world.local("GET", "/_local/clock", None).await;
    let now: jiff::Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    let behind = now - jiff::SignedDuration::from_secs(2);
    world.local("POST", "/_local/clock", Some(json!({ "now": behind.to_string() }))).await;
    let four = sign_up().await;
    for mut jo in [one, two, three, four] {
        assert!(is_signed_in(&mut jo).await);
        assert_eq!(jo.open("/onboarding/welcome").await.status, 200);
    }
}

#[tokio::test]
async fn repeated_sign_up_is_limited_and_ends_with_verification() {
    let world = World::new().await;
    let form = [
        ("name", "Acme"),
        ("full_name", "Jo Doe"),
        ("email", "jo@example.com"),
        ("form_token", "5f2b8c0e9d7a4b6c8e1f3a5d7c9b0e2f"),
    ];
    for _ in 0..6 {
        let mut jo = world.visitor();
        assert_eq!(jo.submit("/organizations/new", &form).await.status, 303);
        assert!(is_signed_in(&mut jo).await);
    }
    let mut jo = world.visitor();
    let limited = jo.submit("/organizations/new", &form).await;
    assert_eq!((limited.status, &jo.cookie), (429, &None));
    let seconds: u64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");

    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let mut eve = world.visitor();
    let late = eve.submit("/organizations/new", &form).await;
    assert_eq!((late.status, &eve.cookie), (409, &None));
}

#[tokio::test]
async fn rejoining_does_not_revive_sessions_of_a_removed_member() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "member").await;
    assert_eq!(mo.open("/dashboard").await.status, 200);
    assert_eq!(jo.post(&format!("/members/{}/remove", mo.user())).await.status, 200);
    world.advance("1m").await;
    let path = invite(&world, &mut jo, "mo@example.com", "admin").await;
    let mut phone = world.visitor();
    assert_eq!(phone.submit(&path, &[]).await.status, 303);
    assert!(is_signed_in(&mut phone).await);
    assert!(!is_signed_in(&mut mo).await, "the former session stays ended");
}
