//! Tests one property of emailed secrets. A secret that is older than ten minutes never opens a
//! session for an operator, or for a user who already belongs to an organization.
//!
//! The test tries every link of every email, for every kind of user, at several ages, in several
//! browsers.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use stack::Config;

use crate::journeys::{
    invitations::{admin, invite, join},
    sign_in::sign_in_by_link,
};
use e2e::driver::{Visitor, World};

/// Maximum age of a secret that opens a session for any user. An older secret works only for users
/// who are not operators and have no organization.
const FULL_ACCESS_AGE: SignedDuration = SignedDuration::from_mins(10);

const OPERATORS: [&str; 3] = ["ops-here@example.com", "ops-new@example.com", "ops-left@example.com"];

/// The browser in which the test opens a link.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Browser {
    /// It has no cookies.
    Fresh,
    /// Another user is signed in.
    OtherUser,
    /// It has a session of the recipient that has ended.
    SignedOut,
}

/// A user as stored in the table.
#[derive(Debug, Default)]
struct StoredUser {
    id: Option<String>,
    orgs: usize,
}

async fn stored_user(world: &World, address: &str) -> StoredUser {
    let items = world.local("GET", "/_local/table", None).await;
    let user = items
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["sk"]["S"] == "USER" && item["address"]["S"] == address);
    let Some(user) = user else { return StoredUser::default() };
    StoredUser {
        id: user["id"]["S"].as_str().map(str::to_owned),
        orgs: user["orgs"]["L"].as_array().map_or(0, Vec::len),
    }
}

/// Starts a stack with users of every kind, and sends each of them every kind of email with a
/// secret. Returns the stack, and the address and the cookie of each session that has ended.
async fn stage() -> (World, Vec<(String, String)>) {
    // Reminders contain links too. With this setting, the mailer sends them on the fifth day of the
    // trial.
    let config =
        Config::memory().set("OPERATOR_EMAILS", &OPERATORS.join(",")).set("TRIAL_REMINDER_DAYS", "9");
    let world = World::with(config).await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut ended = Vec::new();
    let mut network = 0;
    let mut own_network = |visitor: &mut Visitor<'_>| {
        network += 1;
        visitor.ip = format!("198.51.100.{network}");
    };

    // Users with their own organization: with and without a verified address, and an operator.
    for email in ["unverified@example.com", "verified@example.com", OPERATORS[0]] {
        let mut founder = world.visitor();
        own_network(&mut founder);
        founder.sign_up("Mine", email, true).await;
        if email != "unverified@example.com" {
            sign_in_by_link(&world, &mut founder, email).await;
        }
        ended.push((email.to_owned(), founder.cookie.clone().unwrap()));
        founder.submit("/logout", &[]).await;
    }
    // Current and former members of another user's organization.
    let mut ann = admin(&world, "Other", "ann@example.com").await;
    for (email, leaves) in [("member@example.com", false), ("left@example.com", true), (OPERATORS[2], true)] {
        let mut member = join(&world, &mut ann, email, "member").await;
        ended.push((email.to_owned(), member.cookie.clone().unwrap()));
        let path = if leaves { "/members/leave" } else { "/logout" };
        assert_eq!(member.submit(path, &[("confirmed", "true")]).await.status, 303);
    }
    let known: Vec<_> = ended.iter().map(|(email, _)| email.clone()).collect();
    for email in known.iter().map(String::as_str).chain(["new@example.com", OPERATORS[1]]) {
        invite(&world, &mut jo, email, "admin").await;
    }
    for email in &known {
        let mut visitor = world.visitor();
        own_network(&mut visitor);
        assert_eq!(visitor.submit("/login", &[("email", email)]).await.status, 200);
    }
    world.settle().await;
    (world, ended)
}

/// Returns the paths with a secret that occur in the text, the HTML, or the headers of an email.
fn secrets(mail: &Value) -> BTreeSet<String> {
    let content = mail.to_string();
    let paths = content.split("http://localhost:8484").skip(1).map(|rest| {
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/-_".contains(c))).unwrap_or(rest.len());
        rest[..end].to_owned()
    });
    paths.filter(|path| path.rsplit('/').next().is_some_and(|last| last.len() == 64)).collect()
}

#[tokio::test]
async fn old_emailed_secret_never_opens_a_privileged_session() {
    let (mut opened, mut kinds, mut rejected) = (0, BTreeSet::new(), 0);
    for age in ["0s", "595s", "605s", "6d"] {
        for browser in [Browser::Fresh, Browser::OtherUser, Browser::SignedOut] {
            let (world, ended) = stage().await;
            let mut eve = world.trialing("Evil", "eve@example.com").await;
            world.settle().await;
            world.advance(age).await;
            if age == "6d" {
                sign_in_by_link(&world, &mut eve, "eve@example.com").await;
            }
            let mails = world.local("GET", "/_local/mail", None).await;
            for mail in mails.as_array().unwrap() {
                let address = mail["to"][0].as_str().unwrap();
                let sent: Timestamp = mail["at"].as_str().unwrap().parse().unwrap();
                for path in secrets(mail) {
                    kinds.insert(path.split('/').nth(1).unwrap().to_owned());
                    let mut visitor = world.visitor();
                    visitor.cookie = match browser {
                        Browser::Fresh => None,
                        Browser::OtherUser => eve.cookie.clone(),
                        Browser::SignedOut => {
                            ended.iter().find(|(email, _)| email == address).map(|(_, cookie)| cookie.clone())
                        }
                    };
                    let previous = visitor.cookie.clone();
                    visitor.open(&path).await;
                    assert_eq!(visitor.cookie, previous, "opening {path} changed the session");
                    let before = stored_user(&world, address).await;
                    let response = visitor.submit(&path, &[("full_name", "New User")]).await;
                    if visitor.cookie.is_none() || visitor.cookie == previous {
                        rejected += 1;
                        continue;
                    }
                    opened += 1;
                    let clock = world.local("GET", "/_local/clock", None).await;
                    let now: Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
                    let operator = before.id.is_some() && OPERATORS.contains(&address);
                    let privileged = before.orgs > 0 || operator;
                    assert!(
                        !privileged || now.duration_since(sent) <= FULL_ACCESS_AGE,
                        "{path}, sent to {address} {age} ago, in {browser:?}: {} {before:?}",
                        response.status
                    );
                    if path.starts_with("/invitations/") {
                        assert_eq!(
                            visitor.read("/operator").await.status,
                            if operator_address(address) { 401 } else { 404 }
                        );
                    }
                    assert_eq!(visitor.open("/dashboard").await.status, 200, "{path} of {address}");
                }
            }
        }
    }
    assert_eq!(kinds, ["invitations", "login", "mail", "verify"].map(str::to_owned).into());
    assert!(opened > 40 && rejected > 200, "{opened} opened, {rejected} rejected");
}

fn operator_address(address: &str) -> bool {
    OPERATORS.contains(&address)
}
