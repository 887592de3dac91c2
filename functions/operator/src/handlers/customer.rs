//! What the actions on Stripe customers have in common: they apply the parked events of a customer
//! to an organization.

use axum::response::Response;
use domain::{billing::CustomerId, id::OrgId, org::Org, people::ActionRecord};
use store::{CustomerLink, EventSubject, OrgChange, Parked, Stored};
use telemetry::{LogArea, Metric};
use web::Problem;

use crate::{App, handlers::action::ActionRequest, out::ActionOut, views::paths};

/// An organization and the link of a customer, from one consistent read.
pub struct Loaded {
    pub org: Stored<Org>,
    /// The customer can be linked to this organization, to another one, or to none.
    pub link: CustomerLink,
}

/// Loads an organization and the link of a customer.
///
/// # Errors
/// 404 if the organization does not exist.
pub async fn load_customer(app: &App, org: OrgId, customer: &CustomerId) -> Result<Loaded, Problem> {
    let subject = EventSubject { customer: Some(customer), named: Some(org), ..EventSubject::default() };
    let context = app.store.load_event_context(subject).await?;
    let org = context.org.filter(|_| context.names_org).ok_or_else(Problem::not_found)?;
    Ok(Loaded { org, link: context.link })
}

/// Applies the parked events of a customer, and links the customer if it is not linked. Returns the
/// organization afterward.
pub async fn commit_parked(
    app: &App,
    customer: &CustomerId,
    Loaded { org: before, link }: &Loaded,
    parked: &[Parked],
    record: &ActionRecord,
) -> Result<Org, store::Error> {
    let facts = parked.iter().filter_map(|event| stripe::parked_fact(&event.body));
    let (mut after, now) = (before.value.clone(), record.at);
    after.link_customer(customer, facts, &app.config.prices, app.entropy.project_id(now), now);
    let change = OrgChange { before, after: &after };
    app.store.link_customer_for(Some(record), customer, link, change, parked).await?;
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
pub fn respond_applied(request: &ActionRequest, before: &Org, after: &Org) -> Response {
    let now = request.auth.now;
    let warnings = |org: &Org| org.billing.surplus(now).len() + org.billing.conflicts().len();
    let has_new_warnings = warnings(after) > warnings(before);
    let next = if has_new_warnings { paths::organization(after.id) } else { paths::QUEUE.to_owned() };
    request.respond_done(&next, ActionOut::of(after, now))
}
