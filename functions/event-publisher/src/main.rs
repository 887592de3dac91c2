//! The `event-publisher` function's program.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    boot::run(event_publisher::start).await
}
