//! `POST /billing/checkout`: parse, load, decide, commit, answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{billing::CustomerId, checkout::FirstCharge, plan::Plan, secret::Hash};
use http::HeaderMap;
use stripe::client::{CallError, Client, NewCheckout};
use web::{FieldError, Fields, Problem, ResponseFormat};

use crate::{
    App,
    auth::{self, AuthenticatedAdmin, Credentials},
};

/// The page that waits for Stripe's events.
const RETURN: &str = "/billing/return";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct CheckoutIn {
    plan: Plan,
    /// The same one again means the same Checkout again.
    token: Option<String>,
}

/// Leads an admin to a Checkout; to the portal, where there is a subscription already.
pub async fn open(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    auth::respond(wants, app.lead_to_checkout(request).await)
}

impl CheckoutIn {
    /// Reads the fields, and the token from the header or the form.
    ///
    /// # Errors
    /// Every fault, in the order of the form.
    fn parse(fields: &Fields, headers: &HeaderMap) -> Result<Self, Vec<FieldError>> {
        let mut faults = Vec::new();
        let plan = Plan::parse(fields.get("plan").unwrap_or_default());
        if plan.is_none() {
            let code = if fields.get("plan").unwrap_or_default().is_empty() { "required" } else { "invalid" };
            faults.push(FieldError::new("plan", code, "Choose a plan: single or team."));
        }
        let token = web::form_token(fields, headers).map_err(|fault| faults.push(fault)).ok();
        match (plan, token) {
            (Some(plan), Some(token)) => Ok(Self { plan, token: token.map(str::to_owned) }),
            _ => Err(faults),
        }
    }
}

impl App {
    async fn lead_to_checkout(&self, request: Request) -> Result<Response, Problem> {
        let arrival = Credentials::of(&request);
        let reading = Fields::read(request);
        let caller = self.authenticate(&arrival).await?;
        let asked = CheckoutIn::parse(&reading.await?, &arrival.headers).map_err(Problem::invalid)?;
        let stripe = self.stripe().await?;
        let (customer, org) = self.ensure_customer(&stripe, &caller).await?;
        let Some(first_charge) = org.first_charge(self.clock.now()) else {
            return self.lead_to_plan(&stripe, &customer, &caller, &caller.page()).await;
        };
        let checkout = NewCheckout {
            customer: &customer,
            organization: org.id,
            price: self.config.prices.of(asked.plan),
            first_charge,
            success_url: &format!("{}/billing/return?session={{CHECKOUT_SESSION_ID}}", caller.origin),
            cancel_url: &caller.plans(),
        };
        let token = asked.token.unwrap_or_else(|| self.random());
        match self.open_only(&stripe, &checkout, &token).await {
            Ok(Some(address)) => Ok(self.led(&address)),
            Ok(None) => self.lead_to_plan(&stripe, &customer, &caller, RETURN).await,
            Err(error) => Err(self.stripe_refused(&error).await),
        }
    }

    /// Leads an admin whose organization has a plan to the portal; one whose address is unverified to a page of ours.
    async fn lead_to_plan(
        &self,
        stripe: &Client,
        customer: &CustomerId,
        caller: &AuthenticatedAdmin,
        unverified: &str,
    ) -> Result<Response, Problem> {
        match caller.verified() {
            Some(verified) => self.open_portal(stripe, customer, &verified).await,
            None => Ok(web::see_other(unverified)),
        }
    }

    /// Opens a Checkout and leaves no other one of its customer open: whoever has two tabs does not subscribe twice.
    /// `None` where there is a subscription already, of which Stripe's events have not told us yet.
    ///
    /// The order is what makes this sound. Of two Checkouts the later request finds the earlier one open and ends it;
    /// what was paid before it could be ended shows as a subscription after that.
    async fn open_only(
        &self,
        stripe: &Client,
        checkout: &NewCheckout<'_>,
        token: &str,
    ) -> Result<Option<String>, CallError> {
        let mut opened = stripe.create_checkout(checkout, &idempotency_key(checkout, token)).await?;
        let open = stripe.open_checkouts(checkout.customer).await?;
        let own = open.iter().position(|one| one.id == opened.id);
        if own.is_none() {
            // The form was used before, and its Checkout was paid, or has given way to another one.
            opened = stripe.create_checkout(checkout, &self.random()).await?;
        }
        for older in open.iter().skip(own.map_or(0, |own| own + 1)) {
            stripe.expire_checkout(&older.id).await?;
        }
        if stripe.has_subscription(checkout.customer).await? {
            stripe.expire_checkout(&opened.id).await?;
            return Ok(None);
        }
        Ok(Some(opened.address))
    }
}

/// What makes a double submit one Checkout: the form's token, with everything that is asked for. The two plans of one
/// page share its token, and so do a click before and one after the last 48 hours of a trial have begun.
fn idempotency_key(checkout: &NewCheckout<'_>, token: &str) -> String {
    let charge = match checkout.first_charge {
        FirstCharge::Now => i64::MIN,
        FirstCharge::At(end) => end.as_second(),
    };
    Hash::of(&[
        b"checkout",
        token.as_bytes(),
        checkout.organization.to_string().as_bytes(),
        checkout.customer.as_str().as_bytes(),
        checkout.price.as_bytes(),
        &charge.to_be_bytes(),
        checkout.success_url.as_bytes(),
    ])
    .to_string()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use axum::body::Body;

    use super::*;

    fn named(fault: FieldError) -> (&'static str, &'static str) {
        match fault.field {
            Cow::Borrowed(field) => (field, fault.code),
            Cow::Owned(field) => panic!("no field of the form: {field}"),
        }
    }

    async fn parse(json: &str, key: Option<&str>) -> Result<CheckoutIn, Vec<(&'static str, &'static str)>> {
        let mut request = Request::post("/").header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from(json.to_owned())).unwrap();
        let headers = request.headers().clone();
        CheckoutIn::parse(&Fields::read(request).await.unwrap(), &headers)
            .map_err(|faults| faults.into_iter().map(named).collect())
    }

    #[tokio::test]
    async fn a_plan_is_asked_for_and_a_token_may_come() {
        let token = "t".repeat(22);
        let asked = |plan, token: Option<&str>| Ok(CheckoutIn { plan, token: token.map(str::to_owned) });
        let with = |token: &str| format!(r#"{{"plan":"team","form_token":"{token}"}}"#);
        for (json, key, parsed) in [
            (r#"{"plan":"single"}"#.to_owned(), None, asked(Plan::Single, None)),
            (with(&token), None, asked(Plan::Team, Some(&token))),
            (with("short"), Some(token.as_str()), asked(Plan::Team, Some(&token))),
            (with("short"), None, Err(vec![("form_token", "invalid")])),
            ("{}".to_owned(), None, Err(vec![("plan", "required")])),
            (
                r#"{"plan":"gold"}"#.to_owned(),
                Some("x"),
                Err(vec![("plan", "invalid"), ("form_token", "invalid")]),
            ),
        ] {
            assert_eq!(parse(&json, key).await, parsed, "{json}");
        }
    }

    #[test]
    fn one_token_is_one_checkout_of_each_kind() {
        let customer = CustomerId::parse("cus_1").unwrap();
        let checkout = NewCheckout {
            customer: &customer,
            organization: "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
            price: "price_1",
            first_charge: FirstCharge::Now,
            success_url: "https://onramp.example.com/billing/return",
            cancel_url: "https://onramp.example.com/organizations/1",
        };
        let key = idempotency_key(&checkout, "a");
        let end = FirstCharge::At("2026-12-06T09:30:00Z".parse().unwrap());
        assert_eq!(key, idempotency_key(&checkout, "a"));
        for other in [
            idempotency_key(&checkout, "b"),
            idempotency_key(&NewCheckout { price: "price_2", ..checkout }, "a"),
            idempotency_key(&NewCheckout { first_charge: end, ..checkout }, "a"),
        ] {
            assert_ne!(key, other);
        }
    }
}
