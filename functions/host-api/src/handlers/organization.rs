//! `GET` and `PATCH /api/v1/organizations/{org}`: reads and changes one organization.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::{
    checklist::Industry,
    id::ExternalId,
    org::{Language, Org},
    people::Name,
    time::Zone,
};
use jiff::Timestamp;
use org_state::{OrganizationOut, Written};
use serde_json::{Map, Value};
use store::Stored;
use telemetry::LogArea;
use web::{FieldError, Kind, PathParam, Problem};

use crate::{
    App,
    auth::{Caller, Writer},
    body::{self, Body},
    version::{Precondition, with_version},
    words,
};

/// Returns the state of an organization.
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam(org): PathParam,
) -> Result<Response, Problem> {
    let org = app.load_org(&org).await?;
    Ok(app.respond_state(&caller, &org, app.now()))
}

/// Changes the fields that the body names.
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam(org): PathParam,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let expected = Precondition::of(request.headers())?;
    let fields = body::read(request).await?;
    let patch = Patch::parse(&app, &fields)?;
    store::retry(|| try_change(&app, &writer, &org, expected, &patch))
        .await
        .map(|(org, now)| app.respond_state(&caller, &org, now))
}

async fn try_change(
    app: &App,
    _: &Writer,
    id: &str,
    expected: Precondition,
    patch: &Patch,
) -> Result<(Stored<Org>, Timestamp), Problem> {
    let (before, now) = (app.load_org(id).await?, app.now());
    expected.check(&before)?;
    let after = patch.decide(&before.value)?;
    let Some(org) = app.store.commit_org_with_id(&before, &after, now).await? else {
        return Err(Problem::new(Kind::Conflict, words::ORG_ID_IN_USE).with("field", "external_id".into()));
    };
    if org.version != before.version {
        tracing::info!(area = %LogArea::Onboarding, organization = %after.id, "changed organization");
    }
    Ok((org, now))
}

/// The fields to change. `None` leaves a field as it is.
struct Patch {
    name: Option<Name>,
    zone: Option<Zone>,
    language: Option<Language>,
    industry: Option<&'static Industry>,
    external_id: Option<ExternalId>,
}

impl Patch {
    fn parse(app: &App, fields: &Map<String, Value>) -> Result<Self, Problem> {
        let mut body = Body::new(fields);
        let name = body.optional("name", |text| parse_name("name", text));
        let zone = body.optional("time_zone", parse_zone);
        let language = body.optional("language", parse_language);
        let industry = body.optional("industry", |text| app.parse_industry(text));
        let external_id = body.optional("external_id", parse_external_id);
        let patch = (|| {
            Some(Self {
                name: name?,
                zone: zone?,
                language: language?,
                industry: industry?,
                external_id: external_id?,
            })
        })();
        body.finish(patch)
    }

    fn decide(&self, org: &Org) -> Result<Org, Problem> {
        let mut org = org.clone();
        if let Some(name) = &self.name {
            org.name = name.clone();
        }
        if let Some(zone) = &self.zone {
            org.zone = zone.clone();
        }
        if let Some(language) = self.language {
            org.language = language;
        }
        if let Some(industry) = self.industry {
            org.onboarding.industry = Some(industry.key.to_owned());
        }
        if let Some(id) = &self.external_id {
            if org.external_id.as_ref().is_some_and(|known| known != id) {
                return Err(
                    Problem::new(Kind::Conflict, words::ORG_ID_SET).with("field", "external_id".into())
                );
            }
            org.external_id = Some(id.clone());
        }
        Ok(org)
    }
}

impl App {
    /// Returns the state of an organization.
    pub fn state(&self, caller: &Caller, org: &Stored<Org>, now: Timestamp) -> OrganizationOut {
        let own = || format!("{}/dashboard", caller.origin);
        let app_url = self.config.app_url.as_ref().map_or_else(own, ToString::to_string);
        let at = org.last_write().ok().and_then(|write| write.at).unwrap_or(org.value.signed_up_at);
        OrganizationOut::of(&org.value, Written { version: org.version, at }, &app_url, now)
    }

    /// Responds with the state of an organization, and its version as entity tag.
    pub fn respond_state(&self, caller: &Caller, org: &Stored<Org>, now: Timestamp) -> Response {
        with_version(Json(self.state(caller, org, now)).into_response(), org.version)
    }

    /// Returns the industry with this key, if a checklist of this deployment has it.
    pub fn parse_industry(&self, key: &str) -> Result<&'static Industry, FieldError> {
        let found = self.config.checklists.industries().find(|industry| industry.key == key);
        found.ok_or_else(|| FieldError::new("industry", "invalid", words::INDUSTRY))
    }
}

/// Parses the name of an organization or a person.
pub fn parse_name(field: &'static str, text: &str) -> Result<Name, FieldError> {
    Name::parse(text).map_err(|error| FieldError::new(field, error.code(), error.to_string()))
}

/// Parses a time zone. Unlike the form of a visitor, the API rejects an unknown one.
pub fn parse_zone(text: &str) -> Result<Zone, FieldError> {
    Zone::known(text).ok_or_else(|| FieldError::new("time_zone", "invalid", words::TIME_ZONE))
}

/// Parses a language tag.
pub fn parse_language(text: &str) -> Result<Language, FieldError> {
    Language::parse(text).ok_or_else(|| FieldError::new("language", "invalid", words::LANGUAGE))
}

/// Parses an id of the host app.
pub fn parse_external_id(text: &str) -> Result<ExternalId, FieldError> {
    let error = |_| FieldError::new("external_id", "invalid", words::wrong_type(ExternalId::EXPECTED));
    text.parse().map_err(error)
}
