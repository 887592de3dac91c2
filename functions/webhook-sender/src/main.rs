//! Entry point of the Lambda function `webhook-sender`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(webhook_sender::start).await
}
