//! Tests of events that were verified and stored before.

use stripe::{parked_event, parked_fact, parked_type};

use super::*;

#[test]
fn parked_event_is_read_if_it_has_a_fact() {
    let relevant = event(NEWEST, "invoice.paid", &invoice(NEWEST), &Value::Null);
    let irrelevant = event(NEWEST, "invoice.created", &invoice(NEWEST), &Value::Null);
    let fresh = parse(&relevant).unwrap();
    let (relevant, irrelevant) = (relevant.to_string(), irrelevant.to_string());
    assert_eq!(parked_fact(&relevant).as_ref(), fresh.meaning.fact());
    assert_eq!(parked_event(&relevant), Some(fresh));
    for body in [&*irrelevant, "{}", "{"] {
        assert_eq!((parked_event(body), parked_fact(body)), (None, None), "{body}");
    }
    assert_eq!(parked_type(&irrelevant).as_deref(), Some("invoice.created"));
    assert_eq!(parked_type("{}"), None);
    let repeated = relevant.replace("\"livemode\"", "\"livemode\":true,\"livemode\"");
    assert!(parked_fact(&repeated).is_some(), "an earlier release parked events with duplicate keys");
}
