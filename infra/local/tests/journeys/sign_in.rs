use crate::driver::{Visitor, World};

/// Asks for a link, opens the newest one in the mailbox, and uses it.
pub async fn by_link(world: &World, visitor: &mut Visitor<'_>, email: &str) {
    let path = ask(world, visitor, email).await;
    let answer = visitor.submit(&path, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/dashboard"), "{}", answer.text());
}

/// Asks for a link; answers its path.
pub async fn ask(world: &World, visitor: &mut Visitor<'_>, email: &str) -> String {
    let asked = visitor.submit("/login", &[("email", email)]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    newest_link(world).await
}

/// The path of the newest link that was mailed.
pub async fn newest_link(world: &World) -> String {
    let mails = world.mails("sign_in").await;
    let text = mails.last().unwrap()["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/login/")).unwrap();
    link.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

#[tokio::test]
async fn a_mailed_link_signs_in_once_and_looking_at_it_uses_nothing() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = ask(&world, &mut jo, "jo@example.com").await;
    for _ in 0..10 {
        let page = jo.open(&path).await;
        assert_eq!((page.status, &jo.cookie), (200, &None));
        assert!(page.text().contains("jo@example.com"), "{}", page.text());
    }
    let mut other = world.visitor();
    let (one, two) = tokio::join!(jo.submit(&path, &[]), other.submit(&path, &[]));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303);
    assert!(statuses[1] >= 400, "{statuses:?}");
    assert_eq!([&jo.cookie, &other.cookie].iter().filter(|cookie| cookie.is_some()).count(), 1);
}

#[tokio::test]
async fn sign_in_survives_a_lost_response_for_a_minute() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = ask(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.submit(&path, &[]).await.status, 303);
    let held = jo.cookie.clone();
    assert_eq!(jo.open(&path).await.header("location"), "/dashboard", "its owner is in");
    assert_eq!((jo.submit(&path, &[]).await.status, &jo.cookie), (303, &held));
    let mut lost = world.visitor();
    lost.cookie = jo.cookie.take();
    world.advance("59s").await;
    assert!(jo.open(&path).await.text().contains("Try again."));
    let again = jo.submit(&path, &[]).await;
    assert_eq!((again.status, again.header("location")), (303, "/dashboard"), "{}", again.text());
    assert_ne!(jo.cookie, lost.cookie);
    // The lost session works a moment longer, in case it is this one that the browser kept.
    assert_eq!(lost.open("/dashboard").await.status, 200);
    world.advance("60s").await;
    assert_eq!((lost.open("/dashboard").await.status, jo.open("/dashboard").await.status), (303, 200));

    let kept = jo.cookie.take();
    assert_eq!((jo.submit(&path, &[]).await.status, &jo.cookie), (404, &None), "the minute is over");
    jo.cookie = kept;
    assert_eq!(jo.open(&path).await.header("location"), "/dashboard", "its owner is led home");
    assert_eq!(jo.submit(&path, &[]).await.header("location"), "/dashboard");
}

#[tokio::test]
async fn used_link_is_repeated_by_no_other_browser_and_no_sign_out() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = ask(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.submit(&path, &[]).await.status, 303);
    let mut eve = world.trialing("Evil", "eve@example.com").await;
    let own = eve.cookie.clone();
    for mark in [None, Some(format!("__Host-b={}", "0".repeat(64)))] {
        eve.mark = mark;
        assert_eq!((eve.submit(&path, &[]).await.status, &eve.cookie), (404, &own));
        assert_eq!(eve.open(&path).await.status, 404);
    }
    jo.submit("/logout", &[]).await;
    assert_eq!((jo.submit(&path, &[]).await.status, &jo.cookie), (404, &None), "signed out is signed out");
}

#[tokio::test]
async fn every_press_of_the_button_gives_a_session_that_works() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = ask(&world, &mut jo, "jo@example.com").await;
    let press = || {
        let (mut twin, path) = (world.visitor(), path.clone());
        twin.mark.clone_from(&jo.mark);
        async move {
            let answer = twin.submit(&path, &[]).await;
            assert_eq!(answer.status, 303, "{}", answer.text());
            twin
        }
    };
    let (one, two, three) = tokio::join!(press(), press(), press());
    for mut twin in [one, two, three] {
        assert_eq!(twin.open("/dashboard").await.status, 200);
    }
}

#[tokio::test]
async fn a_link_works_for_ten_minutes() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    let path = ask(&world, &mut jo, "jo@example.com").await;
    world.advance("599s").await;
    assert_eq!(jo.open(&path).await.status, 200);
    assert_eq!(jo.submit(&path, &[]).await.status, 303, "a second before its end");
    (jo.cookie, jo.mark) = (None, None);
    let path = ask(&world, &mut jo, "jo@example.com").await;
    world.advance("601s").await;
    let answer = jo.submit(&path, &[]).await;
    assert!(answer.status >= 400 && jo.cookie.is_none(), "{}", answer.status);
}

#[tokio::test]
async fn the_first_link_ends_the_sessions_of_whoever_used_the_address_before() {
    let world = World::new().await;
    let mut attacker = world.trialing("Evil", "victim@example.com").await;
    assert_eq!(attacker.read("/onboarding/api/checklist").await.status, 200);
    let mut victim = world.visitor();
    by_link(&world, &mut victim, "victim@example.com").await;
    assert_eq!(victim.read("/onboarding/api/checklist").await.status, 200);
    assert_eq!(attacker.read("/onboarding/api/checklist").await.status, 401);
}

#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answer_and_only_one_a_mail() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut visitor = world.visitor();
    let known = visitor.submit("/login", &[("email", "jo@example.com")]).await;
    let unknown = visitor.submit("/login", &[("email", "mo@example.com")]).await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.text().replace("jo@example.com", "…"), unknown.text().replace("mo@example.com", "…"));
    assert_eq!(world.calls_of(&known).await, world.calls_of(&unknown).await);
    assert_eq!(world.mails("sign_in").await.len(), 1);
}

#[tokio::test]
async fn asking_for_links_is_limited() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for _ in 0..3 {
        assert_eq!(visitor.submit("/login", &[("email", "jo@example.com")]).await.status, 200);
    }
    let answer = visitor.submit("/login", &[("email", "jo@example.com")]).await;
    assert_eq!(answer.status, 429);
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn signing_out_ends_the_session_at_the_server() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let stolen = jo.cookie.clone();
    let answer = jo.submit("/logout", &[]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(jo.cookie, None);
    jo.cookie = stolen;
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 401);
}

#[tokio::test]
async fn a_link_ends_the_session_that_the_browser_held_before() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    by_link(&world, &mut jo, "jo@example.com").await;
    let before = jo.cookie.clone();
    by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 200);
    jo.cookie = before;
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 401);
}

#[tokio::test]
async fn what_is_not_even_text_is_no_link() {
    let world = World::new().await;
    for path in ["/login/%ff", "/mail/unsubscribe/%ff", "/invitations/%ff"] {
        assert_eq!(world.visitor().open(path).await.status, 404, "{path}");
        assert_eq!(world.visitor().submit(path, &[]).await.status, 404, "{path}");
    }
}
