//! The Lambda function `checklist-read`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(checklist_read::start).await
}
