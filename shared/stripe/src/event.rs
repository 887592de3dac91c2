//! A webhook event, read.
//!
//! Only what counts here is read, from wherever the event's API version keeps it; everything else is ignored, so
//! that a new field, a new version or a new type never fails an event.
//! Source: Stripe's API reference, "The Event object" and "Types of events".

use domain::billing::{CustomerId, EventId, Fact};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    object,
    read::{FieldError, Json},
    signature::VerifiedBody,
};

/// One snapshot event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id. A repeated delivery has the same one.
    pub id: EventId,
    /// Its type, such as `invoice.paid`.
    pub kind: String,
    /// When Stripe made it, in whole seconds. Deliveries may come days later.
    pub created: Timestamp,
    /// Whether it is about real money; an event that does not say so is not.
    pub livemode: bool,
    /// The connected account it is about, if it is not our own.
    pub account: Option<String>,
    /// The API version that shaped it.
    pub api_version: Option<String>,
    /// The metadata `organization_id`, as it was written: whether it is one of ours is not known here.
    pub organization_id: Option<String>,
    /// The customer it is about.
    pub customer: Option<CustomerId>,
    /// What it says.
    pub known: StripeEventKind,
}

/// What an event says that counts here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeEventKind {
    /// A fact about payments.
    Fact(Fact),
    /// A completed Checkout: a fact, and whom the session names.
    Checkout {
        /// The fact.
        fact: Fact,
        /// Whom the session names.
        named: OrgReference,
    },
    /// Nothing: a type that does not concern us, or a Checkout without a customer.
    Nothing,
}

impl StripeEventKind {
    /// The fact, if there is one.
    #[must_use]
    pub fn fact(&self) -> Option<&Fact> {
        match self {
            Self::Fact(fact) | Self::Checkout { fact, .. } => Some(fact),
            Self::Nothing => None,
        }
    }
}

/// The organization that a Checkout session names, as it was written. A visitor can set `client_reference_id` in
/// the address of a payment link, but not the session's metadata: only both together are a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrgReference {
    /// `client_reference_id` and `metadata.organization_id` name the same one.
    Agreed(String),
    /// They name different ones.
    Differing {
        /// What `client_reference_id` says.
        reference: String,
        /// What `metadata.organization_id` says.
        metadata: String,
    },
    /// Only `client_reference_id` names one.
    Reference(String),
    /// Only `metadata.organization_id` names one.
    Metadata(String),
    /// Neither names one.
    Nobody,
}

impl OrgReference {
    /// The organization that both places agree on.
    #[must_use]
    pub fn agreed(&self) -> Option<&str> {
        match self {
            Self::Agreed(organization) => Some(organization),
            _ => None,
        }
    }

    /// Every organization that is named, in whatever place.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let (one, other) = match self {
            Self::Agreed(id) | Self::Reference(id) | Self::Metadata(id) => (Some(id), None),
            Self::Differing { reference, metadata } => (Some(reference), Some(metadata)),
            Self::Nobody => (None, None),
        };
        one.into_iter().chain(other).map(String::as_str)
    }
}

/// An authentic body that is no event we can read: it is kept, with the reason, for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A thin event: it names what changed and does not say how.
    #[error("a thin event, which does not carry its object: send snapshot events to this endpoint")]
    Thin {
        /// Its id, if it has one.
        event: Option<EventId>,
    },
    /// Not an event, or one that lacks what its type promises.
    #[error("malformed: {reason}")]
    Malformed {
        /// Its id, if it has one.
        event: Option<EventId>,
        /// What is wrong with it. Repeats nothing of its content.
        reason: String,
    },
}

impl Unreadable {
    /// The event's id, if it has one.
    #[must_use]
    pub fn event(&self) -> Option<&EventId> {
        match self {
            Self::Thin { event } | Self::Malformed { event, .. } => event.as_ref(),
        }
    }
}

impl Event {
    /// Reads a body that is known to come from Stripe.
    ///
    /// # Errors
    /// [`Unreadable`] for what is no snapshot event, has a key twice in one object, or lacks a field that its type promises. An unknown type is no
    /// error but [`Known::Nothing`].
    pub fn parse(body: VerifiedBody<'_>) -> Result<Self, Unreadable> {
        let body = signed::json::read(body.bytes()).map_err(|error| Unreadable::Malformed {
            event: Identified::of(body.bytes()),
            reason: format!("not readable JSON: {error}"),
        })?;
        let event = Json(&body);
        let id = || event.own_id("/id", EventId::parse);
        if event.text(&["/object"]).is_some_and(|object| object != "event") {
            return Err(Unreadable::Thin { event: id().ok() });
        }
        read(event).map_err(|fault| Unreadable::Malformed { event: id().ok(), reason: fault.to_string() })
    }
}

/// The id of a body that is no event. Serde refuses a second `id` of the object itself.
#[derive(Deserialize)]
struct Identified {
    id: String,
}

impl Identified {
    fn of(body: &[u8]) -> Option<EventId> {
        EventId::parse(&serde_json::from_slice::<Self>(body).ok()?.id).ok()
    }
}

/// What a kept event says that counts here: one that was proven when it came, and waited since. An earlier version kept
/// events with a key that appears twice; such a payment must not be lost.
#[must_use]
pub fn kept_fact(body: &str) -> Option<Fact> {
    let body: Value = serde_json::from_str(body).ok()?;
    read(Json(&body)).ok()?.known.fact().cloned()
}

/// The type of a kept event, as `invoice.paid`; none of a body that names none.
#[must_use]
pub fn kept_kind(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    Json(&body).text(&["/type"]).map(str::to_owned)
}

fn read(event: Json<'_>) -> Result<Event, FieldError> {
    let id = event.own_id("/id", EventId::parse)?;
    let kind = event.text(&["/type"]).ok_or(FieldError::Missing("/type"))?.to_owned();
    let created = event.time("/created")?.ok_or(FieldError::Missing("/created"))?;
    let object = object::read(&kind, created, event)?;
    let organization_id = object.as_ref().and_then(|object| object.organization.clone());
    let known = object.map_or(StripeEventKind::Nothing, |object| {
        let fact = Fact { event: id.clone(), created, what: object.what };
        match object.named {
            Some(named) => StripeEventKind::Checkout { fact, named },
            None => StripeEventKind::Fact(fact),
        }
    });
    let customer = known.fact().and_then(Fact::customer).cloned();
    Ok(Event {
        id,
        kind,
        created,
        livemode: event.flag("/livemode"),
        account: event.text(&["/account"]).map(str::to_owned),
        api_version: event.text(&["/api_version"]).map(str::to_owned),
        organization_id,
        customer,
        known,
    })
}
