//! Judges a parked event that has waited for ten minutes: whether it shows money without effect,
//! and for which organizations it may be.
//!
//! Such a payment gives no access, because a visitor can set every field that points to the
//! organization. An operator decides.

use domain::{
    billing::{FactKind, Prices, ReviewKind},
    id::OrgId,
    org::Org,
    people::Address,
};
use jiff::Timestamp;
use store::{Error, ParkedVerdict, Store, WaitingEvent};
use stripe::Event;
use telemetry::{LogArea, Metric};

use crate::{App, alarm::report_money};

/// What the table contains about an event.
#[derive(Debug, Default)]
struct Found {
    /// The existing organizations that the event names, also inexactly.
    named: Vec<OrgId>,
    /// The organizations without a subscription of the user with the payer's address.
    unpaid: Vec<OrgId>,
}

impl App {
    /// Moves a parked event to the review queue, or to the events of other products. Counts it if
    /// it needs review.
    pub(crate) async fn judge_parked(&self, event: &WaitingEvent, now: Timestamp) -> Result<(), Error> {
        let body = match self.store.load_waiting_event(event).await {
            Ok(Some(body)) => body,
            Ok(None) => return Ok(()),
            // The review queue shows the corrupt item.
            Err(Error::Corrupt(_)) => String::new(),
            Err(error) => return Err(error),
        };
        let verdict = match judge(&self.store, &body, &self.prices, now).await {
            Err(Error::Corrupt(_)) => ParkedVerdict::Review { kind: None, organizations: Vec::new() },
            verdict => verdict?,
        };
        self.store.judge_parked(event, &verdict).await?;
        match verdict {
            ParkedVerdict::OtherProduct => {}
            ParkedVerdict::Review { kind: Some(kind), .. } => report_money(kind, now),
            ParkedVerdict::Review { kind: None, .. } => {
                telemetry::count(Metric::EventWaiting, 1, now);
                tracing::error!(area = %LogArea::Webhook, "moved parked event to review: customer still not linked");
            }
        }
        Ok(())
    }
}

/// Decides what becomes of a parked event, with the reads that the decision needs.
///
/// `body` is the stored body. A body without a fact cannot be judged, so it needs review.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Corrupt`].
async fn judge(store: &Store, body: &str, prices: &Prices, now: Timestamp) -> Result<ParkedVerdict, Error> {
    let Some(event) = stripe::parked_event(body) else {
        return Ok(ParkedVerdict::Review { kind: None, organizations: Vec::new() });
    };
    let named = names(&event);
    let named = store.load_orgs(&named).await?.into_iter().map(|org| org.id).collect();
    let mut found = Found { named, unpaid: Vec::new() };
    if found.named.is_empty()
        && let Some(payer) = payer(&event, prices)
        && let Some(user) = store.load_user_of(&payer).await?
    {
        found.unpaid = unpaid(&store.load_orgs(&user.value.orgs).await?, now);
    }
    Ok(verdict(&event, found))
}

/// Returns the ids of organizations that the event's reference and metadata contain, if white space
/// and the case of letters do not count.
fn names(event: &Event) -> Vec<OrgId> {
    let texts = [event.reference(), event.organization_id.as_deref()];
    let mut ids: Vec<OrgId> =
        texts.into_iter().flatten().filter_map(|text| text.trim().to_lowercase().parse().ok()).collect();
    ids.dedup();
    ids
}

/// Returns the payer's address if the event shows a payment for a plan: the price of one, or a
/// completed Checkout session.
fn payer(event: &Event, prices: &Prices) -> Option<Address> {
    let fact = event.meaning.fact()?;
    let for_plan = fact.has_plan_price(prices) || matches!(fact.what, FactKind::Checkout { .. });
    let address = event.payment.address.as_deref().filter(|_| for_plan)?;
    Address::parse_existing(address).ok()
}

/// Returns the organizations of which no subscription is alive.
fn unpaid(orgs: &[Org], now: Timestamp) -> Vec<OrgId> {
    orgs.iter().filter(|org| !org.billing.is_alive(now)).map(|org| org.id).collect()
}

fn verdict(event: &Event, found: Found) -> ParkedVerdict {
    let (kind, organizations) = match found {
        Found { named, .. } if !named.is_empty() => (Some(ReviewKind::UnlinkedPayment), named),
        Found { unpaid, .. } if !unpaid.is_empty() => (Some(ReviewKind::PaymentByKnownAddress), unpaid),
        _ if event.organization_id.is_some() => (None, Vec::new()),
        _ => return ParkedVerdict::OtherProduct,
    };
    ParkedVerdict::Review { kind, organizations }
}

#[cfg(test)]
mod tests {
    use domain::billing::{
        CustomerId, EventId, Fact, PlanPrices, SubscriptionFact, SubscriptionId, SubscriptionStatus,
    };
    use serde_json::{Value, json};
    use test_support::build::{acme, setup};

    use super::*;

    const ORG: &str = "org_0198c0de-0000-7000-8000-00000000000a";
    const OTHER: &str = "org_0198c0de-0000-7000-8000-00000000000b";

    fn prices() -> Prices {
        let of = |text| PlanPrices::parse(text).unwrap();
        Prices::new(of("price_single"), of("price_team,price_old")).unwrap()
    }

    /// Returns the event of a type with this object.
    fn event(kind: &str, object: &Value) -> Event {
        let mut object = object.clone();
        object["customer"] = json!("cus_1");
        let body =
            json!({ "id": "evt_1", "type": kind, "created": 1_768_467_600, "data": { "object": object } });
        stripe::parked_event(&body.to_string()).unwrap()
    }

    fn checkout(reference: Option<&str>, metadata: Option<&str>, email: Option<&str>) -> Event {
        let object = json!({ "id": "cs_1", "client_reference_id": reference,
            "metadata": { "organization_id": metadata }, "customer_details": { "email": email } });
        event("checkout.session.completed", &object)
    }

    fn paid(price: &str, email: &str) -> Event {
        let line = json!({ "pricing": { "price_details": { "price": price } } });
        let object = json!({ "id": "in_1", "amount_paid": 2900, "currency": "eur", "customer_email": email,
            "lines": { "data": [line] } });
        event("invoice.paid", &object)
    }

    #[test]
    fn event_names_organizations_inexactly() {
        let upper = ORG.to_uppercase();
        let spaced = format!(" {ORG}\n");
        for (reference, metadata, named) in [
            (Some(ORG), None, vec![ORG]),
            (Some(upper.as_str()), None, vec![ORG]),
            (Some(spaced.as_str()), None, vec![ORG]),
            (None, Some(upper.as_str()), vec![ORG]),
            (Some(ORG), Some(upper.as_str()), vec![ORG]),
            (Some(OTHER), Some(upper.as_str()), vec![OTHER, ORG]),
            (Some("acme"), Some("42"), vec![]),
            (None, None, vec![]),
        ] {
            let found: Vec<_> =
                names(&checkout(reference, metadata, None)).iter().map(ToString::to_string).collect();
            assert_eq!(found, named, "{reference:?} {metadata:?}");
        }
    }

    #[test]
    fn payer_counts_only_for_a_plan_or_a_checkout() {
        let address = Some(Address::parse("jo@example.com").unwrap());
        for (event, expected) in [
            (paid("price_team", "jo@example.com"), address.clone()),
            (paid("price_old", " Jo@Example.com "), address.clone()),
            (paid("price_newsletter", "jo@example.com"), None),
            (paid("price_team", "not an address"), None),
            (checkout(Some("acme"), None, Some("jo@example.com")), address),
            (checkout(Some("acme"), None, None), None),
        ] {
            assert_eq!(payer(&event, &prices()), expected, "{event:?}");
        }
    }

    #[test]
    fn organization_with_a_live_subscription_is_not_unpaid() {
        let now = "2026-01-15T09:00:00Z".parse().unwrap();
        for status in SubscriptionStatus::ALL {
            let mut org = acme(now);
            let id = org.id;
            assert_eq!(unpaid(std::slice::from_ref(&org), now), [id]);
            let what = FactKind::Subscription {
                subscription: SubscriptionId::parse("sub_1").unwrap(),
                customer: CustomerId::parse("cus_2").unwrap(),
                fact: SubscriptionFact::new(domain::billing::Change::Created, status),
            };
            let fact = Fact { event: EventId::parse("evt_2").unwrap(), created: now, names: Some(id), what };
            org.record(&fact, &prices(), &setup(), now);
            assert_eq!(unpaid(&[org], now).is_empty(), status.is_alive(), "{status}");
        }
    }

    #[test]
    fn verdict_prefers_names_to_addresses_to_metadata() {
        let (org, other): (OrgId, OrgId) = (ORG.parse().unwrap(), OTHER.parse().unwrap());
        let review = |kind, organizations| ParkedVerdict::Review { kind, organizations };
        let reference = || checkout(Some("acme"), None, None);
        let metadata = || checkout(None, Some("acme"), None);
        for (event, named, unpaid, expected) in [
            (reference(), vec![org], vec![], review(Some(ReviewKind::UnlinkedPayment), vec![org])),
            (reference(), vec![org], vec![other], review(Some(ReviewKind::UnlinkedPayment), vec![org])),
            (reference(), vec![], vec![other], review(Some(ReviewKind::PaymentByKnownAddress), vec![other])),
            (metadata(), vec![], vec![other], review(Some(ReviewKind::PaymentByKnownAddress), vec![other])),
            (metadata(), vec![], vec![], review(None, vec![])),
            (reference(), vec![], vec![], ParkedVerdict::OtherProduct),
            (paid("price_team", "x@example.com"), vec![], vec![], ParkedVerdict::OtherProduct),
        ] {
            assert_eq!(verdict(&event, Found { named, unpaid }), expected, "{event:?}");
        }
    }
}
