//! `POST /billing/portal`: where a plan is changed, paid or ended.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::billing::CustomerId;
use serde_json::json;
use stripe::client::{Client, NewPortal};
use web::{Kind, Problem, Wants};

use crate::{
    App,
    door::{self, Caller},
};

/// Leads an admin to the portal.
pub async fn open(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    door::answer(wants, app.lead_to_portal(request, wants).await)
}

impl App {
    async fn lead_to_portal(&self, request: Request, wants: Wants) -> Result<String, Problem> {
        let (headers, origin) = (request.headers().clone(), web::origin(&request));
        drop(request);
        let caller = self.admit(&headers, origin).await?;
        let Some(payer) = caller.org.value.billing.payer() else {
            // There is nothing to look after yet: people are led to the plans, and programs told where they are.
            return match wants {
                Wants::Page => Ok(caller.plans()),
                Wants::Json => Err(Problem::new(Kind::Conflict, "There is no plan yet. Choose one first.")
                    .with("upgrade_url", json!(caller.plans()))),
            };
        };
        let stripe = self.stripe().await?;
        self.open_portal(&stripe, payer, &caller).await
    }

    /// The address of a portal. Each one works for minutes only, so none is ever asked for again: the key is fresh, and
    /// there for the client's own retry.
    pub async fn open_portal(
        &self,
        stripe: &Client,
        customer: &CustomerId,
        caller: &Caller,
    ) -> Result<String, Problem> {
        let portal = NewPortal { customer, return_url: &caller.plans() };
        match stripe.create_portal(&portal, &self.random()).await {
            Ok(address) => Ok(self.led(address)),
            Err(error) => Err(self.stripe_refused(&error).await),
        }
    }
}
