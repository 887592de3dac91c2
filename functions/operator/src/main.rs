//! Entry point of the Lambda function `operator`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(operator::start).await
}
