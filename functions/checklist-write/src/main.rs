//! The Lambda function `checklist-write`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    runtime::run(checklist_write::start).await
}
