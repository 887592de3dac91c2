//! Checks the webhook endpoint and the prices at Stripe.

use stripe::{EVENT_TYPES, Mode};

use super::unread;
use crate::doctor::{
    facts::{Destination, Endpoint, Fact, Price},
    finding::{Area, Finding},
};
use stripe_mock::test_events::WEBHOOK_PATH;

const AREA: Area = Area::Stripe;
/// The newest API version whose events the tests cover.
const NEWEST: &str = "2026-07-29.dahlia";

/// Where Stripe must send events.
pub(in crate::doctor) struct WebhookTarget<'a> {
    /// Base URL of the stage, if known.
    pub url: Option<&'a str>,
    /// Whether the stage receives events from a partner event bus of EventBridge.
    pub bus: bool,
}

impl WebhookTarget<'_> {
    fn matches(&self, url: &str) -> bool {
        match self.url {
            Some(own) => url.strip_suffix(WEBHOOK_PATH) == Some(own.trim_end_matches('/')),
            None => url.ends_with(WEBHOOK_PATH),
        }
    }

    /// Returns the fix for a missing endpoint.
    fn add_endpoint(&self) -> String {
        let url = self.url.map_or("the stack's WebhookUrl".to_owned(), |own| {
            format!("{}{WEBHOOK_PATH}", own.trim_end_matches('/'))
        });
        format!(
            "add {url} as a webhook endpoint in Stripe, with snapshot events of the types in docs/deploy.md"
        )
    }
}

/// Checks that Stripe sends every event type that Onramp uses, as snapshot events, to this stage.
pub(in crate::doctor) fn webhook(
    target: &WebhookTarget<'_>,
    endpoints: &Fact<Vec<Endpoint>>,
    destinations: &Fact<Vec<Destination>>,
) -> Vec<Finding> {
    const WEBHOOK: &str = "Webhook";
    let endpoints = match endpoints {
        Ok(endpoints) => endpoints,
        Err(why) => {
            let permission = "read access to webhook endpoints (set a restricted key in STRIPE_API_KEY)";
            return vec![unread(AREA, WEBHOOK, why, permission, &target.add_endpoint())];
        }
    };
    let is_target = |url: &Option<String>| url.as_deref().is_some_and(|url| target.matches(url));
    let others = destinations.as_deref().unwrap_or_default();
    let mut findings = Vec::new();
    if others.iter().any(|other| other.thin && is_target(&other.url)) {
        let fix = "delete it and add one with snapshot events; thin events carry no data";
        findings.push(Finding::error(
            AREA,
            WEBHOOK,
            "has a destination that sends thin events to this stage",
            fix,
        ));
    }
    let mut found: Vec<_> = endpoints.iter().filter(|endpoint| target.matches(&endpoint.url)).collect();
    // If there are several endpoints for this URL, check an enabled one.
    found.sort_by_key(|endpoint| !endpoint.enabled);
    match found.first() {
        Some(endpoint) => findings.extend(judge(endpoint)),
        None if others.iter().any(|other| other.url.is_none() && !other.thin && other.enabled)
            && target.bus =>
        {
            findings.push(Finding::good(
                AREA,
                WEBHOOK,
                "is not used; Stripe events arrive through EventBridge",
            ));
        }
        None if findings.is_empty() => {
            let elsewhere = endpoints.iter().find(|endpoint| endpoint.url.ends_with(WEBHOOK_PATH));
            let message = match elsewhere {
                Some(_) => "points to a different URL than this stage",
                None => "does not exist: Onramp receives no payments",
            };
            findings.push(Finding::error(AREA, WEBHOOK, message, target.add_endpoint()));
        }
        None => {}
    }
    if found.len() > 1 {
        let fix = "delete all but one and remove the others' secrets from the list";
        findings.push(Finding::warning(AREA, WEBHOOK, format!("has {} endpoints", found.len()), fix));
    }
    findings
}

fn judge(endpoint: &Endpoint) -> Vec<Finding> {
    let mut findings = Vec::new();
    let subscribed = |kind: &&str| endpoint.types.iter().any(|given| given == *kind || given == "*");
    let missing: Vec<_> = EVENT_TYPES.iter().filter(|kind| !subscribed(kind)).copied().collect();
    if !endpoint.enabled {
        let fix = "enable it in Stripe and resend missed events: Developers > Events > failed deliveries";
        findings.push(Finding::error(AREA, "Webhook", "is disabled: Onramp receives no payments", fix));
    }
    if !missing.is_empty() {
        let message = format!("is not subscribed to {}", missing.join(", "));
        findings.push(Finding::error(AREA, "Webhook", message, "add them to the endpoint's events"));
    }
    match endpoint.version.as_deref() {
        // Versions start with a date, so text order is age order.
        Some(version) if version > NEWEST => {
            let message = format!("uses API version {version}, which is newer than {NEWEST}");
            let fix = format!("recreate the endpoint with version {NEWEST}, or check Stripe's changelog");
            findings.push(Finding::warning(AREA, "Webhook", message, fix));
        }
        None => {
            let fix = format!(
                "recreate the endpoint with API version {NEWEST}, so that account upgrades do not change event \
                 formats"
            );
            findings.push(Finding::warning(AREA, "Webhook", "follows the account's API version", fix));
        }
        Some(_) => {}
    }
    if findings.is_empty() {
        let message = format!("at {} receives all {} event types", endpoint.url, EVENT_TYPES.len());
        findings.push(Finding::good(AREA, "Webhook", message));
    }
    findings
}

/// Checks the price of a plan: recurring, active, and in the stage's mode.
pub(in crate::doctor) fn price(parameter: &str, found: &Fact<Price>, mode: Option<Mode>) -> Finding {
    let price = match found {
        Ok(price) => price,
        Err(why) => {
            let permission = "read access to prices (set a restricted key in STRIPE_API_KEY)";
            let missing = "set the ID of a recurring price in the same mode as StripePublishableKey";
            return unread(AREA, parameter, why, permission, missing);
        }
    };
    let error = |message: &str, fix: &str| Finding::error(AREA, parameter, message, fix);
    match &price.interval {
        _ if mode.is_some_and(|mode| price.live != (mode == Mode::Live)) => {
            error("is in the wrong Stripe mode", "set a price in the same mode as StripePublishableKey")
        }
        None => error("is a one-time price", "create a recurring price; Checkout starts subscriptions"),
        Some(_) if !price.active => {
            error("is archived: Checkout will fail", "activate it in Stripe, or set another price")
        }
        Some(interval) => Finding::good(AREA, parameter, format!("is charged every {interval}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{
        facts::Unread,
        finding::Severity::{self, Error, Good, Warning},
    };

    const URL: &str = "https://onramp.example.com";

    fn endpoint() -> Endpoint {
        Endpoint {
            url: format!("{URL}{WEBHOOK_PATH}"),
            enabled: true,
            types: EVENT_TYPES.map(str::to_owned).to_vec(),
            version: Some(NEWEST.to_owned()),
        }
    }

    fn judged(
        endpoints: Vec<Endpoint>,
        destinations: Vec<Destination>,
        bus: bool,
    ) -> Vec<(Severity, String)> {
        let target = WebhookTarget { url: Some(URL), bus };
        let findings = webhook(&target, &Ok(endpoints), &Ok(destinations));
        assert!(findings.iter().all(|finding| finding.severity == Good || finding.fix.is_some()));
        findings.into_iter().map(|finding| (finding.severity, finding.message)).collect()
    }

    #[test]
    fn each_problem_of_an_endpoint_is_reported() {
        let without = |gone: &str| endpoint().types.into_iter().filter(|kind| kind != gone).collect();
        for (endpoint, severity, message) in [
            (endpoint(), Good, "receives all 23 event types"),
            (Endpoint { types: vec!["*".to_owned()], ..endpoint() }, Good, "receives all"),
            (Endpoint { version: Some("2024-06-20".to_owned()), ..endpoint() }, Good, "receives all"),
            (Endpoint { url: format!("{URL}/other"), ..endpoint() }, Error, "does not exist"),
            (
                Endpoint { url: format!("https://old.example.com{WEBHOOK_PATH}"), ..endpoint() },
                Error,
                "a different URL",
            ),
            (Endpoint { enabled: false, ..endpoint() }, Error, "disabled"),
            (
                Endpoint { types: without("invoice.paid"), ..endpoint() },
                Error,
                "not subscribed to invoice.paid",
            ),
            (Endpoint { version: None, ..endpoint() }, Warning, "account's API version"),
            (Endpoint { version: Some("2027-01-27.elm".to_owned()), ..endpoint() }, Warning, "newer than"),
        ] {
            let judged = judged(vec![endpoint.clone()], vec![], false);
            assert_eq!(judged.len(), 1, "{judged:?}");
            assert!(judged[0].0 == severity && judged[0].1.contains(message), "{endpoint:?}: {judged:?}");
        }
    }

    #[test]
    fn thin_events_and_second_endpoints_are_reported() {
        let thin = Destination { url: Some(endpoint().url), thin: true, enabled: true };
        let bus = Destination { url: None, thin: false, enabled: true };
        assert_eq!(judged(vec![], vec![thin.clone()], false)[0].0, Error);
        assert_eq!(judged(vec![endpoint()], vec![thin], false)[0].0, Error);
        assert_eq!(judged(vec![], vec![bus.clone()], true)[0].0, Good);
        assert_eq!(judged(vec![], vec![bus], false)[0].0, Error, "no rule on that bus");
        let twice = judged(vec![endpoint(), Endpoint { enabled: false, ..endpoint() }], vec![], false);
        assert_eq!((twice[0].0, twice[1].0), (Good, Warning));
    }

    #[test]
    fn endpoint_path_is_enough_when_the_url_is_unknown() {
        let target = WebhookTarget { url: None, bus: false };
        assert_eq!(webhook(&target, &Ok(vec![endpoint()]), &Err(Unread::Denied))[0].severity, Good);
        assert_eq!(webhook(&target, &Err(Unread::Denied), &Err(Unread::Denied))[0].severity, Warning);
    }

    #[test]
    fn price_must_recur_in_the_mode_of_the_stage() {
        let valid = Price { active: true, interval: Some("month".to_owned()), live: false };
        for (found, severity) in [
            (Ok(valid.clone()), Good),
            (Ok(Price { interval: None, ..valid.clone() }), Error),
            (Ok(Price { active: false, ..valid.clone() }), Error),
            (Ok(Price { live: true, ..valid }), Error),
            (Err(Unread::Missing), Error),
            (Err(Unread::Denied), Warning),
        ] {
            assert_eq!(price("StripeTeamPriceId", &found, Some(Mode::Test)).severity, severity, "{found:?}");
        }
    }
}
