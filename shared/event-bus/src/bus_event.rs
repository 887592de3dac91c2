//! The envelope of an event as EventBridge delivers it.

use serde::Deserialize;
use serde_json::value::RawValue;

/// An event from EventBridge (EventBridge guide, "Events in Amazon EventBridge").
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BusEvent<'a> {
    /// The service or the application that sent the event.
    pub source: String,
    /// The type of the event.
    pub detail_type: String,
    /// The time at which EventBridge received the event. Empty if the event has none, for example
    /// an event that a developer wrote by hand.
    #[serde(default)]
    pub time: String,
    /// The content of the event.
    #[serde(borrow)]
    pub detail: &'a RawValue,
}

impl<'a> BusEvent<'a> {
    /// Parses the payload of an invocation. Returns `None` if EventBridge did not send it.
    #[must_use]
    pub fn parse(payload: &'a str) -> Option<Self> {
        // Most payloads of functions with routes arrive over HTTP. This check avoids parsing them
        // twice.
        if !payload.contains(r#""detail-type""#) {
            return None;
        }
        serde_json::from_str(payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_events_of_the_bus_are_parsed() {
        let event =
            BusEvent::parse(include_str!("../../../events/checklist-write/host-project-created.json"));
        let event = event.unwrap();
        assert_eq!((event.source.as_str(), event.detail_type.as_str()), ("timetracker", "project.created"));
        for payload in [
            include_str!("../../../events/sign-in/get-login.json"),
            r#"{"headers": {"detail-type": "project.created"}}"#,
            "[]",
        ] {
            assert!(BusEvent::parse(payload).is_none(), "{payload}");
        }
    }
}
