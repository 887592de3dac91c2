//! Entry point of the Lambda function `org-signup`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    boot::run(org_signup::start).await
}
