//! Users with several organizations.

use crate::journeys::{
    invitations::{admin, invite},
    sign_in::{newest_link, sign_in_by_link},
};
use e2e::driver::World;

#[tokio::test]
async fn switch_opens_new_session_and_ends_old_after_a_minute() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = admin(&world, "Globex", "mo@example.com").await;
    let (acme, globex) = (jo.org(), mo.org());
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    let own = mo.cookie.clone();
    assert_eq!(mo.submit(&path, &[]).await.status, 303, "a signed-in invited user joins directly");
    assert_eq!(mo.org(), acme);
    let in_acme = mo.cookie.clone();
    mo.cookie = own;
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 401, "joining ended the previous session");

    mo.cookie = in_acme.clone();
    let account = mo.open("/account").await.text();
    assert!(
        account.contains("Acme") && account.contains("Globex") && account.contains("Current"),
        "{account}"
    );
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 403, "a member of Acme");
    let switched = mo.submit("/organizations/switch", &[("organization", &globex)]).await;
    assert_eq!((switched.status, switched.header("location"), mo.org()), (303, "/dashboard", globex));
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 200, "an admin of Globex");
    assert!(mo.open("/dashboard").await.text().contains("Globex"));
    assert_eq!(
        mo.open("/account").await.text().matches("name=\"session\"").count(),
        1,
        "the previous session is not listed"
    );
    world.advance("61s").await;
    assert_eq!(mo.open("/dashboard").await.status, 200);
    mo.cookie = in_acme;
    assert_eq!(mo.open("/dashboard").await.status, 303, "the previous session has ended");
}

#[tokio::test]
async fn user_can_switch_only_to_their_organizations() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let other = world.trialing("Other", "other@example.com").await.org();
    let cookie = jo.cookie.clone();
    let foreign = jo.submit("/organizations/switch", &[("organization", &other)]).await;
    let missing = "org_0198c0de-0000-7000-8000-00000000dead";
    let missing = jo.submit("/organizations/switch", &[("organization", missing)]).await;
    assert_eq!((foreign.status, missing.status), (404, 404));
    assert_eq!(foreign.text(), missing.text());
    assert_eq!(jo.submit("/organizations/switch", &[]).await.status, 404);
    assert_eq!(jo.cookie, cookie);
    assert_eq!(world.visitor().post("/organizations/switch").await.status, 401);
}

#[tokio::test]
async fn removed_member_keeps_access_to_another_organization() {
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

#[tokio::test]
async fn double_click_on_switch_gives_two_working_sessions() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    assert_eq!(jo.submit("/organizations/new", &[("name", "Second")]).await.status, 303);
    let second = jo.org();
    let mut tab = world.visitor();
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.org(), second, "sign-in returns to the browser's last organization");
    let account = jo.open("/account").await.text();
    let first = account.split(r#"name="organization" value=""#).nth(1).unwrap();
    let first = first.split('"').next().unwrap();
    tab.cookie.clone_from(&jo.cookie);
    let form = [("organization", first)];
    tokio::join!(jo.submit("/organizations/switch", &form), tab.submit("/organizations/switch", &form));
    for visitor in [&mut jo, &mut tab] {
        assert_eq!(visitor.open("/dashboard").await.status, 200);
        assert_eq!(visitor.org(), first);
    }
}

#[tokio::test]
async fn page_of_users_other_organization_offers_a_switch() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let acme = jo.org();
    assert_eq!(jo.submit("/organizations/new", &[("name", "Second")]).await.status, 303);
    let (second, acme_page) = (jo.org(), format!("/organizations/{acme}"));
    let page = jo.open(&acme_page).await;
    assert_eq!(page.status, 200);
    for part in ["Switch to Acme", "Stay in Second", &format!(r#"name="next" value="{acme_page}""#)] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains("14 days left"), "no data of Acme is shown before the switch");
    let form = [("organization", acme.as_str()), ("next", &acme_page)];
    let switched = jo.submit("/organizations/switch", &form).await;
    assert_eq!(
        (switched.status, switched.header("location"), jo.org()),
        (303, acme_page.as_str(), acme.clone())
    );
    assert!(jo.open(&acme_page).await.text().contains("14 days left"));

    // A user who does not belong to the organization gets the same 404 as for an unknown
    // organization.
    let mut eve = world.trialing("Other", "eve@example.com").await;
    let missing = eve.open("/organizations/org_0198c0de-0000-7000-8000-00000000dead").await;
    let foreign = eve.open(&format!("/organizations/{second}")).await;
    assert_eq!((foreign.status, foreign.text()), (404, missing.text()));
}

#[tokio::test]
async fn link_signs_in_to_the_organization_of_the_requested_page() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let acme = jo.org();
    assert_eq!(jo.submit("/organizations/new", &[("name", "Second")]).await.status, 303);
    let second = jo.org();
    for (next, expected) in [(format!("/organizations/{acme}"), &acme), ("/dashboard".to_owned(), &second)] {
        let mut jo = world.visitor();
        jo.submit("/login", &[("email", "jo@example.com"), ("next", &next)]).await;
        let signed_in = jo.submit(&newest_link(&world).await, &[]).await;
        assert_eq!((signed_in.header("location"), &jo.org()), (next.as_str(), expected));
        assert_eq!(jo.open(&next).await.status, 200);
    }
}
