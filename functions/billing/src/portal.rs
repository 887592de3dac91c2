//! `POST /billing/portal`: where a plan is changed, paid or ended.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::billing::CustomerId;
use stripe::client::{Client, NewPortal};
use web::{Problem, ResponseFormat};

use crate::{
    App,
    auth::{self, Credentials, Verified},
};

/// Leads an admin to the portal: also one who has no plan yet, and wants to see to how they will pay.
pub async fn open(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    auth::respond(wants, app.lead_to_portal(request).await)
}

impl App {
    async fn lead_to_portal(&self, request: Request) -> Result<Response, Problem> {
        let arrival = Credentials::of(&request);
        drop(request);
        let caller = self.authenticate(&arrival).await?;
        let Some(verified) = caller.verified() else { return self.ask_to_verify_email(&caller).await };
        let stripe = self.stripe().await?;
        let (customer, _) = self.ensure_customer(&stripe, &caller).await?;
        self.open_portal(&stripe, &customer, &verified).await
    }

    /// Leads to a portal. Each one works for minutes only, so none is ever asked for again: the key is fresh, and
    /// there for the client's own retry.
    pub async fn open_portal(
        &self,
        stripe: &Client,
        customer: &CustomerId,
        Verified(caller): &Verified<'_>,
    ) -> Result<Response, Problem> {
        let portal = NewPortal { customer, return_url: &caller.plans() };
        match stripe.create_portal(&portal, &self.random()).await {
            Ok(address) => Ok(self.led(&address)),
            Err(error) => Err(self.stripe_refused(&error).await),
        }
    }
}
