//! Several organizations of one person.

use crate::{
    driver::World,
    invitations::{admin, invite},
};

#[tokio::test]
async fn a_switch_gives_a_new_session_there_and_ends_the_old_one() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = admin(&world, "Globex", "mo@example.com").await;
    let (acme, globex) = (jo.org(), mo.org());
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    let own = mo.cookie.clone();
    assert_eq!(mo.submit(&path, &[]).await.status, 303, "signed in as the invited person, one joins at once");
    assert_eq!(mo.org(), acme);
    let in_acme = mo.cookie.clone();
    mo.cookie = own;
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 401, "the session before it ended with it");

    mo.cookie = in_acme.clone();
    let account = mo.open("/account").await.text();
    assert!(
        account.contains("Acme") && account.contains("Globex") && account.contains("You are here"),
        "{account}"
    );
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 403, "a member here");
    let switched = mo.submit("/organizations/switch", &[("organization", &globex)]).await;
    assert_eq!((switched.status, switched.header("location"), mo.org()), (303, "/dashboard", globex));
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 200, "an admin there");
    assert!(mo.open("/dashboard").await.text().contains("Globex"));
    mo.cookie = in_acme;
    assert_eq!(mo.open("/dashboard").await.status, 303, "the old cookie is dead");
}

#[tokio::test]
async fn one_switches_to_ones_own_organizations_alone() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let other = world.trialing("Other", "other@example.com").await.org();
    let held = jo.cookie.clone();
    let foreign = jo.submit("/organizations/switch", &[("organization", &other)]).await;
    let missing = "org_0198c0de-0000-7000-8000-00000000dead";
    let missing = jo.submit("/organizations/switch", &[("organization", missing)]).await;
    assert_eq!((foreign.status, missing.status), (404, 404));
    assert_eq!(foreign.text(), missing.text());
    assert_eq!(jo.submit("/organizations/switch", &[]).await.status, 404);
    assert_eq!(jo.cookie, held);
    assert_eq!(world.visitor().post("/organizations/switch").await.status, 401);
}

#[tokio::test]
async fn who_was_removed_from_one_organization_still_gets_into_the_other() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = admin(&world, "Globex", "mo@example.com").await;
    let (acme, globex) = (jo.org(), mo.org());
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    mo.submit(&path, &[]).await;
    mo.submit("/organizations/switch", &[("organization", &globex)]).await;
    assert_eq!(jo.post(&format!("/members/{}/remove", mo.user())).await.status, 200);
    assert_eq!(mo.open("/dashboard").await.status, 200);
    assert!(!mo.open("/account").await.text().contains("Acme"));
    assert_eq!(mo.submit("/organizations/switch", &[("organization", &acme)]).await.status, 404);
}
