//! The link in the welcome email that verifies an address, and invitations that wait for it.

use crate::journeys::{
    invitations::{admin, invite},
    seats::{SINGLE, TEAM, subscribe},
    sign_in::sign_in_by_link,
};
use e2e::driver::{Visitor, World};

/// Returns the path of the link in the newest welcome email.
async fn verify_link(world: &World) -> String {
    let mails = world.mails("welcome").await;
    let text = mails.last().unwrap()["text"].as_str().unwrap().to_owned();
    let link = text.split_whitespace().find(|word| word.contains("/verify/")).unwrap();
    link.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

/// Invites Mo as an admin whose address is not verified.
async fn invite_mo(world: &World, jo: &mut Visitor<'_>) {
    let sent = jo.submit("/members/invitations", &[("email", "mo@example.com")]).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/members"), "{}", sent.text());
    world.settle().await;
    assert!(world.mails("invitation").await.is_empty(), "the invitation waits");
}

/// Returns the recipients of the invitation emails.
async fn invited(world: &World) -> Vec<String> {
    let mails = world.mails("invitation").await;
    mails.iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_click_verifies_the_address_and_sends_the_invitation() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    invite_mo(&world, &mut jo).await;
    let members = jo.open("/members").await.text();
    assert!(members.contains("Waiting") && members.contains("as soon as you verify"), "{members}");
    assert_eq!(jo.checklist().await["completed_count"], 1, "the task is done");

    let link = verify_link(&world).await;
    let page = jo.open(&link).await;
    assert!(page.status == 200 && page.text().contains("mo@example.com"), "{}", page.text());
    world.settle().await;
    assert!(invited(&world).await.is_empty(), "opening the link changes nothing");
    for writes in [true, false] {
        let verified = jo.submit(&link, &[]).await;
        assert_eq!((verified.status, verified.header("location")), (303, link.as_str()));
        let calls = world.calls_of(&verified).await;
        assert_eq!(calls.iter().any(|call| call == "TransactWriteItems"), writes, "{calls:?}");
        assert!(
            calls.iter().all(|call| !call.starts_with("Put") && !call.starts_with("Update")),
            "{calls:?}"
        );
        assert!(jo.open(&link).await.text().contains("Your email address is verified"));
    }
    world.settle().await;
    assert_eq!(invited(&world).await, ["mo@example.com"]);
    assert!(jo.open("/members").await.text().contains("Pending"));
}

#[tokio::test]
async fn verify_link_opens_no_session() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let link = verify_link(&world).await;
    let mut stranger = world.visitor();
    for response in [stranger.open(&link).await, stranger.submit(&link, &[]).await] {
        assert_eq!((response.status, response.header("location")), (303, "/login?next=/members"));
    }
    assert_eq!(stranger.cookie, None);

    let mut eve = world.trialing("Globex", "eve@example.com").await;
    let cookie = eve.cookie.clone();
    let (shown, posted) = (eve.open(&link).await, eve.submit(&link, &[]).await);
    assert_eq!((shown.status, posted.status, &eve.cookie), (200, 409, &cookie));
    for page in [shown.text(), posted.text()] {
        assert!(page.contains("eve@example.com") && page.contains("Sign out and continue"), "{page}");
    }
    world.advance("7d").await;
    let expired = eve.open(&link).await;
    assert_eq!((expired.status, stranger.open(&link).await.status), (404, 404));
    assert!(expired.text().contains("Globex") && expired.text().contains("Email me the link"));
    let sent = eve.submit("/login", &[("email", "eve@example.com")]).await.text();
    assert!(sent.contains("Check your email") && sent.contains("Globex"), "{sent}");
    let out = eve.submit("/logout", &[("next", "/members")]).await;
    assert_eq!((out.header("location"), &eve.cookie), ("/members", &None));
}

#[tokio::test]
async fn invitations_of_another_browser_wait_until_they_are_sent() {
    let world = World::new().await;
    let mut attacker = world.trialing("Evil", "victim@example.com").await;
    invite_mo(&world, &mut attacker).await;
    let mut victim = world.visitor();
    sign_in_by_link(&world, &mut victim, "victim@example.com").await;
    world.settle().await;
    assert!(invited(&world).await.is_empty(), "the owner of the address did not write it");
    let page = victim.open("/members").await.text();
    assert!(page.contains("1 invitation isn’t sent yet"), "{page}");
    let resend = page.split('"').find(|path| path.ends_with("/resend")).unwrap();
    assert_eq!(victim.submit(resend, &[]).await.status, 303);
    world.settle().await;
    assert_eq!(invited(&world).await, ["mo@example.com"]);
}

#[tokio::test]
async fn sign_in_link_in_the_same_browser_sends_the_invitation() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    invite_mo(&world, &mut jo).await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    world.settle().await;
    assert_eq!(invited(&world).await, ["mo@example.com"]);
}

#[tokio::test]
async fn accepting_an_invitation_sends_the_own_invitations() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    invite_mo(&world, &mut jo).await;
    let mut eve = admin(&world, "Globex", "eve@example.com").await;
    let link = invite(&world, &mut eve, "jo@example.com", "member").await;
    assert_eq!(jo.submit(&link, &[("full_name", "Jo Doe")]).await.status, 303);
    world.settle().await;
    assert_eq!(invited(&world).await, ["jo@example.com", "mo@example.com"]);
}

#[tokio::test]
async fn verification_keeps_invitations_that_the_plan_does_not_allow() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    invite_mo(&world, &mut jo).await;
    subscribe(&world, &jo.org(), SINGLE, "active").await;
    let link = verify_link(&world).await;
    assert!(!jo.open(&link).await.text().contains("mo@example.com"), "it is not sent");
    assert_eq!(jo.submit(&link, &[]).await.status, 303);
    world.settle().await;
    assert!(invited(&world).await.is_empty());
    assert!(jo.open(&link).await.text().contains("can’t be sent without a plan or a free seat"));
    let page = jo.open("/members").await.text();
    assert!(
        page.contains("Waiting") && page.contains("It isn’t sent yet, because your plan has no free seat.")
    );

    subscribe(&world, &jo.org(), TEAM, "active").await;
    assert!(jo.open(&link).await.text().contains("mo@example.com"), "the page offers to send it");
    assert_eq!(jo.submit(&link, &[]).await.status, 303);
    world.settle().await;
    assert_eq!(invited(&world).await, ["mo@example.com"]);
}
