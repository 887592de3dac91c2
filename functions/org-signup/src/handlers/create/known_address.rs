//! The response to a sign-up with an address that already has an account.

use axum::response::Response;
use domain::limits::{network, sign_in_limits};
use store::{SignInRequest, SignInRequestResult, SignUp};
use web::{Kind, Problem};

use super::{attempt::Attempt, rejected::respond_rejected};
use crate::{views, words::known_address as words};

/// Requests a sign-in link for the address, and creates neither a session nor an organization.
pub async fn respond_known_address(attempt: &Attempt<'_>, sign_up: &SignUp) -> Result<Response, Problem> {
    let Attempt { app, request, now, .. } = attempt;
    let address = &sign_up.person.after().address;
    let sign_in = SignInRequest::new(app.entropy.bytes(), address.clone(), None, None, *now);
    let mut limits = sign_up.limits.clone();
    limits.extend(sign_in_limits(address, &network(&request.ip), *now));
    if let SignInRequestResult::Limited(window) = app.store.request_sign_in(&sign_in, &limits).await? {
        return Ok(respond_rejected(attempt, Problem::too_many(window.retry_after(*now))));
    }
    let problem = Problem::new(Kind::Conflict, words::PROBLEM);
    let page = |_: &Problem| views::known_address::known_address(&app.config.product);
    Ok(web::problem_or_page(request.format, problem, page))
}
