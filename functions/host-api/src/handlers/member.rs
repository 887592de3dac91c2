//! `POST …/members`, and `PUT` and `DELETE …/members/{user}`: adds, changes, and removes a member.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{
    id::{ExternalId, OrgId},
    org::Org,
    people::{Address, MemberDetails, Name, Role, TeamError, User},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::{Person, Stored};
use telemetry::LogArea;
use web::{FieldError, Kind, PathParam, Problem};

use crate::{
    App,
    auth::{Caller, Writer},
    body::{self, Body},
    handlers::parse_name,
    out::MemberChangedOut,
    person::{Disagrees, PersonIn, parse_address},
    subject::{NamedUser, not_found},
    version::{Precondition, with_version},
    words,
};

/// The ids of the organization and of the user in a path.
type MemberPath = PathParam<(String, String)>;

/// The parsed body of `POST`.
struct AddIn {
    person: PersonIn,
    role: Role,
}

/// The parsed body of `PUT`. The address and the name are required for a new user.
struct PutIn {
    address: Option<Address>,
    name: Option<Name>,
    verified: bool,
    role: Role,
}

/// The member after a request.
struct Outcome {
    status: StatusCode,
    member: MemberDetails,
    /// Version of the organization.
    version: u64,
}

/// Adds a person, without an email. A member stays as they are.
pub async fn add_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam(org): PathParam,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let expected = Precondition::of(request.headers())?;
    let body = AddIn::parse(&body::read(request).await?)?;
    store::retry(|| try_add(&app, &caller, &writer, &org, expected, &body)).await.map(Outcome::respond)
}

async fn try_add(
    app: &App,
    caller: &Caller,
    writer: &Writer,
    org: &str,
    expected: Precondition,
    AddIn { person, role }: &AddIn,
) -> Result<Outcome, Problem> {
    let now = app.now();
    let known = async {
        let known = app.store.load_known_person(person.external_id.as_ref(), &person.address).await;
        known.map_err(Problem::from)
    };
    let (org, known) = tokio::try_join!(app.load_org(org), known)?;
    expected.check(&org)?;
    let person = app.load_person(person, known, "external_id", now).await?;
    match &person {
        Person::Known(user, _) if user.value.orgs.contains(&org.value.id) => {
            let found = app.store.load_member(org.value.id, user.value.id).await?;
            let (member, user) = found.ok_or(store::Error::Conflict)?;
            Ok(Outcome::unchanged(&org, &user.value, member.role))
        }
        _ => commit_new(app, caller, writer, &org, person, *role, now).await,
    }
}

/// Adds a person with a role, or gives a member this role. The member is notified.
pub async fn put_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam((org, user)): MemberPath,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let expected = Precondition::of(request.headers())?;
    let body = PutIn::parse(&body::read(request).await?)?;
    let path = (org.as_str(), user.as_str());
    store::retry(|| try_put(&app, &caller, &writer, path, expected, &body)).await.map(Outcome::respond)
}

async fn try_put(
    app: &App,
    caller: &Caller,
    writer: &Writer,
    (org, user): (&str, &str),
    expected: Precondition,
    body: &PutIn,
) -> Result<Outcome, Problem> {
    let now = app.now();
    let (org, user) = tokio::try_join!(app.load_org(org), app.find_user(user))?;
    expected.check(&org)?;
    let person = match user {
        NamedUser::Known(user) => {
            let person = body.known(&org.value, user.clone())?;
            app.verify(&user, body.name.as_ref().unwrap_or(&user.value.name), body.verified).await?;
            person
        }
        NamedUser::New(id) => {
            let person = body.new_person(id)?;
            let known = app.store.load_known_person(person.external_id.as_ref(), &person.address).await?;
            app.load_person(&person, known, "email", now).await?
        }
    };
    match person {
        Person::Known(user, after) if after.orgs.contains(&org.value.id) => {
            commit_known(app, caller, writer, &org, (*user, after), body.role, now).await
        }
        person => commit_new(app, caller, writer, &org, person, body.role, now).await,
    }
}

/// Removes a member, who is notified.
pub async fn remove_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam((org, user)): MemberPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let expected = Precondition::of(&headers)?;
    let version = store::retry(|| try_remove(&app, &caller, &writer, (&org, &user), expected)).await?;
    Ok(with_version(StatusCode::NO_CONTENT.into_response(), version))
}

async fn try_remove(
    app: &App,
    caller: &Caller,
    _: &Writer,
    (org, user): (&str, &str),
    expected: Precondition,
) -> Result<u64, Problem> {
    let now = app.now();
    let (before, user) = tokio::try_join!(app.load_org(org), app.load_user(user))?;
    expected.check(&before)?;
    let mut org = before.value.clone();
    let found = app.store.load_member(org.id, user.value.id).await?;
    let (member, user) = found.ok_or_else(not_found)?;
    org.remove_from_host(&member, now).map_err(|error| to_problem(error, caller, org.id))?;
    let mut after = user.value.clone();
    after.leave(org.id);
    app.store.commit_removal(&before, &org, &member, (&user, &after), now).await?;
    tracing::info!(area = %LogArea::Access, organization = %org.id, user = %member.user, "removed member for the host app");
    Ok(before.version + 1)
}

/// Adds a person who is not a member.
async fn commit_new(
    app: &App,
    caller: &Caller,
    _: &Writer,
    before: &Stored<Org>,
    mut person: Person,
    role: Role,
    now: Timestamp,
) -> Result<Outcome, Problem> {
    let members = app.store.count_members(&before.value, now).await?;
    let mut org = before.value.clone();
    let membership = org.add_from_host(person.after(), role, members, now);
    let membership = membership.map_err(|error| to_problem(error, caller, org.id))?;
    person.after_mut().join(org.id);
    app.store.commit_member((before, &org), &membership, &person, now).await?;
    let (organization, user, role_name) = (org.id, membership.user, role.as_str());
    tracing::info!(area = %LogArea::Access, %organization, %user, role = role_name, "added member for the host app");
    let member = MemberDetails::of(person.after(), role);
    Ok(Outcome { status: StatusCode::CREATED, member, version: before.version + 1 })
}

/// Gives a member a role, and writes what else changed: their id of the host app, and their name.
async fn commit_known(
    app: &App,
    caller: &Caller,
    _: &Writer,
    before: &Stored<Org>,
    (user, after): (Stored<User>, User),
    role: Role,
    now: Timestamp,
) -> Result<Outcome, Problem> {
    let found = app.store.load_member(before.value.id, after.id).await?;
    let (member, _) = found.ok_or(store::Error::Conflict)?;
    let mut org = before.value.clone();
    let changed = org.change_role_from_host(&member, role, now);
    let mut changed = changed.map_err(|error| to_problem(error, caller, org.id))?;
    changed.name.clone_from(&after.name);
    org.rename_admin(after.id, &after.name);
    if changed == member && after == user.value {
        return Ok(Outcome::unchanged(before, &after, role));
    }
    let person = Person::Known(Box::new(user), after);
    app.store.commit_known_member((before, &org), (&member, &changed), &person, now).await?;
    let (organization, user, role_name) = (org.id, changed.user, role.as_str());
    tracing::info!(area = %LogArea::Access, %organization, %user, role = role_name, "changed member for the host app");
    let member = MemberDetails::of(person.after(), role);
    Ok(Outcome { status: StatusCode::OK, member, version: before.version + 1 })
}

impl Outcome {
    fn unchanged(org: &Stored<Org>, user: &User, role: Role) -> Self {
        Self { status: StatusCode::OK, member: MemberDetails::of(user, role), version: org.version }
    }

    fn respond(self) -> Response {
        let out = MemberChangedOut::from(&self.member);
        with_version((self.status, Json(out)).into_response(), self.version)
    }
}

impl AddIn {
    fn parse(fields: &Map<String, Value>) -> Result<Self, Problem> {
        let mut body = Body::new(fields);
        let person = PersonIn::parse(&mut body);
        let role = body.optional("role", parse_role);
        let parsed = (|| Some(Self { person: person?, role: role?.unwrap_or(Role::Member) }))();
        body.finish(parsed)
    }
}

impl PutIn {
    fn parse(fields: &Map<String, Value>) -> Result<Self, Problem> {
        let mut body = Body::new(fields);
        let address = body.optional("email", parse_address);
        let name = body.optional("full_name", |text| parse_name("full_name", text));
        let verified = body.boolean("email_verified", false);
        let role = body.required("role", parse_role);
        let parsed = (|| Some(Self { address: address?, name: name?, verified: verified?, role: role? }))();
        body.finish(parsed)
    }

    /// Returns a known user. The host app vouches for them if they are not a member.
    ///
    /// # Errors
    /// 409 if the user has another address.
    fn known(&self, org: &Org, user: Box<Stored<User>>) -> Result<Person, Problem> {
        let known = &user.value;
        let address = self.address.clone().unwrap_or_else(|| known.address.clone());
        if address != known.address {
            return Err(Disagrees.to_problem("email"));
        }
        let name = self.name.clone().unwrap_or_else(|| known.name.clone());
        let person = PersonIn { address, name, external_id: None, verified: self.verified };
        let after = match known.orgs.contains(&org.id) {
            true => known.clone(),
            false => person.vouch_for(known).map_err(|it| it.to_problem("email"))?,
        };
        Ok(Person::Known(user, after))
    }

    /// Returns a person with an id of the host app that no user has yet.
    ///
    /// # Errors
    /// 422 if the address or the name is missing.
    fn new_person(&self, id: ExternalId) -> Result<PersonIn, Problem> {
        let missing = |name| FieldError::new(name, "required", words::REQUIRED);
        match (&self.address, &self.name) {
            (Some(address), Some(name)) => Ok(PersonIn {
                address: address.clone(),
                name: name.clone(),
                external_id: Some(id),
                verified: self.verified,
            }),
            (address, name) => {
                let email = address.is_none().then(|| missing("email"));
                let full_name = name.is_none().then(|| missing("full_name"));
                Err(Problem::invalid(email.into_iter().chain(full_name).collect()))
            }
        }
    }
}

fn parse_role(text: &str) -> Result<Role, FieldError> {
    Role::parse(text).ok_or_else(|| FieldError::new("role", "invalid", words::ROLE))
}

/// Converts a rejection. Of the reasons, only these apply to the host app.
fn to_problem(error: TeamError, caller: &Caller, org: OrgId) -> Problem {
    match error {
        TeamError::NoSeat(seats) => {
            Problem::no_seat(&format!("{}/organizations/{org}", caller.origin), words::no_seat(seats))
        }
        TeamError::LastAdmin => Problem::new(Kind::Conflict, words::LAST_ADMIN),
        error => Problem::new(Kind::Conflict, words::too_many_admins()).because(error),
    }
}
