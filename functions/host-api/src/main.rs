//! Entry point of the Lambda function `host-api`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(host_api::start).await
}
