//! The list of organizations as JSON.

use domain::org::Org;
use jiff::Timestamp;
use org_state::PlanOut;
use serde::Serialize;
use store::ListCursor;

/// Response of `GET /operator/organizations`.
#[derive(Debug, Serialize)]
pub struct OrganizationsOut {
    organizations: Vec<ListedOut>,
    /// Value of the parameter `cursor` that requests the next page. Null on the last page.
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
struct ListedOut {
    id: String,
    external_id: Option<String>,
    name: String,
    status: &'static str,
    access: &'static str,
    trial_ends_at: Option<Timestamp>,
    plan: Option<PlanOut>,
    /// The Stripe customer. Null if none is linked.
    customer: Option<String>,
    signed_up_at: Timestamp,
}

impl OrganizationsOut {
    /// Returns the response for a page at `now`.
    pub fn of(orgs: &[Org], next: Option<ListCursor>, now: Timestamp) -> Self {
        Self {
            organizations: orgs.iter().map(|org| ListedOut::of(org, now)).collect(),
            next_cursor: next.map(|cursor| cursor.to_string()),
        }
    }
}

impl ListedOut {
    fn of(org: &Org, now: Timestamp) -> Self {
        let status = org.status(now);
        Self {
            id: org.id.to_string(),
            external_id: org.external_id.as_ref().map(ToString::to_string),
            name: org.name.to_string(),
            status: status.as_str(),
            access: status.access().as_str(),
            trial_ends_at: org.trial_ends_at(now),
            plan: PlanOut::of(org, now),
            customer: org.billing.customer.as_ref().map(ToString::to_string),
            signed_up_at: org.signed_up_at,
        }
    }
}
