//! Tests of the errors in checklist files, and of definitions that extend another one.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use content::{DefinitionFile, compile, generate};

const GOOD: &str = r#"version = 1

[[category]]
key = "setup"
title = "Setup"

[[task]]
key = "created_project"
title = "Create project"
description = "Projects keep hours in one place."
how_to = "Choose New project."
minutes = 2
icon = "📁"
category = "setup"
value = 70
action = { label = "Create project", to = "app:projects" }
done_by = ["project.created"]

[[milestone]]
key = "first_step"
title = "First step"
text = "One task is done."
icon = "🌱"
count = 1
"#;

#[track_caller]
fn check(text: &str, errors: &[&str]) {
    let found = compile(&[DefinitionFile { key: "built-in", text }]).err().unwrap_or_default();
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), errors);
}

#[test]
fn errors_have_file_line_and_reason() {
    check(GOOD, &[]);
    for (good, bad, error) in [
        ("version = 1", "version = 0", "1: version must be 1 to 1000000, got 0"),
        (
            "\"Create project\"\nd",
            "\"\"\nd",
            "9: title must be one line of 1 to 60 characters without surrounding spaces",
        ),
        ("minutes = 2", "minutes = 200", "12: minutes must be 1 to 120, got 200"),
        ("minutes = 2", "minutes = \"two\"", "12: invalid type: string \"two\", expected u32"),
        ("minutes = 2\n", "", "7: missing field `minutes`"),
        ("minutes = 2", "minutes = 2\nhours = 1", "13: unknown field `hours`"),
        ("minutes = 2", "minutes = ", "12: string values must be quoted, expected literal string"),
        ("icon = \"📁\"", "icon = \"x\"", "13: icon must be one emoji"),
        ("icon = \"📁\"", "icon = \"📁📁\"", "13: icon must be one emoji"),
        ("category = \"setup\"", "category = \"chores\"", "14: unknown category \"chores\""),
        ("value = 70", "value = 101", "15: value must be 1 to 100, got 101"),
        (
            "app:projects",
            "javascript:alert(1)",
            "16: a task must link to \"members\", \"plans\", \"app:<path>\", or an https URL",
        ),
        (
            "project.created",
            "created",
            "17: done_by must be \"billing\", \"invitation\", or a host-app event such as \"project.created\"",
        ),
        (
            "value = 70",
            "value = 70\nrises = { days_left = 3, value = 60 }",
            "16: a raised value must be at least 70, got 60",
        ),
        (
            "\"project.created\"]",
            "\"project.created\", \"project.created\"]",
            "17: duplicate event \"project.created\"",
        ),
        (
            "key = \"created_project\"",
            "key = \"Created Project\"",
            "8: a key must have 1 to 40 lowercase letters, digits, and underscores, and start with a letter",
        ),
        ("count = 1", "count = 2", "24: count must be 1 to 1, got 2"),
        ("count = 1", "", "20: a milestone must have either a count or tasks"),
        ("count = 1", "tasks = [\"made_coffee\"]", "24: unknown task \"made_coffee\""),
        (
            "done_by = [",
            "when = { plans = [\"gold\"] }\ndone_by = [",
            "1: at least one task must have no condition, so that no checklist is empty",
        ),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let found =
            compile(&[DefinitionFile { key: "built-in", text: &GOOD.replacen(good, bad, 1) }]).unwrap_err();
        let first = found.first().unwrap().to_string();
        assert!(first.starts_with(&format!("built-in.toml:{error}")), "{bad}: {first}");
    }
}

#[test]
fn all_errors_of_a_file_are_listed_in_its_order() {
    check(
        &GOOD.replace("minutes = 2", "minutes = 0").replace("value = 70", "value = 0").replace("📁", ""),
        &[
            "built-in.toml:12: minutes must be 1 to 120, got 0",
            "built-in.toml:13: icon must be one emoji",
            "built-in.toml:15: value must be 1 to 100, got 0",
        ],
    );
}

#[test]
fn extension_is_responsible_for_inherited_conflicts() {
    for (text, error) in [
        ("version = 1\nextends = \"built-in\"\n", None),
        ("version = 1\nextends = \"nothing\"\n", Some("2: unknown definition \"nothing\"")),
        ("version = 1\nextends = \"built-in\"\nwithout = [\"x\"]\n", Some("3: no inherited task \"x\"")),
        (
            "version = 1\nextends = \"built-in\"\nwithout = [\"created_project\"]\n",
            Some("1: expected 1 to 30 tasks, got 0"),
        ),
    ] {
        let files = [DefinitionFile { key: "built-in", text: GOOD }, DefinitionFile { key: "own", text }];
        let first = compile(&files).err().and_then(|errors| errors.first().map(ToString::to_string));
        assert_eq!(first, error.map(|error| format!("own.toml:{error}")), "{text}");
    }
}

#[test]
fn file_names_never_collide_with_items() {
    let text = "version = 1\nextends = \"built-in\"\n";
    let files = ["built-in", "all", "definition"]
        .map(|key| DefinitionFile { key, text: if key == "built-in" { GOOD } else { text } });
    let source = compile(&files).unwrap();
    assert_eq!(source.matches("pub static ALL").count(), 1, "{source}");
    assert_eq!(source.matches("static ").count(), 2, "{source}");
}

#[test]
fn task_replaces_its_namesake_or_comes_before_another() {
    let task = |key: &str, more: &str| {
        format!(
            "[[task]]\nkey = \"{key}\"\ntitle = \"T\"\ndescription = \"D\"\nhow_to = \"H\"\nminutes = 1\nicon = \"📁\"\n\
             category = \"setup\"\nvalue = 1\naction = {{ label = \"L\", to = \"plans\" }}\ndone_by = []\n{more}\n"
        )
    };
    let order = |own: &str| -> Vec<String> {
        let text = format!("version = 1\nextends = \"built-in\"\n{own}");
        let files =
            [DefinitionFile { key: "built-in", text: GOOD }, DefinitionFile { key: "own", text: &text }];
        let source = compile(&files).unwrap();
        let own = source.split_once("key: \"own\"").unwrap().1;
        own.split("Task { key: \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(order(&task("new", "")), ["created_project", "new"]);
    assert_eq!(order(&task("new", "before = \"created_project\"")), ["new", "created_project"]);
    assert_eq!(order(&task("created_project", "")), ["created_project"]);
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
