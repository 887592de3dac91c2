//! Bodies that are too large to be an event of Stripe.

use test_support::{
    events::{recorded, with_body},
    function::Function,
};

#[tokio::test]
async fn body_above_256_kib_is_rejected_before_its_signature() {
    let function = Function::seeded("stripe-webhook", stripe_webhook::start).await;
    for (length, status) in [(256 * 1024, 400), (256 * 1024 + 1, 413), (300 * 1024, 413)] {
        let event = with_body(recorded("stripe-webhook", "invoice-paid-forged"), &"x".repeat(length));
        let (actual, _, calls) = function.request(&event).await;
        assert_eq!((actual, calls), (status, vec![]), "{length} bytes");
    }
}
