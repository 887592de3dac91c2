use domain::people::{PORTAL_LINK_TTL, PortalLink, PortalPage, ReturnUrl};
use serde_json::json;
use test_support::seed::{ACME, JO, LINK, MO, SESSION};

use crate::world::{NEW_SECRET, World, check, hash, nothing, now, parse, secret, session_sk, token, user_pk};

/// Secret of the session that the use of a link starts.
const STARTED: &str = "57a27ed000000000000000000000000000000000000000000000000000000000";

async fn link(world: &World) -> PortalLink {
    world.store.load_portal_link(hash(LINK)).await.unwrap().unwrap()
}

#[tokio::test]
async fn portal_link_is_stored_for_a_minute_by_its_hash() {
    let world = World::new().await;
    let user = world.user(JO).await.value;
    let url: ReturnUrl = "https://app.example.com/a?b#c".parse().unwrap();
    for page in PortalPage::ALL {
        let (url, new) = (url.clone(), secret(NEW_SECRET));
        let link = PortalLink::create(&user, parse(ACME), page, url, &new, now()).unwrap();
        world.store.save_portal_link(&link).await.unwrap();
        assert_eq!(world.store.load_portal_link(hash(NEW_SECRET)).await.unwrap(), Some(link.clone()));
        assert_eq!(link.expires_at.duration_since(now()), PORTAL_LINK_TTL);
    }
    assert_eq!(world.store.load_portal_link(hash(STARTED)).await.unwrap(), None);
    assert_eq!(world.store.load_link(hash(NEW_SECRET)).await.unwrap(), None, "it is no sign-in link");
}

#[tokio::test]
async fn portal_link_starts_one_session_of_a_current_member() {
    check::<PortalLink, _>(
        &[
            ("no other write", nothing, "Ok(Used)"),
            ("the link was used", |_, it| it.secret_hash = hash(NEW_SECRET), "Ok(AlreadyUsed)"),
            (
                "the secret is taken",
                |world, _| world.occupy(&user_pk(MO), &session_sk(STARTED)),
                "Err(Conflict)",
            ),
            (
                "all sessions ended",
                |world, _| world.set(&user_pk(MO), "USER", "epoch", json!({ "N": "9" })),
                "Err(Conflict)",
            ),
            (
                "the user left",
                |world, _| world.set(&user_pk(MO), "USER", "orgs", json!({ "L": [] })),
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let (mut link, user) = (link(world).await, world.user(MO).await);
            let session = link.begin_session(&user.value, now()).unwrap();
            between(world, &mut link);
            let replaced = token(ACME, JO, SESSION);
            let outcome =
                world.store.consume_portal_link(&link, &session, &secret(STARTED), Some(&replaced)).await;
            let ended = world.store.load_session(&replaced).await.unwrap().is_none();
            let started = world.store.load_session(&token(ACME, MO, STARTED)).await;
            let used = matches!(outcome, Ok(store::Consumed::Used));
            assert_eq!((used, used), (ended, started.is_ok_and(|found| found.is_some())));
            outcome
        },
    )
    .await;
}
