//! A checklist file and its fields. Each value has its position, so that an error can name the
//! line.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

/// The key of the default definition, which every build contains.
pub const BUILT_IN: &str = "built-in";

/// A checklist file with its key.
#[derive(Clone, Debug)]
pub struct DefinitionFile<'a> {
    /// The key of the definition, which is the file name without `.toml`.
    pub key: &'a str,
    /// The TOML text of the file.
    pub text: &'a str,
}

/// An error in a checklist file, with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionError {
    /// The key of the file.
    pub key: String,
    /// The line of the error, starting at 1.
    pub line: usize,
    /// The description of the error, with the expected value where possible.
    pub reason: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.toml:{}: {}", self.key, self.line, self.reason)
    }
}

/// A string with its position.
pub type Text = Spanned<String>;

/// The top-level fields of a checklist file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileIn {
    pub version: Spanned<u32>,
    /// The key of the base definition. This definition inherits its industries, categories, tasks,
    /// and milestones.
    pub extends: Option<Text>,
    /// The keys of inherited tasks to omit.
    #[serde(default)]
    pub without: Vec<Text>,
    #[serde(default, rename = "industry")]
    pub industries: Vec<TitledIn>,
    #[serde(default, rename = "category")]
    pub categories: Vec<TitledIn>,
    #[serde(default, rename = "task")]
    pub tasks: Vec<TaskIn>,
    #[serde(default, rename = "milestone")]
    pub milestones: Vec<MilestoneIn>,
}

/// An industry or a category: its key and its displayed title.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TitledIn {
    pub key: Text,
    pub title: Text,
}

/// The fields of a task, which `docs/checklists.md` describes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskIn {
    pub key: Text,
    pub title: Text,
    pub description: Text,
    pub how_to: Text,
    pub minutes: Spanned<u32>,
    pub icon: Text,
    pub category: Text,
    pub value: Spanned<u32>,
    pub rises: Option<RiseIn>,
    pub action: ActionIn,
    pub done_by: Vec<Text>,
    pub when: Option<WhenIn>,
    /// The key of the task before which this task is inserted. Without it, a task with a new key
    /// comes last, and a task with the key of an inherited task replaces that task.
    pub before: Option<Text>,
}

/// A higher `value` of a task towards the end of a trial.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiseIn {
    pub days_left: Spanned<u32>,
    pub value: Spanned<u32>,
}

/// The button of a task: its label and its target.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionIn {
    pub label: Text,
    pub to: Text,
}

/// The condition of a task: the plans and the industries whose checklists contain it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhenIn {
    #[serde(default)]
    pub plans: Vec<Text>,
    #[serde(default)]
    pub industries: Vec<Text>,
}

/// The fields of a milestone. It has either `count` or `tasks`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MilestoneIn {
    pub key: Text,
    pub title: Text,
    pub text: Text,
    pub icon: Text,
    pub count: Option<Spanned<u32>>,
    pub tasks: Option<Spanned<Vec<Text>>>,
}

/// A definition with everything that it inherits.
#[derive(Clone, Debug)]
pub struct ResolvedDefinition {
    pub key: String,
    pub version: Spanned<u32>,
    pub industries: Vec<TitledIn>,
    pub categories: Vec<TitledIn>,
    pub tasks: Vec<TaskIn>,
    pub milestones: Vec<MilestoneIn>,
}
