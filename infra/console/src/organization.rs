//! List of organizations for the console.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store::org_from_image;

/// An organization as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organization {
    /// Organization id, such as `org_…`.
    pub id: String,
    /// Display name of the organization.
    pub name: String,
    /// Status at the local time, such as `trialing`.
    pub status: String,
    /// Remaining days of the trial, rounded up. 0 without a running trial.
    pub trial_days_remaining: u32,
    /// Completed part of the checklist, in percent.
    pub completion_percentage: usize,
    /// Run of provisioning steps. `None` without a run, and when it is ready.
    pub run: Option<OpenRun>,
}

/// A run that has not made its organization ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenRun {
    /// Number of steps that are done.
    pub done: usize,
    /// Number of all steps.
    pub total: usize,
    /// Whether the run failed.
    pub failed: bool,
}

/// Function that lists the organizations in their current state.
pub type Organizations = Arc<dyn Fn() -> BoxFuture<'static, Vec<Organization>> + Send + Sync>;

/// Returns the organizations among a table's items (DynamoDB JSON) at `now`, newest first.
pub fn organizations(items: &[Value], now: Timestamp) -> Vec<Organization> {
    let text = |item: &Value, name: &str| {
        item.pointer(&format!("/{name}/S")).and_then(Value::as_str).map(str::to_owned)
    };
    let mut rows: Vec<Organization> = items
        .iter()
        .filter(|item| text(item, "sk").as_deref() == Some("ORG"))
        .map(|item| match org_from_image(item) {
            Ok(stored) => Organization {
                id: stored.value.id.to_string(),
                name: stored.value.name.to_string(),
                status: stored.value.status(now).as_str().to_owned(),
                trial_days_remaining: stored.value.trial_days_remaining(now),
                completion_percentage: stored.value.progress(now).percentage(),
                run: stored.value.run.as_ref().filter(|run| !run.is_ready()).map(|run| OpenRun {
                    done: run.done_count(),
                    total: run.steps.len(),
                    failed: run.end.is_some(),
                }),
            },
            Err(_) => corrupt(&text(item, "pk").unwrap_or_default()),
        })
        .collect();
    // Ids start with their creation time.
    rows.sort_by(|one, other| other.id.cmp(&one.id));
    rows
}

/// Returns the list entry for an organization whose stored item cannot be deserialized. The list
/// shows the key of the item, so that a developer can find it.
fn corrupt(key: &str) -> Organization {
    Organization {
        name: key.to_owned(),
        id: key.trim_start_matches("ORG#").to_owned(),
        status: "unreadable".to_owned(),
        trial_days_remaining: 0,
        completion_percentage: 0,
        run: None,
    }
}
