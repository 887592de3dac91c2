//! Problems of invitations, in the words of the invited person.

use axum::response::Response;
use domain::people::TeamError;
use store::InvitationDetails;
use web::{Kind, Problem, ResponseFormat};

use crate::{App, handlers::members, views::invitation as views, words::invitation as words_of};

/// Returns the problem of a link that opens no invitation. It is the same for a revoked, resent,
/// expired, or unknown link. An accepted invitation has its own response.
pub fn invitation_expired() -> Problem {
    Problem::new(Kind::NotFound, words_of::expired::problem())
}

/// Converts a rejection into a problem whose text is for the invited person. The text can name the
/// inviter, whom they can contact.
pub fn to_problem(error: TeamError, details: &InvitationDetails, origin: &str) -> Problem {
    let (org, inviter) = (&details.org.value, details.invitation.value.inviter.as_str());
    let name = org.name.as_str();
    match error {
        TeamError::AlreadyMember => Problem::new(Kind::Conflict, words_of::ALREADY_MEMBER),
        TeamError::NoAccess(_) | TeamError::NoSeat(_) => {
            let mut problem = members::to_problem(error, origin, org.id);
            problem.detail = match error {
                TeamError::NoSeat(_) => words_of::no_seat::problem(name).into(),
                _ => words_of::plan_needed(name, inviter).into(),
            };
            problem
        }
        TeamError::InviterGone => {
            Problem::new(Kind::Conflict, words_of::inviter_no_longer_admin(name, inviter))
        }
        TeamError::TooManyAdmins => Problem::new(Kind::Conflict, words_of::too_many_admins(name, inviter)),
        error => members::to_problem(error, origin, org.id),
    }
}

/// Converts a problem into a response. A browser without a session is redirected to the sign-in
/// page. After signing in, the browser opens `path`.
pub fn respond_problem(app: &App, format: ResponseFormat, path: &str, problem: Problem) -> Response {
    match problem.kind {
        Kind::NotFound => web::problem_or_page(format, problem, |_| views::expired(&app.product)),
        _ => web::respond_or_login(format, path, Err(problem)),
    }
}
