//! `/invitations/{token}`: accepting an emailed invitation.
//!
//! `GET` changes nothing. The page's button accepts the invitation.
//!
//! The token is one of two texts:
//!
//! - The secret from the email. It works for seven days, and its email can be forwarded. So the
//!   secret alone signs in only a person who has no organization and is not an operator. All others
//!   must sign in first, and accept with their session or organization grant.
//! - A reference, which is not secret. [`return_path`] creates it, and it names the invitation in
//!   the path to which a user returns after signing in.

mod page;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header::SET_COOKIE,
    response::Response,
};
use domain::{
    id::OrgId,
    people::{
        Invitation, InvitationId, Name, ORG_CREATION_GRANT_TTL, Session, SessionToken, TeamError, User,
    },
    secret::{Hash, Secret},
    time,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use store::{Acceptance, Accepted, InvitationDetails, InvitationLookup, Person, SignedIn, UsedLink};
use telemetry::LogArea;
use web::{FieldError, Fields, Kind, Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::{
    App, auth,
    browser::Browser,
    invitation::page::InvitationPage,
    link::{self, Token},
    members, respond,
    words::invitation as words_of,
};

/// State of an existing invitation for one request.
enum Found {
    /// The requester can accept the invitation.
    Open(Box<InvitationDetails>, Identity),
    /// The requester must sign in before they can accept the invitation.
    SignInFirst(Box<InvitationDetails>),
    /// The signed-in user is not the invited person.
    OtherUser(Box<InvitationDetails>, Box<SignedIn>),
    /// The invitation was accepted before.
    Used(Box<UsedLink>),
    /// The signed-in user is already a member of the organization.
    Member,
}

/// Evidence that the invited person sent a request.
enum Identity {
    /// The secret from the email.
    Link,
    /// A session of the invited person.
    Session(Box<SignedIn>),
    /// The organization grant of a user without an organization, with the time at which they used
    /// their sign-in link.
    Grant(Timestamp),
}

/// `GET /invitations/{token}`: shows the invitation with the button that accepts it.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (token, now) = (link::text(token), app.clock.now());
    let browser = Browser::of(&app, request.headers());
    let page = match find(&app, request.headers(), &token, None, now).await {
        Ok(Found::Open(details, _)) => match has_seat(&app, &details, now).await {
            Ok(true) => InvitationPage::new(&app.product, &token, &details).render("", None),
            Ok(false) => page::no_seat(&app.product, &details),
            Err(problem) => return respond(wants, Err(problem)),
        },
        Ok(Found::SignInFirst(details)) => {
            page::sign_in_first(&app.product, &details, &return_path(&details))
        }
        Ok(Found::OtherUser(details, found)) => page::other_user(&app.product, &details, &found),
        Ok(Found::Used(used))
            if used.is_repeated_by(browser.hash(), now)
                && !app.is_signed_in(request.headers(), used.user).await =>
        {
            page::accept_again(&app.product, &token)
        }
        Ok(Found::Used(used)) => return used_response(&app, request.headers(), wants, &used).await,
        Ok(Found::Member) => return web::see_other(link::HOME),
        Err(problem) => return problem_response(&app, wants, request.uri().path(), problem),
    };
    browser.set_cookie(web::page(StatusCode::OK, page))
}

/// `POST /invitations/{token}`: adds the user with the invited address to the organization.
///
/// Accepting also verifies the address and starts a session. If the path contains the secret from
/// the email and the response is lost, the same browser can repeat the request for a minute.
pub async fn accept(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (headers, origin) = (request.headers().clone(), web::origin(&request));
    let path = request.uri().path().to_owned();
    let fields = Fields::read(request).await;
    let request = AcceptRequest { headers, origin, token: link::text(token), wants };
    let joined = join(&app, &request, &fields).await;
    joined.unwrap_or_else(|problem| problem_response(&app, wants, &path, problem))
}

/// A request to accept an invitation, without its form fields.
struct AcceptRequest {
    headers: HeaderMap,
    origin: String,
    token: String,
    wants: ResponseFormat,
}

/// Accepts an invitation. If another write changed the data after the read, reads and decides
/// again.
async fn join(
    app: &App,
    request: &AcceptRequest,
    fields: &Result<Fields, Problem>,
) -> Result<Response, Problem> {
    store::retry(|| async {
        let response = try_join(app, request, fields).await?;
        Ok(response.ok_or(store::Error::Conflict))
    })
    .await
}

/// Attempts to accept an invitation once. Returns `None` if another write changed the data after
/// the read.
///
/// Checks the user's identity, then the organization's access, then the input.
async fn try_join(
    app: &App,
    request: &AcceptRequest,
    fields: &Result<Fields, Problem>,
) -> Result<Option<Response>, Problem> {
    let now = app.clock.now();
    let browser = web::browser::secret(&request.headers).map(|secret| secret.hash());
    let grant = fields.as_ref().ok().and_then(|fields| fields.get("founding")?.parse::<Secret>().ok());
    let (details, identity) = match find(app, &request.headers, &request.token, grant.as_ref(), now).await? {
        Found::Open(details, identity) => (details, identity),
        Found::SignInFirst(details) => {
            let back = return_path(&details);
            return Ok(Some(auth::respond(request.wants, &back, Err(Problem::unauthorized()))));
        }
        Found::OtherUser(details, found) => {
            return Ok(Some(other_user_response(app, request.wants, &details, &found)));
        }
        Found::Member => return Ok(Some(web::see_other(link::HOME))),
        Found::Used(used)
            if used.is_repeated_by(browser, now) && !app.is_signed_in(&request.headers, used.user).await =>
        {
            return repeat(app, &used, request.wants).await;
        }
        Found::Used(used) => {
            return Ok(Some(used_response(app, &request.headers, request.wants, &used).await));
        }
    };
    let members = app.count_members(&details.org.value, now).await?;
    if let Err(error) = details.org.value.may_join(members, now) {
        let problem = to_problem(error, &details, &request.origin);
        return match (error, request.wants) {
            (TeamError::NoSeat(_), ResponseFormat::Page) => {
                Ok(Some(web::problem_page(problem, page::no_seat(&app.product, &details))))
            }
            _ => Err(problem),
        };
    }
    let typed = fields.as_ref().map_err(Clone::clone)?.get("full_name").unwrap_or_default();
    // Another person may have created the account of an unverified address, so the name of such an
    // account is not used.
    let name = match details.known.as_ref().filter(|user| user.value.verified) {
        Some(user) => Ok(user.value.name.clone()),
        None => Name::parse(typed),
    };
    let name = match (name, request.wants) {
        (Ok(name), _) => name,
        (Err(error), ResponseFormat::Page) => {
            let page = InvitationPage::new(&app.product, &request.token, &details);
            let page = page.render(typed, Some(&error.to_string()));
            return Ok(Some(web::page(Kind::Invalid.status(), page)));
        }
        (Err(error), ResponseFormat::Json) => {
            let error = FieldError::new("full_name", error.code(), error.to_string());
            return Err(Problem::invalid(vec![error]));
        }
    };
    let accepted = decide(app, *details, members, name, request, (&identity, browser), now)?;
    match app.store.commit_acceptance(&accepted).await {
        Ok(Accepted::Joined) => Ok(Some(joined(&accepted))),
        // Another request used the link first, possibly an earlier request of this browser.
        Ok(Accepted::AlreadyUsed) | Err(store::Error::Conflict) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Repeats the response to an accepted invitation. Returns `None` if another write changed the data
/// after the read.
async fn repeat(app: &App, used: &UsedLink, wants: ResponseFormat) -> Result<Option<Response>, Problem> {
    match link::repeat(app, used, wants).await {
        Ok(response) => response.map(Some).ok_or_else(expired),
        Err(store::Error::Conflict) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Finds the invitation that `token` names, and decides what the sender of the request can do with
/// it.
///
/// DynamoDB deletes expired items late. So the two functions that this function calls also check
/// whether the invitation has expired.
async fn find(
    app: &App,
    headers: &HeaderMap,
    token: &str,
    grant: Option<&Secret>,
    now: Timestamp,
) -> Result<Found, Problem> {
    match (token.parse::<Secret>(), parse_reference(token)) {
        (Ok(secret), _) => find_by_secret(app, headers, secret.hash(), now).await,
        (Err(()), Some(reference)) => find_by_reference(app, headers, reference, grant, now).await,
        (Err(()), None) => Err(expired()),
    }
}

async fn find_by_secret(
    app: &App,
    headers: &HeaderMap,
    secret: Hash,
    now: Timestamp,
) -> Result<Found, Problem> {
    let (details, signed_in) =
        tokio::join!(app.store.load_invitation_for_link(secret), signed_in(app, headers, now));
    let details = match details?.ok_or_else(expired)? {
        InvitationLookup::Open(details) if details.invitation.value.opens_to(secret, now) => details,
        InvitationLookup::Open(_) => return Err(expired()),
        InvitationLookup::Used(used) => return Ok(Found::Used(Box::new(used))),
    };
    let known = details.known.as_ref().map(|user| &user.value);
    Ok(match signed_in? {
        Some(found) if found.user.value.address != details.invitation.value.address => {
            Found::OtherUser(details, found)
        }
        None if !Invitation::signs_in(known, &app.operators) => Found::SignInFirst(details),
        Some(found) => Found::Open(details, Identity::Session(found)),
        None => Found::Open(details, Identity::Link),
    })
}

/// Finds an invitation by its reference. A reference is not secret, so only the invited person gets
/// a result.
///
/// The invited person must have verified the address. The evidence is their session. Without a
/// session, it is `grant`, the organization grant that a sign-in link gives to a user without an
/// organization.
async fn find_by_reference(
    app: &App,
    headers: &HeaderMap,
    (org, invitation): (OrgId, InvitationId),
    grant: Option<&Secret>,
    now: Timestamp,
) -> Result<Found, Problem> {
    let found = signed_in(app, headers, now).await?.filter(|found| found.user.value.verified);
    let (user, identity) = match (found, grant) {
        (Some(found), _) => (found.user.value.clone(), Identity::Session(found)),
        (None, Some(grant)) => {
            let granted = app.store.load_org_creation_grant(grant.hash()).await?;
            let granted = granted.filter(|(grant, _)| now < grant.expires_at && grant.used_for.is_none());
            let (grant, user) = granted.ok_or_else(Problem::unauthorized)?;
            (user.value, Identity::Grant(time::add(grant.expires_at, -ORG_CREATION_GRANT_TTL)))
        }
        (None, None) => return Err(Problem::unauthorized()),
    };
    if InvitationId::of(org, &user.address) != invitation {
        return Err(expired());
    }
    if user.orgs.contains(&org) {
        return Ok(Found::Member);
    }
    let details = app.store.load_invitation_for_address(org, &user.address).await?;
    let details = details.filter(|details| details.invitation.value.is_open(now)).ok_or_else(expired)?;
    Ok(Found::Open(Box::new(details), identity))
}

/// Loads the signed-in user, or returns `None` without a valid session.
async fn signed_in(app: &App, headers: &HeaderMap, now: Timestamp) -> Result<Option<Box<SignedIn>>, Problem> {
    Ok(AuthenticatedUser::load(&app.store, headers, now).await?.map(|user| Box::new(user.found)))
}

/// Returns the path that names an invitation by its reference. The path contains no secret, so it
/// is safe to store it with a request for a sign-in link.
fn return_path(details: &InvitationDetails) -> String {
    let invitation = &details.invitation.value;
    format!("/invitations/{}_{}", invitation.org, invitation.id())
}

/// Parses a reference: the ID of the organization, `_`, and the ID of the invitation. Returns
/// `None` for any other text.
fn parse_reference(token: &str) -> Option<(OrgId, InvitationId)> {
    let (org, invitation) = token.rsplit_once('_')?;
    Some((org.parse().ok()?, invitation.parse().ok()?))
}

/// Decides the user, the membership, and the session that an acceptance writes.
///
/// A signed-in user gets a session in the new organization that replaces their current session. The
/// new session keeps the end and the sign-in time of the current session.
fn decide(
    app: &App,
    details: InvitationDetails,
    members: usize,
    name: Name,
    request: &AcceptRequest,
    (identity, browser): (&Identity, Option<Hash>),
    now: Timestamp,
) -> Result<Acceptance, Problem> {
    let (org_id, invitation) = (details.org.value.id, &details.invitation.value);
    let mut user = match &details.known {
        Some(known) => User { name, ..known.value.clone() },
        None => User::new(app.entropy.user_id(now), name, invitation.address.clone()),
    };
    let mut org = details.org.value.clone();
    let membership = org.accept(invitation, &user, members, now);
    let membership = membership.map_err(|error| to_problem(error, &details, &request.origin))?;
    user.verify_address();
    user.join(org_id);
    let session = match identity {
        Identity::Session(found) => found.session.switched(org_id, &user, now),
        Identity::Link => Session::begin(org_id, &user, now),
        Identity::Grant(at) => Session { signed_in_at: Some(*at), ..Session::begin(org_id, &user, now) },
    };
    // The new session replaces the current one only if the browser can repeat the request after a
    // lost response. A request with a reference cannot be repeated, so it leaves the current
    // session valid.
    let repeatable = browser.is_some() && request.token.parse::<Secret>().is_ok();
    let instead_of =
        web::session::token(&request.headers).filter(|token| repeatable && token.user == user.id);
    let person = match details.known.clone() {
        Some(before) => Person::Known(Box::new(before), user),
        None => Person::New(user),
    };
    let secret = Secret::new(app.entropy.bytes());
    Ok(Acceptance { details, org, person, membership, session, secret, instead_of, browser })
}

fn joined(accepted: &Acceptance) -> Response {
    let Session { org, user, .. } = accepted.session;
    tracing::info!(area = %LogArea::Access, organization = %org, %user, role = accepted.membership.role.as_str(), "joined organization");
    let mut response = web::see_other("/dashboard");
    let token = SessionToken { org, user, secret: accepted.secret.clone() };
    response.headers_mut().append(SET_COOKIE, web::session::set(&token));
    response
}

/// Responds to a signed-in user who is not the invited person. This user does not join the
/// organization.
fn other_user_response(
    app: &App,
    wants: ResponseFormat,
    details: &InvitationDetails,
    found: &SignedIn,
) -> Response {
    match wants {
        ResponseFormat::Page => {
            web::page(Kind::Conflict.status(), page::other_user(&app.product, details, found))
        }
        ResponseFormat::Json => {
            web::problem_response(wants, Problem::new(Kind::Conflict, words_of::other_user::PROBLEM))
        }
    }
}

/// Converts a rejection into a problem whose text is for the invited person. The text can name the
/// inviter, whom they can contact.
fn to_problem(error: TeamError, details: &InvitationDetails, origin: &str) -> Problem {
    let (org, inviter) = (&details.org.value, details.invitation.value.inviter.as_str());
    let name = org.name.as_str();
    match error {
        TeamError::AlreadyMember => Problem::new(Kind::Conflict, words_of::ALREADY_MEMBER),
        TeamError::NoAccess(_) | TeamError::NoSeat(_) => {
            let mut problem = members::to_problem(error, origin, org.id);
            problem.detail = match error {
                TeamError::NoSeat(_) => words_of::no_seat::problem(name).into(),
                _ => words_of::plan_needed(name, inviter).into(),
            };
            problem
        }
        TeamError::InviterGone => {
            Problem::new(Kind::Conflict, words_of::inviter_no_longer_admin(name, inviter))
        }
        TeamError::TooManyAdmins => Problem::new(Kind::Conflict, words_of::too_many_admins(name, inviter)),
        error => members::to_problem(error, origin, org.id),
    }
}

/// Returns whether the plan of the organization has a seat for the invited person.
async fn has_seat(app: &App, details: &InvitationDetails, now: Timestamp) -> Result<bool, Problem> {
    let org = &details.org.value;
    let members = app.count_members(org, now).await?;
    Ok(org.check_seats(members, now).is_ok())
}

/// Returns the problem of a link that opens no invitation. It is the same for a revoked, resent,
/// expired, or unknown link. An accepted invitation has its own response, [`used_response`].
fn expired() -> Problem {
    Problem::new(Kind::NotFound, words_of::expired::problem())
}

/// Responds to the link of an invitation that was accepted before. If the user who accepted it is
/// signed in, redirects to the dashboard.
async fn used_response(app: &App, headers: &HeaderMap, wants: ResponseFormat, used: &UsedLink) -> Response {
    if app.is_signed_in(headers, used.user).await {
        return web::see_other(link::HOME);
    }
    match wants {
        ResponseFormat::Page => web::page(Kind::NotFound.status(), page::accepted(&app.product)),
        ResponseFormat::Json => {
            web::problem_response(wants, Problem::new(Kind::NotFound, words_of::accepted::PROBLEM))
        }
    }
}

/// Converts a problem into a response. A browser without a session is redirected to the sign-in
/// page. After signing in, the browser opens `path`.
fn problem_response(app: &App, wants: ResponseFormat, path: &str, problem: Problem) -> Response {
    match (wants, problem.kind) {
        (ResponseFormat::Page, Kind::NotFound) => {
            web::page(problem.kind.status(), page::expired(&app.product))
        }
        (_, Kind::Unauthorized) => auth::respond(wants, path, Err(problem)),
        _ => respond(wants, Err(problem)),
    }
}
