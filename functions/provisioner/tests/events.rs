//! Runs the recorded events of this function.

#[tokio::test]
async fn recorded_events_have_the_expected_outcome() {
    test_support::events::check("provisioner", provisioner::start).await;
}
