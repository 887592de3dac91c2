//! Creates an organization's customer at Stripe and links it.

use domain::{
    billing::{CUSTOMER_KEY_PERIOD, CustomerId},
    org::Org,
    secret::Hash,
};
use store::{Error, EventSubject};
use stripe::client::{Client, NewCustomer};
use telemetry::LogArea;
use web::{Kind, Problem};

use crate::{app::App, auth::AuthenticatedAdmin, words};

/// Returns the customer that pays for the organization. Creates and links one if there is none.
///
/// Returns a conflict if the customer of the organization's plan is linked to another
/// organization. Also returns the organization afterward, because a new link applies the parked
/// events of the customer.
pub async fn ensure_customer(
    app: &App,
    stripe: &Client,
    admin: &AuthenticatedAdmin,
) -> Result<(CustomerId, Org), Problem> {
    let org = &admin.org.value;
    if org.billing.is_managed_by_team(app.clock.now()) {
        return Err(Problem::new(Kind::Conflict, words::managed::BY_TEAM));
    }
    let linked = org.billing.linked_payer();
    if let Some(payer) = org.billing.payer(app.clock.now())
        && (linked == Some(payer) || !belongs_to_another(app, payer, org).await?)
    {
        return Ok((payer.clone(), org.clone()));
    }
    if let Some(linked) = linked {
        return Ok((linked.clone(), org.clone()));
    }
    let customer = create_customer(app, stripe, admin).await?;
    let linked = store::retry(|| try_link(app, &customer, org)).await?;
    linked.ok_or_else(Problem::internal)
}

/// Returns whether `customer` is linked to an organization other than `org`. A subscription of
/// this customer names `org` in its metadata.
///
/// That metadata can be wrong, and must never open the portal of another organization.
async fn belongs_to_another(app: &App, customer: &CustomerId, org: &Org) -> Result<bool, Problem> {
    let context = app.store.load_event_context(subject(customer, org)).await;
    let linked = context?.link.org;
    Ok(linked.is_some_and(|linked| linked != org.id))
}

/// Attempts once to link `customer` to the organization, and applies the customer's parked
/// events.
///
/// Returns the customer that is linked afterward, and the organization. If another request
/// linked a customer first, that customer is returned.
///
/// Returns `None` if `customer` is linked to another organization, which only a manual change
/// in Stripe's dashboard can cause. Also returns `None` if the organization does not exist.
async fn try_link(app: &App, customer: &CustomerId, org: &Org) -> Result<Option<(CustomerId, Org)>, Error> {
    let context = app.store.load_event_context(subject(customer, org)).await?;
    let Some(before) = context.org else { return Ok(None) };
    if let Some(linked) = before.value.billing.linked_payer() {
        // Another request linked a customer first.
        return Ok(Some((linked.clone(), before.value.clone())));
    }
    if let Some(linked) = context.link.org {
        return Ok((linked == org.id).then(|| (customer.clone(), before.value)));
    }
    let parked = app.store.load_parked(customer, &context.link).await?;
    let facts = parked.iter().filter_map(|event| stripe::parked_fact(&event.body));
    let (mut after, now) = (before.value.clone(), app.clock.now());
    let setup = app.config.steps.setup(app.entropy.project_id(now));
    after.link_customer(customer, facts, &app.config.prices, &setup, now);
    app.store.link_customer(customer, &context.link, &before, &after, &parked, now).await?;
    Ok(Some((customer.clone(), after)))
}

/// Creates a customer at Stripe. The idempotency key covers:
///
/// - the organization, so that two tabs create one customer;
/// - the request's parameters, because Stripe rejects a repeated key with other parameters;
/// - the hour, because Stripe repeats a failure under the same key for a day;
/// - the deleted customer that the new one replaces, if any. Otherwise Stripe would return a
///   customer that was created and deleted within the same hour.
async fn create_customer(
    app: &App,
    stripe: &Client,
    admin: &AuthenticatedAdmin,
) -> Result<CustomerId, Problem> {
    let org = &admin.org.value;
    let (name, email) = (org.name.as_str(), admin.user.address.as_str());
    let customer = NewCustomer { organization: org.id, name, email };
    let replaced = org.billing.customer.as_ref().map_or("", CustomerId::as_str);
    let hour = app.clock.now().as_second() / CUSTOMER_KEY_PERIOD.as_secs();
    let key = Hash::of(&[
        b"customer",
        org.id.to_string().as_bytes(),
        name.as_bytes(),
        email.as_bytes(),
        replaced.as_bytes(),
        &hour.to_be_bytes(),
    ]);
    match stripe.create_customer(&customer, &key.to_string()).await {
        Ok(created) => {
            tracing::info!(
                area = %LogArea::Billing,
                organization = %org.id,
                customer = %created,
                "created Stripe customer"
            );
            Ok(created)
        }
        Err(error) => Err(app.stripe_problem(&error).await),
    }
}

/// Returns what to load about a customer and an organization.
fn subject<'a>(customer: &'a CustomerId, org: &Org) -> EventSubject<'a> {
    EventSubject { customer: Some(customer), named: Some(org.id), ..EventSubject::default() }
}
