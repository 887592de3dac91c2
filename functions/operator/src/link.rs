//! `POST /operator/organizations/{id}/link-customer`: links a Stripe customer to an organization.
//! `POST /operator/organizations/{id}/release-parked`: applies the parked events of its customers.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    response::Response,
};
use domain::{billing::CustomerId, id::OrgId, org::Org, people::ActionRecord};
use store::{Error, EventSubject, OrgChange};
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Kind, Problem, ResponseFormat};

use crate::{
    App, action,
    auth::AuthenticatedOperator,
    find::path,
    out::ActionOut,
    pages::organization::{FormName, Rejected},
    words,
};

/// Start of the id of every Stripe customer.
const CUSTOMER_PREFIX: &str = "cus_";

/// Handles the form that links a Stripe customer to an organization. The link releases the parked
/// events of the customer. A customer that is already linked to the organization changes nothing.
pub async fn link_customer(
    auth: AuthenticatedOperator,
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    respond(&app, auth, id, request, FormName::Link).await
}

/// Handles the form that applies the events which are still parked under the customers of an
/// organization.
pub async fn release_parked(
    auth: AuthenticatedOperator,
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    respond(&app, auth, id, request, FormName::Release).await
}

async fn respond(
    app: &App,
    auth: AuthenticatedOperator,
    id: Result<Path<String>, PathRejection>,
    request: Request,
    form: FormName,
) -> Response {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    match act(app, &auth, &id, request, form).await {
        Ok(response) => response,
        Err(problem) => web::problem_response(auth.format, problem),
    }
}

async fn act(
    app: &App,
    auth: &AuthenticatedOperator,
    id: &str,
    request: Request,
    form: FormName,
) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = app.org(id).await?;
    let fields = Fields::read(request).await?;
    let mut errors = Vec::new();
    let customer = (form == FormName::Link).then(|| customer(&fields, &mut errors)).flatten();
    let reason = action::reason(&fields, &mut errors);
    let (Some(reason), true) = (reason, errors.is_empty()) else {
        return match auth.format {
            ResponseFormat::Json => Err(Problem::invalid(errors)),
            ResponseFormat::Page => {
                let rejected = Rejected { form, fields: &fields, errors: &errors };
                Ok(app.org_page(auth, Kind::Invalid.status(), &org, Some(&rejected)))
            }
        };
    };
    let record = auth.operator.record(reason, auth.now);
    let after = match customer {
        Some(customer) => app.link(org.id, &customer, &record).await?,
        None => app.release(&org, &record).await?,
    };
    // If the released events show a payment without effect, lead to the page that describes it.
    let next = if has_new_warnings(&org, &after, auth) { path(org.id) } else { "/operator".to_owned() };
    Ok(action::done(auth, &next, ActionOut::of(&after, auth.now)))
}

fn customer(fields: &Fields, errors: &mut Vec<FieldError>) -> Option<CustomerId> {
    let text = fields.get("customer").unwrap_or_default().trim();
    let customer = CustomerId::parse(text).ok().filter(|id| id.as_str().starts_with(CUSTOMER_PREFIX));
    if customer.is_none() {
        errors.push(FieldError::new("customer", "invalid", words::actions::INVALID_CUSTOMER));
    }
    customer
}

fn has_new_warnings(before: &Org, after: &Org, auth: &AuthenticatedOperator) -> bool {
    let count = |org: &Org| org.billing.surplus(auth.now).len() + org.billing.conflicts().len();
    count(after) > count(before)
}

/// The result of one attempt to release the parked events of a customer.
enum Released {
    /// The organization after the action.
    Org(Box<Org>),
    /// The customer is linked to another organization.
    LinkedElsewhere,
    /// The organization does not exist.
    NoOrg,
}

impl App {
    /// Links a customer. Releases its parked events.
    async fn link(&self, org: OrgId, customer: &CustomerId, record: &ActionRecord) -> Result<Org, Problem> {
        match self.release_of(org, customer, record, FormName::Link).await? {
            Released::Org(after) => Ok(*after),
            Released::LinkedElsewhere => Err(Problem::new(Kind::Conflict, words::actions::LINKED_ELSEWHERE)),
            Released::NoOrg => Err(Problem::not_found()),
        }
    }

    /// Releases the parked events of all customers of an organization, with one transaction for
    /// each customer that has such events. A repetition continues where a failure stopped.
    async fn release(&self, org: &Org, record: &ActionRecord) -> Result<Org, Problem> {
        let mut after = org.clone();
        for customer in customers(org) {
            let released = self.release_of(org.id, &customer, record, FormName::Release).await;
            match released? {
                Released::Org(changed) => after = *changed,
                // The parked events belong to the other organization.
                Released::LinkedElsewhere => {}
                Released::NoOrg => return Err(Problem::not_found()),
            }
        }
        Ok(after)
    }

    async fn release_of(
        &self,
        org: OrgId,
        customer: &CustomerId,
        record: &ActionRecord,
        form: FormName,
    ) -> Result<Released, Error> {
        store::retry(|| async { Ok(self.try_release(org, customer, record, form).await) }).await
    }

    /// Attempts once to release the parked events of a customer: loads, decides, and commits. Links
    /// the customer if it is not linked.
    async fn try_release(
        &self,
        org: OrgId,
        customer: &CustomerId,
        record: &ActionRecord,
        form: FormName,
    ) -> Result<Released, Error> {
        let subject = EventSubject { customer: Some(customer), named: Some(org), ..EventSubject::default() };
        let context = self.store.load_event_context(subject).await?;
        let Some(before) = context.org.filter(|_| context.names_org) else { return Ok(Released::NoOrg) };
        match context.link.org {
            Some(linked) if linked != org => return Ok(Released::LinkedElsewhere),
            Some(_) if form == FormName::Link => return Ok(Released::Org(Box::new(before.value))),
            _ => {}
        }
        let parked = self.store.load_parked(customer, &context.link).await?;
        if form == FormName::Release && parked.is_empty() {
            return Ok(Released::Org(Box::new(before.value)));
        }
        let facts = parked.iter().filter_map(|event| stripe::parked_fact(&event.body));
        let (mut after, now) = (before.value.clone(), record.at);
        after.link_customer(customer, facts, &self.config.prices, self.entropy.project_id(now), now);
        let link = &context.link;
        let change = OrgChange { before: &before, after: &after };
        self.store.link_customer_for(Some(record), customer, link, change, &parked).await?;
        if before.value.provisioned.is_none() && after.provisioned.is_some() {
            telemetry::count(Metric::Provisioned, 1, now);
        }
        let (released, operator) = (parked.len(), record.by);
        tracing::info!(
            area = %LogArea::Operator,
            organization = %org,
            %customer,
            %operator,
            released,
            "linked customer and released parked events"
        );
        Ok(Released::Org(Box::new(after)))
    }
}

/// Returns the customers of an organization: the linked one, those that it replaced, and those of
/// the subscriptions that count because their metadata names the organization.
fn customers(org: &Org) -> BTreeSet<CustomerId> {
    let billing = &org.billing;
    let named = billing.subscriptions.values().filter(|it| it.counts() && it.named.is_some());
    let named = named.map(|it| &it.customer);
    billing.customer.iter().chain(&billing.former_customers).chain(named).cloned().collect()
}
