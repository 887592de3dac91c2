//! The review queue and the search as JSON.

use domain::org::Org;
use jiff::Timestamp;
use serde::Serialize;
use store::ReviewPage;

use crate::views::review_item::ReviewItemView;

/// Response of `GET /operator?find=…`.
#[derive(Debug, Serialize)]
pub struct FoundOut {
    organizations: Vec<String>,
}

impl FoundOut {
    /// Converts the search result.
    pub fn of(found: &[Org]) -> Self {
        Self { organizations: found.iter().map(|org| org.id.to_string()).collect() }
    }
}

/// Response of `GET /operator`: one page of the review queue.
#[derive(Debug, Serialize)]
pub struct ReviewPageOut {
    waiting: Vec<ReviewItemOut>,
    /// Value of the parameter `after` that requests the next page. Null on the last page.
    next: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct ReviewItemOut {
    id: String,
    kind: &'static str,
    since: Timestamp,
    title: String,
    why: Vec<String>,
    advice: &'static str,
    ids: Vec<String>,
    organization_id: Option<String>,
    /// IDs of all affected organizations. The first is also in `organization_id`.
    organization_ids: Vec<String>,
    /// What an operator can do about the item: `link-customer` and `dismiss`.
    actions: Vec<&'static str>,
}

impl ReviewPageOut {
    /// Converts a page of the store.
    pub fn of(page: &ReviewPage, now: Timestamp) -> Self {
        let waiting = page.items.iter().map(|item| ReviewItemOut::of(ReviewItemView::of(item, now)));
        Self { waiting: waiting.collect(), next: page.next }
    }
}

impl ReviewItemOut {
    fn of(view: ReviewItemView) -> Self {
        Self {
            id: view.id,
            kind: view.kind,
            since: view.since,
            title: view.title,
            why: view.reasons,
            advice: view.advice,
            ids: view.ids.into_iter().map(|(_, id)| id).collect(),
            organization_id: view.organizations.first().map(|(id, _)| id.to_string()),
            organization_ids: view.organizations.iter().map(|(id, _)| id.to_string()).collect(),
            actions: view.actions.iter().map(|action| action.as_str()).collect(),
        }
    }
}
