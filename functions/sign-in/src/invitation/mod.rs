//! `/invitations/{token}`: a mailed invitation. Looking at it changes nothing; its button uses it up.

mod page;

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::header::SET_COOKIE,
    response::Response,
};
use domain::{
    name::Name,
    org::MOST_ADMINS,
    people::{Session, SessionToken, User},
    secret::Secret,
    team::Refusal,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use store::{Acceptance, Accepted, Offer, Person, SignedIn};
use web::{FieldError, Fields, Kind, Problem, Wants};

use crate::{App, answer, invitation::page::Invited, members, trouble};

type Token = Result<Path<String>, PathRejection>;

/// What somebody finds behind an invitation's link.
enum Found {
    /// It is theirs to accept.
    Open(Box<Offer>),
    /// It is somebody else's than who is signed in.
    Foreign(Box<Offer>, Box<SignedIn>),
}

/// `GET /invitations/{token}`: where to, from whom, for whom, and a button.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    let (token, now) = (text(token), app.clock.now());
    let shown = match find(&app, request.headers(), &token, now).await {
        Ok(Found::Open(offer)) => Ok(Invited::of(&app.product, &token, &offer).page("", None)),
        Ok(Found::Foreign(offer, found)) => Ok(page::foreign(&app.product, &offer, &found)),
        Err(problem) => Err(problem),
    };
    match shown {
        Ok(markup) => web::page(StatusCode::OK, markup),
        Err(problem) => refuse(&app, wants, problem),
    }
}

/// `POST /invitations/{token}`: joins as the invited address and as nobody else. The address is proven by that, and a
/// session begins.
pub async fn accept(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    let (headers, origin) = (request.headers().clone(), web::origin(&request));
    let fields = Fields::read(request).await;
    let guest = Guest { headers, origin, token: text(token), wants };
    let joined = join(&app, &guest, &fields).await;
    joined.unwrap_or_else(|problem| refuse(&app, wants, problem))
}

/// Who comes with an invitation.
struct Guest {
    headers: HeaderMap,
    origin: String,
    token: String,
    wants: Wants,
}

/// Judged in this order: who is signed in, access, input.
async fn join(app: &App, guest: &Guest, fields: &Result<Fields, Problem>) -> Result<Response, Problem> {
    for attempt in 0..store::TRIES {
        let now = app.clock.now();
        let offer = match find(app, &guest.headers, &guest.token, now).await? {
            Found::Open(offer) => offer,
            Found::Foreign(offer, found) => return Ok(foreign(app, guest.wants, &offer, &found)),
        };
        offer.org.value.may_change_team(now).map_err(|refusal| told(refusal, &offer, &guest.origin))?;
        let typed = fields.as_ref().map_err(Clone::clone)?.get("full_name").unwrap_or_default();
        // Whoever made an account for an unproven address may have been anybody, and its name anything.
        let name = match offer.known.as_ref().filter(|user| user.value.verified) {
            Some(user) => Ok(user.value.name.clone()),
            None => Name::parse(typed),
        };
        let name = match (name, guest.wants) {
            (Ok(name), _) => name,
            (Err(fault), Wants::Page) => {
                let page =
                    Invited::of(&app.product, &guest.token, &offer).page(typed, Some(&fault.to_string()));
                return Ok(web::page(Kind::Invalid.status(), page));
            }
            (Err(fault), Wants::Json) => {
                let fault = FieldError::new("full_name", fault.code(), fault.to_string());
                return Err(Problem::invalid(vec![fault]));
            }
        };
        let accepted = decide(app, *offer, name, guest, now)?;
        match app.store.commit_acceptance(&accepted).await {
            Ok(Accepted::Joined) => return Ok(joined(&accepted)),
            Ok(Accepted::Gone) => return Err(gone()),
            Err(store::Error::Conflict) => store::pause(attempt).await,
            Err(error) => return Err(trouble(error)),
        }
    }
    Err(trouble(store::Error::Conflict))
}

/// What the token leads to, with whoever is signed in. The table's own tidying is late, so the time is judged here.
async fn find(app: &App, headers: &HeaderMap, token: &str, now: Timestamp) -> Result<Found, Problem> {
    let secret: Secret = token.parse().map_err(|()| gone())?;
    let signed_in = async {
        match web::session::token(headers) {
            Some(token) => app.store.load_session(&token).await,
            None => Ok(None),
        }
    };
    let (offer, signed_in) = tokio::join!(app.store.load_offer(secret.hash()), signed_in);
    let offer = offer.map_err(trouble)?;
    let offer = offer.filter(|offer| offer.invitation.value.opens_to(offer.secret_hash, now));
    let offer = Box::new(offer.ok_or_else(gone)?);
    let signed_in = signed_in.map_err(trouble)?.filter(|found| found.prove(now).is_some());
    Ok(match signed_in {
        Some(found) if found.user.value.address != offer.invitation.value.address => {
            Found::Foreign(offer, Box::new(found))
        }
        _ => Found::Open(offer),
    })
}

/// Who joins, as what, and the session that begins.
fn decide(app: &App, offer: Offer, name: Name, guest: &Guest, now: Timestamp) -> Result<Acceptance, Problem> {
    let (org_id, invitation) = (offer.org.value.id, &offer.invitation.value);
    let mut user = match &offer.known {
        Some(known) => User { name, ..known.value.clone() },
        None => User {
            id: app.entropy.user_id(now),
            name,
            address: invitation.address.clone(),
            verified: false,
            epoch: 0,
            sessions_valid_from: None,
            trial_used: false,
            orgs: Vec::new(),
        },
    };
    let mut org = offer.org.value.clone();
    let admitted = org.admit(invitation, &user, now);
    let membership = admitted.map_err(|refusal| told(refusal, &offer, &guest.origin))?;
    user.prove_address();
    user.join(org_id);
    let instead_of = web::session::token(&guest.headers).filter(|token| token.user == user.id);
    let session = Session::begin(org_id, &user, now);
    let person = match offer.known.clone() {
        Some(before) => Person::Known(before, user),
        None => Person::New(user),
    };
    let secret = Secret::new(app.entropy.bytes());
    Ok(Acceptance { offer, org, person, membership, session, secret, instead_of })
}

fn joined(accepted: &Acceptance) -> Response {
    let Session { org, user, .. } = accepted.session;
    tracing::info!(area = "access", organization = %org, %user, role = accepted.membership.role.as_str(), "joined");
    let mut response = web::see_other("/dashboard");
    let token = SessionToken { org, user, secret: accepted.secret.clone() };
    response.headers_mut().append(SET_COOKIE, web::session::set(&token));
    response
}

/// Whoever is signed in is told so, and never joined to what another was invited to.
fn foreign(app: &App, wants: Wants, offer: &Offer, found: &SignedIn) -> Response {
    match wants {
        Wants::Page => web::page(Kind::Conflict.status(), page::foreign(&app.product, offer, found)),
        Wants::Json => web::refuse(
            wants,
            Problem::new(
                Kind::Conflict,
                "This invitation is for another address. Sign out first, then open it again.",
            ),
        ),
    }
}

/// What the invited person is told, who cannot pay but can ask.
fn told(refusal: Refusal, offer: &Offer, origin: &str) -> Problem {
    let (org, inviter) = (&offer.org.value, &offer.invitation.value.inviter);
    match refusal {
        Refusal::AlreadyMember => Problem::new(Kind::Conflict, "You are a member already. Sign in to go on."),
        Refusal::NoAccess(_) => {
            let mut told = members::told(refusal, origin, org.id);
            told.detail =
                format!("{} has to choose a plan first. Your invitation waits: ask {inviter}.", org.name)
                    .into();
            told
        }
        Refusal::InviterGone => Problem::new(
            Kind::Conflict,
            format!(
                "{inviter} is no admin of {} any more, so this invitation does not count. Ask an admin to send it again.",
                org.name
            ),
        ),
        Refusal::TooManyAdmins => Problem::new(
            Kind::Conflict,
            format!(
                "{} has {MOST_ADMINS} admins, which is the most. Ask {inviter}: your invitation waits.",
                org.name
            ),
        ),
        refusal => members::told(refusal, origin, org.id),
    }
}

/// Used, revoked, replaced, expired and never made are told alike.
fn gone() -> Problem {
    Problem::new(
        Kind::NotFound,
        "This invitation was used before, taken back or sent again, or it is older than seven days.",
    )
}

fn refuse(app: &App, wants: Wants, problem: Problem) -> Response {
    match (wants, problem.kind) {
        (Wants::Page, Kind::NotFound) => web::page(problem.kind.status(), page::gone(&app.product)),
        _ => answer(wants, Err(problem)),
    }
}

fn text(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}
