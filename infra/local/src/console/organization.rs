//! The organizations that the console offers.

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use store::org_from_image;

/// One line of the choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organization {
    /// Its id, `org_…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status at the local time, such as `trialing`.
    pub status: String,
    /// The days that remain of a running trial, rounded up.
    pub trial_days_remaining: u32,
    /// How much of the checklist is done, in percent.
    pub completion_percentage: usize,
}

/// Lists the organizations as they are now.
pub type Organizations = Arc<dyn Fn() -> BoxFuture<'static, Vec<Organization>> + Send + Sync>;

/// The organizations among a table's items (DynamoDB's JSON) at `now`, newest first.
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
            },
            Err(_) => unreadable(&text(item, "pk").unwrap_or_default()),
        })
        .collect();
    // Ids begin with their time.
    rows.sort_by(|one, other| other.id.cmp(&one.id));
    rows
}

/// An item that the store cannot read is shown all the same: somebody looks for it just then.
fn unreadable(key: &str) -> Organization {
    Organization {
        name: key.to_owned(),
        id: key.trim_start_matches("ORG#").to_owned(),
        status: "unreadable".to_owned(),
        trial_days_remaining: 0,
        completion_percentage: 0,
    }
}
