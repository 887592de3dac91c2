//! `POST /billing/portal`: opens Stripe's billing portal, where an admin changes or cancels a plan.
//!
//! The portal requires an admin whose address is verified; see `verify_email`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::billing::CustomerId;
use stripe::client::{Client, NewPortal};
use web::Problem;

use crate::{
    app::App,
    auth::{self, AuthenticatedAdmin, Verified},
    handlers::{customer::ensure_customer, verify_email::ask_to_verify_email},
};

/// Redirects an admin to the portal.
///
/// An admin without a plan can save a card or an address there. If the organization has no customer
/// at Stripe, this request creates the customer.
pub async fn portal(State(app): State<Arc<App>>, admin: AuthenticatedAdmin) -> Response {
    auth::respond(admin.format, handle(&app, &admin).await)
}

async fn handle(app: &App, admin: &AuthenticatedAdmin) -> Result<Response, Problem> {
    let Some(verified) = admin.verified() else { return ask_to_verify_email(app, admin).await };
    let stripe = app.stripe().await?;
    let (customer, _) = ensure_customer(app, &stripe, admin).await?;
    open_portal(app, &stripe, &customer, &verified).await
}

/// Opens a portal session and redirects to it.
///
/// A session expires after minutes, so each request opens a new one. If the Stripe client retries a
/// call, the random idempotency key prevents a second session.
pub async fn open_portal(
    app: &App,
    stripe: &Client,
    customer: &CustomerId,
    Verified(admin): &Verified<'_>,
) -> Result<Response, Problem> {
    let portal = NewPortal { customer, return_url: &admin.org_url() };
    match stripe.create_portal(&portal, &app.random_token()).await {
        Ok(url) => Ok(app.redirect_to_stripe(&url)),
        Err(error) => Err(app.stripe_problem(&error).await),
    }
}
