//! `/invitations/{token}`: a mailed invitation. Looking at it changes nothing; its button uses it up.
//!
//! The token is the secret in the mail, or the [reference](reference) to which a sign-in leads back. The secret works for
//! days and may be forwarded, so it signs in only a person who has nothing else here. Everybody else accepts with a
//! session of their own.

mod page;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header::SET_COOKIE,
    response::Response,
};
use domain::{
    id::OrgId,
    invitation::{self, Invitation, InvitationId},
    name::Name,
    org::MOST_ADMINS,
    people::{ORG_CREATION_GRANT_TTL, Session, SessionToken, User},
    secret::{Hash, Secret},
    team::TeamError,
    trial,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use store::{Acceptance, Accepted, InvitationDetails, InvitationLookup, Person, SignedIn, UsedLink};
use telemetry::LogArea;
use web::{FieldError, Fields, Kind, Problem, ResponseFormat};

use crate::{
    App, auth,
    invitation::page::Invited,
    link::{self, Browser, Token},
    members, respond, store_problem,
};

/// What somebody finds behind an invitation's link.
enum Found {
    /// It is theirs to accept.
    Open(Box<InvitationDetails>, Basis),
    /// It is theirs to accept once they have signed in.
    SignInFirst(Box<InvitationDetails>),
    /// It is somebody else's than who is signed in.
    Foreign(Box<InvitationDetails>, Box<SignedIn>),
    /// It was accepted.
    Used(Box<UsedLink>),
    /// Who is signed in belongs to the organization.
    Member,
}

/// What shows that a request comes from the invited person.
enum Basis {
    /// The link alone.
    Link,
    /// Their session.
    Session(Box<SignedIn>),
    /// What a sign-in link gave a person without an organization, and when that link was used.
    Grant(Timestamp),
}

/// `GET /invitations/{token}`: where to, from whom, for whom, and a button.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (token, now) = (link::text(token), app.clock.now());
    let browser = Browser::of(&app, request.headers());
    let page = match find(&app, request.headers(), &token, None, now).await {
        Ok(Found::Open(offer, _)) => Invited::of(&app.product, &token, &offer).page("", None),
        Ok(Found::SignInFirst(offer)) => page::sign_in_first(&app.product, &offer, &back(&offer)),
        Ok(Found::Foreign(offer, found)) => page::foreign(&app.product, &offer, &found),
        Ok(Found::Used(used))
            if used.is_repeated_by(browser.hash(), now)
                && !app.is_signed_in(request.headers(), Some(used.user)).await =>
        {
            page::accept_again(&app.product, &token)
        }
        Ok(Found::Used(used)) => return spent(&app, request.headers(), wants, &used).await,
        Ok(Found::Member) => return web::see_other(link::HOME),
        Err(problem) => return refuse(&app, wants, request.uri().path(), problem),
    };
    browser.keep(web::page(StatusCode::OK, page))
}

/// `POST /invitations/{token}`: joins as the invited address and as nobody else. The address is proven by that, and a
/// session begins. The same browser may repeat the request for a minute.
pub async fn accept(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (headers, origin) = (request.headers().clone(), web::origin(&request));
    let path = request.uri().path().to_owned();
    let fields = Fields::read(request).await;
    let guest = Guest { headers, origin, token: link::text(token), wants };
    let joined = join(&app, &guest, &fields).await;
    joined.unwrap_or_else(|problem| refuse(&app, wants, &path, problem))
}

/// Who comes with an invitation.
struct Guest {
    headers: HeaderMap,
    origin: String,
    token: String,
    wants: ResponseFormat,
}

/// Judged in this order: who is signed in, access, input.
async fn join(app: &App, guest: &Guest, fields: &Result<Fields, Problem>) -> Result<Response, Problem> {
    let browser = web::browser::mark(&guest.headers).map(|mark| mark.hash());
    let grant = fields.as_ref().ok().and_then(|fields| fields.get("founding")?.parse::<Secret>().ok());
    for attempt in 0..store::MAX_TRIES {
        let now = app.clock.now();
        let (offer, basis) = match find(app, &guest.headers, &guest.token, grant.as_ref(), now).await? {
            Found::Open(offer, basis) => (offer, basis),
            Found::SignInFirst(offer) => {
                return Ok(auth::respond(guest.wants, &back(&offer), Err(Problem::unauthorized())));
            }
            Found::Foreign(offer, found) => return Ok(foreign(app, guest.wants, &offer, &found)),
            Found::Member => return Ok(web::see_other(link::HOME)),
            Found::Used(used)
                if used.is_repeated_by(browser, now)
                    && !app.is_signed_in(&guest.headers, Some(used.user)).await =>
            {
                match link::repeat(app, &used, guest.wants).await {
                    Ok(Some(response)) => return Ok(response),
                    Ok(None) => return Err(gone()),
                    Err(store::Error::Conflict) => {
                        store::pause(attempt).await;
                        continue;
                    }
                    Err(error) => return Err(store_problem(error)),
                }
            }
            Found::Used(used) => return Ok(spent(app, &guest.headers, guest.wants, &used).await),
        };
        offer.org.value.may_change_team(now).map_err(|refusal| to_problem(refusal, &offer, &guest.origin))?;
        let typed = fields.as_ref().map_err(Clone::clone)?.get("full_name").unwrap_or_default();
        // Whoever made an account for an unproven address may have been anybody, and its name anything.
        let name = match offer.known.as_ref().filter(|user| user.value.verified) {
            Some(user) => Ok(user.value.name.clone()),
            None => Name::parse(typed),
        };
        let name = match (name, guest.wants) {
            (Ok(name), _) => name,
            (Err(fault), ResponseFormat::Page) => {
                let page =
                    Invited::of(&app.product, &guest.token, &offer).page(typed, Some(&fault.to_string()));
                return Ok(web::page(Kind::Invalid.status(), page));
            }
            (Err(fault), ResponseFormat::Json) => {
                let fault = FieldError::new("full_name", fault.code(), fault.to_string());
                return Err(Problem::invalid(vec![fault]));
            }
        };
        let accepted = decide(app, *offer, name, guest, (&basis, browser), now)?;
        match app.store.commit_acceptance(&accepted).await {
            Ok(Accepted::Joined) => return Ok(joined(&accepted)),
            // Another request was faster, perhaps this browser's own first one.
            Ok(Accepted::AlreadyUsed) | Err(store::Error::Conflict) => store::pause(attempt).await,
            Err(error) => return Err(store_problem(error)),
        }
    }
    Err(store_problem(store::Error::Conflict))
}

/// What the token leads to, with whoever is signed in. The table deletes expired items late, so the time is judged here.
async fn find(
    app: &App,
    headers: &HeaderMap,
    token: &str,
    grant: Option<&Secret>,
    now: Timestamp,
) -> Result<Found, Problem> {
    match (token.parse::<Secret>(), referred(token)) {
        (Ok(secret), _) => find_by_secret(app, headers, secret.hash(), now).await,
        (Err(()), Some(referred)) => find_by_reference(app, headers, referred, grant, now).await,
        (Err(()), None) => Err(gone()),
    }
}

async fn find_by_secret(
    app: &App,
    headers: &HeaderMap,
    secret: Hash,
    now: Timestamp,
) -> Result<Found, Problem> {
    let (offer, signed_in) =
        tokio::join!(app.store.load_invitation_for_link(secret), signed_in(app, headers, now));
    let offer = match offer.map_err(store_problem)?.ok_or_else(gone)? {
        InvitationLookup::Open(offer) if offer.invitation.value.opens_to(secret, now) => offer,
        InvitationLookup::Open(_) => return Err(gone()),
        InvitationLookup::Used(used) => return Ok(Found::Used(Box::new(used))),
    };
    let known = offer.known.as_ref().map(|user| &user.value);
    Ok(match signed_in? {
        Some(found) if found.user.value.address != offer.invitation.value.address => {
            Found::Foreign(offer, found)
        }
        None if !invitation::signs_in(known, &app.operators) => Found::SignInFirst(offer),
        Some(found) => Found::Open(offer, Basis::Session(found)),
        None => Found::Open(offer, Basis::Link),
    })
}

/// A reference is no secret, so it opens only for the invited person, who has proven the address: by a session, or by
/// `grant`, what a sign-in link gave them in its place because they belong to no organization.
async fn find_by_reference(
    app: &App,
    headers: &HeaderMap,
    (org, invitation): (OrgId, InvitationId),
    grant: Option<&Secret>,
    now: Timestamp,
) -> Result<Found, Problem> {
    let found = signed_in(app, headers, now).await?.filter(|found| found.user.value.verified);
    let (user, basis) = match (found, grant) {
        (Some(found), _) => (found.user.value.clone(), Basis::Session(found)),
        (None, Some(grant)) => {
            let granted = app.store.load_org_creation_grant(grant.hash()).await.map_err(store_problem)?;
            let granted = granted.filter(|(it, _)| now < it.expires_at && it.used_for.is_none());
            let (proof, user) = granted.ok_or_else(Problem::unauthorized)?;
            (user.value, Basis::Grant(trial::add(proof.expires_at, -ORG_CREATION_GRANT_TTL)))
        }
        (None, None) => return Err(Problem::unauthorized()),
    };
    if InvitationId::of(org, &user.address) != invitation {
        return Err(gone());
    }
    if user.orgs.contains(&org) {
        return Ok(Found::Member);
    }
    let offer = app.store.load_invitation_for_address(org, &user.address).await.map_err(store_problem)?;
    let offer = offer.filter(|offer| offer.invitation.value.is_open(now)).ok_or_else(gone)?;
    Ok(Found::Open(Box::new(offer), basis))
}

/// Who is signed in, if the session is alive.
async fn signed_in(app: &App, headers: &HeaderMap, now: Timestamp) -> Result<Option<Box<SignedIn>>, Problem> {
    let Some(token) = web::session::token(headers) else { return Ok(None) };
    let found = app.store.load_session(&token).await.map_err(store_problem)?;
    Ok(found.filter(|found| found.authorize(now).is_some()).map(Box::new))
}

/// The path that names an invitation without its secret, so that it may be stored with a request for a sign-in link.
fn reference(invitation: &Invitation) -> String {
    format!("/invitations/{}_{}", invitation.org, invitation.id())
}

fn back(offer: &InvitationDetails) -> String {
    reference(&offer.invitation.value)
}

/// The organization and the invitation in a reference.
fn referred(token: &str) -> Option<(OrgId, InvitationId)> {
    let (org, invitation) = token.rsplit_once('_')?;
    Some((org.parse().ok()?, invitation.parse().ok()?))
}

/// Who joins, as what, and the session that begins. A session that is there already goes over to the new organization: it
/// gets neither longer nor fresher.
fn decide(
    app: &App,
    offer: InvitationDetails,
    name: Name,
    guest: &Guest,
    (basis, browser): (&Basis, Option<Hash>),
    now: Timestamp,
) -> Result<Acceptance, Problem> {
    let (org_id, invitation) = (offer.org.value.id, &offer.invitation.value);
    let mut user = match &offer.known {
        Some(known) => User { name, ..known.value.clone() },
        None => User::new(app.entropy.user_id(now), name, invitation.address.clone()),
    };
    let mut org = offer.org.value.clone();
    let admitted = org.accept(invitation, &user, now);
    let membership = admitted.map_err(|refusal| to_problem(refusal, &offer, &guest.origin))?;
    user.prove_address();
    user.join(org_id);
    let session = match basis {
        Basis::Session(found) => found.session.switched(org_id, &user, now),
        Basis::Link => Session::begin(org_id, &user, now),
        Basis::Grant(at) => Session { signed_in_at: Some(*at), ..Session::begin(org_id, &user, now) },
    };
    // If this response is lost, the browser can repeat the request by the link's secret. By a reference it cannot, and
    // goes on with the session that it holds.
    let repeatable = browser.is_some() && guest.token.parse::<Secret>().is_ok();
    let instead_of = web::session::token(&guest.headers).filter(|token| repeatable && token.user == user.id);
    let person = match offer.known.clone() {
        Some(before) => Person::Known(Box::new(before), user),
        None => Person::New(user),
    };
    let secret = Secret::new(app.entropy.bytes());
    Ok(Acceptance { offer, org, person, membership, session, secret, instead_of, browser })
}

fn joined(accepted: &Acceptance) -> Response {
    let Session { org, user, .. } = accepted.session;
    tracing::info!(area = %LogArea::Access, organization = %org, %user, role = accepted.membership.role.as_str(), "joined");
    let mut response = web::see_other("/dashboard");
    let token = SessionToken { org, user, secret: accepted.secret.clone() };
    response.headers_mut().append(SET_COOKIE, web::session::set(&token));
    response
}

/// Whoever is signed in is told so, and never joined to what another was invited to.
fn foreign(app: &App, wants: ResponseFormat, offer: &InvitationDetails, found: &SignedIn) -> Response {
    match wants {
        ResponseFormat::Page => web::page(Kind::Conflict.status(), page::foreign(&app.product, offer, found)),
        ResponseFormat::Json => web::problem_response(
            wants,
            Problem::new(
                Kind::Conflict,
                "This invitation is for another address. Sign out first, then open it again.",
            ),
        ),
    }
}

/// What the invited person is told, who cannot pay but can ask.
fn to_problem(refusal: TeamError, offer: &InvitationDetails, origin: &str) -> Problem {
    let (org, inviter) = (&offer.org.value, &offer.invitation.value.inviter);
    match refusal {
        TeamError::AlreadyMember => {
            Problem::new(Kind::Conflict, "You are a member already. Sign in to go on.")
        }
        TeamError::NoAccess(_) => {
            let mut told = members::to_problem(refusal, origin, org.id);
            told.detail =
                format!("{} has to choose a plan first. Your invitation waits: ask {inviter}.", org.name)
                    .into();
            told
        }
        TeamError::InviterGone => Problem::new(
            Kind::Conflict,
            format!(
                "{inviter} is no admin of {} any more, so this invitation does not count. Ask an admin to send it again.",
                org.name
            ),
        ),
        TeamError::TooManyAdmins => Problem::new(
            Kind::Conflict,
            format!(
                "{} has {MOST_ADMINS} admins, which is the most. Ask {inviter}: your invitation waits.",
                org.name
            ),
        ),
        refusal => members::to_problem(refusal, origin, org.id),
    }
}

/// Used, revoked, replaced, expired and never made are told alike.
fn gone() -> Problem {
    Problem::new(
        Kind::NotFound,
        "This invitation was used before, taken back or sent again, or it is older than seven days.",
    )
}

/// The response to the link of an accepted invitation: its owner, who is signed in already, is led home; all others are
/// told that it was accepted, and where to sign in.
async fn spent(app: &App, headers: &HeaderMap, wants: ResponseFormat, used: &UsedLink) -> Response {
    if app.is_signed_in(headers, Some(used.user)).await {
        return web::see_other(link::HOME);
    }
    match wants {
        ResponseFormat::Page => web::page(Kind::NotFound.status(), page::accepted(&app.product)),
        ResponseFormat::Json => web::problem_response(
            wants,
            Problem::new(Kind::NotFound, "This invitation was accepted. Sign in to open the organization."),
        ),
    }
}

/// A link that does not work leads to a newer one, a missing session to sign-in and back to `path`.
fn refuse(app: &App, wants: ResponseFormat, path: &str, problem: Problem) -> Response {
    match (wants, problem.kind) {
        (ResponseFormat::Page, Kind::NotFound) => web::page(problem.kind.status(), page::gone(&app.product)),
        (_, Kind::Unauthorized) => auth::respond(wants, path, Err(problem)),
        _ => respond(wants, Err(problem)),
    }
}
