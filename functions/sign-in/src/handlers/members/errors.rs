//! Converts rejected changes into problems.

use domain::{
    id::OrgId,
    limits::{INVITATIONS_OF_ORG, RateLimitWindow},
    people::TeamError,
};
use jiff::Timestamp;
use serde_json::json;
use web::{FieldError, Kind, Problem, problem::NO_SEAT};

use crate::words::members::errors as words_of;

/// Converts a rejection into a problem.
///
/// `origin` is Onramp's own origin. `org` is the caller's organization. If the change requires a
/// plan, the problem links to that organization's plans.
pub fn to_problem(error: TeamError, origin: &str, org: OrgId) -> Problem {
    let of_address =
        |code, message: &str| Problem::invalid(vec![FieldError::new("email", code, message.to_owned())]);
    let plans = format!("{origin}/organizations/{org}");
    match error {
        TeamError::NoAccess(status) => Problem::payment_required(status, &plans),
        TeamError::NoSeat(seats) => Problem::no_seat(&plans, words_of::no_seat(seats)),
        TeamError::AlreadyMember => of_address("already_member", words_of::ALREADY_MEMBER),
        TeamError::AlreadyInvited => of_address("already_invited", words_of::ALREADY_INVITED),
        TeamError::TooManyOpen => Problem::new(Kind::Conflict, words_of::too_many_open()),
        TeamError::SentTooOften => Problem::new(Kind::Conflict, words_of::sent_too_often()),
        TeamError::InviterGone => Problem::new(Kind::Conflict, words_of::INVITER_GONE),
        TeamError::TooManyAdmins => Problem::new(Kind::Conflict, words_of::too_many_admins()),
        TeamError::Subscribed => {
            Problem::new(Kind::Conflict, words_of::SUBSCRIBED).with("plans_url", json!(plans))
        }
        TeamError::LastAdmin => Problem::new(Kind::Conflict, words_of::LAST_ADMIN),
    }
}

/// Returns the problem of an invitation that exceeds a rate limit.
///
/// If the limit of the address is reached, the text does not reveal whether other organizations
/// invite the same address.
pub fn rate_limited(window: &RateLimitWindow, now: Timestamp) -> Problem {
    let mut problem = Problem::too_many(window.retry_after(now)).because(window.limit.name);
    let detail = if window.limit == INVITATIONS_OF_ORG {
        words_of::org_limit(&problem.detail)
    } else {
        words_of::address_limit(&problem.detail)
    };
    problem.detail = detail.into();
    problem
}

/// Returns whether the cause of the problem is that the plan has no free seat.
pub fn is_no_seat(problem: &Problem) -> bool {
    problem.extra.iter().any(|(name, value)| *name == "code" && value == NO_SEAT)
}
