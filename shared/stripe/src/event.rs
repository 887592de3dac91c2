//! Parses a webhook event.
//!
//! The parser reads only the fields that Onramp uses, and finds them in each supported API version.
//! It ignores all other fields and types, so a new field or a new event type is never an error.
//!
//! Source: Stripe's API reference, "The Event object" and "Types of events".

use domain::billing::{CustomerId, EventId, Fact, ListPrice};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use webhook_signature::json::{self, Tree};

use crate::{
    object::{self, PRICE_UPDATED, PaymentDetails},
    org_reference::OrgReference,
    price::list_price,
    read::{FieldError, Json},
    signature::VerifiedBody,
};

/// A snapshot event of Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The id of the event. A repeated delivery has the same id.
    pub id: EventId,
    /// The type, such as `invoice.paid`.
    pub kind: String,
    /// When Stripe created the event, in whole seconds. A delivery may arrive days later.
    pub created: Timestamp,
    /// Whether the event belongs to live mode. `false` if the field is absent.
    pub livemode: bool,
    /// The connected account of the event; `None` for the stage's own account.
    pub account: Option<String>,
    /// The API version that determines the shape of the object.
    pub api_version: Option<String>,
    /// The value of the metadata `organization_id`, without surrounding white space. The parser
    /// does not check whether that organization exists.
    pub organization_id: Option<String>,
    /// The customer of the event's object.
    pub customer: Option<CustomerId>,
    /// What the event means to Onramp.
    pub meaning: StripeEventKind,
    /// Details for the review by an operator.
    pub payment: PaymentDetails,
}

/// What an event means to Onramp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeEventKind {
    /// A fact about payments.
    Fact(Fact),
    /// A completed Checkout session.
    Checkout {
        /// The fact that the session was completed.
        fact: Fact,
        /// The organization that the session names.
        named: OrgReference,
    },
    /// A price changed. It can belong to another product of the account.
    Price(ListPrice),
    /// An event of a type that Onramp does not use, a Checkout session without a customer, or a
    /// price that no plan can have.
    Irrelevant,
}

impl StripeEventKind {
    /// Returns the fact of a relevant event.
    #[must_use]
    pub fn fact(&self) -> Option<&Fact> {
        match self {
            Self::Fact(fact) | Self::Checkout { fact, .. } => Some(fact),
            Self::Price(_) | Self::Irrelevant => None,
        }
    }
}

/// Why a verified body cannot be parsed as an event. The webhook quarantines such a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// A thin event, which names the changed object but does not contain it.
    #[error("thin event without its object: configure the endpoint at Stripe for snapshot events")]
    Thin {
        /// The id of the event, if it has a valid one.
        event: Option<EventId>,
    },
    /// Not an event, or an event that lacks a required field of its type.
    #[error("malformed: {reason}")]
    Malformed {
        /// The id of the event, if it has a valid one.
        event: Option<EventId>,
        /// A description of the error. It never repeats content of the event.
        reason: String,
    },
}

impl EventError {
    /// Returns the id of the event, if it has a valid one.
    #[must_use]
    pub fn event(&self) -> Option<&EventId> {
        match self {
            Self::Thin { event } | Self::Malformed { event, .. } => event.as_ref(),
        }
    }
}

impl Event {
    /// Returns whether the event names an organization of Onramp in any form, also one that does not
    /// exist. Events of other products in the same Stripe account do not.
    #[must_use]
    pub fn names_any_organization(&self) -> bool {
        self.organization_id.is_some() || self.reference().is_some()
    }

    /// Returns the `client_reference_id` of a Checkout session.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        match &self.meaning {
            StripeEventKind::Checkout {
                named:
                    OrgReference::Reference(reference)
                    | OrgReference::Agreed(reference)
                    | OrgReference::Differing { reference, .. },
                ..
            } => Some(reference),
            _ => None,
        }
    }

    /// Parses a verified body. An unknown event type is valid, and results in
    /// [`StripeEventKind::Irrelevant`].
    ///
    /// # Errors
    /// [`EventError`] if the body is not a snapshot event, has a duplicate key in an object, or
    /// lacks a required field of its type.
    pub fn parse(body: VerifiedBody<'_>) -> Result<Self, EventError> {
        let body = json::read(body.bytes()).map_err(|error| EventError::Malformed {
            event: Identified::of(body.bytes()),
            reason: format!("invalid JSON: {error}"),
        })?;
        let event = Json(&body);
        let id = || event.own_id("/id", EventId::parse);
        if event.text(&["/object"]).is_some_and(|object| object != "event") {
            return Err(EventError::Thin { event: id().ok() });
        }
        parse(event).map_err(|error| EventError::Malformed { event: id().ok(), reason: error.to_string() })
    }
}

/// The id of a malformed event. If the outermost object contains the key `id` twice, serde rejects
/// the body. The event then counts as an event without an id.
#[derive(Deserialize)]
struct Identified {
    id: String,
}

impl Identified {
    fn of(body: &[u8]) -> Option<EventId> {
        EventId::parse(&serde_json::from_slice::<Self>(body).ok()?.id).ok()
    }
}

/// Parses a parked event; `None` if the event has no fact. The signature of the event was verified
/// before it was parked.
///
/// Accepts duplicate keys in an object, because an earlier release parked events with such keys.
/// Rejecting such an event now would lose a payment.
#[must_use]
pub fn parked_event(body: &str) -> Option<Event> {
    let body = Tree::from(serde_json::from_str::<Value>(body).ok()?);
    parse(Json(&body)).ok().filter(|event| event.meaning.fact().is_some())
}

/// Returns the fact of a parked event; `None` if the event has no fact.
#[must_use]
pub fn parked_fact(body: &str) -> Option<Fact> {
    parked_event(body)?.meaning.fact().cloned()
}

/// Returns the type of a parked event, such as `invoice.paid`.
#[must_use]
pub fn parked_type(body: &str) -> Option<String> {
    let body = Tree::from(serde_json::from_str::<Value>(body).ok()?);
    Json(&body).text(&["/type"]).map(str::to_owned)
}

fn parse(event: Json<'_>) -> Result<Event, FieldError> {
    let id = event.own_id("/id", EventId::parse)?;
    let kind = event.text(&["/type"]).ok_or(FieldError::Missing("/type"))?.to_owned();
    let created = event.time("/created")?.ok_or(FieldError::Missing("/created"))?;
    let object = object::parse(&kind, created, event)?;
    let organization_id = object.as_ref().and_then(|object| object.organization.clone());
    let payment = object.as_ref().map(|object| object.payment.clone()).unwrap_or_default();
    let names = organization_id.as_deref().and_then(|id| id.parse().ok());
    let meaning = object.map_or_else(
        || without_fact(&kind, event),
        |object| {
            let fact = Fact { event: id.clone(), created, names, what: object.what };
            match object.named {
                Some(named) => StripeEventKind::Checkout { fact, named },
                None => StripeEventKind::Fact(fact),
            }
        },
    );
    let customer = meaning.fact().and_then(Fact::customer).cloned();
    Ok(Event {
        id,
        kind,
        created,
        livemode: event.flag("/livemode"),
        account: event.text(&["/account"]).map(str::to_owned),
        api_version: event.text(&["/api_version"]).map(str::to_owned),
        organization_id,
        customer,
        meaning,
        payment,
    })
}

/// Returns the meaning of an event without a fact.
fn without_fact(kind: &str, event: Json<'_>) -> StripeEventKind {
    let price = event.at("/data/object").filter(|_| kind == PRICE_UPDATED).and_then(list_price);
    price.map_or(StripeEventKind::Irrelevant, StripeEventKind::Price)
}
