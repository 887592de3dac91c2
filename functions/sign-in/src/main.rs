//! Entry point of the Lambda function `sign-in`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(sign_in::start).await
}
