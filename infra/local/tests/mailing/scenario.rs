//! Why mails are owed, as somebody or something outside causes it.

use jiff::SignedDuration;
use serde_json::json;

use crate::driver::World;

/// Whom the mail of every scenario goes to.
pub const JO: &str = "jo@example.com";

/// One reason for one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Welcome,
    Reminder,
    SignIn,
    PaymentFailed,
}

impl Scenario {
    /// The kind of mail.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Reminder => "trial_ending",
            Self::SignIn => "sign_in",
            Self::PaymentFailed => "payment_failed",
        }
    }

    /// Whether the mail is still of use when what became of it is looked at.
    pub const fn keeps(self) -> bool {
        !matches!(self, Self::SignIn)
    }

    /// What has to be before.
    pub async fn prepare(self, world: &World) {
        if self == Self::Welcome {
            return;
        }
        world.trialing("Acme", JO).await;
        world.settle().await;
        world.wait(SignedDuration::from_hours(if self == Self::Reminder { 11 * 24 } else { 1 })).await;
    }

    /// What causes the mail, and time for it to leave.
    pub async fn act(self, world: &World) {
        match self {
            Self::Welcome => drop(world.trialing("Acme", JO).await),
            Self::Reminder => world.run_schedules().await,
            Self::SignIn => {
                let answer = world.visitor().submit("/login", &[("email", JO)]).await;
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
