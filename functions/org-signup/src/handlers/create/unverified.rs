//! The response to a signed-in user whose address is not verified.

use axum::response::Response;
use serde_json::json;
use web::{Kind, Problem, auth::AuthenticatedUser};

use super::{
    attempt::Attempt,
    created::landing,
    form::{SignUpIn, form_hash},
    limits::sign_up_limits,
    rejected::respond_rejected,
};
use crate::{views, words};

/// Rejects the sign-up of a signed-in user whose address is not verified, because they already have
/// an organization.
///
/// If this form created an organization before, redirects to that organization instead.
pub async fn respond_unverified(
    attempt: &Attempt<'_>,
    user: &AuthenticatedUser,
    form: &SignUpIn,
) -> Result<Response, Problem> {
    let Attempt { app, request, now, .. } = attempt;
    let address = &user.found.user.value.address;
    if let Some(token) = &form.token {
        let earlier = app.store.load_sign_up(form_hash(token, address), *now).await?;
        if let Some((org, trial)) = earlier {
            return Ok(web::see_other(&landing(org, trial)));
        }
    }
    if let Some(window) = app.store.count_attempt(&sign_up_limits(attempt, address)).await? {
        return Ok(respond_rejected(attempt, Problem::too_many(window.retry_after(*now))));
    }
    let problem = Problem::new(Kind::Forbidden, words::unverified::NOTE)
        .with("sign_in_url", json!("/login?next=/organizations/new"));
    let page = |_: &Problem| views::unverified::unverified(&app.config.product, user);
    Ok(web::problem_or_page(request.format, problem, page))
}
