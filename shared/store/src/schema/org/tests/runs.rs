//! Runs of the host app's steps: their stored form, and their entry in the index `by-work`.

use std::collections::BTreeMap;

use domain::{
    org::{CustomerRead, Org, Setup},
    people::Reason,
    provisioning::{Attempt, Cause, Lease, Output, Outputs, Reported, Run, StepDefinition, StepKey},
    trial::Trial,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    attributes::Attributes,
    schema::org::{decode, encode},
    testing::acme,
    update::Change,
};

fn now() -> Timestamp {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

fn key(text: &str) -> StepKey {
    text.parse().unwrap()
}

/// Returns Acme, whose trial waits for two steps.
fn running() -> Org {
    let step = |name| StepDefinition {
        key: key(name),
        title: "Setting up".to_owned(),
        timeout: SignedDuration::from_secs(10),
        deadline: SignedDuration::from_hours(24),
        is_async: true,
    };
    let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
    let setup = Setup { steps: vec![step("first"), step("last")], ..Setup::without_steps(project) };
    let mut org = acme(now());
    org.start_trial(Trial::start(now(), 14, vec![3]), &setup, now());
    org
}

/// Returns Acme after a change of its run.
fn changed(change: impl FnOnce(&mut Run)) -> Org {
    let mut org = running();
    org.change_run(now(), change).unwrap();
    org
}

fn claim(run: &mut Run) -> Lease {
    let lease = Lease("ab".to_owned());
    run.claim(&lease, now()).unwrap();
    lease
}

fn ended(attempt: Attempt) -> Org {
    changed(|run| {
        let lease = claim(run);
        run.record(&lease, attempt, 0, now());
    })
}

fn output() -> Output {
    let outputs = Outputs(BTreeMap::from([("id".to_owned(), "[1]".to_owned())]));
    Output { outputs, app_url: "https://acme.example.com/".parse().ok() }
}

fn reason() -> Reason {
    Reason::parse("It exists already.").unwrap()
}

fn skip(run: &mut Run) {
    assert!(run.skip_step(&key("first"), reason(), now()));
}

fn every_state() -> Vec<Org> {
    let message = || Some("Full.".to_owned());
    let causes = [
        Cause::Timeout,
        Cause::NoConnection,
        Cause::Status { status: 500, message: message() },
        Cause::Unreadable { status: 200 },
        Cause::AcceptedUnexpectedly,
        Cause::OutputsTooLarge,
        Cause::Reported { message: message() },
        Cause::DeadlinePassed,
        Cause::Interrupted,
    ];
    let rejected = causes.into_iter().map(|cause| ended(Attempt::Rejected(cause)));
    let mut held = running();
    held.run.as_mut().unwrap().is_held = true;
    let ready = changed(|run| {
        claim(run);
        run.report(&key("first"), Reported::Done(output()), now()).unwrap();
        assert!(run.skip_step(&key("last"), reason(), now()));
    });
    assert!(ready.trial.is_some() && ready.run.as_ref().unwrap().is_ready());
    [
        running(),
        held,
        ready,
        changed(|run| drop(claim(run))),
        changed(skip),
        changed(|run| assert!(run.give_up(reason(), now()))),
        ended(Attempt::Accepted),
        ended(Attempt::Done(output())),
        ended(Attempt::Again { cause: Cause::Timeout, retry_after: None }),
    ]
    .into_iter()
    .chain(rejected)
    .collect()
}

#[test]
fn run_round_trips_in_every_state() {
    for org in every_state() {
        assert_eq!(decode(encode(&org, 7).unwrap()).unwrap().value, org);
    }
}

/// Returns the attributes of the index `by-work`: the kind of work, and its time.
fn work(item: &Attributes) -> Option<(String, Value)> {
    let json: Value = serde_dynamo::from_item(item.clone()).unwrap();
    let (kind, _) = json["work_pk"].as_str()?.split_once('#')?;
    Some((kind.to_owned(), json["work_at"].clone()))
}

#[test]
fn earliest_work_determines_the_index_entry() {
    let entry = |org: &Org| work(&encode(org, 7).unwrap());
    let of = |kind: &str, at: &str| Some((kind.to_owned(), Value::from(at)));
    assert_eq!(entry(&running()), of("STEP", "2026-01-15T09:00:00.000Z"));
    let called = changed(|run| drop(claim(run)));
    assert_eq!(entry(&called), of("STEP", "2026-01-15T09:00:25.000Z"), "the end of the lease");
    let read = |mut org: Org| {
        org.customer_read = Some(CustomerRead::new(now() + SignedDuration::from_secs(5)));
        entry(&org)
    };
    assert_eq!(read(running()), of("STEP", "2026-01-15T09:00:00.000Z"));
    assert_eq!(read(called), of("ASK", "2026-01-15T09:00:05.000Z"));
    let failed = entry(&ended(Attempt::Rejected(Cause::Timeout)));
    assert_eq!(failed, of("HELD", "2026-01-15T09:00:00.000Z"), "it needs review");
    assert_eq!(entry(&ended(Attempt::Done(output()))).map(|(kind, _)| kind), Some("STEP".to_owned()));
}

#[test]
fn write_of_an_earlier_version_keeps_the_run_and_its_entry() {
    let stored = encode(&ended(Attempt::Done(output())), 7).unwrap();
    // An earlier version knows neither the attribute `run` nor the index.
    let known = |org: &Org| {
        let mut item = encode(org, 7).unwrap();
        for name in ["run", "work_pk", "work_at"] {
            item.remove(name);
        }
        item
    };
    let before = decode(stored.clone()).unwrap().value;
    let mut after = before.clone();
    after.onboarding.industry = Some("retail".to_owned());
    let written = Change::between(&stored, known(&before), known(&after)).unwrap().applied_to(&stored);
    assert_eq!(work(&written), work(&stored));
    assert_eq!(decode(written).unwrap().value, after);
}
