//! One's own sessions.

use crate::{
    driver::{Visitor, World},
    sign_in::{ask, by_link},
};

/// Whether somebody is in.
async fn is_in(visitor: &mut Visitor<'_>) -> bool {
    visitor.read("/onboarding/api/checklist").await.status == 200
}

/// The names of the sessions on the account page, as their forms carry them; one's own comes first.
async fn sessions(visitor: &mut Visitor<'_>) -> Vec<String> {
    let page = visitor.open("/account").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let names = text.split(r#"name="session" value=""#).skip(1);
    names.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_session_is_ended_from_another_and_all_from_any() {
    let world = World::new().await;
    let (mut phone, mut desk, mut train) =
        (world.trialing("Acme", "jo@example.com").await, world.visitor(), world.visitor());
    for visitor in [&mut phone, &mut desk, &mut train] {
        by_link(&world, visitor, "jo@example.com").await;
    }
    let seen_by_desk = sessions(&mut desk).await;
    assert_eq!(seen_by_desk.len(), 3, "the session of before the proof is over, and not shown");
    let page = desk.open("/account").await.text();
    assert_eq!(page.matches("This browser").count(), 1);

    let own_of_phone = sessions(&mut phone).await[0].clone();
    let ended = desk.submit("/account/sessions/end", &[("session", &own_of_phone)]).await;
    assert_eq!((ended.status, ended.header("location")), (303, "/account"));
    assert!(!is_in(&mut phone).await && is_in(&mut desk).await && is_in(&mut train).await);

    let held = train.cookie.clone();
    let ended = train.submit("/account/sessions/end-all", &[]).await;
    assert_eq!((ended.status, &train.cookie), (303, &None));
    train.cookie = held;
    assert!(!is_in(&mut desk).await && !is_in(&mut train).await);
}

#[tokio::test]
async fn a_strangers_session_cannot_be_named() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let mut eve = world.trialing("Other", "eve@example.com").await;
    let of_jo = sessions(&mut jo).await[0].clone();
    let foreign = eve.submit("/account/sessions/end", &[("session", &of_jo)]).await;
    let missing = eve.submit("/account/sessions/end", &[("session", &"f".repeat(64))]).await;
    assert_eq!((foreign.status, foreign.header("location")), (missing.status, missing.header("location")));
    assert!(is_in(&mut jo).await);
    assert_eq!(eve.submit("/account/sessions/end", &[("session", "x")]).await.status, 404);
}

#[tokio::test]
async fn a_browser_that_did_not_ask_is_told_and_may_go_on() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut desk = world.visitor();
    let path = ask(&world, &mut desk, "jo@example.com").await;
    assert!(!desk.open(&path).await.text().contains("another browser"));
    let mut phone = world.visitor();
    let page = phone.open(&path).await.text();
    assert!(page.contains("This link was asked for in another browser at"), "{page}");
    assert_eq!(phone.submit(&path, &[]).await.status, 303);
    assert!(is_in(&mut phone).await);
}

#[tokio::test]
async fn a_session_that_rests_for_a_day_is_over() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("23h").await;
    assert!(is_in(&mut jo).await);
    world.advance("23h").await;
    assert!(is_in(&mut jo).await, "it was used meanwhile");
    world.advance("25h").await;
    assert!(!is_in(&mut jo).await);
}
