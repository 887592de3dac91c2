//! `GET …/members`, `/api/v1/users`, and `/api/v1/users/{user}`: members and users.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{id::UserId, people::MemberDetails};
use web::{FieldError, PathParam, Problem};

use crate::{
    App,
    auth::Caller,
    out::{MembersOut, UserOut, UsersOut},
    person::parse_address,
    query::Parameters,
    words,
};

/// Lists the members of an organization.
pub async fn members(
    State(app): State<Arc<App>>,
    _: Caller,
    PathParam(org): PathParam,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let mut parser = parameters.read()?;
    let invalid = |_| FieldError::new("cursor", "invalid", words::CURSOR);
    let cursor: Option<UserId> = parser.optional("cursor", |text| text.parse().map_err(invalid));
    parser.finish()?;
    let org = app.load_org(&org).await?.value.id;
    let (people, next) = app.store.load_member_page(org, cursor).await?;
    let members: Vec<_> = people.iter().map(|(user, member)| MemberDetails::of(user, member.role)).collect();
    Ok(Json(MembersOut::of(&members, next.map(|user| user.to_string()))).into_response())
}

/// Finds the user with an address.
pub async fn find_user(
    State(app): State<Arc<App>>,
    _: Caller,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let mut parser = parameters.read()?;
    let address = parser.optional("email", parse_address);
    parser.finish()?;
    let missing = || FieldError::new("email", "required", words::REQUIRED);
    let address = address.ok_or_else(|| Problem::invalid(vec![missing()]))?;
    let user = app.store.load_user_of(&address).await?;
    let users = user.iter().map(|user| UserOut::from(&user.value)).collect();
    Ok(Json(UsersOut { users }).into_response())
}

/// Returns the user of a path.
pub async fn user(
    State(app): State<Arc<App>>,
    _: Caller,
    PathParam(user): PathParam,
) -> Result<Response, Problem> {
    let user = app.load_user(&user).await?;
    Ok(Json(UserOut::from(&user.value)).into_response())
}
