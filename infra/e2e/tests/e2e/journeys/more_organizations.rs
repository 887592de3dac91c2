//! Additional organizations of a user, and users without an organization.

use crate::journeys::{
    invitations::{admin, join},
    sign_in::{request_link, sign_in_by_link},
};
use e2e::driver::{Visitor, World};

const TOKEN: &str = "5f2b8c0e9d7a4b6c8e1f3a5d7c9b0e2f";

/// Returns a verified user whose organization started with or without a trial.
async fn verified<'w>(world: &'w World, trial: bool) -> Visitor<'w> {
    let mut jo = world.visitor();
    jo.sign_up("First", "jo@example.com", trial).await;
    sign_in_by_link(world, &mut jo, "jo@example.com").await;
    jo
}

#[tokio::test]
async fn resubmitted_form_opens_the_same_organization() {
    for (had_trial, wants_trial, lands_in_welcome) in
        [(true, "true", false), (false, "true", true), (false, "false", false)]
    {
        let world = World::new().await;
        let mut jo = verified(&world, had_trial).await;
        let (first, first_cookie) = (jo.org(), jo.cookie.clone());
        let form = [("name", "Second"), ("start_trial", wants_trial), ("form_token", TOKEN)];
        let created = jo.submit("/organizations/new", &form).await;
        let second = jo.org();
        assert_ne!(first, second);

        // The response was lost, so the browser still has the session of the first organization.
        jo.cookie = first_cookie;
        let again = jo.submit("/organizations/new", &form).await;
        assert_eq!((again.status, jo.org()), (303, second), "{}", again.text());
        let location = again.header("location").to_owned();
        assert_eq!(location, created.header("location"));
        assert_eq!(location == "/onboarding/welcome", lands_in_welcome, "{location}");
        assert_eq!(jo.open(&location).await.status, 200, "{location}");
        assert_eq!(jo.organization().await["name"], "Second");
    }
}

#[tokio::test]
async fn repeated_form_without_the_session_gets_no_session() {
    let world = World::new().await;
    let mut jo = verified(&world, true).await;
    let form = [("name", "Second"), ("form_token", TOKEN)];
    assert_eq!(jo.submit("/organizations/new", &form).await.status, 303);
    let mut stranger = world.visitor();
    let form = [form[0], form[1], ("full_name", "Eve"), ("email", "jo@example.com")];
    let response = stranger.submit("/organizations/new", &form).await;
    assert_eq!((response.status, &stranger.cookie), (409, &None), "{}", response.text());
}

#[tokio::test]
async fn unverified_user_verifies_before_a_second_organization() {
    let world = World::new().await;
    let mut jo = world.trialing("First", "jo@example.com").await;
    let shown = jo.open("/organizations/new").await;
    let refused = jo.submit("/organizations/new", &[("name", "Second")]).await;
    assert_eq!((shown.status, refused.status), (200, 403));
    for page in [shown.text(), refused.text()] {
        assert!(!page.contains("name=\"name\""), "the form that would be rejected is not shown: {page}");
        assert!(page.contains("Verify your email address"), "{page}");
        for part in [
            r#"method="post" action="/login""#,
            r#"name="email" value="jo@example.com""#,
            r#"name="next" value="/organizations/new""#,
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    let asked = jo.submit("/login", &[("email", "jo@example.com"), ("next", "/organizations/new")]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let mails = world.mails("sign_in").await;
    let text = mails[0]["text"].as_str().unwrap();
    let link = text.split_whitespace().find_map(|word| word.strip_prefix("http://localhost:8484")).unwrap();
    let signed_in = jo.submit(link, &[]).await;
    assert_eq!(signed_in.header("location"), "/organizations/new");
    let form = jo.open("/organizations/new").await.text();
    assert!(form.contains("name=\"name\""), "{form}");
    assert!(!form.contains("Free for"), "a used trial is not offered again: {form}");
    assert!(form.contains("choose its plan on the next page"), "{form}");
}

#[tokio::test]
async fn json_client_gets_sign_in_url_when_unverified() {
    let world = World::new().await;
    let mut jo = world.trialing("First", "jo@example.com").await;
    let json = [("content-type", "application/json")];
    let refused = jo.send("POST", "/organizations/new", &json, r#"{"name":"Second"}"#).await;
    assert_eq!((refused.status, refused.header("content-type")), (403, "application/problem+json"));
    assert_eq!(refused.json()["sign_in_url"], "/login?next=/organizations/new");
}

#[tokio::test]
async fn form_offers_a_trial_that_is_not_used_yet() {
    let world = World::new().await;
    let mut jo = verified(&world, false).await;
    assert!(jo.open("/organizations/new").await.text().contains("Free for 14 days"));
}

#[tokio::test]
async fn rejected_requests_count_toward_sign_up_limits() {
    let world = World::new().await;
    let mut jo = world.trialing("First", "jo@example.com").await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(jo.submit("/organizations/new", &[("name", "Second")]).await.status);
    }
    assert_eq!(statuses, [403, 403, 429], "the sign-up is the first of three per day");
}

#[tokio::test]
async fn parallel_forms_create_both_organizations() {
    let world = World::new().await;
    let jo = verified(&world, true).await;
    let create = |name: &'static str| {
        let mut tab = world.visitor();
        tab.cookie.clone_from(&jo.cookie);
        async move { tab.submit("/organizations/new", &[("name", name)]).await.status }
    };
    assert_eq!(tokio::join!(create("Second"), create("Third")), (303, 303));
}

/// Returns a verified user who left their only organization. Also returns the page that their next
/// sign-in link shows.
async fn without_organization(world: &World) -> (Visitor<'_>, String) {
    let mut ann = admin(world, "Acme", "ann@example.com").await;
    let mut jo = join(world, &mut ann, "jo@example.com", "member").await;
    assert_eq!(jo.submit("/members/leave", &[("confirmed", "true")]).await.status, 303);
    let link = request_link(world, &mut jo, "jo@example.com").await;
    let page = jo.submit(&link, &[]).await;
    assert_eq!((page.status, &jo.cookie), (403, &None), "{}", page.text());
    assert_eq!(world.visitor().submit(&link, &[]).await.status, 404, "the link is used up");
    // The same browser may use the link again, because the first response can be lost.
    let again = jo.submit(&link, &[]).await;
    assert_eq!((again.status, &jo.cookie), (403, &None), "{}", again.text());
    let page = page.text();
    let first_form = [("name", "Mine"), ("founding", field(&page, "founding"))];
    assert_eq!(
        jo.submit("/organizations/new", &first_form).await.status,
        409,
        "the second page replaces the first form"
    );
    (jo, again.text())
}

fn field<'p>(page: &'p str, name: &str) -> &'p str {
    let from = page.split(&format!(r#"name="{name}" value=""#)).nth(1).unwrap();
    from.split('"').next().unwrap()
}

#[tokio::test]
async fn user_without_organization_creates_exactly_one() {
    let world = World::new().await;
    let (mut jo, page) = without_organization(&world).await;
    let (grant, token) = (field(&page, "founding"), field(&page, "form_token"));
    let nameless = jo.submit("/organizations/new", &[("founding", grant), ("form_token", token)]).await;
    assert_eq!(nameless.status, 422);
    assert_eq!(field(&nameless.text(), "founding"), grant, "the form keeps its grant");
    assert!(!nameless.text().contains("name=\"email\""), "{}", nameless.text());

    let form = [("name", "Mine"), ("founding", grant), ("form_token", token)];
    let mut cookies = Vec::new();
    for _ in 0..2 {
        let created = jo.submit("/organizations/new", &form).await;
        assert_eq!(created.header("location"), "/onboarding/welcome", "{}", created.text());
        cookies.push(jo.cookie.take().unwrap());
    }
    assert_eq!(
        cookies[0].split('.').next(),
        cookies[1].split('.').next(),
        "the repeated form creates no second organization"
    );
    jo.cookie = cookies.pop();
    assert_eq!(jo.organization().await["name"], "Mine");

    let other = [("name", "More"), ("founding", grant), ("form_token", &"e".repeat(32))];
    let mut eve = world.visitor();
    for form in [&other[..], &[("name", "More"), ("founding", "x")]] {
        assert_eq!((eve.submit("/organizations/new", form).await.status, &eve.cookie), (409, &None));
    }
}

#[tokio::test]
async fn organization_grant_expires_after_ten_minutes() {
    let world = World::new().await;
    let (mut jo, page) = without_organization(&world).await;
    let form = [("name", "Mine"), ("founding", field(&page, "founding"))];
    world.advance("10m").await;
    assert_eq!((jo.submit("/organizations/new", &form).await.status, &jo.cookie), (409, &None));
}
