//! `POST /billing/portal`: opens Stripe's billing portal, where an admin changes or cancels a plan.
//!
//! The portal requires an admin whose address is verified; see `verify_email`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::billing::CustomerId;
use stripe::client::{Client, NewPortal};
use web::Problem;

use crate::{
    App,
    auth::{self, AuthenticatedAdmin, Verified},
};

/// Redirects an admin to the portal.
///
/// An admin without a plan can save a card or an address there. If the organization has no customer
/// at Stripe, this request creates the customer.
pub async fn open(State(app): State<Arc<App>>, admin: AuthenticatedAdmin) -> Response {
    auth::respond(admin.format, app.portal(&admin).await)
}

impl App {
    async fn portal(&self, caller: &AuthenticatedAdmin) -> Result<Response, Problem> {
        let Some(verified) = caller.verified() else { return self.ask_to_verify_email(caller).await };
        let stripe = self.stripe().await?;
        let (customer, _) = self.ensure_customer(&stripe, caller).await?;
        self.open_portal(&stripe, &customer, &verified).await
    }

    /// Opens a portal session and redirects to it.
    ///
    /// A session expires after minutes, so each request opens a new one. If the Stripe
    /// client retries a call, the random idempotency key prevents a second session.
    pub async fn open_portal(
        &self,
        stripe: &Client,
        customer: &CustomerId,
        Verified(caller): &Verified<'_>,
    ) -> Result<Response, Problem> {
        let portal = NewPortal { customer, return_url: &caller.org_url() };
        match stripe.create_portal(&portal, &self.random_token()).await {
            Ok(url) => Ok(self.redirect_to_stripe(&url)),
            Err(error) => Err(self.stripe_problem(&error).await),
        }
    }
}
