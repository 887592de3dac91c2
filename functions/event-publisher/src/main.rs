//! The Lambda function `event-publisher`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    boot::run(event_publisher::start).await
}
