use std::{cell::Cell, convert::Infallible};

use domain::{
    billing::SubscriptionId,
    id::OrgId,
    org::Reminders,
    people::{Membership, Role},
};
use serde_json::json;
use store::{Corrupt, Error, OrgChange, retry};
use test_support::seed::{ACME, GLOBEX, HOOLI, JO, MO, TIMETRACKER};

use crate::world::{Between, NEW_ORG, NEW_USER, World, check, nothing, now, org_pk, parse, user, user_pk};

#[tokio::test(start_paused = true)]
async fn organization_is_written_only_in_the_loaded_version() {
    check::<(), _>(
        &[
            ("no other write", nothing, "Ok"),
            ("one transaction at the same time", |world, ()| world.be_busy_once(), "Ok"),
            ("transactions during every attempt", |world, ()| world.be_busy(), "Err(Unavailable("),
            ("another write", |world, ()| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
        ],
        async |world, between| {
            let before = world.org(ACME).await;
            let mut after = before.value.clone();
            after.set_reminders(parse(JO), Reminders::Unwanted);
            between(world, &mut ());
            world.store.commit_org(&before, &after, now()).await
        },
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn change_is_decided_again_after_each_of_five_conflicts() {
    for (conflicts, expected) in [(0, Ok(1)), (1, Ok(2)), (5, Ok(6)), (6, Err(6))] {
        let (world, attempts) = (World::new().await, Cell::new(0_u64));
        let changed = world.store.change_org(parse(ACME), now(), |org| {
            org.set_reminders(parse(JO), Reminders::Unwanted);
            attempts.set(attempts.get() + 1);
            if attempts.get() <= conflicts {
                let version = (90 + attempts.get()).to_string();
                world.set(&org_pk(ACME), "ORG", "version", json!({ "N": version }));
            }
            Ok::<_, Infallible>(())
        });
        let outcome = match changed.await {
            Ok(Some(Ok(()))) => Ok(attempts.get()),
            Err(Error::Conflict) => Err(attempts.get()),
            other => panic!("{other:?}"),
        };
        assert_eq!(outcome, expected, "{conflicts} conflicts");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_conflict_is_repeated() {
    let failures: [(fn() -> Error, u32); 4] = [
        (|| Error::Conflict, 6),
        (|| Error::Unavailable(String::new()), 1),
        (|| Error::Rejected(String::new()), 1),
        (|| Error::Corrupt(Corrupt(String::new())), 1),
    ];
    for (error, expected) in failures {
        let attempts = Cell::new(0);
        let outcome = retry(async || {
            attempts.set(attempts.get() + 1);
            Err::<(), _>(error())
        });
        assert!(outcome.await.is_err());
        assert_eq!(attempts.get(), expected, "{}", error());
    }
}

#[tokio::test]
async fn organizations_are_loaded_in_the_order_of_their_ids() {
    let ids = [HOOLI, NEW_ORG, ACME, GLOBEX].map(parse);
    let loaded = World::new().await.store.load_orgs(&ids).await.unwrap();
    assert_eq!(loaded.into_iter().map(|org| org.id).collect::<Vec<_>>(), [HOOLI, ACME, GLOBEX].map(parse));
}

#[tokio::test]
async fn user_is_written_only_in_the_loaded_version() {
    check::<(), _>(
        &[
            ("no other write", nothing, "Ok"),
            ("another write", |world, ()| world.outdate(&user_pk(JO), "USER"), "Err(Conflict)"),
        ],
        async |world, between| {
            let before = world.user(JO).await;
            let mut after = before.value.clone();
            after.end_sessions();
            between(world, &mut ());
            world.store.commit_user(&before, &after).await
        },
    )
    .await;
}

/// Returns the membership of a user who is not a member of Acme.
fn stranger() -> Membership {
    let stranger = user(NEW_USER, "Al Bee", "al@acme.example");
    Membership::new(parse(ACME), &stranger, Role::Member, now())
}

#[tokio::test]
async fn role_is_written_only_for_a_member_of_the_loaded_team() {
    check::<Membership, _>(
        &[
            ("no other write", nothing, "Ok"),
            ("the team changed", |world, _| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
            ("the member left", |_, member| *member = stranger(), "Err(Conflict)"),
        ],
        async |world, between| {
            let org = world.org(ACME).await;
            let (mut member, mo) = world.store.load_member(parse(ACME), parse(MO)).await?.unwrap();
            between(world, &mut member);
            let admin = Membership { role: Role::Admin, ..member.clone() };
            world.store.commit_role(&org, &org.value, (&member, &admin), &mo.value, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn member_is_removed_only_once_from_the_loaded_team() {
    check::<Membership, _>(
        &[
            ("no other write", nothing, "Ok"),
            ("the team changed", |world, _| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
            ("the user changed", |world, _| world.outdate(&user_pk(MO), "USER"), "Err(Conflict)"),
            ("the member left", |_, member| *member = stranger(), "Err(Conflict)"),
        ],
        async |world, between| {
            let org = world.org(ACME).await;
            let (mut member, user) = world.store.load_member(parse(ACME), parse(MO)).await?.unwrap();
            let mut after = user.value.clone();
            after.leave(parse(ACME));
            between(world, &mut member);
            world.store.commit_removal(&org, &org.value, &member, (&user, &after), now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn subscription_moves_only_from_its_loaded_owner() {
    let moved = |world: &World, _: &mut ()| {
        world.set("SUBSCRIPTION#sub_moved", "SUBSCRIPTION", "org", json!({ "S": TIMETRACKER }));
    };
    for owner in [None, Some(parse(ACME))] {
        check(
            &[
                ("no other write", nothing, "Ok"),
                ("the new owner changed", |world, ()| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
                ("the old owner changed", |world, ()| world.outdate(&org_pk(HOOLI), "ORG"), "Err(Conflict)"),
                ("the subscription moved", moved, "Err(Conflict)"),
            ],
            async |world, between| {
                if let Some(owner) = owner {
                    move_to(world, None, owner, nothing).await?;
                }
                move_to(world, owner, parse(GLOBEX), between).await
            },
        )
        .await;
    }
}

/// Moves a subscription of Acme and Hooli to `owner`.
async fn move_to(
    world: &World,
    before: Option<OrgId>,
    owner: OrgId,
    between: Between<()>,
) -> Result<(), Error> {
    let subscription = SubscriptionId::parse("sub_moved").unwrap();
    let (acme, hooli) = (world.org(ACME).await, world.org(HOOLI).await);
    between(world, &mut ());
    let orgs = [&acme, &hooli].map(|org| OrgChange { before: org, after: &org.value });
    world.store.commit_move(&subscription, orgs, before, owner, now()).await
}
