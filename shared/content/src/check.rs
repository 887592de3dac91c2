//! The rules of a valid definition.

use std::collections::BTreeMap;

use toml::Spanned;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    extend::{Finding, position, quoted},
    file::{MilestoneIn, ResolvedDefinition, TaskIn, Text},
};

/// The plans of a condition, the same as in `domain::billing::Plan`.
const PLANS: [&str; 2] = ["single", "team"];

/// Maximum number of tasks. An organization's item stores the completion of each task, and DynamoDB
/// limits the size of an item.
const MAX_TASKS: usize = 30;

/// Returns all errors of a definition.
pub fn definition(definition: &ResolvedDefinition) -> Vec<Finding> {
    let mut check = Check { definition, found: Vec::new() };
    check.all();
    check.found
}

struct Check<'a> {
    definition: &'a ResolvedDefinition,
    found: Vec<Finding>,
}

impl Check<'_> {
    fn all(&mut self) {
        let definition = self.definition;
        self.number(&definition.version, "version", 1, 1_000_000);
        if !is_key(&definition.key, '-') {
            self.report(
                &definition.version,
                "file names may contain only lowercase letters, digits, and hyphens",
            );
        }
        for titled in definition.industries.iter().chain(&definition.categories) {
            self.key(&titled.key);
            self.text(&titled.title, "title", 40);
        }
        if definition.tasks.is_empty() || definition.tasks.len() > MAX_TASKS {
            self.report(
                &definition.version,
                &format!("expected 1 to {MAX_TASKS} tasks, got {}", definition.tasks.len()),
            );
        } else if definition.tasks.iter().all(|task| task.when.is_some()) {
            self.report(
                &definition.version,
                "at least one task must have no condition, so that no checklist is empty",
            );
        }
        for task in &definition.tasks {
            self.task(task);
        }
        self.events();
        for milestone in &definition.milestones {
            self.milestone(milestone);
        }
    }

    fn task(&mut self, task: &TaskIn) {
        self.key(&task.key);
        self.text(&task.title, "title", 60);
        self.text(&task.description, "description", 200);
        self.text(&task.how_to, "how_to", 300);
        self.number(&task.minutes, "minutes", 1, 120);
        self.icon(&task.icon);
        if !self.definition.categories.iter().any(|it| it.key.get_ref() == task.category.get_ref()) {
            self.report(&task.category, &format!("unknown category {}", quoted(&task.category)));
        }
        self.number(&task.value, "value", 1, 100);
        if let Some(rises) = &task.rises {
            self.number(&rises.days_left, "days_left", 1, 730);
            self.number(&rises.value, "value", 1, 100);
            let (from, to) = (task.value.get_ref(), rises.value.get_ref());
            if to < from {
                self.report(&rises.value, &format!("a raised value must be at least {from}, got {to}"));
            }
        }
        self.text(&task.action.label, "label", 30);
        if !is_link(task.action.to.get_ref()) {
            self.report(
                &task.action.to,
                "a task must link to \"members\", \"plans\", \"app:<path>\", or an https URL",
            );
        }
        for trigger in &task.done_by {
            if !matches!(trigger.get_ref().as_str(), "billing" | "invitation") && !is_event(trigger.get_ref())
            {
                self.report(
                    trigger,
                    "done_by must be \"billing\", \"invitation\", or a host-app event such as \"project.created\"",
                );
            }
        }
        let Some(when) = &task.when else { return };
        for plan in &when.plans {
            if !PLANS.contains(&plan.get_ref().as_str()) {
                self.report(plan, &format!("unknown plan {}; expected single or team", quoted(plan)));
            }
        }
        for industry in &when.industries {
            if !self.definition.industries.iter().any(|it| it.key.get_ref() == industry.get_ref()) {
                self.report(industry, &format!("unknown industry {}", quoted(industry)));
            }
        }
        if when.plans.is_empty() && when.industries.is_empty() {
            self.report(&task.key, "the condition must name a plan or an industry");
        }
    }

    /// Checks that each host event completes at most one task, and that a task names it only once.
    fn events(&mut self) {
        let mut seen = BTreeMap::new();
        for (task, trigger) in
            self.definition.tasks.iter().flat_map(|task| task.done_by.iter().map(move |it| (task, it)))
        {
            if !is_event(trigger.get_ref()) {
                continue;
            }
            match seen.insert(trigger.get_ref(), task.key.get_ref()) {
                Some(other) if other == task.key.get_ref() => {
                    self.report(trigger, &format!("duplicate event {}", quoted(trigger)));
                }
                Some(_) => {
                    self.report(
                        trigger,
                        &format!("event {} already completes another task", quoted(trigger)),
                    );
                }
                None => {}
            }
        }
    }

    fn milestone(&mut self, milestone: &MilestoneIn) {
        self.key(&milestone.key);
        self.text(&milestone.title, "title", 40);
        self.text(&milestone.text, "text", 120);
        self.icon(&milestone.icon);
        match (&milestone.count, &milestone.tasks) {
            (Some(count), None) => {
                // Every organization must be able to reach the count. An organization may see only
                // the tasks without a condition, so the count must not exceed their number.
                let unconditional = self.definition.tasks.iter().filter(|task| task.when.is_none()).count();
                self.number(count, "count", 1, u32::try_from(unconditional).unwrap_or(u32::MAX));
            }
            (None, Some(tasks)) => {
                if tasks.get_ref().is_empty() {
                    self.report(tasks, "a milestone must require at least one task");
                }
                for key in tasks.get_ref() {
                    match self.definition.tasks.iter().find(|task| task.key.get_ref() == key.get_ref()) {
                        None => self.report(key, &format!("unknown task {}", quoted(key))),
                        Some(task) if task.when.is_some() => {
                            self.report(key, "a milestone may only require unconditional tasks");
                        }
                        Some(_) => {}
                    }
                }
            }
            _ => self.report(&milestone.key, "a milestone must have either a count or tasks"),
        }
    }

    fn key(&mut self, key: &Text) {
        if !is_key(key.get_ref(), '_') {
            self.report(
                key,
                "a key must have 1 to 40 lowercase letters, digits, and underscores, and start with a letter",
            );
        }
    }

    fn text(&mut self, text: &Text, name: &str, max: usize) {
        let (length, value) = (text.get_ref().graphemes(true).count(), text.get_ref());
        if value.trim() != value || value.chars().any(char::is_control) || length == 0 || length > max {
            self.report(
                text,
                &format!("{name} must be one line of 1 to {max} characters without surrounding spaces"),
            );
        }
    }

    fn icon(&mut self, icon: &Text) {
        let value = icon.get_ref();
        if value.graphemes(true).count() != 1 || value.is_ascii() {
            self.report(icon, "icon must be one emoji");
        }
    }

    fn number(&mut self, number: &Spanned<u32>, name: &str, min: u32, max: u32) {
        if !(min..=max).contains(number.get_ref()) {
            self.report(number, &format!("{name} must be {min} to {max}, got {}", number.get_ref()));
        }
    }

    fn report<T>(&mut self, value: &Spanned<T>, reason: &str) {
        self.found.push((position(value), reason.to_owned()));
    }
}

pub fn is_key(text: &str, separator: char) -> bool {
    let plain = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || ch == separator;
    text.len() <= 40 && text.starts_with(|ch: char| ch.is_ascii_lowercase()) && text.chars().all(plain)
}

fn is_event(text: &str) -> bool {
    text.split_once('.').is_some_and(|(object, action)| is_key(object, '_') && is_key(action, '_'))
}

fn is_link(to: &str) -> bool {
    // Characters that must be escaped in a URL are rejected, because browsers and mail clients may
    // escape them differently.
    let plain = |text: &str| text.chars().all(|ch| ch.is_ascii_graphic() && !"\"<>\\^`{|}".contains(ch));
    match to.split_once(':') {
        None => matches!(to, "members" | "plans"),
        Some(("app", path)) => plain(path) && !path.starts_with('/'),
        Some(("https", rest)) => rest.len() > 2 && rest.starts_with("//") && plain(rest),
        Some(_) => false,
    }
}
