//! The state of an organization in JSON, as other programs read it.
//!
//! The server API returns [`OrganizationOut`], and every domain event contains it. `docs/openapi.yaml`
//! describes it as `Organization`.
//!
//! # Invariant
//!
//! The state depends only on the organization, its version, and the time. So two programs that have
//! the same version see the same state, except for what follows from time alone.
//!
//! # What it never does
//!
//! It never decides anything, and it contains no secret and no message of an operator.
//!
//! # Where to start
//!
//! - `organization`: [`OrganizationOut`], the whole state.
//! - `member`: [`MemberOut`], one member.
//! - `checklist`: [`ChecklistOut`], the whole checklist, and [`TaskChangedOut`]. `task`: [`TaskOut`].
//! - `links`: [`Links`], the URLs of an organization's pages.
//! - `billing`: [`PlanOut`], [`NextOut`], and [`IssueOut`], which other responses contain, too.

mod billing;
mod checklist;
mod links;
mod member;
mod organization;
mod task;

pub use billing::{IssueOut, NextOut, PlanOut};
pub use checklist::{ChecklistOut, TaskChangedOut};
pub use links::Links;
pub use member::MemberOut;
pub use organization::{OrganizationOut, StepOut, Written};
pub use task::TaskOut;
