//! Entry point of the Lambda function `org-signup`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(org_signup::start).await
}
