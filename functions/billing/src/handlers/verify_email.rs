//! Verifies an admin's address with a sign-in link before they can open the billing portal.
//!
//! The portal shows invoices and can change payment methods, so it requires a verified address. An
//! admin without a verified address first gets a sign-in link by email. The link leads to the
//! organization's page, whose button opens the portal.

use axum::response::Response;
use domain::{
    limits::{network, sign_in_limits},
    secret::Secret,
};
use http::{StatusCode, header::SET_COOKIE};
use serde_json::json;
use store::{SignInRequest, SignInRequestResult};
use web::{Kind, Problem, ResponseFormat};

use crate::{app::App, auth::AuthenticatedAdmin, views::verify_email::render, words::verify_email as words};

/// Sends the admin a sign-in link and returns a page that says so.
///
/// # Errors
/// 403 with `sign_in_url` for API clients, and 429 if the user requested too many links.
pub async fn ask_to_verify_email(app: &App, admin: &AuthenticatedAdmin) -> Result<Response, Problem> {
    let now = app.clock.now();
    let address = &admin.user.address;
    let browser = admin.browser_secret.clone().unwrap_or_else(|| Secret::new(app.entropy.bytes()));
    let request = SignInRequest::new(
        app.entropy.bytes(),
        address.clone(),
        Some(admin.org_path()),
        Some(browser.hash()),
        now,
    );
    let limits = sign_in_limits(address, &network(&admin.ip), now);
    match app.store.request_sign_in(&request, &limits).await? {
        SignInRequestResult::Recorded if admin.format == ResponseFormat::Json => {
            Err(Problem::new(Kind::Forbidden, words::JSON)
                .with("sign_in_url", json!(format!("/login?next={}", admin.org_path())))
                .because("unverified address"))
        }
        SignInRequestResult::Recorded => {
            let page = render(admin, &app.config.product);
            let mut response = web::page(StatusCode::OK, page);
            response.headers_mut().append(SET_COOKIE, web::browser::set(&browser));
            Ok(response)
        }
        SignInRequestResult::Limited(window) => {
            Err(Problem::too_many(window.retry_after(now)).because(window.limit.name))
        }
    }
}
