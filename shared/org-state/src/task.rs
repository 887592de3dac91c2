//! JSON representation of a task.

use domain::checklist::{Checklist, Task};
use serde::Serialize;

use crate::Links;

/// A task of a checklist as JSON. Responses to reads and responses to writes contain the same form.
///
/// Times are RFC 3339 in UTC.
#[derive(Clone, Debug, Serialize)]
pub struct TaskOut {
    key: &'static str,
    title: &'static str,
    description: &'static str,
    icon: &'static str,
    priority: u8,
    category: &'static str,
    completed: bool,
    completed_at: Option<String>,
    skipped: bool,
    completed_by: Option<String>,
    source: Option<&'static str>,
    action: ActionOut,
}

#[derive(Clone, Debug, Serialize)]
struct ActionOut {
    label: &'static str,
    url: String,
}

impl TaskOut {
    /// Describes `task` with its progress in `list`.
    #[must_use]
    pub fn of(task: &Task, list: &Checklist, links: Links<'_>) -> Self {
        let completion = list.completions.get(task.key);
        Self {
            key: task.key,
            title: task.title,
            description: task.description,
            icon: task.icon,
            priority: task.priority,
            category: task.category.key,
            completed: completion.is_some(),
            completed_at: completion.map(|completion| completion.at.to_string()),
            skipped: list.skipped.contains_key(task.key),
            completed_by: completion.and_then(|completion| completion.by.clone()),
            source: completion.map(|completion| completion.source.as_str()),
            action: ActionOut { label: task.action.label, url: links.of(task) },
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::{BUILT_IN, Completion, Source};
    use serde_json::json;

    use super::*;

    #[test]
    fn task_shows_completion_time_source_and_user() {
        let links = Links {
            origin: "https://onramp.example.com",
            app: None,
            org: "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
        };
        let task = BUILT_IN.tasks.iter().find(|task| task.key == "created_client").unwrap();
        let mut list = Checklist::default();
        let at = "2026-01-15T09:00:00Z".parse().unwrap();
        list.completions.insert(
            task.key.to_owned(),
            Completion { at, source: Source::Event, by: Some("Jo Doe".to_owned()) },
        );
        assert_eq!(
            serde_json::to_value(TaskOut::of(task, &list, links)).unwrap(),
            json!({
                "key": "created_client",
                "title": "Add client",
                "description": "Assign hours to a client so that you can bill them.",
                "icon": "🏢",
                "priority": 5,
                "category": "setup",
                "completed": true,
                "completed_at": "2026-01-15T09:00:00Z",
                "skipped": false,
                "completed_by": "Jo Doe",
                "source": "event",
                "action": {
                    "label": "Add client",
                    "url": "https://onramp.example.com/onboarding/guide#created_client",
                },
            })
        );
    }
}
