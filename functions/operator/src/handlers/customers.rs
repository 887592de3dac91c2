//! The actions on the Stripe customers of an organization. Both apply the parked events of a
//! customer:
//!
//! - `POST /operator/organizations/{id}/link-customer`: links a customer to the organization.
//! - `POST /operator/organizations/{id}/release-parked`: applies the events that are still parked
//!   under the customers of the organization.

use std::collections::BTreeSet;

use axum::response::Response;
use domain::{
    billing::CustomerId,
    id::OrgId,
    org::Org,
    people::{ActionRecord, Reason},
};
use store::{CustomerLink, EventSubject, OrgChange, Parked, Stored};
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Kind, Problem};

use crate::{
    App,
    handlers::{
        action::{ActionRequest, parse_reason},
        organization::{load_org, respond_invalid},
    },
    out::ActionOut,
    views::{organization::FormName, paths},
    words,
};

/// Start of the id of every Stripe customer.
const CUSTOMER_PREFIX: &str = "cus_";

/// Links a customer, and releases its parked events. A customer that is already linked to the
/// organization changes nothing.
pub async fn link_customer(request: ActionRequest) -> Response {
    web::respond(request.auth.format, link(&request).await)
}

async fn link(request: &ActionRequest) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = load_org(&request.app, &request.id).await?;
    let (customer, reason) = match parse_link(request.form.fields()?) {
        Ok(link) => link,
        Err(errors) => return respond_invalid(request, &org, FormName::Link, errors).await,
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
) -> Result<Org, Problem> {
    let loaded = load_customer(&request.app, org.id, customer).await?;
    match loaded.link.org {
        Some(linked) if linked == org.id => return Ok(loaded.org.value),
        Some(_) => return Err(Problem::new(Kind::Conflict, words::actions::LINKED_ELSEWHERE)),
        None => {}
    }
    let parked = request.app.store.load_parked(customer, &loaded.link).await?;
    Ok(commit_parked(&request.app, customer, &loaded, &parked, record).await?)
}

/// Applies the parked events, with one transaction for each customer that has such events. A
/// repetition continues where a failure stopped.
pub async fn release_parked(request: ActionRequest) -> Response {
    web::respond(request.auth.format, release(&request).await)
}

async fn release(request: &ActionRequest) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = load_org(&request.app, &request.id).await?;
    let mut errors = Vec::new();
    let Some(reason) = parse_reason(request.form.fields()?, &mut errors) else {
        return respond_invalid(request, &org, FormName::Release, errors).await;
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
) -> Result<Org, Problem> {
    let loaded = load_customer(&request.app, org.id, customer).await?;
    if loaded.link.org.is_some_and(|linked| linked != org.id) {
        // The parked events belong to the other organization.
        return Ok(loaded.org.value);
    }
    let parked = request.app.store.load_parked(customer, &loaded.link).await?;
    if parked.is_empty() {
        return Ok(loaded.org.value);
    }
    Ok(commit_parked(&request.app, customer, &loaded, &parked, record).await?)
}

/// An organization and the link of a customer, from one consistent read.
struct Loaded {
    org: Stored<Org>,
    /// The customer can be linked to this organization, to another one, or to none.
    link: CustomerLink,
}

/// Loads an organization and the link of a customer.
///
/// # Errors
/// 404 if the organization does not exist.
async fn load_customer(app: &App, org: OrgId, customer: &CustomerId) -> Result<Loaded, Problem> {
    let subject = EventSubject { customer: Some(customer), named: Some(org), ..EventSubject::default() };
    let context = app.store.load_event_context(subject).await?;
    let org = context.org.filter(|_| context.names_org).ok_or_else(Problem::not_found)?;
    Ok(Loaded { org, link: context.link })
}

/// Applies the parked events of a customer, and links the customer if it is not linked. Returns the
/// organization afterward.
async fn commit_parked(
    app: &App,
    customer: &CustomerId,
    Loaded { org: before, link }: &Loaded,
    parked: &[Parked],
    record: &ActionRecord,
) -> Result<Org, store::Error> {
    let facts = parked.iter().filter_map(|event| stripe::parked_fact(&event.body));
    let (mut after, now) = (before.value.clone(), record.at);
    let setup = app.config.steps.setup(app.entropy.project_id(now));
    after.link_customer(customer, facts, &app.config.prices, &setup, now);
    let change = OrgChange { before, after: &after };
    app.store.link_customer_for(Some(record), customer, link, change, parked, now).await?;
    if before.value.provisioned.is_none() && after.provisioned.is_some() {
        telemetry::count(Metric::Provisioned, 1, now);
    }
    tracing::info!(
        area = %LogArea::Operator,
        organization = %after.id,
        %customer,
        operator = %record.by,
        released = parked.len(),
        "linked customer and released parked events"
    );
    Ok(after)
}

/// Responds to a finished action. If the released events show a payment without effect or a
/// conflict, a browser is redirected to the page that describes it.
fn respond_applied(request: &ActionRequest, before: &Org, after: &Org) -> Response {
    let now = request.auth.now;
    let warnings = |org: &Org| org.billing.surplus(now).len() + org.billing.conflicts().len();
    let has_new_warnings = warnings(after) > warnings(before);
    let next = if has_new_warnings { paths::organization(after.id) } else { paths::QUEUE.to_owned() };
    request.respond_done(&next, ActionOut::of(after, now))
}
