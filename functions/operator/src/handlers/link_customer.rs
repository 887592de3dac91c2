//! `POST /operator/organizations/{id}/link-customer`: links a Stripe customer to an organization.

use axum::response::Response;
use domain::{
    billing::CustomerId,
    org::Org,
    people::{ActionRecord, Reason},
};
use web::{FieldError, Fields, Kind, Problem};

use crate::{
    handlers::{
        action::{ActionRequest, parse_reason},
        customer::{commit_parked, load_customer, respond_applied},
        organization::{load_org, respond_invalid},
    },
    views::organization::FormName,
    words,
};

/// Start of the id of every Stripe customer.
const CUSTOMER_PREFIX: &str = "cus_";

/// Links a customer, and releases its parked events. A customer that is already linked to the
/// organization changes nothing.
pub async fn link_customer(request: ActionRequest) -> Response {
    web::respond(request.auth.format, handle(&request).await)
}

async fn handle(request: &ActionRequest) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = load_org(&request.app, &request.id).await?;
    let (customer, reason) = match parse_link(request.form.fields()?) {
        Ok(link) => link,
        Err(errors) => return respond_invalid(request, &org, FormName::Link, errors),
    };
    let record = request.auth.operator.record(reason, request.auth.now);
    let after = store::retry(|| try_link(request, &org, &customer, &record)).await?;
    Ok(respond_applied(request, &org, &after))
}

/// Parses the form. If it is invalid, returns the errors of all invalid fields.
fn parse_link(fields: &Fields) -> Result<(CustomerId, Reason), Vec<FieldError>> {
    let mut errors = Vec::new();
    let text = fields.get("customer").unwrap_or_default().trim();
    let customer = CustomerId::parse(text).ok().filter(|id| id.as_str().starts_with(CUSTOMER_PREFIX));
    if customer.is_none() {
        errors.push(FieldError::new("customer", "invalid", words::actions::INVALID_CUSTOMER));
    }
    let reason = parse_reason(fields, &mut errors);
    customer.zip(reason).ok_or(errors)
}

/// Attempts once to link the customer. Returns the organization afterward.
async fn try_link(
    request: &ActionRequest,
    org: &Org,
    customer: &CustomerId,
    record: &ActionRecord,
) -> Result<Result<Org, store::Error>, Problem> {
    let loaded = load_customer(&request.app, org.id, customer).await?;
    match loaded.link.org {
        Some(linked) if linked == org.id => return Ok(Ok(loaded.org.value)),
        Some(_) => return Err(Problem::new(Kind::Conflict, words::actions::LINKED_ELSEWHERE)),
        None => {}
    }
    let parked = request.app.store.load_parked(customer, &loaded.link).await?;
    Ok(commit_parked(&request.app, customer, &loaded, &parked, record).await)
}
