//! Values in stored items and JSON responses.

use std::fmt::Debug;

use domain::{checklist::Source, org::Trigger, people::Role};

/// Checks that each value parses to itself, and that other texts have no value.
pub fn parses_to_itself<T: Copy + Debug + PartialEq>(
    values: &[T],
    as_str: fn(T) -> &'static str,
    parse: fn(&str) -> Option<T>,
) {
    for value in values {
        assert_eq!(parse(as_str(*value)), Some(*value));
    }
    for text in ["", "other", "Created", "team "] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn stored_value_parses_to_itself() {
    parses_to_itself(&[Role::Admin, Role::Member], Role::as_str, Role::parse);
    let sources = [Source::Manual, Source::Event, Source::Billing, Source::Invitation];
    parses_to_itself(&sources, Source::as_str, Source::parse);
    let triggers = [Trigger::Trial, Trigger::Payment, Trigger::Subscription];
    parses_to_itself(&triggers, Trigger::as_str, Trigger::parse);
}
