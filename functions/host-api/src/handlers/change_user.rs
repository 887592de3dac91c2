//! `PATCH /api/v1/users/{user}`: changes the address and the name of a user.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::{
    org::Org,
    people::{Address, Membership, Name, User},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::{Account, MAX_ACCOUNT_ORGS, Stored};
use telemetry::LogArea;
use web::{Kind, PathParam, Problem};

use crate::{
    App,
    auth::{Caller, Writer},
    body::{self, Body},
    handlers::parse_name,
    out::UserOut,
    person::parse_address,
    words,
};

/// A parsed body. `None` leaves a field as it is.
struct ChangeIn {
    address: Option<Address>,
    name: Option<Name>,
    verified: bool,
}

/// Changes a user at once. With a new address, all sessions end, and the earlier address gets an email.
pub async fn change_user(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam(user): PathParam,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let change = ChangeIn::parse(&body::read(request).await?)?;
    let user = store::retry(|| try_change(&app, &writer, &user, &change)).await?;
    Ok(Json(UserOut::from(&user)).into_response())
}

async fn try_change(app: &App, _: &Writer, id: &str, change: &ChangeIn) -> Result<User, Problem> {
    app.commit_change(app.load_user(id).await?, change).await
}

impl App {
    /// Verifies the address of a known user if the host app vouches for it (`vouched`). What waits for
    /// this in the user's organizations goes on, as after the first followed link. Does nothing for a
    /// user with too many organizations for one transaction.
    ///
    /// # Errors
    /// [`Error::Conflict`](store::Error::Conflict) if it changed the user, so that the request starts
    /// again with the changed items, and if the user or an organization changed meanwhile.
    pub async fn verify(&self, user: &Stored<User>, name: &Name, vouched: bool) -> Result<(), Problem> {
        let known = &user.value;
        if !vouched || known.verified || known.orgs.len() > MAX_ACCOUNT_ORGS {
            return Ok(());
        }
        let change = ChangeIn { address: None, name: Some(name.clone()), verified: true };
        self.commit_change(user.clone(), &change).await?;
        Err(store::Error::Conflict.into())
    }

    async fn commit_change(&self, before: Stored<User>, change: &ChangeIn) -> Result<User, Problem> {
        let now = self.now();
        let mut user = before.value.clone();
        user.change_from_host(change.name.as_ref(), change.address.as_ref(), change.verified);
        if user == before.value {
            return Ok(user);
        }
        if user.orgs.len() > MAX_ACCOUNT_ORGS {
            return Err(Problem::new(Kind::Conflict, words::too_many_organizations()));
        }
        let account = self.store.load_account(before, now).await?;
        let after = decide_copies(&account, &user, now);
        if !self.store.commit_account(&account, &user, &after, now).await? {
            return Err(Problem::new(Kind::Conflict, words::ADDRESS_IN_USE).with("field", "email".into()));
        }
        tracing::info!(area = %LogArea::Access, user = %user.id, "changed user for the host app");
        Ok(user)
    }
}

/// Returns the organizations and the memberships with the changed values of the user. The first
/// organization sends the email to the earlier address.
fn decide_copies(before: &Account, user: &User, now: Timestamp) -> Vec<(Org, Membership)> {
    let copies = before.memberships.iter().map(|(org, member)| {
        let mut org = org.value.clone();
        let member = org.update_person(user, member);
        if user.verified {
            org.release_run(now);
        }
        (org, member)
    });
    let mut copies: Vec<_> = copies.collect();
    let earlier = &before.user.value.address;
    if let Some((org, _)) = copies.first_mut().filter(|_| user.address != *earlier) {
        org.outbox.enqueue_email_changed(user.id, earlier.clone(), now);
    }
    copies
}

impl ChangeIn {
    fn parse(fields: &Map<String, Value>) -> Result<Self, Problem> {
        let mut body = Body::new(fields);
        let address = body.optional("email", parse_address);
        let name = body.optional("full_name", |text| parse_name("full_name", text));
        let verified = body.boolean("email_verified", false);
        let parsed = (|| Some(Self { address: address?, name: name?, verified: verified? }))();
        body.finish(parsed)
    }
}
