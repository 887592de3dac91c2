//! The response to a signed-in user whose address is not verified.

use axum::response::Response;
use http::StatusCode;
use serde_json::json;
use web::{Kind, Problem, ResponseFormat, auth::AuthenticatedUser};

use super::{
    attempt::Attempt,
    created::landing,
    form::{SignUpIn, form_hash},
    limits::{respond_limited, sign_up_limits},
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
    let Attempt { app, now, .. } = attempt;
    let address = &user.found.user.value.address;
    if let Some(token) = &form.token {
        let earlier = app.store.load_sign_up(form_hash(token, address), *now).await?;
        if let Some((org, trial)) = earlier {
            return Ok(web::see_other(&landing(org, trial)));
        }
    }
    if let Some(window) = app.store.count_attempt(&sign_up_limits(attempt, address)).await? {
        return respond_limited(attempt, window.retry_after(*now));
    }
    match attempt.request.format {
        ResponseFormat::Page => {
            let page = views::unverified::unverified(&app.config.product, user);
            Ok(web::page(StatusCode::FORBIDDEN, page))
        }
        ResponseFormat::Json => Err(Problem::new(Kind::Forbidden, words::unverified::NOTE)
            .with("sign_in_url", json!("/login?next=/organizations/new"))),
    }
}
