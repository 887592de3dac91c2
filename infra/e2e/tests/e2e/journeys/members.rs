//! Role changes, removal, and leaving.

use serde_json::json;

use crate::journeys::{
    invitations::{admin, join},
    sign_in::sign_in_by_link,
};
use e2e::driver::{Visitor, World};

/// Changes a member's role and returns the status.
async fn change_role(by: &mut Visitor<'_>, user: &str, role: &str) -> u16 {
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    let body = format!(r#"{{"role":"{role}"}}"#);
    by.send("POST", &format!("/members/{user}/role"), &headers, body).await.status
}

/// Returns the recipients and the subjects of the emails about changed memberships.
async fn changes(world: &World) -> Vec<(String, String)> {
    let mails = world.mails("membership_changed").await;
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    mails.iter().map(|mail| (text(&mail["to"][0]), text(&mail["subject"]))).collect()
}

#[tokio::test]
async fn removed_member_loses_access_at_the_next_request() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "admin").await;
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 200);
    let removed = jo.submit(&format!("/members/{}/remove", mo.user()), &[("confirmed", "true")]).await;
    assert_eq!((removed.status, removed.header("location")), (303, "/members"));
    world.settle().await;
    assert_eq!(changes(&world).await, [("mo@example.com".to_owned(), "You’re no longer in Acme".to_owned())]);
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 401);
    assert_eq!(mo.open("/dashboard").await.header("location"), "/login?next=/dashboard");
    assert!(mo.open("/login?next=/dashboard").await.text().contains("You’re no longer in Acme"));

    // Until the user joins or creates an organization, the page after sign-in explains that they
    // have none.
    let asked = mo.submit("/login", &[("email", "mo@example.com")]).await;
    assert_eq!(asked.status, 200);
    let mails = world.mails("sign_in").await;
    let text = mails.last().unwrap()["text"].as_str().unwrap();
    let path = text.split_whitespace().find_map(|word| word.strip_prefix("http://localhost:8484")).unwrap();
    let old = mo.cookie.take();
    let without = mo.submit(path, &[]).await;
    assert_eq!((without.status, &mo.cookie), (403, &None));
    assert!(without.text().contains("You’re not in any organization"), "{}", without.text());
    let mut again = join(&world, &mut jo, "mo@example.com", "member").await;
    let dashboard = again.open("/dashboard").await;
    assert_eq!(dashboard.status, 200);
    assert!(!dashboard.text().contains("You’re now"), "the removal is not shown as a new role");
    mo.cookie = old;
    let login = mo.open("/login").await.text();
    assert!(!login.contains("You’re no longer in Acme"), "they are in Acme again: {login}");
}

#[tokio::test]
async fn role_change_applies_at_the_next_request() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "admin").await;
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 200);
    assert_eq!(change_role(&mut jo, &mo.user(), "member").await, 200);
    assert!(mo.open("/dashboard").await.text().contains("You’re now a member"));
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 403);
    assert_eq!(mo.submit("/members/invitations", &[("email", "ann@example.com")]).await.status, 403);
    world.settle().await;
    assert_eq!(change_role(&mut jo, &mo.user(), "admin").await, 200);
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 200);
    world.settle().await;
    let subjects: Vec<_> = changes(&world).await.into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, ["You’re now a member of Acme", "You’re now an admin of Acme"]);
}

#[tokio::test]
async fn two_admins_demoting_each_other_leave_one_admin() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "admin").await;
    let (of_jo, of_mo) = (jo.user(), mo.user());
    let (one, other) =
        tokio::join!(change_role(&mut jo, &of_mo, "member"), change_role(&mut mo, &of_jo, "member"));
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403], "the second request comes from a former admin");
    let reads = [
        jo.read("/onboarding/api/checklist").await.status,
        mo.read("/onboarding/api/checklist").await.status,
    ];
    assert_eq!(reads.iter().filter(|status| **status == 200).count(), 1, "{reads:?}");
}

#[tokio::test]
async fn two_admins_leaving_at_once_leave_one_admin() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "admin").await;
    join(&world, &mut jo, "ann@example.com", "member").await;
    let (one, other) = tokio::join!(jo.post("/members/leave"), mo.post("/members/leave"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn last_admin_cannot_leave_and_a_member_can() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "member").await;
    let me = jo.user();
    assert_eq!(change_role(&mut jo, &me, "member").await, 409);
    assert_eq!(jo.post(&format!("/members/{me}/remove")).await.status, 409);
    assert_eq!(jo.post("/members/leave").await.status, 409);
    assert!(
        !jo.open("/members").await.text().contains("/members/leave"),
        "the page does not offer a rejected action"
    );

    let former = mo.cookie.clone();
    let asked = mo.submit("/members/leave", &[]).await;
    assert_eq!((asked.status, asked.header("location"), &mo.cookie), (303, "/members/leave", &former));
    let question = mo.open("/members/leave").await.text();
    assert!(
        question.contains("Leave Acme?") && question.contains(r#"name="confirmed" value="true""#),
        "{question}"
    );
    let left = mo.submit("/members/leave", &[("confirmed", "true")]).await;
    assert_eq!((left.status, &mo.cookie), (303, &None));
    mo.cookie = former;
    assert_eq!(mo.open("/dashboard").await.status, 303);
    assert!(jo.open("/members").await.text().contains("1 person"));
}

#[tokio::test]
async fn team_changes_return_403_for_members_and_401_for_strangers() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "member").await;
    let id = "a".repeat(64);
    let founder = jo.user();
    for path in [
        "/members/invitations".to_owned(),
        format!("/members/invitations/{id}/resend"),
        format!("/members/invitations/{id}/revoke"),
        format!("/members/{founder}/role"),
        format!("/members/{founder}/remove"),
    ] {
        assert_eq!(mo.post(&path).await.status, 403, "{path}");
        assert_eq!(world.visitor().post(&path).await.status, 401, "{path}");
        let redirect = world.visitor().submit(&path, &[("confirmed", "true")]).await;
        assert_eq!((redirect.status, redirect.header("location")), (303, "/login?next=/members"), "{path}");
    }
    assert_eq!(world.visitor().open("/members").await.header("location"), "/login?next=/members");
}

#[tokio::test]
async fn team_changes_return_402_before_a_plan() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.open("/members").await.status, 200);
    let me = jo.user();
    for path in [
        "/members/invitations".to_owned(),
        format!("/members/{me}/role"),
        format!("/members/{me}/remove"),
        "/members/unknown/remove".to_owned(),
    ] {
        assert_eq!(jo.post(&path).await.status, 402, "access is checked before input: {path}");
    }
}

#[tokio::test]
async fn only_person_of_an_organization_can_leave() {
    let world = World::new().await;
    for (organization, trial) in [("Evil Trial", true), ("Evil Pending", false)] {
        let email = format!("victim-{trial}@example.com");
        let mut victim = world.visitor();
        victim.sign_up(organization, &email, trial).await;
        let former = victim.cookie.clone();
        let page = victim.open("/members").await.text();
        assert!(page.contains("You’re the only person here") && page.contains("/members/leave"), "{page}");
        let (org, left) = (victim.org(), victim.submit("/members/leave", &[("confirmed", "true")]).await);
        assert_eq!((left.status, &victim.cookie), (303, &None), "{}", left.text());
        victim.cookie = former;
        assert_eq!(victim.open("/dashboard").await.header("location"), "/login?next=/dashboard");
        let partition = world.items(&format!("ORG#{org}")).await;
        let item = partition.iter().find(|item| item["sk"]["S"] == "ORG").unwrap();
        assert_eq!(item["admins"]["L"], json!([]), "the item remains for later Stripe events");
        assert!(!partition.iter().any(|item| item["sk"]["S"].as_str().unwrap().starts_with("MEMBER#")));
    }
}

#[tokio::test]
async fn sole_admin_cannot_lock_herself_out_of_a_paid_organization() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let org = jo.org();
    let paid = json!({ "type": "customer.subscription.created", "organization_id": org });
    assert_eq!(world.stripe(paid).await, [200]);
    for left in [jo.submit("/members/leave", &[("confirmed", "true")]).await, jo.post("/members/leave").await]
    {
        assert_eq!((left.status, left.text().contains("Cancel it first")), (409, true), "{}", left.text());
    }
    let page = jo.open("/members").await.text();
    assert!(!page.contains("/members/leave") && page.contains("Cancel your subscription"), "{page}");
    let ended = json!({ "type": "customer.subscription.deleted", "organization_id": org });
    assert_eq!(world.stripe(ended).await, [200]);
    assert_eq!(jo.submit("/members/leave", &[("confirmed", "true")]).await.status, 303);
}

#[tokio::test]
async fn unsubscription_survives_a_role_change() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mo = join(&world, &mut jo, "mo@example.com", "admin").await;
    world.advance("11d1h").await;
    let mails = world.mails("trial_ending").await;
    let reminder = mails.iter().find(|mail| mail["to"][0] == "mo@example.com").unwrap();
    let text = reminder["text"].as_str().unwrap();
    let from = text.find("/mail/unsubscribe/").unwrap();
    let path = text[from..].split_whitespace().next().unwrap();
    assert_eq!(world.visitor().submit(path, &[]).await.status, 200);
    let reminders = async || {
        let items = world.items(&format!("ORG#{}", mo.org())).await;
        let org = items.iter().find(|item| item["sk"]["S"] == "ORG").unwrap();
        let mut admins = org["admins"]["L"].as_array().unwrap().iter();
        let entry = admins.find(|admin| admin["M"]["user"]["S"] == mo.user())?;
        Some(entry["M"]["no_reminders"]["BOOL"] != true)
    };
    assert_eq!(reminders().await, Some(false));
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(change_role(&mut jo, &mo.user(), "member").await, 200);
    assert_eq!(reminders().await, None);
    assert_eq!(change_role(&mut jo, &mo.user(), "admin").await, 200);
    assert_eq!(reminders().await, Some(false));
}

#[tokio::test]
async fn foreign_member_and_invitation_ids_return_404() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut other = admin(&world, "Other", "other@example.com").await;
    let json = [("content-type", "application/json"), ("accept", "application/json")];
    let body = r#"{"email":"ann@example.com"}"#;
    let sent = other.send("POST", "/members/invitations", &json, body).await.json();
    let foreign = sent["invitation"]["id"].as_str().unwrap().to_owned();
    let (missing, unknown_user) = ("f".repeat(64), "usr_0198c0de-0000-7000-8000-00000000dead");
    for (foreign, missing) in [
        (format!("/members/{}/remove", other.user()), format!("/members/{unknown_user}/remove")),
        (format!("/members/invitations/{foreign}/resend"), format!("/members/invitations/{missing}/resend")),
        (format!("/members/invitations/{foreign}/revoke"), format!("/members/invitations/{missing}/revoke")),
    ] {
        let (of_other, of_none) = (jo.post(&foreign).await, jo.post(&missing).await);
        assert_eq!((of_other.status, of_none.status), (404, 404), "{foreign}");
        assert_eq!(of_other.text(), of_none.text());
    }
    let member = other.user();
    assert_eq!(
        change_role(&mut jo, &member, "member").await,
        change_role(&mut jo, unknown_user, "member").await
    );
    assert!(other.open("/members").await.text().contains("ann@example.com"), "the invitation is unchanged");
}
