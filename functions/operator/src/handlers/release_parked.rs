//! `POST /operator/organizations/{id}/release-parked`: applies the events that are still parked
//! under the customers of an organization.

use std::collections::BTreeSet;

use axum::response::Response;
use domain::{billing::CustomerId, org::Org, people::ActionRecord};
use web::Problem;

use crate::{
    handlers::{
        action::{ActionRequest, parse_reason},
        customer::{commit_parked, load_customer, respond_applied},
        organization::{load_org, respond_invalid},
    },
    views::organization::FormName,
};

/// Applies the parked events, with one transaction for each customer that has such events. A
/// repetition continues where a failure stopped.
pub async fn release_parked(request: ActionRequest) -> Response {
    web::respond(request.auth.format, handle(&request).await)
}

async fn handle(request: &ActionRequest) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = load_org(&request.app, &request.id).await?;
    let mut errors = Vec::new();
    let Some(reason) = parse_reason(request.form.fields()?, &mut errors) else {
        return respond_invalid(request, &org, FormName::Release, errors);
    };
    let record = request.auth.operator.record(reason, request.auth.now);
    let mut after = org.clone();
    for customer in customers(&org) {
        after = store::retry(|| try_release(request, &org, &customer, &record)).await?;
    }
    Ok(respond_applied(request, &org, &after))
}

/// Returns the customers of an organization: the linked one, those that it replaced, and those of
/// the subscriptions that count because their metadata names the organization.
fn customers(org: &Org) -> BTreeSet<CustomerId> {
    let billing = &org.billing;
    let named = billing.subscriptions.values().filter(|it| it.counts() && it.named.is_some());
    let named = named.map(|it| &it.customer);
    billing.customer.iter().chain(&billing.former_customers).chain(named).cloned().collect()
}

/// Attempts once to apply the parked events of a customer. Returns the organization afterward.
async fn try_release(
    request: &ActionRequest,
    org: &Org,
    customer: &CustomerId,
    record: &ActionRecord,
) -> Result<Result<Org, store::Error>, Problem> {
    let loaded = load_customer(&request.app, org.id, customer).await?;
    if loaded.link.org.is_some_and(|linked| linked != org.id) {
        // The parked events belong to the other organization.
        return Ok(Ok(loaded.org.value));
    }
    let parked = request.app.store.load_parked(customer, &loaded.link).await?;
    if parked.is_empty() {
        return Ok(Ok(loaded.org.value));
    }
    Ok(commit_parked(&request.app, customer, &loaded, &parked, record).await)
}
