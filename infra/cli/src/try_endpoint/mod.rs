//! `onramp try-endpoint`: treats a host's endpoint as production does at its worst, and reports what the
//! endpoint got wrong.
//!
//! The checks create tenants for made-up organizations, and remove them with `deprovision` at the end.

mod client;
mod judge;
mod message;

use std::time::Duration;

pub use client::Target;
use client::{Client, Twist};
use host_auth::webhook::{ID, SIGNATURE, TIMESTAMP};
use jiff::SignedDuration;
use judge::{Reply, Verdict};
use message::{Action, Message, Tenant};
use serde::Serialize;
use tokio::time::Instant;

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Name of the check.
    pub name: &'static str,
    /// Whether the endpoint passed.
    pub passed: bool,
    /// What the endpoint did; if that was wrong, also what to do.
    pub message: String,
}

/// Results of all checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The checks in their order.
    pub checks: Vec<Check>,
    /// Whether the endpoint reports its results later. Only a running Onramp can test such a report.
    pub is_async: bool,
    /// Whether the other checks were skipped, because the endpoint did not handle a correct call.
    pub stopped: bool,
}

impl Report {
    /// Returns whether the endpoint passed every check.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// Runs the checks, and passes each result to `progress`.
pub async fn run(target: &Target, progress: impl FnMut(&Check)) -> Report {
    let mut session = Session { client: Client::new(target), target, report: Report::default(), progress };
    let tenants = [(); 5].map(|()| session.tenant());
    let [first, lost, pair, large, rotated] = &tenants;
    let call = first.call(Action::Provision, 1);
    let started = Instant::now();
    let reply = session.send(&call).await;
    let took = started.elapsed();
    session.report.is_async = judge::is_accepted(&reply);
    if !session.add("correct call", judge::step(&reply)) {
        session.report.stopped = true;
        return session.report;
    }
    let again = session.send(&first.call(Action::Provision, 2)).await;
    session.add("same call again", judge::repeated(&reply, &again));
    session.lost_response(lost, took / 2).await;
    session.pair(pair).await;
    let reply = session.send(&large.large_call()).await;
    session.add("large call, new fields", judge::step(&reply));
    let reply = session.client.send(&rotated.call(Action::Provision, 1), Twist::TwoSignatures).await;
    session.add("two signatures", judge::step(&reply));
    session.rejections().await;
    let reply = session.send(&first.unknown_event()).await;
    session.add("event of unknown type", judge::ignored(&reply));
    session.deprovision(&tenants).await;
    session.report
}

/// One run of the checks.
struct Session<'a, F> {
    client: Client<'a>,
    target: &'a Target,
    report: Report,
    progress: F,
}

impl<F: FnMut(&Check)> Session<'_, F> {
    fn tenant(&self) -> Tenant {
        Tenant::new(self.target.step.clone(), self.target.clock.now(), &self.target.entropy)
    }

    async fn send(&self, message: &Message) -> Reply {
        self.client.send(message, Twist::Nothing).await
    }

    /// Adds the result of a check. Returns whether the endpoint passed.
    fn add(&mut self, name: &'static str, verdict: Verdict) -> bool {
        let passed = verdict.is_ok();
        let check = Check { name, passed, message: verdict.unwrap_or_else(|problem| problem) };
        (self.progress)(&check);
        self.report.checks.push(check);
        passed
    }

    /// Closes the connection while the endpoint works, and makes the call again.
    async fn lost_response(&mut self, tenant: &Tenant, wait: Duration) {
        self.client.abandon(&tenant.call(Action::Provision, 1), wait).await;
        let again = self.send(&tenant.call(Action::Provision, 2)).await;
        self.add("lost response", judge::after_loss(&again));
    }

    /// Makes the same call twice at the same time, as after a timeout.
    async fn pair(&mut self, tenant: &Tenant) {
        let calls = [1, 2, 3].map(|attempt| tenant.call(Action::Provision, attempt));
        let (one, two) = tokio::join!(self.send(&calls[0]), self.send(&calls[1]));
        let after = self.send(&calls[2]).await;
        self.add("two calls at once", judge::concurrent(&[one, two], &after));
    }

    /// Makes calls that the endpoint must reject.
    async fn rejections(&mut self) {
        let minutes = |minutes| Twist::Age(SignedDuration::from_mins(minutes));
        let checks: [(&'static str, &[(&'static str, Twist)]); 4] = [
            ("wrong signature", &[("a wrong signature", Twist::WrongSignature)]),
            ("changed body", &[("a body that was changed after it was signed", Twist::ChangedBody)]),
            (
                "wrong time",
                &[("a timestamp 6 minutes ago", minutes(6)), ("a timestamp in 6 minutes", minutes(-6))],
            ),
            (
                "missing header",
                &[
                    ("a call without webhook-id", Twist::Without(ID)),
                    ("a call without webhook-timestamp", Twist::Without(TIMESTAMP)),
                    ("a call without webhook-signature", Twist::Without(SIGNATURE)),
                ],
            ),
        ];
        for (name, twists) in checks {
            let mut replies = Vec::new();
            for (what, twist) in twists {
                let call = self.tenant().call(Action::Provision, 1);
                replies.push((*what, self.client.send(&call, *twist).await));
            }
            self.add(name, judge::rejected(&replies));
        }
    }

    /// Removes the tenants, the first one twice, and one that does not exist.
    async fn deprovision(&mut self, tenants: &[Tenant]) {
        let mut verdict = Ok(String::new());
        let first = tenants.first().into_iter();
        let never = self.tenant();
        for tenant in tenants.iter().chain(first).chain([&never]) {
            let reply = self.send(&tenant.call(Action::Deprovision, 1)).await;
            verdict = verdict.and_then(|_| judge::step(&reply));
        }
        self.add("deprovision", verdict);
    }
}
