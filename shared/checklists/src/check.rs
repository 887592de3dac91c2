//! What a definition must be for people to be able to work through it.

use std::collections::BTreeMap;

use toml::Spanned;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    extend::{Found, place, quoted},
    file::{MilestoneIn, TaskIn, Text, Whole},
};

/// The plans that a condition can name; `domain::plan::Plan` has the same words.
const PLANS: [&str; 2] = ["single", "team"];

/// The most tasks: an organization's item holds what is done of each.
const MOST_TASKS: usize = 30;

/// Every fault of a definition.
pub fn definition(whole: &Whole) -> Vec<Found> {
    let mut check = Check { whole, found: Vec::new() };
    check.all();
    check.found
}

struct Check<'a> {
    whole: &'a Whole,
    found: Vec<Found>,
}

impl Check<'_> {
    fn all(&mut self) {
        let whole = self.whole;
        self.number(&whole.version, "version", 1, 1_000_000);
        if !is_key(&whole.key, '-') {
            self.blame(&whole.version, "a file's name is lower-case letters, digits and hyphens");
        }
        for titled in whole.industries.iter().chain(&whole.categories) {
            self.key(&titled.key);
            self.text(&titled.title, "title", 40);
        }
        if whole.tasks.is_empty() || whole.tasks.len() > MOST_TASKS {
            self.blame(
                &whole.version,
                &format!("there are 1 to {MOST_TASKS} tasks, and not {}", whole.tasks.len()),
            );
        } else if whole.tasks.iter().all(|task| task.when.is_some()) {
            self.blame(&whole.version, "at least one task has no condition: a checklist is never empty");
        }
        for task in &whole.tasks {
            self.task(task);
        }
        self.events();
        for milestone in &whole.milestones {
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
        if !self.whole.categories.iter().any(|it| it.key.get_ref() == task.category.get_ref()) {
            self.blame(&task.category, &format!("there is no category {}", quoted(&task.category)));
        }
        self.number(&task.value, "value", 1, 100);
        if let Some(rises) = &task.rises {
            self.number(&rises.days_left, "days_left", 1, 730);
            self.number(&rises.value, "value", 1, 100);
            let (from, to) = (task.value.get_ref(), rises.value.get_ref());
            if to < from {
                self.blame(&rises.value, &format!("a value rises: to {from} or more, and not to {to}"));
            }
        }
        self.text(&task.action.label, "label", 30);
        if !is_link(task.action.to.get_ref()) {
            self.blame(
                &task.action.to,
                "a task leads to \"members\", \"plans\", \"app:\" and a path of the host app, or an https address",
            );
        }
        for sign in &task.done_by {
            if !matches!(sign.get_ref().as_str(), "billing" | "invitation") && !is_event(sign.get_ref()) {
                self.blame(
                    sign,
                    "a task is done by \"billing\", \"invitation\", or an event of the host app such as \"project.created\"",
                );
            }
        }
        let Some(when) = &task.when else { return };
        for plan in &when.plans {
            if !PLANS.contains(&plan.get_ref().as_str()) {
                self.blame(plan, &format!("there is no plan {}: it is single or team", quoted(plan)));
            }
        }
        for industry in &when.industries {
            if !self.whole.industries.iter().any(|it| it.key.get_ref() == industry.get_ref()) {
                self.blame(industry, &format!("there is no industry {}", quoted(industry)));
            }
        }
        if when.plans.is_empty() && when.industries.is_empty() {
            self.blame(&task.key, "its condition names neither a plan nor an industry");
        }
    }

    /// An event stands for one task: which, must not depend on the order of a file.
    fn events(&mut self) {
        let mut seen = BTreeMap::new();
        for (task, sign) in
            self.whole.tasks.iter().flat_map(|task| task.done_by.iter().map(move |it| (task, it)))
        {
            if !is_event(sign.get_ref()) {
                continue;
            }
            match seen.insert(sign.get_ref(), task.key.get_ref()) {
                Some(other) if other == task.key.get_ref() => {
                    self.blame(sign, &format!("the event {} is named twice", quoted(sign)));
                }
                Some(_) => {
                    self.blame(sign, &format!("the event {} completes another task already", quoted(sign)));
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
                // A task with a condition is not on every checklist.
                let certain = self.whole.tasks.iter().filter(|task| task.when.is_none()).count();
                self.number(count, "count", 1, u32::try_from(certain).unwrap_or(u32::MAX));
            }
            (None, Some(tasks)) => {
                if tasks.get_ref().is_empty() {
                    self.blame(tasks, "a milestone takes at least one task");
                }
                for key in tasks.get_ref() {
                    match self.whole.tasks.iter().find(|task| task.key.get_ref() == key.get_ref()) {
                        None => self.blame(key, &format!("there is no task {}", quoted(key))),
                        Some(task) if task.when.is_some() => {
                            self.blame(key, "a milestone takes only tasks that everybody has");
                        }
                        Some(_) => {}
                    }
                }
            }
            _ => self.blame(&milestone.key, "a milestone has either a count or tasks"),
        }
    }

    fn key(&mut self, key: &Text) {
        if !is_key(key.get_ref(), '_') {
            self.blame(
                key,
                "a key is 1 to 40 lower-case letters, digits and underscores, and begins with a letter",
            );
        }
    }

    fn text(&mut self, text: &Text, name: &str, most: usize) {
        let (length, value) = (text.get_ref().graphemes(true).count(), text.get_ref());
        if value.trim() != value || value.chars().any(char::is_control) || length == 0 || length > most {
            self.blame(
                text,
                &format!("{name} is one line of 1 to {most} characters, without space at its ends"),
            );
        }
    }

    fn icon(&mut self, icon: &Text) {
        let value = icon.get_ref();
        if value.graphemes(true).count() != 1 || value.is_ascii() {
            self.blame(icon, "icon is one emoji");
        }
    }

    fn number(&mut self, number: &Spanned<u32>, name: &str, least: u32, most: u32) {
        if !(least..=most).contains(number.get_ref()) {
            self.blame(number, &format!("{name} is {least} to {most}, and not {}", number.get_ref()));
        }
    }

    fn blame<T>(&mut self, value: &Spanned<T>, reason: &str) {
        self.found.push((place(value), reason.to_owned()));
    }
}

fn is_key(text: &str, joint: char) -> bool {
    let plain = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || ch == joint;
    text.len() <= 40 && text.starts_with(|ch: char| ch.is_ascii_lowercase()) && text.chars().all(plain)
}

fn is_event(text: &str) -> bool {
    text.split_once('.').is_some_and(|(what, happened)| is_key(what, '_') && is_key(happened, '_'))
}

fn is_link(to: &str) -> bool {
    // Nothing that needs quoting in an address, so that it is the same wherever it is shown.
    let plain = |text: &str| text.chars().all(|ch| ch.is_ascii_graphic() && !"\"<>\\^`{|}".contains(ch));
    match to.split_once(':') {
        None => matches!(to, "members" | "plans"),
        Some(("app", path)) => plain(path) && !path.starts_with('/'),
        Some(("https", rest)) => rest.len() > 2 && rest.starts_with("//") && plain(rest),
        Some(_) => false,
    }
}
