//! The Lambda function `stripe-webhook`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    runtime::run(stripe_webhook::start).await
}
