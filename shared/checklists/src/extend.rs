//! One definition on top of another.

use std::collections::BTreeSet;

use toml::Spanned;

use crate::{
    DefinitionFile,
    file::{FileIn, TaskIn, Text, Whole},
};

/// A place in the file and what is wrong there.
pub type Found = (usize, String);

/// A file with all that it takes over. What is taken over has no place in this file: where it does not go together with
/// what this one says, the line that takes it over is to blame.
pub fn resolve(
    named: &DefinitionFile<'_>,
    file: &FileIn,
    all: &[(DefinitionFile<'_>, FileIn)],
) -> (Whole, Vec<Found>) {
    let mut found = Vec::new();
    let mut whole = Whole {
        key: named.key.to_owned(),
        version: file.version.clone(),
        industries: Vec::new(),
        categories: Vec::new(),
        tasks: Vec::new(),
        milestones: Vec::new(),
    };
    if let Some(base) = &file.extends {
        match all.iter().find(|(other, _)| other.key == base.get_ref()) {
            Some((_, other)) if other.extends.is_none() => whole.take_over(other, base),
            Some(_) => found
                .push((place(base), format!("{} extends another itself: one step is enough", quoted(base)))),
            None => found.push((place(base), format!("there is no definition {}", quoted(base)))),
        }
    }
    for key in &file.without {
        let before = whole.tasks.len();
        whole.tasks.retain(|task| task.key.get_ref() != key.get_ref());
        if whole.tasks.len() == before {
            found.push((place(key), format!("no task {} is taken over", quoted(key))));
        }
    }
    for industry in &file.industries {
        put(&mut whole.industries, industry, |it| &it.key);
    }
    for category in &file.categories {
        put(&mut whole.categories, category, |it| &it.key);
    }
    for task in &file.tasks {
        found.extend(whole.place_task(task).err());
    }
    for milestone in &file.milestones {
        put(&mut whole.milestones, milestone, |it| &it.key);
    }
    found.extend(twice("industry", file.industries.iter().map(|it| &it.key)));
    found.extend(twice("category", file.categories.iter().map(|it| &it.key)));
    found.extend(twice("task", file.tasks.iter().map(|it| &it.key)));
    found.extend(twice("milestone", file.milestones.iter().map(|it| &it.key)));
    (whole, found)
}

/// Keys that a file gives to two of its own.
fn twice<'a>(what: &str, keys: impl Iterator<Item = &'a Text>) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    keys.filter(|key| !seen.insert(key.get_ref().clone()))
        .map(|key| (place(key), format!("the {what} {} is there twice", quoted(key))))
        .collect()
}

impl Whole {
    fn take_over(&mut self, other: &FileIn, at: &Text) {
        let at = at.span();
        self.industries.clone_from(&other.industries);
        self.categories.clone_from(&other.categories);
        self.tasks.clone_from(&other.tasks);
        self.milestones.clone_from(&other.milestones);
        let here = |text: &mut Text| *text = Spanned::new(at.clone(), text.get_ref().clone());
        for task in &mut self.tasks {
            here(&mut task.key);
            here(&mut task.category);
            task.done_by.iter_mut().for_each(here);
            for industry in task.when.iter_mut().flat_map(|when| &mut when.industries) {
                here(industry);
            }
        }
        for milestone in &mut self.milestones {
            here(&mut milestone.key);
            if let Some(count) = &mut milestone.count {
                *count = Spanned::new(at.clone(), *count.get_ref());
            }
            for key in milestone.tasks.iter_mut().flat_map(|tasks| tasks.get_mut()) {
                here(key);
            }
        }
    }

    /// In place of the one with its key, else before the one that it names, else last.
    fn place_task(&mut self, task: &TaskIn) -> Result<(), Found> {
        let index_of = |key: &str| self.tasks.iter().position(|it| it.key.get_ref() == key);
        let same = index_of(task.key.get_ref());
        if let Some(index) = same {
            self.tasks.remove(index);
        }
        let index_of = |key: &str| self.tasks.iter().position(|it| it.key.get_ref() == key);
        let index = match &task.before {
            Some(before) => index_of(before.get_ref()).ok_or_else(|| {
                (place(before), format!("there is no task {} to come before", quoted(before)))
            })?,
            None => same.unwrap_or(self.tasks.len()),
        };
        self.tasks.insert(index, task.clone());
        Ok(())
    }
}

/// In place of the one with its key, else last.
fn put<T: Clone>(all: &mut Vec<T>, one: &T, key: fn(&T) -> &Text) {
    match all.iter_mut().find(|it| key(it).get_ref() == key(one).get_ref()) {
        Some(same) => *same = one.clone(),
        None => all.push(one.clone()),
    }
}

pub fn place<T>(value: &Spanned<T>) -> usize {
    value.span().start
}

pub fn quoted(text: &Text) -> String {
    format!("{:?}", text.get_ref())
}
