//! Verifies an admin's address with a sign-in link before they can open the billing portal.
//!
//! The portal shows invoices and can change payment methods, so it requires a verified address. An
//! admin without a verified address first gets a sign-in link by email. The link leads to the
//! organization's page, whose button opens the portal.

use axum::response::Response;
use domain::{
    limits::{network, sign_in_limits},
    people::Address,
    secret::Secret,
};
use http::{StatusCode, header::SET_COOKIE};
use maud::{Markup, Render, html};
use serde_json::json;
use store::{SignInRequest, SignInRequestResult};
use ui::{Page, Person, Tone, Width, note};
use web::{Kind, Problem, ResponseFormat};

use crate::{App, auth::AuthenticatedAdmin, words::verify_email as words};

impl App {
    /// Sends the caller a sign-in link and returns a page that says so.
    ///
    /// # Errors
    /// 403 with `sign_in_url` for API clients, and 429 if the user requested too many links.
    pub async fn ask_to_verify_email(&self, caller: &AuthenticatedAdmin) -> Result<Response, Problem> {
        let now = self.clock.now();
        let address = &caller.user.address;
        let browser = caller.browser_secret.clone().unwrap_or_else(|| Secret::new(self.entropy.bytes()));
        let request = SignInRequest::new(
            self.entropy.bytes(),
            address.clone(),
            Some(caller.org_path()),
            Some(browser.hash()),
            now,
        );
        let limits = sign_in_limits(address, &network(&caller.ip), now);
        match self.store.request_sign_in(&request, &limits).await? {
            SignInRequestResult::Recorded if caller.format == ResponseFormat::Json => {
                Err(Problem::new(Kind::Forbidden, words::JSON)
                    .with("sign_in_url", json!(format!("/login?next={}", caller.org_path())))
                    .because("unverified address"))
            }
            SignInRequestResult::Recorded => {
                let mut response = web::page(StatusCode::OK, self.link_sent(caller, address));
                response.headers_mut().append(SET_COOKIE, web::browser::set(&browser));
                Ok(response)
            }
            SignInRequestResult::Limited(window) => {
                Err(Problem::too_many(window.retry_after(now)).because(window.limit.name))
            }
        }
    }

    fn link_sent(&self, caller: &AuthenticatedAdmin, address: &Address) -> Markup {
        let main = html! {
            h1 { (words::HEADING) }
            p class="lead" {
                (words::LEAD_BEFORE_ADDRESS) strong { (address.as_str()) } (words::LEAD_AFTER_ADDRESS)
            }
            (note(Tone::Notice, "✉️", words::TITLE, &html! { p { (words::note()) } }))
        };
        let org = &caller.org.value;
        let person = Person {
            name: caller.user.name.as_str(),
            organization: org.name.as_str(),
            admin: true,
            here: None,
        };
        let product = &self.config.product;
        Page { product, title: words::TITLE, person: Some(person), width: Width::Narrow, main }.render()
    }
}
