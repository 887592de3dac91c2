//! Responses to actions on an organization.

use domain::org::Org;
use jiff::Timestamp;
use serde::Serialize;

use crate::out::organization::OrganizationOut;

/// Response to an extension of a trial.
#[derive(Debug, Serialize)]
pub struct ExtendedOut {
    success: bool,
    status: &'static str,
    trial_ends_at: Option<Timestamp>,
    trial_days_remaining: u32,
}

impl ExtendedOut {
    /// Returns the response for the organization after the extension.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        Self {
            success: true,
            status: org.status(now).as_str(),
            trial_ends_at: org.trial_ends_at(now),
            trial_days_remaining: org.trial_days_remaining(now),
        }
    }
}

/// Response to an action on an organization.
#[derive(Debug, Serialize)]
pub struct ActionOut {
    success: bool,
    organization: OrganizationOut,
}

impl ActionOut {
    /// Returns the response for the organization after the action.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        Self { success: true, organization: OrganizationOut::of(org, now) }
    }
}
