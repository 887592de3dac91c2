//! The fields of an event of Stripe that a first payment needs.

use serde::Deserialize;

/// The event `invoice.paid`, which Stripe sends after a payment.
#[derive(Deserialize)]
pub struct Event<'a> {
    pub id: &'a str,
    pub created: i64,
    #[serde(borrow)]
    pub data: Data<'a>,
}

#[derive(Deserialize)]
pub struct Data<'a> {
    #[serde(borrow)]
    pub object: Invoice<'a>,
}

#[derive(Deserialize)]
pub struct Invoice<'a> {
    pub id: &'a str,
    pub customer: &'a str,
    pub created: i64,
    pub amount_paid: i64,
    #[serde(borrow)]
    pub parent: Parent<'a>,
}

#[derive(Deserialize)]
pub struct Parent<'a> {
    #[serde(borrow)]
    pub subscription_details: Subscription<'a>,
}

#[derive(Deserialize)]
pub struct Subscription<'a> {
    pub subscription: &'a str,
    #[serde(borrow)]
    pub metadata: Metadata<'a>,
}

#[derive(Deserialize)]
pub struct Metadata<'a> {
    pub organization_id: &'a str,
}
