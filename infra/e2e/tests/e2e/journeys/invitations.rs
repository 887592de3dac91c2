//! Invitations, from the form to the first page of the invited user.

use serde_json::json;

use crate::journeys::sign_in::{newest_link, sign_in_by_link};
use e2e::driver::{Visitor, World};

/// Returns the verified admin of an organization on trial.
pub async fn admin<'w>(world: &'w World, organization: &str, email: &str) -> Visitor<'w> {
    let mut jo = world.trialing(organization, email).await;
    sign_in_by_link(world, &mut jo, email).await;
    jo
}

/// Invites an address and returns the path of the newest invitation link sent to it.
pub async fn invite(world: &World, admin: &mut Visitor<'_>, email: &str, role: &str) -> String {
    let sent = admin.submit("/members/invitations", &[("email", email), ("role", role)]).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/members"), "{}", sent.text());
    link(world, email).await
}

/// Returns the path of the newest invitation link sent to an address.
pub async fn link(world: &World, email: &str) -> String {
    let mails = world.mails("invitation").await;
    let address = email.to_lowercase();
    let mail = mails.iter().rfind(|mail| mail["to"][0] == address).unwrap();
    let text = mail["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/invitations/")).unwrap();
    link.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

/// Invites an address and accepts the invitation as a new visitor.
pub async fn join<'w>(world: &'w World, admin: &mut Visitor<'_>, email: &str, role: &str) -> Visitor<'w> {
    let path = invite(world, admin, email, role).await;
    let mut mo = world.visitor();
    let joined = mo.submit(&path, &[("full_name", "Mo Roe")]).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/dashboard"), "{}", joined.text());
    mo
}

#[tokio::test]
async fn invitation_survives_page_views_and_is_accepted_once() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let path = invite(&world, &mut jo, "Mo@Example.com", "member").await;
    let mut mo = world.visitor();
    for _ in 0..10 {
        let page = mo.open(&path).await;
        assert_eq!((page.status, &mo.cookie), (200, &None));
        for part in ["Acme", "Jo Doe", "mo@example.com", "a member", "name=\"full_name\""] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
    }
    let nameless = mo.submit(&path, &[("full_name", " ")]).await;
    assert_eq!((nameless.status, &mo.cookie), (422, &None));
    let joined = mo.submit(&path, &[("full_name", "Mo Roe")]).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/dashboard"), "{}", joined.text());
    assert_eq!(mo.org(), jo.org());
    assert_eq!(world.visitor().submit(&path, &[("full_name", "Eve")]).await.status, 404);

    // A member can use the product, but sees no admin pages.
    assert!(mo.open("/dashboard").await.text().contains("Getting Started"));
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 403);
    let friendly = mo.open("/members").await.text();
    assert!(friendly.contains("Welcome to the team") && friendly.contains("Jo Doe"), "{friendly}");
    assert!(!friendly.contains("jo@example.com") && !friendly.contains("Send invitation"), "{friendly}");

    let task = jo.checklist().await["tasks"][0].clone();
    assert_eq!(
        (task["key"].clone(), task["source"].clone(), task["completed_by"].clone()),
        (json!("invited_team_member"), json!("invitation"), json!("Jo Doe"))
    );
    let members = jo.open("/members").await.text();
    assert!(members.contains("Mo Roe") && members.contains("2 people"), "{members}");
}

#[tokio::test]
async fn parallel_acceptances_open_one_session() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let path = invite(&world, &mut jo, "mo@example.com", "admin").await;
    let (mut one, mut other) = (world.visitor(), world.visitor());
    let form = [("full_name", "Mo Roe")];
    let (first, second) = tokio::join!(one.submit(&path, &form), other.submit(&path, &form));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404], "another browser cannot repeat the acceptance");
    assert!(jo.open("/members").await.text().contains("2 people"));
}

#[tokio::test]
async fn invitation_expires_after_seven_days() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    world.advance("167h").await;
    assert_eq!(world.visitor().open(&path).await.status, 200);
    world.advance("1h").await;
    let mut mo = world.visitor();
    assert_eq!(mo.open(&path).await.status, 404);
    assert_eq!(mo.submit(&path, &[("full_name", "Mo Roe")]).await.status, 404);
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert!(jo.open("/members").await.text().contains("Expired"));
    // An expired invitation does not block a new one.
    join(&world, &mut jo, "mo@example.com", "member").await;
}

/// Returns the path of the first invitation on the members page.
pub async fn invitation(jo: &mut Visitor<'_>) -> String {
    let page = jo.open("/members").await.text();
    let from = page.find("/members/invitations/").unwrap();
    let rest = &page[from..];
    rest[..rest.find("/resend").unwrap()].to_owned()
}

#[tokio::test]
async fn resend_replaces_the_link_and_revoke_ends_it() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let first = invite(&world, &mut jo, "mo@example.com", "member").await;
    let item = invitation(&mut jo).await;
    assert!(jo.open("/members").await.text().contains("Pending"));
    world.advance("1m").await;
    assert_eq!(jo.submit(&format!("{item}/resend"), &[]).await.status, 303);
    let second = link(&world, "mo@example.com").await;
    assert_ne!(first, second);
    let mut mo = world.visitor();
    assert_eq!((mo.open(&first).await.status, mo.open(&second).await.status), (404, 200));

    for status in [200, 200, 409] {
        world.settle().await;
        world.advance("1m").await;
        assert_eq!(jo.post(&format!("{item}/resend")).await.status, status);
    }
    let last = link(&world, "mo@example.com").await;
    assert_eq!(jo.post(&format!("{item}/revoke")).await.status, 200);
    assert_eq!(mo.submit(&last, &[("full_name", "Mo")]).await.status, 404);
    assert_eq!(jo.post(&format!("{item}/revoke")).await.status, 404, "the invitation no longer exists");
}

#[tokio::test]
async fn second_click_on_resend_sends_no_email_and_keeps_the_link() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let first = invite(&world, &mut jo, "mo@example.com", "member").await;
    let resend = format!("{}/resend", invitation(&mut jo).await);
    assert_eq!(jo.submit(&resend, &[]).await.status, 303, "a click right after the form");
    assert_eq!(link(&world, "mo@example.com").await, first);
    world.advance("1m").await;
    let mut tab = world.visitor();
    tab.cookie = jo.cookie.clone();
    let (one, other) = tokio::join!(jo.submit(&resend, &[]), tab.submit(&resend, &[]));
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(world.mails("invitation").await.len(), 2);
    let second = link(&world, "mo@example.com").await;
    assert_eq!(world.visitor().open(&second).await.status, 200);
}

#[tokio::test]
async fn late_bounce_does_not_affect_the_newer_email() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    invite(&world, &mut jo, "mo@example.com", "member").await;
    let bounce = async |mail: &serde_json::Value| {
        let mut tags = json!({ "ses:configuration-set": ["onramp-mail"] });
        for (name, value) in mail["tags"].as_object().unwrap() {
            tags[name] = json!([value]);
        }
        let detail = json!({ "eventType": "Bounce", "mail": { "tags": tags }, "bounce": { "bounceType": "Permanent" } });
        let event = json!({ "source": "aws.ses", "detail-type": "Email Bounced", "detail": detail });
        world.local("POST", "/_local/events", Some(event)).await;
        world.settle().await;
    };
    let first = world.mails("invitation").await.remove(0);
    bounce(&first).await;
    assert!(jo.open("/members").await.text().contains("Delivery failed"));
    let item = invitation(&mut jo).await;
    assert_eq!(jo.submit(&format!("{item}/resend"), &[]).await.status, 303);
    world.settle().await;
    bounce(&first).await;
    assert!(jo.open("/members").await.text().contains("Pending"), "the bounce is of the earlier email");
    let second = world.mails("invitation").await.remove(1);
    bounce(&second).await;
    assert!(jo.open("/members").await.text().contains("Delivery failed"));
}

#[tokio::test]
async fn invitation_of_a_former_admin_is_invalid() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut bad = join(&world, &mut jo, "bad@example.com", "admin").await;
    let path = invite(&world, &mut bad, "bad2@example.com", "admin").await;
    assert_eq!(
        jo.submit(&format!("/members/{}/remove", bad.user()), &[("confirmed", "true")]).await.status,
        303
    );
    let mut guest = world.visitor();
    let refused = guest.submit(&path, &[("full_name", "Bad Too")]).await;
    assert_eq!((refused.status, &guest.cookie), (409, &None));
    assert!(refused.text().contains("Mo Roe is no longer an admin of Acme"), "{}", refused.text());

    // Another admin can send the invitation again, which makes it valid.
    assert!(jo.open("/members").await.text().contains("Mo Roe is no longer an admin"));
    world.advance("1m").await;
    let resend = format!("{}/resend", invitation(&mut jo).await);
    assert_eq!(jo.submit(&resend, &[]).await.status, 303);
    let renewed = link(&world, "bad2@example.com").await;
    assert_eq!(guest.submit(&renewed, &[("full_name", "Good After All")]).await.status, 303);
}

#[tokio::test]
async fn admin_invitation_waits_when_the_admin_limit_is_reached() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let waiting = invite(&world, &mut jo, "late@example.com", "admin").await;
    for n in 1..20 {
        join(&world, &mut jo, &format!("mo{n}@example.com"), "admin").await;
    }
    let mut guest = world.visitor();
    let refused = guest.submit(&waiting, &[("full_name", "Late Guest")]).await;
    assert_eq!((refused.status, &guest.cookie), (409, &None));
    assert!(refused.text().contains("Your invitation stays valid. Contact Jo Doe."), "{}", refused.text());
    let left = jo.submit("/members/leave", &[("confirmed", "true")]).await;
    assert_eq!(left.status, 303);
    let refused = guest.submit(&waiting, &[("full_name", "Late Guest")]).await;
    assert!(refused.text().contains("Jo Doe is no longer an admin of Acme"), "{}", refused.text());
}

#[tokio::test]
async fn signed_in_user_cannot_accept_for_another_address() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut eve = world.trialing("Other", "eve@example.com").await;
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    let shown = eve.open(&path).await;
    assert!(
        shown.text().contains("eve@example.com") && shown.text().contains("Sign out"),
        "{}",
        shown.text()
    );
    let before = eve.cookie.clone();
    let refused = eve.submit(&path, &[("full_name", "Eve")]).await;
    assert_eq!((refused.status, &eve.cookie), (409, &before));
    assert_eq!(eve.post(&path).await.status, 409);
    eve.submit("/logout", &[]).await;
    let joined = eve.submit(&path, &[("full_name", "Mo Roe")]).await;
    assert_eq!(
        (joined.status, eve.org()),
        (303, jo.org()),
        "after sign-out the link opens for the invited user"
    );
}

#[tokio::test]
async fn invited_user_signs_in_first_which_ends_older_sessions() {
    let world = World::new().await;
    let mut attacker = world.trialing("Evil", "victim@example.com").await;
    let evil = attacker.org();
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let path = invite(&world, &mut jo, "victim@example.com", "admin").await;
    assert_eq!(attacker.read("/onboarding/api/checklist").await.status, 200);
    let mut victim = world.visitor();
    let back = sign_in_first(&world, &mut victim, &path, "victim@example.com").await;
    let joined = victim.submit(&back, &[]).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/dashboard"), "{}", joined.text());
    assert_eq!(victim.org(), jo.org());
    assert_eq!(victim.read("/onboarding/api/checklist").await.status, 200);
    // Onramp rejects the attacker's cookie, both unchanged and with the id of the other
    // organization.
    let stolen = attacker.cookie.clone().unwrap();
    for cookie in [stolen.clone(), stolen.replace(&evil, &jo.org())] {
        attacker.cookie = Some(cookie);
        assert_eq!(attacker.read("/onboarding/api/checklist").await.status, 401);
        let switched = attacker.submit("/organizations/switch", &[("organization", &jo.org())]).await;
        assert_eq!(switched.header("location"), "/login?next=/account");
    }
}

/// Opens an invitation link as a signed-out user who has an account. The page leads to a sign-in
/// link, and that link leads back to the invitation. Returns the path to which the sign-in link
/// leads.
async fn sign_in_first(world: &World, visitor: &mut Visitor<'_>, path: &str, email: &str) -> String {
    let page = visitor.open(path).await.text();
    let next = page.split(r#"name="next" value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(page.contains(&format!(r#"name="email" value="{email}""#)), "{page}");
    let redirect = visitor.submit(path, &[("full_name", "Eve")]).await;
    assert_eq!(
        (redirect.status, redirect.header("location").to_owned()),
        (303, format!("/login?next={next}"))
    );
    let headers = [("accept", "application/json"), ("content-type", "application/json")];
    assert_eq!(visitor.send("POST", path, &headers, "{}").await.status, 401);
    assert_eq!(visitor.cookie, None);

    let asked = visitor.submit("/login", &[("email", email), ("next", &next)]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let signed_in = visitor.submit(&newest_link(world).await, &[]).await;
    assert_eq!((signed_in.status, signed_in.header("location")), (303, next.as_str()));
    assert!(visitor.open(&next).await.text().contains("Join Acme"));
    next
}

#[tokio::test]
async fn invitation_reference_opens_only_for_the_invited_user() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = admin(&world, "Mine", "mo@example.com").await;
    mo.submit("/logout", &[]).await;
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    let reference = sign_in_first(&world, &mut mo, &path, "mo@example.com").await;
    let table = world.local("GET", "/_local/table", None).await.to_string();
    assert!(!table.contains(path.rsplit('/').next().unwrap()), "no item contains the secret of a link");

    let stranger = world.visitor().open(&reference).await;
    assert_eq!(stranger.header("location"), format!("/login?next={reference}"));
    let mut eve = admin(&world, "Evil", "eve@example.com").await;
    assert_eq!(eve.open(&reference).await.status, 404);
    assert_eq!(eve.submit(&reference, &[("full_name", "Eve")]).await.status, 404);

    assert_eq!(mo.submit(&reference, &[]).await.status, 303);
    assert_eq!(mo.org(), jo.org());
    assert_eq!(mo.open(&reference).await.header("location"), "/dashboard");
}

#[tokio::test]
async fn invitation_reference_requires_a_verified_session() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    // Eve is a stranger. She signed up with the invited address, and has learned the reference to
    // the invitation.
    let mut eve = world.trialing("Evil", "mo@example.com").await;
    let path = invite(&world, &mut jo, "mo@example.com", "admin").await;
    let page = world.visitor().open(&path).await.text();
    let reference = page.split(r#"name="next" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let redirect = eve.submit(reference, &[("full_name", "Eve")]).await;
    assert_eq!(redirect.header("location"), format!("/login?next={reference}"));
    let form = eve.open(redirect.header("location")).await.text();
    assert!(form.contains("Send sign-in link"), "the sign-in form, not a redirect loop: {form}");
}

#[tokio::test]
async fn operator_without_an_organization_accepts_after_a_sign_in() {
    let world = World::new().await;
    let operator = "operator@example.com";
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut ann = join(&world, &mut jo, operator, "member").await;
    assert_eq!(ann.submit("/members/leave", &[("confirmed", "true")]).await.status, 303);
    let path = invite(&world, &mut jo, operator, "member").await;
    let page = ann.open(&path).await.text();
    let next = page.split(r#"name="next" value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    ann.submit("/login", &[("email", operator), ("next", &next)]).await;
    let page = ann.submit(&newest_link(&world).await, &[]).await;
    assert_eq!((page.status, &ann.cookie), (403, &None));
    let page = page.text();
    assert!(page.contains(&format!(r#"action="{next}""#)), "{page}");
    let grant = page.split(r#"name="founding" value=""#).nth(1).unwrap().split('"').next().unwrap();

    let mut eve = world.visitor();
    assert_eq!(
        eve.submit(&next, &[("founding", &"0".repeat(64))]).await.header("location"),
        format!("/login?next={next}")
    );
    let joined = ann.submit(&next, &[("founding", grant)]).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/dashboard"), "{}", joined.text());
    assert_eq!(ann.org(), jo.org());
    assert_eq!(ann.read("/operator").await.status, 200, "the sign-in is fresh");
}

#[tokio::test]
async fn acceptance_survives_a_lost_response() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    let mut mo = world.visitor();
    mo.open(&path).await;
    let form = [("full_name", "Mo Roe")];
    assert_eq!(mo.submit(&path, &form).await.status, 303);
    let lost = mo.cookie.take();
    assert!(mo.open(&path).await.text().contains("Didn’t get in?"));
    let again = mo.submit(&path, &form).await;
    assert_eq!((again.status, again.header("location")), (303, "/dashboard"), "{}", again.text());
    assert_ne!(mo.cookie, lost);
    assert_eq!(mo.open("/dashboard").await.status, 200);
    assert!(jo.open("/members").await.text().contains("2 people"));

    // After a minute, the used link redirects its user to the dashboard. For others, its page says
    // that it is used.
    world.advance("61s").await;
    assert_eq!(mo.open(&path).await.header("location"), "/dashboard");
    let other = world.visitor().open(&path).await;
    assert_eq!(other.status, 404);
    assert!(other.text().contains("This invitation has been accepted"), "{}", other.text());
}
