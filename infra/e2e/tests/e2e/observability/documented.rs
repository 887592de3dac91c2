//! Each alarm has a section in the runbook, and documented metrics exist.

use std::collections::BTreeSet;

use domain::billing::ReviewKind;
use telemetry::Metric;

use crate::observability::watch::{Watch, of_type, root, text};

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap()
}

#[test]
fn alarms_and_runbook_sections_match() {
    let runbook = page("runbook.md");
    let sections: BTreeSet<&str> = runbook.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let mut alarms = BTreeSet::new();
    let watch = Watch::read();
    for alarm in &watch.alarms {
        let name = alarm.name.strip_prefix("${Stack}-").unwrap();
        let (problem, link) = alarm.description.rsplit_once(' ').unwrap();
        assert_eq!(
            link,
            format!("${{Runbook}}#{name}"),
            "{}: the description links the runbook section",
            alarm.id
        );
        assert!(problem.ends_with('.'), "{}: the description is a sentence", alarm.id);
        alarms.insert(name);
    }
    assert_eq!(sections, alarms);
}

#[test]
fn runbook_section_has_checks_actions_and_an_end() {
    let (runbook, alarms) = (page("runbook.md"), Watch::read().alarms);
    for section in runbook.split("\n## ").skip(1) {
        let name = section.lines().next().unwrap();
        assert!(section.contains("**Over**"), "{name}");
        assert!(section.contains("**Do:**") || section.contains("**do:**"), "{name}");
        assert!(section.contains("**Look"), "{name}");
        let severity = section.lines().nth(2).unwrap();
        let alarm = alarms.iter().find(|alarm| alarm.name.ends_with(&format!("-{name}"))).unwrap();
        let kind = if alarm.notifies == "!Ref Topic" { "**Page.** " } else { "**Ticket.** " };
        let severity =
            severity.strip_prefix(kind).unwrap_or_else(|| panic!("{name}: {severity}, not {kind}"));
        assert!(
            ["*Bad", "*Soon", "*Info"].iter().any(|word| severity.starts_with(word)),
            "{name}: {severity}"
        );
    }
}

#[test]
fn runbook_explains_every_kind_of_money_without_effect() {
    let runbook = page("runbook.md");
    let section =
        runbook.split("\n## ").find(|section| section.starts_with("money-without-effect\n")).unwrap();
    let listed: Vec<_> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(listed, ReviewKind::ALL.map(ReviewKind::as_str));
}

#[test]
fn queries_of_the_runbook_are_saved() {
    let watch = Watch::read();
    let saved: Vec<_> = of_type(&watch.template, "AWS::Logs::QueryDefinition")
        .map(|(_, query)| text(&query["Name"]))
        .collect();
    let runbook = page("runbook.md");
    let named = runbook.split("query *").skip(1).map(|rest| rest.split('*').next().unwrap());
    for name in named {
        assert!(saved.contains(&format!("${{Stack}}/{name}")), "{name}");
    }
}

/// Returns the words of a text that look like the name of a metric, such as `OnboardingCompleted`.
/// They start with a capital letter and contain a second one and a lowercase letter.
fn spelled_like_a_metric(text: &str) -> impl Iterator<Item = &str> {
    text.split(|ch: char| !ch.is_ascii_alphanumeric()).filter(|word| {
        word.starts_with(|ch: char| ch.is_ascii_uppercase())
            && word.chars().filter(char::is_ascii_uppercase).count() > 1
            && word.chars().any(|ch| ch.is_ascii_lowercase())
    })
}

#[test]
fn defined_metrics_exist() {
    let known: BTreeSet<&str> = Metric::ALL.iter().map(|it| it.name()).collect();
    let definitions = page("metrics.md");
    let quoted = definitions.split('`').skip(1).step_by(2);
    for name in quoted.flat_map(spelled_like_a_metric) {
        assert!(known.contains(name), "{name}");
    }
}

#[test]
fn saved_queries_use_existing_metrics() {
    let known: BTreeSet<&str> = Metric::ALL.iter().map(|it| it.name()).collect();
    let watch = Watch::read();
    for (id, query) in of_type(&watch.template, "AWS::Logs::QueryDefinition") {
        let query = text(&query["QueryString"]);
        let fields = query.split("sum(").chain(query.split("pct(")).skip(1);
        let names = fields.filter_map(|rest| rest.split([')', ',']).next());
        for name in names.filter(|name| name.starts_with(|ch: char| ch.is_ascii_uppercase())) {
            assert!(known.contains(name), "{id}: {name}");
        }
    }
}
