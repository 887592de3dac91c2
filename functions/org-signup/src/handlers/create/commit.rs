//! Commits a sign-up, and applies the mail brake to its welcome email.

use domain::mail::brake;
use store::{Brake, Person, SignUp, SignedUp};
use telemetry::{LogArea, Metric};

use super::attempt::Attempt;

/// Commits a sign-up, and counts a failure to provision the organization.
pub async fn commit_sign_up(attempt: &Attempt<'_>, sign_up: &mut SignUp) -> Result<SignedUp, store::Error> {
    let is_provisioned = sign_up.org.provisioned.is_some();
    let committed = match &sign_up.person {
        Person::New(_) if is_provisioned => commit_with_brake(attempt, sign_up).await,
        _ => attempt.app.store.commit_sign_up(sign_up, attempt.now).await,
    };
    if is_provisioned && committed.as_ref().is_err_and(|error| !matches!(error, store::Error::Conflict)) {
        telemetry::count(Metric::ProvisioningFailed, 1, attempt.now);
    }
    committed
}

/// Commits a sign-up that sends a welcome email to a new address.
///
/// The email counts toward the hourly budget of the mail brake. If the budget is used up, or if too
/// many such emails bounced, the email is delayed until the next hour.
async fn commit_with_brake(attempt: &Attempt<'_>, sign_up: &mut SignUp) -> Result<SignedUp, store::Error> {
    let Attempt { app, now, .. } = attempt;
    let [random] = app.entropy.bytes();
    for share in app.config.budget.shares(random, *now) {
        sign_up.first_mail = Some(share);
        match app.store.commit_sign_up(sign_up, *now).await? {
            SignedUp::Braked(Brake::Share) => {}
            SignedUp::Braked(Brake::Bounces) => break,
            outcome => return Ok(outcome),
        }
    }
    sign_up.first_mail = None;
    sign_up.org.delay_welcome(brake::next_hour(*now));
    let outcome = app.store.commit_sign_up(sign_up, *now).await?;
    if outcome == SignedUp::Created {
        telemetry::count(Metric::SignupBrake, 1, *now);
        tracing::warn!(area = %LogArea::Mail, organization = %sign_up.org.id, "delayed welcome email");
    }
    Ok(outcome)
}
