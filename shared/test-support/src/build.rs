//! Builds users and organizations from plain text.

use std::{fmt::Debug, str::FromStr};

use domain::{
    billing::{PlanPrices, Prices},
    org::{AdminContact, Org, Setup},
    people::{Address, Name, User},
    provisioning::{Attempt, Lease, Output, StepDefinition},
    time::Zone,
    trial::Trial,
};
use jiff::{SignedDuration, Timestamp};

use crate::aws::{SINGLE_PRICE, TEAM_PRICE};

/// Parses an id, a secret, or a time.
pub fn parse<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Returns a user whose address is verified and who has no organization.
pub fn user(id: &str, name: &str, address: &str) -> User {
    let (name, address) = (Name::parse(name).unwrap(), Address::parse(address).unwrap());
    User { verified: true, ..User::new(parse(id), name, address) }
}

/// Returns an organization in Berlin that `admin` has just signed up without a trial.
pub fn org(id: &str, name: &str, admin: &User, now: Timestamp) -> Org {
    let contact = AdminContact::new(admin.id, admin.name.clone(), admin.address.clone());
    Org::sign_up(parse(id), Name::parse(name).unwrap(), Zone::named("Europe/Berlin"), contact, now)
}

/// Starts a trial of two weeks at the sign-up, with a reminder three days before its end.
pub fn start_trial(mut org: Org) -> Org {
    let start = org.signed_up_at;
    org.start_trial(Trial::start(start, 14, vec![3]), &setup(), start);
    org
}

/// Starts a trial of two weeks, which waits for steps of the host app, each with key and title.
pub fn start_trial_with_steps(mut org: Org, steps: &[(&str, &str)]) -> Org {
    let start = org.signed_up_at;
    let step = |(key, title): &(&str, &str)| StepDefinition {
        key: parse(key),
        title: (*title).to_owned(),
        timeout: SignedDuration::from_secs(10),
        deadline: SignedDuration::from_hours(24),
        is_async: false,
    };
    let setup = Setup { steps: steps.iter().map(step).collect(), ..setup() };
    org.start_trial(Trial::start(start, 14, vec![3]), &setup, start);
    org
}

/// Finishes the current step of the host app.
pub fn finish_step(org: &mut Org, now: Timestamp) {
    let lease = Lease("lease".to_owned());
    org.change_run(now, |run| {
        run.claim(&lease, now).unwrap();
        run.record(&lease, Attempt::Done(Output::default()), 0, now);
    });
}

/// Returns a setup without steps of the host app.
pub fn setup() -> Setup {
    Setup::without_steps(parse("prj_0198c0de-0000-7000-8000-000000000003"))
}

/// Returns Jo Doe, the admin of [`acme`].
pub fn jo() -> User {
    user("usr_0198c0de-0000-7000-8000-000000000002", "Jo Doe", "jo@acme.example")
}

/// Returns Acme Corp, which [`jo`] has just signed up without a trial.
pub fn acme(now: Timestamp) -> Org {
    org("org_0198c0de-0000-7000-8000-000000000001", "Acme Corp", &jo(), now)
}

/// Returns the prices of the plans, as in the variables of [`LocalAws`](crate::aws::LocalAws).
pub fn prices() -> Prices {
    let of = |price| PlanPrices::parse(price).unwrap();
    Prices::new(of(SINGLE_PRICE), of(TEAM_PRICE)).unwrap()
}
