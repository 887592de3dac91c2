//! The way to the portal for an admin whose address is unverified: a sign-in link first.
//!
//! The portal shows invoices and changes how they are paid, so it opens only for an address that a mailed link proved.
//! The link leads to the organization's page, whose button opens the portal.

use axum::response::Response;
use domain::{
    address::Address,
    delivery::Delivery,
    limit::{network, sign_in_limits},
    secret::Secret,
};
use http::{StatusCode, header::SET_COOKIE};
use maud::{Markup, Render, html};
use serde_json::json;
use store::{SignInRequest, SignInRequestId, SignInRequestResult};
use web::{
    Kind, Problem, ResponseFormat,
    ui::{Page, Person, Tone, Width, note},
};

use crate::{App, auth::AuthenticatedAdmin, errors};

impl App {
    /// Sends the caller a sign-in link and says that it is on its way.
    ///
    /// # Errors
    /// 403 for programs, which cannot go on; 429 where too many links were asked for.
    pub async fn ask_to_verify_email(&self, caller: &AuthenticatedAdmin) -> Result<Response, Problem> {
        let now = self.clock.now();
        let address = &caller.user.address;
        let mark = caller.mark.clone().unwrap_or_else(|| Secret::new(self.entropy.bytes()));
        let asked = SignInRequest {
            id: SignInRequestId::new(self.entropy.bytes()),
            address: address.clone(),
            next: Some(caller.page()),
            requested_at: now,
            browser: Some(mark.hash()),
            delivery: Delivery::pending(now),
        };
        let limits = sign_in_limits(address, &network(&caller.ip), now);
        match self.store.request_sign_in(&asked, &limits).await.map_err(errors::from_store)? {
            SignInRequestResult::Recorded if caller.wants == ResponseFormat::Json => {
                let detail = "Verify your email address first. We sent a sign-in link to it, which leads to the page \
                              with your billing portal.";
                Err(Problem::new(Kind::Forbidden, detail)
                    .with("sign_in_url", json!(format!("/login?next={}", caller.page())))
                    .because("unverified address"))
            }
            SignInRequestResult::Recorded => {
                let mut response = web::page(StatusCode::OK, self.link_sent(caller, address));
                response.headers_mut().append(SET_COOKIE, web::browser::set(&mark));
                Ok(response)
            }
            SignInRequestResult::Limited(window) => {
                Err(Problem::too_many(window.retry_after(now)).because(window.limit.name))
            }
        }
    }

    fn link_sent(&self, caller: &AuthenticatedAdmin, address: &Address) -> Markup {
        let main = html! {
            h1 { "First, verify your email address" }
            p class="lead" {
                "Your billing portal shows invoices and payment details, so we make sure that "
                strong { (address.as_str()) } " is yours."
            }
            (note(Tone::Notice, "✉️", "Check your inbox", &html! {
                p {
                    "We sent you a sign-in link that works for 10 minutes. Open it, and continue to your billing portal \
                     from the page it leads to."
                }
            }))
        };
        let org = &caller.org.value;
        let person = Person {
            name: caller.user.name.as_str(),
            organization: org.name.as_str(),
            admin: true,
            here: None,
        };
        let product = &self.config.product;
        Page { product, title: "Check your inbox", person: Some(person), width: Width::Narrow, main }.render()
    }
}
