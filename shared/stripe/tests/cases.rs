//! Records the events of the billing cases for organizations, and compares the state that follows.
//! No HTTP and no storage is involved. `test_support::billing_case` describes the files.
//! `infra/e2e` runs each case through a local stack.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;

use domain::{
    billing::{Fact, PlanPrices, Prices},
    id::OrgId,
    org::{Org, Setup},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use stripe::{Event, StripeEventKind, VerifiedBody};
use test_support::{
    billing_case::{Case, Names, Step, is_about_state, read_all},
    build,
};

const FIRST: &str = "org_0198c0de-0000-7000-8000-000000000001";
const SECOND: &str = "org_0198c0de-0000-7000-8000-000000000002";
const PROJECT: &str = "prj_0198c0de-0000-7000-8000-000000000004";
const CUSTOMER: &str = "cus_1";
/// Number of random orders in which each case runs.
const SHUFFLES: u64 = 10;
const START: &str = "2026-11-18T12:00:00Z";

fn start() -> Timestamp {
    START.parse().unwrap()
}

fn names() -> Names {
    let [organization, second, customer] = [FIRST, SECOND, CUSTOMER].map(str::to_owned);
    Names { now: start().as_second(), organization, second, customer }
}

fn prices(case: &Case) -> Prices {
    let of = |variable: &str, default: &str| {
        PlanPrices::parse(case.settings.get(variable).map_or(default, String::as_str)).unwrap()
    };
    let single = of("STRIPE_SINGLE_USER_PRICE_ID", "price_local_single");
    Prices::new(single, of("STRIPE_TEAM_PRICE_ID", "price_local_team")).unwrap()
}

fn sign_up(id: &str, trial: bool) -> Org {
    let org = build::org(id, "Acme", &build::jo(), start());
    if trial { build::start_trial(org) } else { org }
}

/// Parses a duration such as `25h`.
fn duration(text: &str) -> SignedDuration {
    let (number, unit) = text.split_at(text.len() - 1);
    let hours = match unit {
        "m" => return SignedDuration::from_mins(number.parse().unwrap()),
        "h" => 1,
        "d" => 24,
        _ => panic!("unknown unit in {text}"),
    };
    SignedDuration::from_hours(hours * number.parse::<i64>().unwrap())
}

/// One parsed event, with the time at which it arrives.
struct Arrival {
    event: Event,
    at: Timestamp,
}

impl Arrival {
    fn fact(&self) -> &Fact {
        self.event.meaning.fact().unwrap()
    }

    /// Returns the organization to which the event links its customer.
    fn links(&self) -> Option<OrgId> {
        match &self.event.meaning {
            StripeEventKind::Checkout { named, .. } => named.agreed().and_then(|id| id.parse().ok()),
            _ => self.fact().names,
        }
    }
}

/// Parses all relevant events, and returns them with the time after the last step.
fn arrivals(steps: &[(usize, &Step)]) -> (Vec<Arrival>, Timestamp) {
    let (mut arrivals, mut now) = (Vec::new(), start());
    for (number, step) in steps {
        match step {
            Step::Event(step) => {
                let body = step.build(*number, &names()).to_string();
                let event = Event::parse(VerifiedBody::from_trusted_source(body.as_bytes())).unwrap();
                if event.meaning.fact().is_some_and(|fact| fact.customer().is_some()) {
                    arrivals.push(Arrival { event, at: now });
                }
            }
            Step::Advance(step) => now += duration(&step.advance),
            Step::Request(_) | Step::Word(_) => {}
        }
    }
    (arrivals, now)
}

/// Returns the two organizations after all events.
///
/// The webhook parks events until their customer is linked. So an event belongs to every
/// organization to which any event links its customer.
fn organizations(case: &Case, arrivals: &[Arrival]) -> [Org; 2] {
    let trial = case.sign_up.get("start_trial").is_some_and(|value| value == "true");
    let mut orgs = [sign_up(FIRST, trial), sign_up(SECOND, false)];
    for Arrival { event, at } in arrivals {
        let same = arrivals.iter().filter(|other| other.event.customer == event.customer);
        let linked: Vec<OrgId> = same.filter_map(Arrival::links).collect();
        let customer = event.customer.as_ref().unwrap();
        for org in &mut orgs {
            if linked.first() == Some(&org.id) {
                org.billing.link(customer);
            }
            if linked.contains(&org.id) {
                let setup = Setup::without_steps(PROJECT.parse().unwrap());
                org.record(event.meaning.fact().unwrap(), &prices(case), &setup, *at);
            }
        }
    }
    orgs
}

/// Returns the answer to a question about the state; `None` if only other tests can answer it.
fn answer(org: &Org, question: &str, now: Timestamp) -> Option<Value> {
    let next = org.next_billing_event(now);
    let status = org.status(now);
    Some(match question {
        "status" => json!(status.as_str()),
        "access" => json!(status.access().as_str()),
        "provisioned" => json!(org.provisioned.is_some()),
        "trial_days_remaining" => json!(org.trial_days_remaining(now)),
        "plan.key" => json!(org.billing.plan(now).map(|plan| plan.as_str())),
        "next" | "next.kind" => json!(next.map(|next| next.kind.as_str())),
        "next.at" => json!(next.and_then(|next| next.at).map(Timestamp::as_second)),
        "next.amount" => json!(next.and_then(|next| next.amount).map(|money| money.amount)),
        _ => return None,
    })
}

/// Returns a line for each wrong answer after the events arrived in this order.
fn wrong_answers(case: &Case, order: &str, steps: &[(usize, &Step)]) -> Vec<String> {
    let (arrivals, now) = arrivals(steps);
    let [first, second] = organizations(case, &arrivals);
    let mut wrong = Vec::new();
    for (question, expected) in case.expect.iter().filter(|(question, _)| is_about_state(question)) {
        let (org, own) = question.strip_prefix("second.").map_or((&first, &**question), |own| (&second, own));
        let expected = names().value(expected);
        if let Some(found) = answer(org, own, now)
            && found != expected
        {
            wrong.push(format!(
                "{}/{}, {order}: {question}: expected {expected}, found {found}",
                case.kind, case.name
            ));
        }
    }
    wrong
}

/// Returns the steps with each run of events shuffled, the same way for the same seed.
fn shuffled(case: &Case, seed: u64) -> Vec<(usize, &Step)> {
    let mut state = seed;
    case.reordered(|run| {
        for last in (1..run.len()).rev() {
            // Constants of the linear congruential generator in Knuth's MMIX.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            run.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
        }
    })
}

#[test]
fn organizations_follow_from_the_events_in_every_order() {
    let mut wrong = BTreeSet::new();
    for case in read_all().iter().filter(|case| case.has_events()) {
        wrong.extend(wrong_answers(case, "in order", &case.in_order()));
        wrong.extend(wrong_answers(case, "reversed and repeated", &case.reversed_and_repeated()));
        for seed in 0..SHUFFLES {
            wrong.extend(wrong_answers(case, &format!("shuffle {seed}"), &shuffled(case, seed)));
        }
    }
    let lines: Vec<String> = wrong.into_iter().collect();
    assert!(lines.is_empty(), "{} wrong answers\n{}", lines.len(), lines.join("\n"));
}
