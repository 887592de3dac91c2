use domain::{
    id::OrgId,
    people::{IdleTimeout, User},
};
use serde_json::json;
use store::{Stored, WaitingInvitations};
use test_support::seed::{HOOLI, INITRODE};

use crate::world::{NEW_SECRET, World, check, nothing, now, org_pk, parse, session_sk, token, user_pk};

/// The admin of Hooli, whose address is not verified.
const NED: &str = "usr_0198c0de-0000-7000-8000-00000000000d";
/// The admin of Initrode, whose run is under way.
const BILL: &str = "usr_0198c0de-0000-7000-8000-000000000041";
/// Secret of Ned's session.
const SESSION: &str = "0000000000000000000000000000000000000000000000000000000000000001";

struct Verification {
    before: Stored<User>,
    waiting: Vec<WaitingInvitations>,
    session: &'static str,
}

#[tokio::test]
async fn verification_releases_the_loaded_invitations() {
    check::<Verification, _>(
        &[
            ("no other write", nothing, "Ok(())"),
            (
                "another invitation was written",
                |world, _| world.outdate(&org_pk(HOOLI), "ORG"),
                "Err(Conflict)",
            ),
            (
                "the invitation changed",
                |world, it| {
                    let id = it.waiting[0].invitations[0].value.id();
                    world.outdate(&org_pk(HOOLI), &format!("INVITE#{id}"));
                },
                "Err(Conflict)",
            ),
            ("the user changed", |world, _| world.outdate(&user_pk(NED), "USER"), "Err(Conflict)"),
            ("the session ended", |_, it| it.session = NEW_SECRET, "Err(Conflict)"),
        ],
        async |world, between| {
            let before = world.user(NED).await;
            let waiting = world.store.load_waiting_invitations(&before.value, now()).await.unwrap();
            assert_eq!(waiting.iter().map(|it| it.invitations.len()).collect::<Vec<_>>(), [1]);
            let mut it = Verification { before, waiting, session: SESSION };
            between(world, &mut it);
            let mut after = it.before.value.clone();
            after.verify_address();
            let token = token(HOOLI, NED, it.session);
            world.store.commit_verification((&it.before, &after), &it.waiting, &token, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn verified_user_keeps_only_the_session_of_the_verification() {
    let world = World::new().await;
    let (before, own) = (world.user(NED).await, token(HOOLI, NED, SESSION));
    for (name, value) in world.item(&user_pk(NED), &session_sk(SESSION)).as_object().unwrap() {
        if name != "sk" {
            world.set(&user_pk(NED), &session_sk(NEW_SECRET), name, value.clone());
        }
    }
    let mut after = before.value.clone();
    after.verify_address();
    world.store.commit_verification((&before, &after), &[], &own, now()).await.unwrap();
    for (secret, is_alive) in [(SESSION, true), (NEW_SECRET, false)] {
        let found = world.store.load_session(&token(HOOLI, NED, secret)).await.unwrap().unwrap();
        assert_eq!(found.authorize(IdleTimeout::default(), now()).is_some(), is_alive, "{secret}");
    }
    assert_eq!(world.user(NED).await.value.orgs, [parse::<OrgId>(HOOLI)]);
}

#[tokio::test]
async fn verification_lets_the_waiting_run_begin() {
    let world = World::new().await;
    let mut run = world.item(&org_pk(INITRODE), "ORG")["run"].clone();
    run["M"]["held"] = json!({ "BOOL": true });
    world.set(&org_pk(INITRODE), "ORG", "run", run);
    let before = world.user(BILL).await;
    let waiting = world.store.load_waiting_invitations(&before.value, now()).await.unwrap();
    let token = token(INITRODE, BILL, SESSION);
    world.store.commit_verification((&before, &before.value), &waiting, &token, now()).await.unwrap();
    let run = world.org(INITRODE).await.value.run.unwrap();
    assert_eq!((run.is_held, run.due_at()), (false, Some(now())));
}
