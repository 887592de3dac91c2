//! The Lambda function `event-publisher`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(event_publisher::start).await
}
