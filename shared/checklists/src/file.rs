//! What a file can say. Each value knows where it stands, so that whatever is wrong with it can be found.

use serde::Deserialize;
use toml::Spanned;

/// A text with its place.
pub type Text = Spanned<String>;

/// A file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileIn {
    pub version: Spanned<u32>,
    /// The key of a definition whose categories, tasks and milestones this one takes over.
    pub extends: Option<Text>,
    /// Keys of tasks that are not taken over.
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

/// A key, and what people read for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TitledIn {
    pub key: Text,
    pub title: Text,
}

/// A task.
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
    /// The task that this one comes before; a new one without it comes last.
    pub before: Option<Text>,
}

/// When a task becomes worth more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiseIn {
    pub days_left: Spanned<u32>,
    pub value: Spanned<u32>,
}

/// A task's link.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionIn {
    pub label: Text,
    pub to: Text,
}

/// Whose checklist has the task.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhenIn {
    #[serde(default)]
    pub plans: Vec<Text>,
    #[serde(default)]
    pub industries: Vec<Text>,
}

/// A milestone.
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

/// A definition with all that it takes over.
#[derive(Clone, Debug)]
pub struct Whole {
    pub key: String,
    pub version: Spanned<u32>,
    pub industries: Vec<TitledIn>,
    pub categories: Vec<TitledIn>,
    pub tasks: Vec<TaskIn>,
    pub milestones: Vec<MilestoneIn>,
}
