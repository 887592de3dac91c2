//! The Lambda function `reconciler`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(reconciler::start).await
}
