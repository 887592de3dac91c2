use domain::{limits::ADDRESS_CORRECTIONS, mail::brake::Share, people::Address, time::hour_of};
use serde_json::json;
use store::{AddressCorrection, Error};
use test_support::seed::HOOLI;

use crate::world::{Between, World, check, nothing, now, org_pk, parse, reached_limit, user_pk};

const NED: &str = "usr_0198c0de-0000-7000-8000-00000000000d";
const NEW: &str = "ned@hooli2.example";

async fn correction(world: &World, to: &str) -> AddressCorrection {
    let before = world.store.load_profile(parse(HOOLI), parse(NED)).await.unwrap().unwrap();
    let limits = vec![ADDRESS_CORRECTIONS.window(NED, now())];
    let share = Share { shard: 0, most: 1, hour: hour_of(now()) };
    let address = Address::parse(to).unwrap();
    AddressCorrection::new(before, &address, limits, [share].into_iter(), now()).unwrap()
}

fn email_pk(address: &str) -> String {
    format!("EMAIL#{}", Address::parse(address).unwrap().hash())
}

fn trial_pk(address: &str) -> String {
    format!("TRIAL#{}", Address::parse(address).unwrap().mailbox_hash())
}

#[tokio::test]
async fn address_is_corrected_only_if_the_new_one_is_free() {
    let cases: [(&str, Between<AddressCorrection>, &str); 9] = [
        ("no other write", nothing, "Ok(Done { is_delayed: false })"),
        ("the address has an account", |world, _| world.occupy(&email_pk(NEW), "USER"), "Ok(InUse)"),
        ("the mailbox had a trial", |world, _| world.occupy(&trial_pk(NEW), "TRIAL"), "Ok(InUse)"),
        ("a limit is reached", |_, it| it.limits.push(reached_limit()), "Ok(Limited("),
        (
            "too many first emails bounced",
            |world, _| world.set("BRAKE#0", "GATE", "braked", json!({ "BOOL": true })),
            "Ok(Done { is_delayed: true })",
        ),
        ("the user changed", |world, _| world.outdate(&user_pk(NED), "USER"), "Err(Conflict)"),
        ("the organization changed", |world, _| world.outdate(&org_pk(HOOLI), "ORG"), "Err(Conflict)"),
        (
            "another correction took the address",
            |world, _| {
                world.outdate(&user_pk(NED), "USER");
                world.occupy(&email_pk(NEW), "USER");
            },
            "Err(Conflict)",
        ),
        (
            "the membership ended",
            |world, _| world.remove(&org_pk(HOOLI), &format!("MEMBER#{NED}")),
            "Err(Conflict)",
        ),
    ];
    check(&cases, async |world, between| {
        let mut correction = correction(world, NEW).await;
        between(world, &mut correction);
        world.store.correct_address(&correction, now()).await
    })
    .await;
}

#[tokio::test]
async fn old_address_is_free_but_its_mailbox_had_a_trial() {
    let world = World::new().await;
    world.store.correct_address(&correction(&world, NEW).await, now()).await.unwrap();
    let user = |address: &str| {
        let address = Address::parse(address).unwrap();
        let store = &world.store;
        async move { store.load_user_of(&address).await.unwrap().map(|user| user.value.id) }
    };
    assert_eq!((user(NEW).await, user("ned@hooli.example").await), (Some(parse(NED)), None));
    for address in [NEW, "ned@hooli.example"] {
        assert_eq!(world.get(&trial_pk(address), "TRIAL", "user"), json!({ "S": NED }), "{address}");
    }
    // Another spelling of the same mailbox needs no second record.
    let again = correction(&world, "ned+work@hooli2.example").await;
    assert!(!again.moves_trial);
    world.store.correct_address(&again, now()).await.unwrap();
    let membership = world.get(&org_pk(HOOLI), &format!("MEMBER#{NED}"), "address");
    assert_eq!(membership, json!({ "S": "ned+work@hooli2.example" }));
}

#[tokio::test]
async fn each_refused_correction_counts() {
    let world = World::new().await;
    world.occupy(&email_pk(NEW), "USER");
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        let outcome = world.store.correct_address(&correction(&world, NEW).await, now()).await;
        outcomes.push(outcome.map(|outcome| format!("{outcome:?}").chars().take(5).collect::<String>()));
    }
    let outcomes: Vec<_> = outcomes.into_iter().map(Result::<_, Error>::unwrap).collect();
    assert_eq!(outcomes, ["InUse", "InUse", "InUse", "Limit"]);
}
