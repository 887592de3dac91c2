//! Tests of the errors in one file.

use super::*;

/// Checks the first error after each replacement in [`GOOD`].
#[track_caller]
fn check(rows: &[(&str, &str, &str)]) {
    for (good, bad, error) in rows {
        let found = built_in(&with(good, bad)).unwrap_err();
        let first = found.first().unwrap();
        assert!(first.starts_with(&format!("built-in.toml:{error}")), "{bad}: {first}");
    }
}

#[test]
fn invalid_toml_or_field_is_rejected() {
    check(&[
        ("minutes = 2", "minutes = \"two\"", "12: invalid type: string \"two\", expected u32"),
        ("minutes = 2\n", "", "7: missing field `minutes`"),
        ("minutes = 2", "minutes = 2\nhours = 1", "13: unknown field `hours`"),
        ("minutes = 2", "minutes = ", "12: string values must be quoted, expected literal string"),
    ]);
}

#[test]
fn number_outside_its_limits_is_rejected() {
    check(&[
        ("version = 1", "version = 0", "1: version must be 1 to 1000000, got 0"),
        ("minutes = 2", "minutes = 121", "12: minutes must be 1 to 120, got 121"),
        ("value = 70", "value = 101", "15: value must be 1 to 100, got 101"),
        ("count = 1", "count = 2", "24: count must be 1 to 1, got 2"),
        (
            "value = 70",
            "value = 70\nrises = { days_left = 3, value = 69 }",
            "16: a raised value must be at least 70, got 69",
        ),
    ]);
}

#[test]
fn invalid_text_icon_or_key_is_rejected() {
    let title = "9: title must be one line of 1 to 60 characters without surrounding spaces";
    let key =
        "8: a key must have 1 to 40 lowercase letters, digits, and underscores, and start with a letter";
    let title_of = |length: usize| format!("\"{}\"\nd", "é".repeat(length));
    let key_of = |key: &str| format!("key = \"{key}\"");
    check(&[
        ("\"Create project\"\nd", "\"\"\nd", title),
        ("\"Create project\"\nd", "\" Create project\"\nd", title),
        ("\"Create project\"\nd", "\"Create\\tproject\"\nd", title),
        ("\"Create project\"\nd", &title_of(61), title),
        ("\"Create project\"\nd", &title_of(62), title),
        ("icon = \"📁\"", "icon = \"x\"", "13: icon must be one emoji"),
        ("icon = \"📁\"", "icon = \"📁📁\"", "13: icon must be one emoji"),
        ("key = \"created_project\"", &key_of("Created"), key),
        ("key = \"created_project\"", &key_of("1st"), key),
        ("key = \"created_project\"", &key_of("created project"), key),
        ("key = \"created_project\"", &key_of(""), key),
        ("key = \"created_project\"", &key_of(&"k".repeat(41)), key),
    ]);
}

#[test]
fn invalid_link_or_event_is_rejected() {
    let link = "16: a task must link to \"members\", \"plans\", \"app:<path>\", or an https URL";
    let event =
        "17: done_by must be \"billing\", \"invitation\", or a host-app event such as \"project.created\"";
    check(&[
        ("app:projects", "javascript:alert(1)", link),
        ("app:projects", "organizations", link),
        ("app:projects", "app:/projects", link),
        ("app:projects", "app:my projects", link),
        ("app:projects", "app:<projects>", link),
        ("app:projects", "https://", link),
        ("app:projects", "https:example.com", link),
        ("app:projects", "https://example.com/a b", link),
        ("project.created", "created", event),
        ("project.created", "Project.created", event),
        ("project.created", "project.Created", event),
        (
            "\"project.created\"]",
            "\"project.created\", \"project.created\"]",
            "17: duplicate event \"project.created\"",
        ),
    ]);
}

#[test]
fn unknown_or_missing_reference_is_rejected() {
    let when = |when: &str| format!("{when}\ndone_by = [");
    check(&[
        ("category = \"setup\"", "category = \"chores\"", "14: unknown category \"chores\""),
        ("count = 1", "", "20: a milestone must have either a count or tasks"),
        ("count = 1", "tasks = []", "24: a milestone must require at least one task"),
        ("count = 1", "tasks = [\"made_coffee\"]", "24: unknown task \"made_coffee\""),
        (
            "done_by = [",
            &when("when = { plans = [\"team\"] }"),
            "1: at least one task must have no condition, so that no checklist is empty",
        ),
    ]);
}

#[test]
fn conditions_and_events_of_several_tasks_are_checked() {
    let two = |more: &str| {
        format!("{GOOD}\n[[industry]]\nkey = \"agency\"\ntitle = \"Agency\"\n{}", task("second", more))
    };
    for (text, error) in [
        (two("done_by = []"), None),
        (two("done_by = []\nwhen = { industries = [\"agency\"] }"), None),
        (two("done_by = []\nwhen = { industries = [\"bakery\"] }"), Some("40: unknown industry \"bakery\"")),
        (two("done_by = []\nwhen = { plans = [\"gold\"] }"), Some("40: unknown plan \"gold\"")),
        (two("done_by = []\nwhen = {}"), Some("30: the condition must name a plan or an industry")),
        (
            two("done_by = [\"project.created\"]"),
            Some("39: event \"project.created\" already completes another task"),
        ),
        (
            two("done_by = []\nwhen = { plans = [\"team\"] }")
                .replace("count = 1", "tasks = [\"created_project\", \"second\"]"),
            Some("24: a milestone may only require unconditional tasks"),
        ),
    ] {
        let first = built_in(&text).err().and_then(|errors| errors.first().cloned());
        let matches = match (&first, error) {
            (Some(first), Some(error)) => first.starts_with(&format!("built-in.toml:{error}")),
            (None, None) => true,
            _ => false,
        };
        assert!(matches, "{text}\n{first:?}");
    }
}

#[test]
fn number_of_tasks_has_a_limit() {
    let tasks = |count: usize| -> String {
        (1..count).map(|number| task(&format!("task_{number}"), "done_by = []")).collect()
    };
    assert!(built_in(&format!("{GOOD}{}", tasks(30))).is_ok());
    for count in [31, 32] {
        let errors = built_in(&format!("{GOOD}{}", tasks(count))).unwrap_err();
        assert_eq!(errors, [format!("built-in.toml:1: expected 1 to 30 tasks, got {count}")]);
    }
}

#[test]
fn values_at_their_limits_are_accepted() {
    for (good, other) in [
        ("version = 1", "version = 1000000"),
        ("minutes = 2", "minutes = 120"),
        ("value = 70", "value = 100"),
        ("value = 70", "value = 70\nrises = { days_left = 730, value = 70 }"),
        ("\"Create project\"\nd", &format!("\"{}\"\nd", "é".repeat(60))),
        ("\"created_project\"", &format!("\"{}\"", "k".repeat(40))),
        ("app:projects", "https://x"),
    ] {
        assert!(built_in(&with(good, other)).is_ok(), "{other}");
    }
}

#[test]
fn all_errors_of_a_file_are_listed_in_its_order() {
    let bad = with("minutes = 2", "minutes = 0").replace("value = 70", "value = 0").replacen("📁", "", 1);
    let expected = [
        "built-in.toml:12: minutes must be 1 to 120, got 0",
        "built-in.toml:13: icon must be one emoji",
        "built-in.toml:15: value must be 1 to 100, got 0",
    ];
    assert_eq!(built_in(&bad).unwrap_err(), expected);
}
