//! Runs the billing cases of `test_support::billing_case` through a local stack: sign-up, signed events, requests, and
//! pages. `question.rs` describes the questions.
//!
//! Each case runs in the order of its steps. A case with events then runs again, with the events
//! between two other steps reversed and delivered twice. The answers about the state must be the
//! same. To run a single case, set the variable `CASE` to its name.

mod question;
mod run;

use test_support::billing_case::{Case, is_about_state, read_all};

#[expect(clippy::disallowed_methods, reason = "the variable selects a test and configures no code")]
fn selected() -> Option<String> {
    std::env::var("CASE").ok()
}

/// Runs all cases of a kind, and fails with all wrong answers.
async fn check(kind: &str) {
    let selected = selected();
    let mut failures = Vec::new();
    for case in read_all().iter().filter(|case| case.kind == kind) {
        if selected.as_ref().is_some_and(|name| *name != case.name) {
            continue;
        }
        let wrong = wrong_in_each_order(case).await;
        if !wrong.is_empty() {
            failures.push(format!("  {kind}/{}: {}\n{}", case.name, case.shows, wrong.concat()));
        }
    }
    assert!(failures.is_empty(), "{} cases failed\n{}", failures.len(), failures.concat());
}

/// Returns a line for each wrong answer of a case, with the order of the events that caused it.
async fn wrong_in_each_order(case: &Case) -> Vec<String> {
    let forward = run::wrong_answers(case, &case.in_order(), true).await;
    let state = case.expect.keys().any(|question| is_about_state(question));
    let backward = if case.has_events() && state {
        run::wrong_answers(case, &case.reversed_and_repeated(), false).await
    } else {
        Vec::new()
    };
    let label = |line: &String| match (forward.contains(line), backward.contains(line)) {
        (true, true) => format!("    in both orders: {line}\n"),
        (true, false) => format!("    in order: {line}\n"),
        _ => format!("    reversed and repeated: {line}\n"),
    };
    let only_backward = backward.iter().filter(|line| !forward.contains(line));
    forward.iter().chain(only_backward).map(label).collect()
}

/// Declares a test for each kind of case, and the list of all kinds.
macro_rules! kinds {
    ($($test:ident: $kind:literal,)*) => {
        const KINDS: &[&str] = &[$($kind,)*];
        $(
            #[tokio::test]
            async fn $test() {
                check($kind).await;
            }
        )*
    };
}

kinds! {
    bank_debit_opens_and_sets_up_together: "bank-debit",
    ended_trial_announces_no_charge: "canceled-trial",
    passed_dates_end_what_they_announced: "dates-passed",
    other_product_opens_nothing: "foreign-product",
    head_returns_the_status_of_get: "head",
    metadata_links_its_customer: "link-by-metadata",
    typed_metadata_is_trimmed: "metadata-typed",
    money_without_effect_is_shown: "money-without-effect",
    moved_subscription_counts_once: "moved",
    names_of_real_companies_are_valid: "names",
    plan_that_never_began_is_not_ended: "never-began",
    next_event_agrees_with_the_facts: "next",
    one_off_gives_no_plan: "one-off",
    mailbox_gets_one_trial: "one-trial",
    plan_is_found_among_all_items: "several-items",
    same_second_is_ordered_by_values: "same-second",
}

#[test]
fn every_folder_of_cases_has_a_test() {
    let folders: std::collections::BTreeSet<_> = read_all().into_iter().map(|case| case.kind).collect();
    assert_eq!(folders, KINDS.iter().map(|kind| (*kind).to_owned()).collect());
}

#[test]
fn every_case_has_a_sentence_and_known_questions() {
    for case in read_all() {
        assert!(case.shows.ends_with('.'), "{}: {}", case.name, case.shows);
        assert!(!case.expect.is_empty(), "{} expects nothing", case.name);
        for question in case.expect.keys() {
            assert!(question::is_known(question), "{}: {question}", case.name);
        }
    }
}
