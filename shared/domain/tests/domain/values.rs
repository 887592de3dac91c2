//! Values in stored items and JSON responses.

use std::fmt::Debug;

use domain::{
    checklist::Source,
    mail::Failure,
    org::Trigger,
    people::{AddressError, InvitationStatus, NameError, ReasonError, Role},
};

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
    let triggers = [Trigger::Trial, Trigger::Payment, Trigger::Subscription, Trigger::Import];
    parses_to_itself(&triggers, Trigger::as_str, Trigger::parse);
}

/// API clients and stored items depend on these texts.
#[test]
fn published_text_of_a_value_is_stable() {
    for (text, expected) in [
        (AddressError::Invalid.code(), "invalid"),
        (AddressError::FullWidthAt.code(), "full_width_at"),
        (NameError::Empty.code(), "required"),
        (NameError::TooLong.code(), "too_long"),
        (NameError::Invisible.code(), "invisible_characters"),
        (NameError::Marks.code(), "marks"),
        (NameError::MixedScripts.code(), "mixed_scripts"),
        (ReasonError::Empty.code(), "required"),
        (ReasonError::TooLong.code(), "too_long"),
        (ReasonError::Invisible.code(), "invisible_characters"),
        (InvitationStatus::Sending.as_str(), "sending"),
        (InvitationStatus::Uncertain.as_str(), "unknown"),
        (InvitationStatus::Waiting.as_str(), "waiting"),
        (InvitationStatus::Pending.as_str(), "pending"),
        (InvitationStatus::Failed.as_str(), "failed"),
        (InvitationStatus::Expired.as_str(), "expired"),
        (Failure::Refused.as_str(), "refused"),
        (Failure::Expired.as_str(), "expired"),
        (Failure::Rejected.as_str(), "rejected"),
        (Failure::Bounced.as_str(), "bounced"),
    ] {
        assert_eq!(text, expected);
    }
}
