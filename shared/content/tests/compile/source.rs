//! Tests of the Rust source.

use std::path::Path;

use content::generate;

use super::*;

#[test]
fn source_contains_each_kind_of_value() {
    let done_by = "done_by = [\"project.created\"]";
    let unconditional = task("second", "done_by = []");
    for (text, part) in [
        (GOOD.to_owned(), "Task { key: \"created_project\", priority: 1, title: \"Create project\", "),
        (
            GOOD.to_owned(),
            "category: Category { key: \"setup\", title: \"Setup\" }, value: 70, urgency_boost: None, ",
        ),
        (
            GOOD.replace("[[task]]", "[[category]]\nkey = \"x\"\ntitle = \"X\"\n[[task]]"),
            "category: Category { key: \"setup\", title: \"Setup\" }",
        ),
        (
            with("value = 70", "value = 70\nrises = { days_left = 3, value = 80 }"),
            "urgency_boost: Some(UrgencyBoost { days_left: 3, value: 80 })",
        ),
        (GOOD.to_owned(), "condition: Condition { plans: &[], industries: &[] }"),
        (
            with(done_by, &format!("when = {{ plans = [\"team\", \"single\"] }}\n{done_by}"))
                .replace("[[milestone]]", &format!("{unconditional}\n[[milestone]]")),
            "condition: Condition { plans: &[Plan::Team, Plan::Single], industries: &[] }",
        ),
        (GOOD.to_owned(), "completed_by: &[CompletionTrigger::HostEvent(\"project.created\")]"),
        (
            with(done_by, "done_by = [\"billing\", \"invitation\"]"),
            "completed_by: &[CompletionTrigger::Billing, CompletionTrigger::Invitation]",
        ),
        (
            GOOD.to_owned(),
            "action: Action { label: \"Create project\", target: TaskTarget::HostApp(\"projects\") }",
        ),
        (with("app:projects", "members"), "target: TaskTarget::Members }"),
        (with("app:projects", "plans"), "target: TaskTarget::Plans }"),
        (with("app:projects", "https://x.example"), "target: TaskTarget::Url(\"https://x.example\") }"),
        (
            GOOD.to_owned(),
            "Milestone { key: \"first_step\", title: \"First step\", text: \"One task is done.\", icon: \"🌱\", rule: MilestoneRule::Count(1) }",
        ),
        (
            with("count = 1", "tasks = [\"created_project\"]"),
            "rule: MilestoneRule::Tasks(&[\"created_project\"])",
        ),
    ] {
        let source = built_in(&text).unwrap();
        assert!(source.contains(part), "{part}\n{source}");
    }
}

#[test]
fn file_names_never_collide_with_items() {
    let text = "version = 1\nextends = \"built-in\"\n";
    let source = compiled(&[("built-in", GOOD), ("all", text), ("definition", text)]).unwrap();
    assert_eq!(source.matches("pub static ALL").count(), 1, "{source}");
    assert_eq!(source.matches("static ").count(), 2, "{source}");
}

#[test]
fn folder_is_compiled_and_errors_have_paths() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/content/checklists");
    let source = generate(&shipped).unwrap();
    assert!(
        source.contains("pub static ALL: &[&Definition] = &[&BUILT_IN, &Definition { key: \"agency\""),
        "{source}"
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("definitions");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("built-in.toml"), GOOD).unwrap();
    std::fs::write(folder.join("own.toml"), "version = 1\nextends = \"built-in\"\n[[task]]\nkey = \"x\"\n")
        .unwrap();
    let broken = generate(&folder).unwrap_err();
    assert_eq!(broken, format!("{}/own.toml:3: missing field `title`", folder.display()));
    std::fs::write(folder.join("own.toml"), [0xff]).unwrap();
    let unreadable = generate(&folder).unwrap_err();
    assert!(unreadable.starts_with(&format!("{}/own.toml: ", folder.display())), "{unreadable}");
    let missing = generate(Path::new("nowhere")).unwrap_err();
    assert!(missing.starts_with("nowhere: "), "{missing}");
}
