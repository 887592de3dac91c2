//! The checklist: its definitions, the state of its tasks, and the progress of an organization.

mod command;
mod definition;
mod onboarding;
mod progress;
mod state;
mod task;

pub use command::{ChecklistCommand, ChecklistError, HostEventResult};
pub use definition::{BUILT_IN, Definition, Industry, Milestone, MilestoneRule, Offered};
pub use onboarding::Onboarding;
pub use progress::{MAX_SUGGESTED_TASKS, Progress};
pub use state::{
    Checklist, CompletedByEvent, Completion, Source, UNDO_PERIOD, UnknownTask, WIDGET_AFTER_COMPLETION,
};
pub use task::{Action, Category, CompletionTrigger, Condition, Task, TaskTarget, UrgencyBoost};
