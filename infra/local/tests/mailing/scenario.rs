//! Why mails are owed, as somebody or something outside causes it.

use jiff::SignedDuration;
use serde_json::json;

use crate::driver::{Visitor, World};

/// Whom the mail of every scenario goes to.
pub const JO: &str = "jo@example.com";

/// One reason for one mail.
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
    /// The kind of mail.
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

    /// Whether the mail is still of use when what became of it is looked at.
    pub const fn keeps(self) -> bool {
        !matches!(self, Self::SignIn)
    }

    /// What has to be before. Answers who does what follows.
    pub async fn prepare(self, world: &World) -> Visitor<'_> {
        let actor = match self {
            Self::Welcome => return world.visitor(),
            Self::Invitation => proven(world, "ann@example.com").await,
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

    /// What causes the mail, and time for it to leave.
    pub async fn act(self, world: &World, mut actor: Visitor<'_>) {
        match self {
            Self::Welcome => {
                let answer = actor.sign_up("Acme", JO, true).await;
                assert_eq!(answer.status, 303, "{}", answer.text());
            }
            Self::Invitation => {
                let form = [("email", JO), ("role", "member")];
                let answer = actor.submit("/members/invitations", &form).await;
                assert_eq!(answer.status, 303, "{}", answer.text());
            }
            Self::Reminder | Self::TrialEnded => world.run_schedules().await,
            Self::SignIn => {
                let answer = actor.submit("/login", &[("email", JO)]).await;
                assert!(answer.status < 400, "{}", answer.text());
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

/// An admin whose address is proven: only such a one may invite.
async fn proven<'w>(world: &'w World, address: &str) -> Visitor<'w> {
    let mut admin = world.trialing("Acme", address).await;
    admin.submit("/login", &[("email", address)]).await;
    let mails = world.mails("sign_in").await;
    let text = mails.last().unwrap()["text"].as_str().unwrap().to_owned();
    let link = text.split_whitespace().find(|word| word.contains("/login/")).unwrap();
    let used = admin.submit(link.strip_prefix("http://localhost:8484").unwrap(), &[]).await;
    assert_eq!(used.status, 303, "{}", used.text());
    admin
}
