//! What the host app says happened, over the bus.

use std::convert::Infallible;

use boot::Answer;
use bus::HostEvent;
use domain::org::{HostTick, Org};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use telemetry::Metric;

use crate::App;

/// Whether an event is EventBridge's: those of the gateway have no `detail-type`.
pub fn is_from_bus(json: &str) -> bool {
    #[derive(Deserialize)]
    struct EnvelopeIn {
        #[serde(rename = "detail-type")]
        _detail_type: IgnoredAny,
    }
    serde_json::from_str::<EnvelopeIn>(json).is_ok()
}

/// Ticks the task that an event of the host app completes, in whatever state its organization is. What names nothing
/// that we know is counted and done with: the bus would only bring it again.
///
/// # Errors
/// The table does not answer; Lambda tries again, and then keeps the event in the dead-letter queue.
pub async fn take_in(app: &App, json: &str) -> Answer {
    match bus::parse_host_event(json, &app.config.host_source) {
        Ok(event) => {
            let mut ticked = HostTick::Unknown;
            let found =
                app.store.change_org(event.organization, |org| tick(app, org, &event, &mut ticked)).await?;
            match (found, ticked) {
                (None, _) => unknown(app, "no such organization"),
                (Some(_), HostTick::Unknown) => unknown(app, "no task is completed by an event of this type"),
                (Some(_), HostTick::Ticked | HostTick::Already) => {}
            }
        }
        Err(why) => unknown(app, &why.to_string()),
    }
    Ok(RawValue::NULL.to_owned())
}

fn tick(app: &App, org: &mut Org, event: &HostEvent, ticked: &mut HostTick) -> Result<(), Infallible> {
    let actor = event.actor.as_ref().map(ToString::to_string);
    *ticked = org.tick_from_host(&event.what, actor, event.occurred_at, app.clock.now());
    Ok(())
}

fn unknown(app: &App, why: &str) {
    telemetry::count(Metric::HostEventUnknown, 1, app.clock.now());
    tracing::warn!(area = "onboarding", why, "a host event ticks nothing");
}
