//! `POST /billing/checkout`: opens a Checkout session for a plan.
//!
//! Two tabs or a second click never create two subscriptions. The later request finds the earlier
//! open session and expires it. If the earlier session was already paid, the later request finds
//! its subscription and opens no session.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    billing::{CustomerId, FirstCharge, Plan},
    secret::Hash,
};
use http::HeaderMap;
use stripe::client::{CallError, Client, NewCheckout};
use web::{FieldError, Fields, FormRequest, Problem};

use crate::{
    app::App,
    auth::{self, AuthenticatedAdmin},
    handlers::{customer::ensure_customer, portal::open_portal},
    words,
};

/// The query with which the plan page acknowledges that nothing was bought.
const CANCELED: &str = "checkout=canceled";
/// The page that updates when Stripe's events arrive.
const RETURN: &str = "/billing/return";

/// The input of the route.
#[derive(Debug, PartialEq, Eq)]
struct CheckoutIn {
    plan: Plan,
    /// The form token, from which the idempotency key is made. `None` if the request has none.
    token: Option<String>,
}

/// Redirects an admin to a Checkout session, or to the portal if there is a subscription already.
pub async fn checkout(
    State(app): State<Arc<App>>,
    admin: AuthenticatedAdmin,
    request: FormRequest,
) -> Response {
    auth::respond(admin.format, handle(&app, &admin, &request).await)
}

async fn handle(app: &App, admin: &AuthenticatedAdmin, request: &FormRequest) -> Result<Response, Problem> {
    let input = CheckoutIn::parse(request.fields()?, &request.headers).map_err(Problem::invalid)?;
    let stripe = app.stripe().await?;
    let (customer, org) = ensure_customer(app, &stripe, admin).await?;
    let Some(first_charge) = org.first_charge(app.clock.now()) else {
        return open_portal_or(app, &stripe, &customer, admin, &admin.org_path()).await;
    };
    let checkout = NewCheckout {
        customer: &customer,
        organization: org.id,
        price: app.config.prices.current(input.plan),
        first_charge,
        success_url: &format!("{}{RETURN}?session={{CHECKOUT_SESSION_ID}}", admin.origin),
        cancel_url: &format!("{}?{CANCELED}", admin.org_url()),
    };
    let token = input.token.unwrap_or_else(|| app.random_token());
    match open_only_checkout(app, &stripe, &checkout, &token).await {
        Ok(Some(url)) => Ok(app.redirect_to_stripe(&url)),
        Ok(None) => open_portal_or(app, &stripe, &customer, admin, RETURN).await,
        Err(error) => Err(app.stripe_problem(&error).await),
    }
}

impl CheckoutIn {
    /// Parses the fields, and the token from the header or the form.
    ///
    /// # Errors
    /// Lists every invalid field, in the order of the form.
    fn parse(fields: &Fields, headers: &HeaderMap) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let plan = Plan::parse(fields.get("plan").unwrap_or_default());
        if plan.is_none() {
            let code = if fields.get("plan").unwrap_or_default().is_empty() { "required" } else { "invalid" };
            errors.push(FieldError::new("plan", code, words::checkout::PLAN));
        }
        let token = web::form_token(fields, headers).map_err(|error| errors.push(error)).ok();
        match (plan, token) {
            (Some(plan), Some(token)) => Ok(Self { plan, token: token.map(str::to_owned) }),
            _ => Err(errors),
        }
    }
}

/// Redirects an admin to the portal, because their organization already has a subscription.
///
/// If the admin's address is unverified, redirects to `path_if_unverified` instead.
async fn open_portal_or(
    app: &App,
    stripe: &Client,
    customer: &CustomerId,
    admin: &AuthenticatedAdmin,
    path_if_unverified: &str,
) -> Result<Response, Problem> {
    match admin.verified() {
        Some(verified) => open_portal(app, stripe, customer, &verified).await,
        None => Ok(web::see_other(path_if_unverified)),
    }
}

/// Opens a Checkout session, and expires the customer's older open sessions. Returns the URL of
/// the new session.
///
/// Returns `None` if Stripe already has a subscription of the customer, even if its events have
/// not arrived yet.
///
/// The order of the calls prevents two subscriptions. Of two requests, the later request finds
/// the session of the earlier one and expires it. If that session was already paid, the last
/// check finds its subscription.
async fn open_only_checkout(
    app: &App,
    stripe: &Client,
    checkout: &NewCheckout<'_>,
    token: &str,
) -> Result<Option<String>, CallError> {
    let mut opened = stripe.create_checkout(checkout, &idempotency_key(checkout, token)).await?;
    let open = stripe.open_checkouts(checkout.customer).await?;
    let own = open.iter().position(|session| session.id == opened.id);
    if own.is_none() {
        // Stripe returned the session of an earlier request with the same form. The session is
        // no longer open, because it was paid or has expired since then.
        opened = stripe.create_checkout(checkout, &app.random_token()).await?;
    }
    for older in open.iter().skip(own.map_or(0, |own| own + 1)) {
        stripe.expire_checkout(&older.id).await?;
    }
    let prices = &app.config.prices;
    if stripe.has_subscription(checkout.customer, checkout.organization, prices).await? {
        stripe.expire_checkout(&opened.id).await?;
        return Ok(None);
    }
    Ok(Some(opened.url))
}

/// Returns the idempotency key for a Checkout session. A repeated form has the same key, so Stripe
/// returns the same session.
///
/// The key covers the form's token and all parameters, because one token can come with different
/// parameters. For example, the forms of both plans on a page share one token. The date of the
/// first charge changes when the last 48 hours of a trial begin.
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

    use axum::{
        body::Body,
        extract::{FromRequest, Request},
    };

    use super::*;

    fn field_and_code(error: FieldError) -> (&'static str, &'static str) {
        match error.field {
            Cow::Borrowed(field) => (field, error.code),
            Cow::Owned(field) => panic!("unknown field: {field}"),
        }
    }

    async fn parse(json: &str, key: Option<&str>) -> Result<CheckoutIn, Vec<(&'static str, &'static str)>> {
        let mut request = Request::post("/").header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from(json.to_owned())).unwrap();
        let Ok(form) = FormRequest::from_request(request, &()).await;
        CheckoutIn::parse(form.fields().unwrap(), &form.headers)
            .map_err(|errors| errors.into_iter().map(field_and_code).collect())
    }

    #[tokio::test]
    async fn plan_is_required_and_token_is_optional() {
        let token = "t".repeat(22);
        let input = |plan, token: Option<&str>| Ok(CheckoutIn { plan, token: token.map(str::to_owned) });
        let with = |token: &str| format!(r#"{{"plan":"team","form_token":"{token}"}}"#);
        for (json, key, parsed) in [
            (r#"{"plan":"single"}"#.to_owned(), None, input(Plan::Single, None)),
            (with(&token), None, input(Plan::Team, Some(&token))),
            (with("short"), Some(token.as_str()), input(Plan::Team, Some(&token))),
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
    fn idempotency_key_covers_token_price_and_first_charge() {
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
