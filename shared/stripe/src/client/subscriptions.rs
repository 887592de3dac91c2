//! Reads the subscriptions of a customer, as facts.
//!
//! A read is a fact like an event. Its time is Stripe's `Date` header minus the duration of the call
//! and one second. So every event about a later change is newer than the read.
//!
//! Source: Stripe's API reference, "List subscriptions", "Expanding responses", and "Pagination".

use domain::{
    billing::{Change, CustomerId, EventId, Fact, FactKind},
    org::ReadSubscription,
    time::{add, truncate_to_second},
};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use tokio::time::Instant;

use super::{CallError, Client, call::Call};
use crate::{
    object::paid_invoice,
    read::{FieldError, Json},
    subscription::subscription,
};

/// Maximum number of pages of 100 subscriptions that are read.
const MAX_PAGES: usize = 20;
/// Subtracted from the time of a read, because the `Date` header has no fraction of a second.
const MARGIN: SignedDuration = SignedDuration::from_secs(1);

impl Client {
    /// Reads all subscriptions of a customer, also ended ones, each with the payment of its newest
    /// invoice.
    ///
    /// # Errors
    /// [`CallError`]. It is [`CallError::InvalidResponse`] if a subscription cannot be parsed.
    pub async fn subscriptions(&self, customer: &CustomerId) -> Result<Vec<ReadSubscription>, CallError> {
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let started = Instant::now();
            let response = self.send(&Call::all_subscriptions(customer, after.as_deref())).await?;
            let read_at = response.date.as_deref().and_then(parse_date).ok_or(CallError::InvalidResponse)?;
            let took = SignedDuration::try_from(started.elapsed()).unwrap_or_default();
            let read_at = truncate_to_second(add(read_at, -(took + MARGIN)));
            let page = Json(&response.body);
            for one in page.list("/data") {
                found.push(parse(one, read_at).map_err(|_| CallError::InvalidResponse)?);
            }
            after = page.list("/data").last().and_then(|last| last.text(&["/id"])).map(str::to_owned);
            if !page.flag("/has_more") || after.is_none() {
                return Ok(found);
            }
        }
        Err(CallError::InvalidResponse)
    }
}

/// Parses the value of a `Date` header (RFC 9110, section 5.6.7).
fn parse_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

fn parse(object: Json<'_>, read_at: Timestamp) -> Result<ReadSubscription, FieldError> {
    let names = object.trimmed(&["/metadata/organization_id"]).and_then(|id| id.parse().ok());
    let fact = |created, what: FactKind| Fact { event: EventId::of_read(read_at), created, names, what };
    let what = subscription(object, Change::Read, None)?;
    let payment = match object.at("/latest_invoice") {
        Some(invoice) => paid_invoice(invoice)?.map(|(paid_at, paid)| fact(paid_at, paid)),
        None => None,
    };
    let created = object.time("/created")?.ok_or(FieldError::Missing("/created"))?;
    Ok(ReadSubscription { fact: fact(read_at, what), payment, created })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_header_is_a_time() {
        let at = parse_date("Mon, 30 Nov 2026 09:00:00 GMT").unwrap();
        assert_eq!(at.to_string(), "2026-11-30T09:00:00Z");
        assert_eq!(parse_date("yesterday"), None);
    }
}
