//! Entry point of the Lambda function `mailer`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(mailer::start).await
}
