use domain::{checklist::Checklist, task::Task};
use serde::Serialize;

use crate::links::Links;

/// A task of a checklist as JSON, the same in reads and in the answers of writes. Times are RFC 3339 in UTC.
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
    /// How `task` stands in `list`.
    #[must_use]
    pub fn of(task: &Task, list: &Checklist, places: Links<'_>) -> Self {
        let tick = list.ticks.get(task.key);
        Self {
            key: task.key,
            title: task.title,
            description: task.description,
            icon: task.icon,
            priority: task.priority,
            category: task.category.key,
            completed: tick.is_some(),
            completed_at: tick.map(|tick| tick.at.to_string()),
            skipped: list.skipped.contains_key(task.key),
            completed_by: tick.and_then(|tick| tick.by.clone()),
            source: tick.map(|tick| tick.source.as_str()),
            action: ActionOut { label: task.action.label, url: places.of(task) },
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        checklist::{Completion, Source},
        definition::BUILT_IN,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn a_task_says_who_did_it_when_and_how_we_know() {
        let places = Links {
            origin: "https://onramp.example.com",
            app: None,
            org: "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
        };
        let task = BUILT_IN.task("created_client").unwrap();
        let mut list = Checklist::default();
        let at = "2026-01-15T09:00:00Z".parse().unwrap();
        list.ticks.insert(
            task.key.to_owned(),
            Completion { at, source: Source::Event, by: Some("Jo Doe".to_owned()) },
        );
        assert_eq!(
            serde_json::to_value(TaskOut::of(task, &list, places)).unwrap(),
            json!({
                "key": "created_client",
                "title": "Add client",
                "description": "Hours that belong to a client can be billed to one.",
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
