//! Rate limits of sign-in emails and forms.
//!
//! A rate limit is a maximum number of requests in a time window. It applies to every window of
//! this length, no matter when the window starts.

use e2e::driver::{Visitor, World};

/// The limits of sign-in requests: maximum number of requests, length of the window in
/// milliseconds, and whether rejected requests count too. The first two limits apply to a pair of
/// address and network. The last one applies to a network.
const LIMITS: [(usize, i64, bool); 3] = [(3, 900_000, false), (6, 3_600_000, false), (20, 3_600_000, true)];

/// Requests a sign-in link and returns the status and the seconds of `Retry-After`.
async fn request_link(world: &World, email: &str, ip: &str) -> (u16, Option<i64>) {
    let mut visitor = world.visitor();
    ip.clone_into(&mut visitor.ip);
    let response = visitor.submit("/login", &[("email", email)]).await;
    (response.status, response.header("retry-after").parse().ok())
}

/// Returns the time of the stack's clock in milliseconds. The clock continues to run during the
/// test.
async fn time(world: &World) -> i64 {
    let clock = world.local("GET", "/_local/clock", None).await;
    clock["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[tokio::test]
async fn sign_in_limits_hold_in_every_period_and_state_the_wait() {
    let world = World::new().await;
    let mut random = 7_u64;
    for (email, ip) in [("ann@example.com", "198.51.100.1"), ("bea@example.com", "198.51.100.2")] {
        // For each limit, two times of every request that it counted: just before and just after
        // the request.
        let mut counted: [Vec<(i64, i64)>; 3] = Default::default();
        for _ in 0..60 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pause = [0, 1, 10, 200, 449, 450, 898, 902][usize::try_from(random >> 61).unwrap()];
            world.advance(&format!("{pause}s")).await;
            let before = time(&world).await;
            let (status, wait) = request_link(&world, email, ip).await;
            let after = time(&world).await;
            // The shortest and the longest possible wait for each limit, in milliseconds. A
            // negative wait means that the limit rejects no request now.
            let waits: Vec<_> = LIMITS
                .iter()
                .zip(&counted)
                .map(|((most, per, _), at)| {
                    let (first, last) = at.iter().rev().nth(most - 1).copied().unwrap_or((0, 0));
                    (first + per - after, last + per - before)
                })
                .collect();
            let least = waits.iter().map(|(least, _)| *least).max().unwrap();
            let most = waits.iter().map(|(_, most)| *most).max().unwrap();
            assert!(most <= 0 || least > 0, "the test is too slow to decide: {least} to {most} ms");
            assert_eq!(status, if most > 0 { 429 } else { 200 }, "{email}: {counted:?}");
            if let Some(wait) = wait {
                assert!((least..=most + 999).contains(&(wait * 1000)), "{wait} s for {least} to {most} ms");
            }
            for ((_, _, counts_rejected), ((_, most), counted)) in
                LIMITS.iter().zip(waits.iter().zip(&mut counted))
            {
                if status == 200 || (*counts_rejected && *most <= 0) {
                    counted.push((before, after));
                }
            }
        }
        assert!(counted[0].len() > 6, "{email}");
    }
}

#[tokio::test]
async fn strangers_cannot_lock_an_address_out() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    for n in 0..9 {
        let status = request_link(&world, "jo@example.com", "203.0.113.66").await.0;
        assert_eq!(status, if n < 3 { 200 } else { 429 });
    }
    // The stranger's rejected requests count only toward the limit of the stranger's own network.
    assert_eq!(request_link(&world, "jo@example.com", "198.51.100.9").await.0, 200);

    // Requests from many networks send at most twelve emails an hour to the owner.
    let mut sent = 4;
    for n in 0..12 {
        let status = request_link(&world, "jo@example.com", &format!("192.0.2.{n}")).await.0;
        assert_eq!(status, if sent < 12 { 200 } else { 429 });
        sent += usize::from(status == 200);
    }
    assert_eq!(world.mails("sign_in").await.len(), 12);

    // The owner of the address always has a working link. When the newest link has expired, Onramp
    // sends another one.
    let mut jo = world.visitor();
    let refused = jo.submit("/login", &[("email", "jo@example.com")]).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused.text().contains("The link in the latest email we sent still works."),
        "{}",
        refused.text()
    );
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((540..=600).contains(&wait), "{wait}");
    assert_eq!(jo.open(&crate::journeys::sign_in::newest_link(&world).await).await.status, 200);
    world.advance("10m").await;
    assert_eq!(request_link(&world, "jo@example.com", "203.0.113.7").await.0, 200);
    assert_eq!(world.mails("sign_in").await.len(), 13);
}

#[tokio::test]
async fn limit_page_does_not_promise_an_expired_link() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut jo = world.visitor();
    for _ in 0..3 {
        assert_eq!(jo.submit("/login", &[("email", "jo@example.com")]).await.status, 200);
    }
    let promise = "The link in the latest email we sent still works.";
    assert!(jo.submit("/login", &[("email", "jo@example.com")]).await.text().contains(promise));
    world.advance("11m").await;
    let refused = jo.submit("/login", &[("email", "jo@example.com")]).await;
    assert_eq!(refused.status, 429);
    assert!(!refused.text().contains(promise), "{}", refused.text());
}

/// Sends a form until a limit rejects it, and returns that page.
async fn page_of_limit(visitor: &mut Visitor<'_>, path: &str, form: &[(&str, &str)]) -> String {
    for _ in 0..60 {
        let response = visitor.submit(path, form).await;
        if response.status == 429 {
            assert!(!response.header("retry-after").is_empty());
            return response.text();
        }
    }
    panic!("{path} has no limit");
}

#[tokio::test]
async fn form_keeps_its_values_when_a_limit_rejects_it() {
    let world = World::new().await;
    // The address already has an account, so no attempt creates an organization.
    world.trialing("Acme", "jo@example.com").await;
    let form = [
        ("name", "Typed Name"),
        ("full_name", "Typed Person"),
        ("email", "jo@example.com"),
        ("start_trial", "false"),
    ];
    let page = page_of_limit(&mut world.visitor(), "/organizations/new", &form).await;
    for typed in [r#"value="Typed Name""#, r#"value="Typed Person""#, r#"value="jo@example.com""#] {
        assert!(page.contains(typed), "{typed}: {page}");
    }
    assert!(page.contains("Try again in"), "{page}");

    let form = [("email", "bea@example.com"), ("next", "/members")];
    let page = page_of_limit(&mut world.visitor(), "/login", &form).await;
    for typed in [r#"value="bea@example.com""#, r#"value="/members""#, "Try again in"] {
        assert!(page.contains(typed), "{typed}: {page}");
    }
}

#[tokio::test]
async fn invitation_form_keeps_its_values_when_a_limit_rejects_it() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    crate::journeys::sign_in::sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let mut page = None;
    for n in 0..60 {
        let email = format!("guest{n}@example.com");
        let response = jo.submit("/members/invitations", &[("email", &email), ("role", "admin")]).await;
        if response.status == 429 {
            page = Some((email, response.text()));
            break;
        }
        let mail = world.mails("invitation").await.pop().unwrap();
        let invitation = mail["tags"]["key"].as_str().unwrap().to_owned();
        jo.post(&format!("/members/invitations/{invitation}/revoke")).await;
    }
    let (email, page) = page.unwrap();
    assert!(page.contains(&format!(r#"value="{email}""#)), "{page}");
    assert!(page.contains("Try again in"), "{page}");
}
