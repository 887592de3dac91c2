//! Tests of definitions that extend another one.

use super::*;

const OWN: &str = "version = 1\nextends = \"built-in\"\n";

#[test]
fn extension_is_responsible_for_inherited_conflicts() {
    for (text, errors) in [
        (OWN.to_owned(), vec![]),
        ("version = 1\nextends = \"nothing\"\n".to_owned(), vec!["2: unknown definition \"nothing\""]),
        (format!("{OWN}without = [\"x\"]\n"), vec!["3: no inherited task \"x\""]),
        (
            format!("{OWN}without = [\"created_project\"]\n"),
            vec!["1: expected 1 to 30 tasks, got 0", "2: count must be 1 to 0, got 1"],
        ),
        (format!("{OWN}{0}{0}", task("new", "done_by = []")), vec!["15: duplicate task \"new\""]),
        (
            format!("{OWN}{}", task("new", "done_by = []\nbefore = \"x\"")),
            vec!["14: unknown task \"x\" in before"],
        ),
    ] {
        let found = compiled(&[("built-in", GOOD), ("own", &text)]).err().unwrap_or_default();
        let expected: Vec<_> = errors.into_iter().map(|error| format!("own.toml:{error}")).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn extension_cannot_be_extended() {
    let errors = compiled(&[("built-in", GOOD), ("own", OWN), ("third", "version = 1\nextends = \"own\"\n")]);
    let expected = "third.toml:2: \"own\" already extends another definition; only one level is allowed";
    assert_eq!(errors.unwrap_err(), [expected]);
}

#[test]
fn extension_is_not_checked_if_its_base_has_errors() {
    let base = with("minutes = 2", "minutes = 0");
    let errors = compiled(&[("built-in", &base), ("own", "version = 0\nextends = \"built-in\"\n")]);
    assert_eq!(errors.unwrap_err(), ["built-in.toml:12: minutes must be 1 to 120, got 0"]);
}

#[test]
fn task_replaces_its_namesake_or_comes_before_another() {
    let order = |own: &str| -> Vec<String> {
        let source = compiled(&[("built-in", GOOD), ("own", &format!("{OWN}{own}"))]).unwrap();
        let own = source.split_once("key: \"own\"").unwrap().1;
        own.split("Task { key: \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(order(&task("new", "done_by = []")), ["created_project", "new"]);
    assert_eq!(order(&task("new", "done_by = []\nbefore = \"created_project\"")), ["new", "created_project"]);
    assert_eq!(order(&task("created_project", "done_by = []")), ["created_project"]);
}
