//! Errors when a local stack starts.

use stack::{Config, Stack};

#[tokio::test]
async fn data_folder_is_locked_while_a_stack_runs() {
    let folder = std::env::temp_dir().join(format!("onramp-locked-{}", std::process::id()));
    let config = || Config { data: Some(folder.clone()), ..Config::memory() };
    let first = Stack::start(config()).await;
    assert!(first.is_ok());
    let Err(second) = Stack::start(config()).await else { panic!("two stacks share a data folder") };
    assert!(second.to_string().contains("another Onramp process uses it"), "{second}");
    drop(first);
    assert!(Stack::start(config()).await.is_ok());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn start_fails_with_all_bad_variables_and_without_values() {
    let config = Config::memory()
        .set("STRIPE_TRIAL_DAYS", "fourteen")
        .set("TRIAL_REMINDER_DAYS", "soon")
        .set("STRIPE_PUBLISHABLE_KEY", "sk_live_hunter2")
        .set("STRIPE_WEBHOOK_SECRET", "hunter2")
        .set("MAIL_FROM_EMAIL", "not-an-address");
    let Err(error) = Stack::start(config).await else { panic!("the stack started") };
    let message = error.to_string();
    for name in [
        "STRIPE_TRIAL_DAYS",
        "TRIAL_REMINDER_DAYS",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "MAIL_FROM_EMAIL",
    ] {
        assert!(message.contains(name), "{name} in {message}");
    }
    assert!(!message.contains("hunter2") && !message.contains("fourteen"), "{message}");
}
