//! `POST /api/v1/organizations`: creates an organization, or returns the one with the same
//! `external_id`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    checklist::Industry,
    id::{ExternalId, UserId},
    org::{AdminContact, Language, Org, Provisioned, Trigger},
    people::Name,
    time::Zone,
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::{Person, Stored, Tenant, TenantCustomer};
use telemetry::{LogArea, Metric};
use web::Problem;

use super::{
    import::{ImportIn, load_customer, unknown_tasks},
    organization::{parse_external_id, parse_language, parse_name, parse_zone},
};
use crate::{
    App,
    auth::{Caller, Writer},
    body::{self, Body},
    out::{AdminOut, CreatedOut, LinksOut},
    person::PersonIn,
    version::with_version,
};

/// The parsed body of a request.
struct CreateIn {
    name: Name,
    external_id: ExternalId,
    zone: Zone,
    language: Language,
    industry: Option<&'static Industry>,
    trial: bool,
    welcome: bool,
    admin: PersonIn,
    import: ImportIn,
}

/// Creates an organization with its first admin, or returns the existing organization unchanged.
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let fields = body::read(request).await?;
    let body = CreateIn::parse(&app, &fields)?;
    store::retry(|| try_create(&app, &caller, &writer, &body)).await
}

async fn try_create(app: &App, caller: &Caller, _: &Writer, body: &CreateIn) -> Result<Response, Problem> {
    let (now, admin) = (app.now(), &body.admin);
    let known = app.store.load_known(&body.external_id, admin.external_id.as_ref(), &admin.address).await?;
    if let Some(org) = known.org {
        let org = app.store.load_org(org).await?.ok_or(store::Error::Conflict)?;
        let admins = || org.value.admins.iter().map(|admin| admin.user);
        let admin = admins().find(|user| known.person.address == Some(*user)).or_else(|| admins().next());
        return Ok(respond(app, caller, StatusCode::OK, &org, admin, now));
    }
    let person = app.load_person(admin, known.person, "admin.external_id", now).await?;
    let customer = load_customer(app, body.import.customer.as_ref()).await?;
    let tenant = decide(app, body, person, customer, now)?;
    let org = app.store.commit_tenant(&tenant, now).await?;
    report(&tenant, now);
    let user = tenant.person.after().id;
    Ok(respond(app, caller, StatusCode::CREATED, &org, Some(user), now))
}

fn decide(
    app: &App,
    body: &CreateIn,
    mut person: Person,
    customer: Option<TenantCustomer>,
    now: Timestamp,
) -> Result<Tenant, Problem> {
    let (id, import) = (app.entropy.org_id(now), &body.import);
    let user = person.after_mut();
    user.join(id);
    let setup = app.config.steps.founding(app.entropy.project_id(now), user.verified);
    let admin = AdminContact::new(user.id, user.name.clone(), user.address.clone());
    let signed_up_at = import.signed_up_at.unwrap_or(now);
    let mut org = Org::sign_up(id, body.name.clone(), body.zone.clone(), admin, signed_up_at);
    org.external_id = Some(body.external_id.clone());
    org.language = body.language;
    let industry = body.industry.map(|industry| industry.key.to_owned());
    org.onboarding.definition = Some(app.config.checklists.of(industry.as_deref()).key.to_owned());
    org.onboarding.industry = industry;
    if import.provisioned {
        let history = import.history(&app.config.trials, signed_up_at);
        org.import(&history, setup.project, now).map_err(unknown_tasks(&org))?;
    } else if let Some(trial) = app.config.trials.start(now).filter(|_| body.trial) {
        org.start_trial(trial, &setup, now);
    }
    if let Some(TenantCustomer { id, released, .. }) = &customer {
        let facts = released.iter().filter_map(|event| stripe::parked_fact(&event.body));
        org.import_customer(id, facts, &app.config.prices, &setup, now);
    }
    match (body.welcome, org.imported_at) {
        (true, _) => {}
        (false, None) => org.send_no_welcome(),
        (false, Some(_)) => org.skip_welcome(now),
    }
    person.after_mut().trial_used |= org.current_trial().is_some();
    Ok(Tenant { person, org, customer })
}

fn report(tenant: &Tenant, now: Timestamp) {
    let is_new = |it: &Provisioned| it.trigger != Trigger::Import;
    if tenant.org.provisioned.as_ref().is_some_and(is_new) {
        telemetry::count(Metric::Provisioned, 1, now);
    }
    tracing::info!(area = %LogArea::Provisioning, organization = %tenant.org.id, "created organization for the host app");
}

fn respond(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    org: &Stored<Org>,
    admin: Option<UserId>,
    now: Timestamp,
) -> Response {
    let out = CreatedOut {
        organization: app.state(caller, org, now),
        admin: admin.map(|user| AdminOut { id: user.to_string() }),
        links: LinksOut::of(&org.value, &caller.origin),
    };
    with_version((status, Json(out)).into_response(), org.version)
}

impl CreateIn {
    fn parse(app: &App, fields: &Map<String, Value>) -> Result<Self, Problem> {
        let mut body = Body::new(fields);
        let name = body.required("name", |text| parse_name("name", text));
        let external_id = body.required("external_id", parse_external_id);
        let zone = body.optional("time_zone", parse_zone);
        let language = body.optional("language", parse_language);
        let industry = body.optional("industry", |text| app.parse_industry(text));
        let trial = body.boolean("trial", true);
        let welcome = body.boolean("welcome", true);
        let admin = body.object("admin", "admin.", PersonIn::parse);
        let import = ImportIn::parse(&mut body, app.now());
        let parsed = (|| {
            Some(Self {
                name: name?,
                external_id: external_id?,
                zone: zone?.unwrap_or_else(|| Zone::named("UTC")),
                language: language?.unwrap_or_default(),
                industry: industry?,
                trial: trial?,
                welcome: welcome?,
                admin: admin?,
                import: import?,
            })
        })();
        body.finish(parsed)
    }
}
