use domain::people::{Session, SessionToken};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Error;
use test_support::seed::{ACME, GLOBEX, JO, LINK, SESSION, TIMETRACKER};

use crate::world::{NEW_SECRET, World, check, nothing, now, parse, secret, session_sk, token, user_pk};

fn set_user(world: &World, attribute: &str, value: Value) {
    world.set(&user_pk(JO), "USER", attribute, value);
}

#[tokio::test]
async fn session_switches_only_while_it_and_the_membership_exist() {
    check::<(SessionToken, Session), _>(
        &[
            ("no other write", nothing, "Ok(true)"),
            ("all sessions ended", |world, _| set_user(world, "epoch", json!({ "N": "9" })), "Ok(false)"),
            ("the user left", |world, _| set_user(world, "orgs", json!({ "L": [] })), "Ok(false)"),
            (
                "the membership ended",
                |world, (_, to)| {
                    set_user(world, "orgs", json!({ "L": [{ "S": TIMETRACKER }] }));
                    to.org = parse(TIMETRACKER);
                },
                "Ok(false)",
            ),
            ("the session ended", |_, (from, _)| from.secret = secret(LINK), "Ok(false)"),
            (
                "the secret is taken",
                |world, _| world.occupy(&user_pk(JO), &session_sk(NEW_SECRET)),
                "Ok(false)",
            ),
        ],
        async |world, between| {
            let from = token(ACME, JO, SESSION);
            let found = world.store.load_session(&from).await?.unwrap();
            let to = found.session.switched(parse(GLOBEX), &found.user.value, now());
            let mut values = (from, to);
            between(world, &mut values);
            world.store.switch_session(&values.0, now(), &values.1, &secret(NEW_SECRET)).await
        },
    )
    .await;
}

#[tokio::test]
async fn ended_session_is_not_stored_again_by_its_use() {
    let (world, session) = (World::new().await, token(ACME, JO, SESSION));
    world.store.update_last_seen(&session, now()).await.unwrap();
    world.store.end_session(&session).await.unwrap();
    let used = world.store.update_last_seen(&session, now()).await;
    assert!(matches!(used, Err(Error::Conflict)), "{used:?}");
    assert_eq!(world.store.load_session(&session).await.unwrap(), None);
}

#[tokio::test]
async fn first_of_two_switches_sets_the_end_of_a_session() {
    let world = World::new().await;
    let from = token(ACME, JO, SESSION);
    let found = world.store.load_session(&from).await.unwrap().unwrap();
    let to = found.session.switched(parse(GLOBEX), &found.user.value, now());
    let (first, second) = (now(), now() + SignedDuration::from_secs(30));
    for (until, new) in [(first, NEW_SECRET), (second, &"0f".repeat(32))] {
        assert!(world.store.switch_session(&from, until, &to, &secret(new)).await.unwrap());
    }
    let ended = world.store.load_session(&from).await.unwrap().unwrap().session;
    assert_eq!(ended.until, Some(first));
}
