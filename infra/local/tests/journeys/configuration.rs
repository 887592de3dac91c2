use local::{Config, Stack};

#[tokio::test]
async fn one_folder_is_for_one_stack_at_a_time() {
    let folder = std::env::temp_dir().join(format!("onramp-held-{}", std::process::id()));
    let config = || Config { data: Some(folder.clone()), ..Config::memory() };
    let first = Stack::start(config()).await;
    assert!(first.is_ok());
    let Err(second) = Stack::start(config()).await else { panic!("two stacks write over each other") };
    assert!(second.to_string().contains("another Onramp runs on it"), "{second}");
    drop(first);
    assert!(Stack::start(config()).await.is_ok());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn bad_configuration_stops_the_start_and_names_every_fault_but_no_value() {
    let config = Config::memory()
        .set("STRIPE_TRIAL_DAYS", "fourteen")
        .set("TRIAL_REMINDER_DAYS", "soon")
        .set("STRIPE_PUBLISHABLE_KEY", "sk_live_hunter2")
        .set("STRIPE_WEBHOOK_SECRET", "hunter2")
        .set("MAIL_FROM_EMAIL", "nobody");
    let Err(error) = Stack::start(config).await else { panic!("it started") };
    let told = error.to_string();
    for name in [
        "STRIPE_TRIAL_DAYS",
        "TRIAL_REMINDER_DAYS",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "MAIL_FROM_EMAIL",
    ] {
        assert!(told.contains(name), "{name} in {told}");
    }
    assert!(!told.contains("hunter2") && !told.contains("fourteen"), "{told}");
}
