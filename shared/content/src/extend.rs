//! Resolves a definition that extends another one.

use std::collections::BTreeSet;

use toml::Spanned;

use crate::file::{DefinitionFile, FileIn, ResolvedDefinition, TaskIn, Text};

/// An error: its position in the file, as a byte offset, and its reason.
pub type Finding = (usize, String);

/// Returns the definition of a file with everything that it inherits, and the errors that this step
/// finds.
///
/// Inherited values that can be invalid in this file get the position of the field `extends`. So an
/// error about an inherited value names the line of `extends`.
pub fn resolve(
    named: &DefinitionFile<'_>,
    file: &FileIn,
    all: &[(DefinitionFile<'_>, FileIn)],
) -> (ResolvedDefinition, Vec<Finding>) {
    let mut found = Vec::new();
    let mut definition = ResolvedDefinition {
        key: named.key.to_owned(),
        version: file.version.clone(),
        industries: Vec::new(),
        categories: Vec::new(),
        tasks: Vec::new(),
        milestones: Vec::new(),
    };
    if let Some(base) = &file.extends {
        match all.iter().find(|(other, _)| other.key == base.get_ref()) {
            Some((_, other)) if other.extends.is_none() => definition.inherit(other, base),
            Some(_) => found.push((
                position(base),
                format!("{} already extends another definition; only one level is allowed", quoted(base)),
            )),
            None => found.push((position(base), format!("unknown definition {}", quoted(base)))),
        }
    }
    for key in &file.without {
        let before = definition.tasks.len();
        definition.tasks.retain(|task| task.key.get_ref() != key.get_ref());
        if definition.tasks.len() == before {
            found.push((position(key), format!("no inherited task {}", quoted(key))));
        }
    }
    for industry in &file.industries {
        put(&mut definition.industries, industry, |it| &it.key);
    }
    for category in &file.categories {
        put(&mut definition.categories, category, |it| &it.key);
    }
    for task in &file.tasks {
        found.extend(definition.insert_task(task).err());
    }
    for milestone in &file.milestones {
        put(&mut definition.milestones, milestone, |it| &it.key);
    }
    found.extend(duplicates("industry", file.industries.iter().map(|it| &it.key)));
    found.extend(duplicates("category", file.categories.iter().map(|it| &it.key)));
    found.extend(duplicates("task", file.tasks.iter().map(|it| &it.key)));
    found.extend(duplicates("milestone", file.milestones.iter().map(|it| &it.key)));
    (definition, found)
}

/// Returns an error for every key that occurs more than once in a file.
fn duplicates<'a>(what: &str, keys: impl Iterator<Item = &'a Text>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    keys.filter(|key| !seen.insert(key.get_ref().clone()))
        .map(|key| (position(key), format!("duplicate {what} {}", quoted(key))))
        .collect()
}

impl ResolvedDefinition {
    /// Copies the content of `other`, the base definition. `base` is the field `extends`. The keys
    /// and counts that can be invalid in the extending file get the position of `base`, so errors
    /// about them are reported there.
    fn inherit(&mut self, other: &FileIn, base: &Text) {
        let at = base.span();
        self.industries.clone_from(&other.industries);
        self.categories.clone_from(&other.categories);
        self.tasks.clone_from(&other.tasks);
        self.milestones.clone_from(&other.milestones);
        let move_here = |text: &mut Text| *text = Spanned::new(at.clone(), text.get_ref().clone());
        for task in &mut self.tasks {
            move_here(&mut task.key);
            move_here(&mut task.category);
            task.done_by.iter_mut().for_each(move_here);
            for industry in task.when.iter_mut().flat_map(|when| &mut when.industries) {
                move_here(industry);
            }
        }
        for milestone in &mut self.milestones {
            move_here(&mut milestone.key);
            if let Some(count) = &mut milestone.count {
                *count = Spanned::new(at.clone(), *count.get_ref());
            }
            for key in milestone.tasks.iter_mut().flat_map(|tasks| tasks.get_mut()) {
                move_here(key);
            }
        }
    }

    /// Inserts a task. If the definition has a task with the same key, removes that task first.
    ///
    /// The inserted task comes directly before the task that `before` names. Without `before`, it
    /// gets the position of the removed task. If no task was removed either, it comes last.
    fn insert_task(&mut self, task: &TaskIn) -> Result<(), Finding> {
        let index_of = |key: &str| self.tasks.iter().position(|it| it.key.get_ref() == key);
        let same = index_of(task.key.get_ref());
        if let Some(index) = same {
            self.tasks.remove(index);
        }
        let index_of = |key: &str| self.tasks.iter().position(|it| it.key.get_ref() == key);
        let index = match &task.before {
            Some(before) => index_of(before.get_ref())
                .ok_or_else(|| (position(before), format!("unknown task {} in before", quoted(before))))?,
            None => same.unwrap_or(self.tasks.len()),
        };
        self.tasks.insert(index, task.clone());
        Ok(())
    }
}

/// Replaces the item that has the same key. If there is none, appends `item`.
fn put<T: Clone>(items: &mut Vec<T>, item: &T, key: fn(&T) -> &Text) {
    match items.iter_mut().find(|it| key(it).get_ref() == key(item).get_ref()) {
        Some(same) => *same = item.clone(),
        None => items.push(item.clone()),
    }
}

/// Returns the position of a value in its file, as a byte offset.
pub fn position<T>(value: &Spanned<T>) -> usize {
    value.span().start
}

pub fn quoted(text: &Text) -> String {
    format!("{:?}", text.get_ref())
}
