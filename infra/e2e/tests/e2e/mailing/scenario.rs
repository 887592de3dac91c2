//! Reasons for emails, and the actions that cause them.

use jiff::SignedDuration;
use serde_json::json;

use e2e::driver::{Visitor, World};

/// The recipient of every scenario's email.
pub const JO: &str = "jo@example.com";

/// One cause of an email, such as a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Welcome,
    Reminder,
    SignIn,
    PaymentFailed,
    TrialEnded,
    Invitation,
}

impl Scenario {
    /// Returns the kind of email.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Reminder => "trial_ending",
            Self::SignIn => "sign_in",
            Self::PaymentFailed => "payment_failed",
            Self::TrialEnded => "trial_ended",
            Self::Invitation => "invitation",
        }
    }

    /// Whether the email is still useful when the mailer checks its unknown outcome. A sign-in link
    /// has expired by then.
    pub const fn useful_at_check(self) -> bool {
        !matches!(self, Self::SignIn)
    }

    /// Creates the required state, and returns the visitor who acts.
    pub async fn prepare(self, world: &World) -> Visitor<'_> {
        let actor = match self {
            Self::Welcome => return world.visitor(),
            Self::Invitation => verified(world, "ann@example.com").await,
            _ => world.trialing("Acme", JO).await,
        };
        world.settle().await;
        let hours = match self {
            Self::Reminder => 11 * 24,
            Self::TrialEnded => 14 * 24,
            _ => 1,
        };
        world.wait(SignedDuration::from_hours(hours)).await;
        actor
    }

    /// Causes the email, and waits until it is sent.
    pub async fn act(self, world: &World, mut actor: Visitor<'_>) {
        match self {
            Self::Welcome => {
                let response = actor.sign_up("Acme", JO, true).await;
                assert_eq!(response.status, 303, "{}", response.text());
            }
            Self::Invitation => {
                let form = [("email", JO), ("role", "member")];
                let response = actor.submit("/members/invitations", &form).await;
                assert_eq!(response.status, 303, "{}", response.text());
            }
            Self::Reminder | Self::TrialEnded => world.run_schedules().await,
            Self::SignIn => {
                let response = actor.submit("/login", &[("email", JO)]).await;
                assert!(response.status < 400, "{}", response.text());
            }
            Self::PaymentFailed => {
                let items = world.local("GET", "/_local/table", None).await;
                let orgs = items.as_array().unwrap().iter().filter(|item| item["sk"]["S"] == "ORG");
                let org = orgs.map(|item| item["profile"]["M"]["id"]["S"].clone()).next().unwrap();
                let statuses =
                    world.stripe(json!({ "type": "invoice.payment_failed", "organization_id": org })).await;
                assert_eq!(statuses, [200]);
            }
        }
        world.settle().await;
    }
}

/// Creates an admin with a verified address, which an invitation requires.
async fn verified<'w>(world: &'w World, address: &str) -> Visitor<'w> {
    let mut admin = world.trialing("Acme", address).await;
    admin.submit("/login", &[("email", address)]).await;
    let mails = world.mails("sign_in").await;
    let text = mails.last().unwrap()["text"].as_str().unwrap().to_owned();
    let link = text.split_whitespace().find(|word| word.contains("/login/")).unwrap();
    let used = admin.submit(link.strip_prefix("http://localhost:8484").unwrap(), &[]).await;
    assert_eq!(used.status, 303, "{}", used.text());
    admin
}
