use domain::people::{Name, Role};
use serde_json::json;
use store::Profile;
use test_support::seed::{ACME, GLOBEX, JO, MO};

use crate::world::{Between, World, check, nothing, now, org_pk, parse, user_pk};

fn rename(before: &Profile, name: &str) -> store::ChangedProfile {
    let (mut after, name) = (before.to_changed(), Name::parse(name).unwrap());
    after.user.name = name.clone();
    after.membership.name = name.clone();
    after.org.rename_admin(after.user.id, &name);
    after
}

async fn load(world: &World, org: &str, user: &str) -> Profile {
    world.store.load_profile(parse(org), parse(user)).await.unwrap().unwrap()
}

#[tokio::test]
async fn member_is_written_only_in_the_loaded_versions() {
    let cases: [(&str, Between<()>, &str); 4] = [
        ("no other write", nothing, "Ok"),
        ("the user changed", |world, ()| world.outdate(&user_pk(JO), "USER"), "Err(Conflict)"),
        ("the organization changed", |world, ()| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
        (
            "the membership ended",
            |world, ()| world.remove(&org_pk(ACME), &format!("MEMBER#{JO}")),
            "Err(Conflict)",
        ),
    ];
    check::<(), _>(&cases, async |world, between| {
        let before = load(world, ACME, JO).await;
        between(world, &mut ());
        world.store.commit_profile(&before, &rename(&before, "Jo Roe"), now()).await
    })
    .await;
}

#[tokio::test]
async fn copies_follow_only_the_current_name_of_the_user() {
    let world = World::new().await;
    let (acme, globex) = (load(&world, ACME, JO).await, load(&world, GLOBEX, JO).await);
    world.store.commit_profile(&acme, &rename(&acme, "Jo Roe"), now()).await.unwrap();
    // The copies of Globex still have the old name, and the user has a newer version than `globex`.
    let mut late = globex.to_changed();
    late.membership.name = Name::parse("Jo Late").unwrap();
    assert!(matches!(world.store.commit_profile(&globex, &late, now()).await, Err(store::Error::Conflict)));
    let globex = load(&world, GLOBEX, JO).await;
    let copied = rename(&globex, globex.user.value.name.as_str());
    world.store.commit_profile(&globex, &copied, now()).await.unwrap();
    let globex = load(&world, GLOBEX, JO).await;
    assert_eq!(
        (globex.membership.name.as_str(), globex.org.value.admins[0].name.as_str()),
        ("Jo Roe", "Jo Roe")
    );
    let version = world.get(&org_pk(GLOBEX), "ORG", "version");
    world.store.commit_profile(&globex, &globex.to_changed(), now()).await.unwrap();
    assert_eq!(world.get(&org_pk(GLOBEX), "ORG", "version"), version, "nothing changed");
}

#[tokio::test]
async fn role_change_conflicts_with_a_new_name() {
    let world = World::new().await;
    let before = load(&world, ACME, MO).await;
    world.store.commit_profile(&before, &rename(&before, "Mo Doe"), now()).await.unwrap();
    let (mut org, mut promoted) = (before.org.value.clone(), before.membership.clone());
    promoted.role = Role::Admin;
    org.admins.push(domain::org::AdminContact::new(
        promoted.user,
        promoted.name.clone(),
        promoted.address.clone(),
    ));
    let outcome = world
        .store
        .commit_role(&before.org, &org, (&before.membership, &promoted), &before.user.value, now())
        .await;
    assert!(matches!(outcome, Err(store::Error::Conflict)), "{outcome:?}");
    assert_eq!(world.get(&org_pk(ACME), &format!("MEMBER#{MO}"), "name"), json!({ "S": "Mo Doe" }));
}
