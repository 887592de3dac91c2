//! The Lambda function `trial-reminder`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(trial_reminder::start).await
}
