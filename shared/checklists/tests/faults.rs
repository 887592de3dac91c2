//! What is wrong with a checklist's file is told with its file, its line and the reason.

#![allow(clippy::unwrap_used, reason = "a test ends where its premise does")]

use std::path::Path;

use checklists::{DefinitionFile, compile, generate};

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
fn check(text: &str, faults: &[&str]) {
    let found = compile(&[DefinitionFile { key: "built-in", text }]).err().unwrap_or_default();
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), faults);
}

#[test]
fn every_fault_is_told_by_file_line_and_reason() {
    check(GOOD, &[]);
    for (good, bad, fault) in [
        ("version = 1", "version = 0", "1: version is 1 to 1000000, and not 0"),
        (
            "\"Create project\"\nd",
            "\"\"\nd",
            "9: title is one line of 1 to 60 characters, without space at its ends",
        ),
        ("minutes = 2", "minutes = 200", "12: minutes is 1 to 120, and not 200"),
        ("minutes = 2", "minutes = \"two\"", "12: invalid type: string \"two\", expected u32"),
        ("minutes = 2\n", "", "7: missing field `minutes`"),
        ("minutes = 2", "minutes = 2\nhours = 1", "13: unknown field `hours`"),
        ("minutes = 2", "minutes = ", "12: string values must be quoted, expected literal string"),
        ("icon = \"📁\"", "icon = \"x\"", "13: icon is one emoji"),
        ("icon = \"📁\"", "icon = \"📁📁\"", "13: icon is one emoji"),
        ("category = \"setup\"", "category = \"chores\"", "14: there is no category \"chores\""),
        ("value = 70", "value = 101", "15: value is 1 to 100, and not 101"),
        (
            "app:projects",
            "javascript:alert(1)",
            "16: a task leads to \"members\", \"plans\", \"app:\" and a path of the host app, or an https address",
        ),
        (
            "project.created",
            "created",
            "17: a task is done by \"billing\", \"invitation\", or an event of the host app such as \"project.created\"",
        ),
        (
            "value = 70",
            "value = 70\nrises = { days_left = 3, value = 60 }",
            "16: a value rises: to 70 or more, and not to 60",
        ),
        (
            "\"project.created\"]",
            "\"project.created\", \"project.created\"]",
            "17: the event \"project.created\" is named twice",
        ),
        (
            "key = \"created_project\"",
            "key = \"Created Project\"",
            "8: a key is 1 to 40 lower-case letters, digits and underscores, and begins with a letter",
        ),
        ("count = 1", "count = 2", "24: count is 1 to 1, and not 2"),
        ("count = 1", "", "20: a milestone has either a count or tasks"),
        ("count = 1", "tasks = [\"made_coffee\"]", "24: there is no task \"made_coffee\""),
        (
            "done_by = [",
            "when = { plans = [\"gold\"] }\ndone_by = [",
            "1: at least one task has no condition: a checklist is never empty",
        ),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let found =
            compile(&[DefinitionFile { key: "built-in", text: &GOOD.replacen(good, bad, 1) }]).unwrap_err();
        let first = found.first().unwrap().to_string();
        assert!(first.starts_with(&format!("built-in.toml:{fault}")), "{bad}: {first}");
    }
}

#[test]
fn all_faults_of_a_file_come_at_once_in_its_order() {
    check(
        &GOOD.replace("minutes = 2", "minutes = 0").replace("value = 70", "value = 0").replace("📁", ""),
        &[
            "built-in.toml:12: minutes is 1 to 120, and not 0",
            "built-in.toml:13: icon is one emoji",
            "built-in.toml:15: value is 1 to 100, and not 0",
        ],
    );
}

#[test]
fn what_takes_over_another_answers_for_what_does_not_go_together() {
    for (text, fault) in [
        ("version = 1\nextends = \"built-in\"\n", None),
        ("version = 1\nextends = \"nothing\"\n", Some("2: there is no definition \"nothing\"")),
        ("version = 1\nextends = \"built-in\"\nwithout = [\"x\"]\n", Some("3: no task \"x\" is taken over")),
        (
            "version = 1\nextends = \"built-in\"\nwithout = [\"created_project\"]\n",
            Some("1: there are 1 to 30 tasks, and not 0"),
        ),
    ] {
        let files = [DefinitionFile { key: "built-in", text: GOOD }, DefinitionFile { key: "own", text }];
        let first = compile(&files).err().and_then(|faults| faults.first().map(ToString::to_string));
        assert_eq!(first, fault.map(|fault| format!("own.toml:{fault}")), "{text}");
    }
}

#[test]
fn no_name_of_a_file_is_one_that_the_program_has() {
    let text = "version = 1\nextends = \"built-in\"\n";
    let files = ["built-in", "all", "definition"]
        .map(|key| DefinitionFile { key, text: if key == "built-in" { GOOD } else { text } });
    let source = compile(&files).unwrap();
    assert_eq!(source.matches("pub static ALL").count(), 1, "{source}");
    assert_eq!(source.matches("static ").count(), 2, "{source}");
}

#[test]
fn a_task_of_ones_own_takes_the_place_of_its_namesake_or_stands_where_it_says() {
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
fn a_folder_is_read_whole_and_its_paths_are_told() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("definitions");
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
