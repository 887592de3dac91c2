//! Tests of the details that an operator needs to review a payment.

use domain::billing::MAX_AMOUNT;
use stripe::PaymentDetails;

use super::*;

fn details(object: &Value) -> PaymentDetails {
    read("charge.refunded", object).payment
}

#[test]
fn amount_is_the_first_one_in_the_currency_of_the_object() {
    for (object, expected) in [
        (json!({ "currency": "eur", "amount_refunded": 500, "amount": 2900 }), eur(500)),
        (json!({ "currency": "eur", "amount_total": 600, "amount": 2900 }), eur(600)),
        (json!({ "currency": "eur", "amount_paid": 700 }), eur(700)),
        (json!({ "currency": "EUR", "amount": MAX_AMOUNT }), eur(MAX_AMOUNT)),
        (json!({ "currency": "eur", "amount": MAX_AMOUNT + 1 }), None),
        (json!({ "currency": "eur", "amount": -1 }), None),
        (json!({ "currency": "euro", "amount": 2900 }), None),
        (json!({ "amount": 2900 }), None),
    ] {
        assert_eq!(details(&object).amount, expected, "{object}");
    }
}

#[test]
fn charge_is_the_object_itself_or_what_it_names() {
    let longest = "c".repeat(255);
    for (object, expected) in [
        (json!({ "object": "charge", "id": "ch_1" }), Some("ch_1")),
        (json!({ "object": "dispute", "id": "dp_1", "charge": "ch_1" }), Some("ch_1")),
        (json!({ "object": "dispute", "id": "dp_1", "charge": { "id": "ch_1" } }), Some("ch_1")),
        (json!({ "object": "invoice", "id": "in_1" }), None),
        (json!({ "charge": longest }), Some(&*longest)),
        (json!({ "charge": format!("{longest}c") }), None),
    ] {
        assert_eq!(details(&object).charge.as_deref(), expected, "{object}");
    }
}

#[test]
fn address_is_that_of_the_payer() {
    let longest = "a".repeat(255);
    for (object, expected) in [
        (json!({ "customer_details": { "email": "jo@a.example" } }), Some("jo@a.example")),
        (json!({ "customer_email": "jo@a.example" }), Some("jo@a.example")),
        (json!({ "billing_details": { "email": "jo@a.example" } }), Some("jo@a.example")),
        (json!({ "receipt_email": "jo@a.example" }), Some("jo@a.example")),
        (json!({ "customer": { "id": "cus_1", "email": "jo@a.example" } }), Some("jo@a.example")),
        (json!({}), None),
        (json!({ "receipt_email": longest }), Some(&*longest)),
        (json!({ "receipt_email": format!("{longest}a") }), None),
    ] {
        assert_eq!(details(&object).address.as_deref(), expected, "{object}");
    }
}
