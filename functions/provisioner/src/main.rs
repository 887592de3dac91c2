//! Entry point of the Lambda function `provisioner`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(provisioner::start).await
}
