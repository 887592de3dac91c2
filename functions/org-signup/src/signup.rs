//! `POST /organizations/new`: creates an organization.
//!
//! The handler parses the form, loads the user, decides what to write, and writes everything in one
//! transaction. If another request changed the user in the meantime, the handler starts over.
//!
//! A browser can send a form again for ten minutes, because the first response may be lost. The
//! repeated form creates nothing. It leads to the organization of the first request with a new
//! session, at most five times.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{
    id::{OrgId, UserId},
    limits::{
        RateLimitWindow, SIGN_UPS_OF_ADDRESS, SIGN_UPS_OF_IP, SIGN_UPS_OF_SITE, network, sign_in_limits, site,
    },
    mail::brake,
    org::{AdminContact, Org},
    people::{Address, ORG_CREATION_GRANT_TTL, Session, SessionToken, User},
    secret::Secret,
    time,
    trial::Trial,
};
use http::{HeaderMap, StatusCode, header::SET_COOKIE};
use jiff::Timestamp;
use maud::{Markup, Render};
use serde_json::json;
use store::{
    Brake, OrgCreationGrant, Person, RepeatSession, SessionProof, SignInRequest, SignInRequestResult, SignUp,
    SignedIn, SignedUp, Stored,
};
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Problem, ResponseFormat, auth::AuthenticatedUser, problem::Kind};

use crate::{
    App,
    form::{self, SignUpIn},
    page::{self, Form},
    words,
};

/// A user who is identified before the form is parsed.
enum Requester {
    /// A user with a session.
    SignedIn(Box<SignedIn>),
    /// A user without an organization, identified by the organization grant from their sign-in
    /// link.
    CreationGrant(OrgCreationGrant, Box<Stored<User>>),
}

/// The user who sent a request, and the network from which it came.
struct RequestContext {
    known: Option<Requester>,
    /// The IPv4 address or the IPv6 /64 network of the browser. The rate limits apply to it.
    network: String,
    /// The IPv6 /48 network that contains `network`. `None` for IPv4.
    site: Option<String>,
    wants: ResponseFormat,
}

impl RequestContext {
    /// Returns the user, or `None` for a visitor.
    fn user(&self) -> Option<&Stored<User>> {
        match &self.known {
            Some(Requester::SignedIn(found)) => Some(&found.user),
            Some(Requester::CreationGrant(_, user)) => Some(user),
            None => None,
        }
    }

    fn signed_in(&self) -> Option<&SignedIn> {
        match &self.known {
            Some(Requester::SignedIn(found)) => Some(found),
            _ => None,
        }
    }

    /// Returns when the user used the sign-in link from which their session or grant comes.
    ///
    /// Returns `None` for a visitor, and for a session that comes from a sign-up or an invitation
    /// link.
    fn signed_in_at(&self) -> Option<Timestamp> {
        match self.known.as_ref()? {
            Requester::SignedIn(found) => found.session.signed_in_at,
            Requester::CreationGrant(grant, _) => Some(time::add(grant.expires_at, -ORG_CREATION_GRANT_TTL)),
        }
    }

    /// Returns the rate limits that apply to a sign-up. `max` is the hourly limit of one network.
    /// The limit of an IPv6 /48 network is four times as high.
    fn limits(&self, address: &Address, max: u32, now: Timestamp) -> Vec<RateLimitWindow> {
        let mut limits = vec![
            SIGN_UPS_OF_IP.at_most(max).window(&self.network, now),
            SIGN_UPS_OF_ADDRESS.window(address.as_str(), now),
        ];
        limits.extend(self.site.iter().map(|site| SIGN_UPS_OF_SITE.at_most(4 * max).hour(site, now)));
        limits
    }
}

/// `POST /organizations/new`: creates an organization and signs its first admin in.
pub async fn sign_up(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    app.respond(request, wants).await.unwrap_or_else(|problem| web::problem_response(wants, problem))
}

impl App {
    async fn respond(&self, request: Request, wants: ResponseFormat) -> Result<Response, Problem> {
        let headers = request.headers().clone();
        let ip = web::source_ip(request.extensions());
        let (network, site) = (network(&ip), site(&ip));
        let mut first = Some(self.load_signed_in(&headers).await?);
        let fields = Fields::read(request).await?;
        store::retry(|| {
            let loaded = first.take();
            let (headers, fields, network, site) = (&headers, &fields, network.clone(), site.clone());
            async move {
                let signed_in = match loaded {
                    Some(signed_in) => signed_in,
                    // Another request changed the user, so load the user again.
                    None => self.load_signed_in(headers).await?,
                };
                let known = match signed_in {
                    Some(found) => Some(Requester::SignedIn(Box::new(found))),
                    None => self.load_creation_grant(fields).await?,
                };
                let caller = RequestContext { known, network, site, wants };
                match self.attempt(&caller, headers, fields).await {
                    Err(problem) if problem.kind == Kind::TooMany && wants == ResponseFormat::Page => {
                        let page = self.form_again(&caller, fields, &[], Some(&problem));
                        Ok(Ok(web::problem_page(problem, page)))
                    }
                    response => Ok(response?.ok_or(store::Error::Conflict)),
                }
            }
        })
        .await
    }

    /// Attempts the sign-up once. Returns `None` if a concurrent write requires another attempt.
    async fn attempt(
        &self,
        caller: &RequestContext,
        headers: &HeaderMap,
        fields: &Fields,
    ) -> Result<Option<Response>, Problem> {
        let now = self.clock.now();
        let form = match SignUpIn::parse(
            fields,
            headers,
            caller.user().map(|user| &user.value),
            &self.config.checklists,
        ) {
            Ok(form) => form,
            Err(errors) => return Ok(Some(self.invalid_form(caller, fields, errors))),
        };
        if let Some(found) = caller.signed_in().filter(|found| !found.user.value.verified) {
            return self.another_org_unverified(caller, found, &form, now).await.map(Some);
        }
        let mut sign_up = self.decide(caller, form.clone(), now);
        if let Some(Requester::CreationGrant(grant, _)) = &caller.known
            && grant.used_for.is_some_and(|earlier| earlier != sign_up.replay)
        {
            return Err(form_expired());
        }
        let mut committed = self.commit(&mut sign_up, now).await;
        // The transaction checks the trial record, so the usual sign-up needs no read before it.
        if matches!(committed, Ok(SignedUp::MailboxHadTrial)) {
            sign_up = self.decide(caller, SignUpIn { start_trial: false, ..form }, now);
            committed = self.commit(&mut sign_up, now).await;
            if matches!(committed, Ok(SignedUp::Created)) {
                tracing::info!(area = %LogArea::Provisioning, organization = %sign_up.org.id, "started no second trial of a mailbox");
            }
        }
        let outcome = match committed {
            Ok(SignedUp::Created) => Ok(self.created(&sign_up, now)),
            Ok(SignedUp::Replayed { org, user, trial, join, until }) => {
                let earlier = Earlier { org, user, trial, join, until };
                self.replayed(caller, &sign_up, &earlier, now).await
            }
            Ok(SignedUp::Limited(window)) => Err(Problem::too_many(window.retry_after(now))),
            Ok(SignedUp::AddressKnown) => self.known_address(caller, &sign_up, now).await,
            // `commit` never returns `Braked`, because its last attempt sends the email later, and
            // the mail brake does not apply to that. A sign-up without a trial never gets
            // `MailboxHadTrial`.
            Ok(SignedUp::Braked(_) | SignedUp::MailboxHadTrial) | Err(store::Error::Conflict) => {
                return Ok(None);
            }
            Err(error) => {
                if sign_up.org.provisioned.is_some() {
                    telemetry::count(Metric::ProvisioningFailed, 1, now);
                }
                Err(error.into())
            }
        };
        outcome.map(Some)
    }

    /// Commits a sign-up.
    ///
    /// The welcome email to a new address counts toward the hourly budget of the mail brake. If the
    /// budget is used up, or if too many such emails bounced, the email is delayed until the next
    /// hour.
    async fn commit(&self, sign_up: &mut SignUp, now: Timestamp) -> Result<SignedUp, store::Error> {
        let Person::New(_) = &sign_up.person else { return self.store.commit_sign_up(sign_up, now).await };
        if sign_up.org.provisioned.is_none() {
            return self.store.commit_sign_up(sign_up, now).await;
        }
        let [random] = self.entropy.bytes();
        for share in self.config.budget.shares(random, now) {
            sign_up.first_mail = Some(share);
            match self.store.commit_sign_up(sign_up, now).await? {
                SignedUp::Braked(Brake::Share) => {}
                SignedUp::Braked(Brake::Bounces) => break,
                outcome => return Ok(outcome),
            }
        }
        sign_up.first_mail = None;
        sign_up.org.delay_welcome(brake::next_hour(now));
        let outcome = self.store.commit_sign_up(sign_up, now).await?;
        if outcome == SignedUp::Created {
            telemetry::count(Metric::SignupBrake, 1, now);
            tracing::warn!(area = %LogArea::Mail, organization = %sign_up.org.id, "delayed welcome email");
        }
        Ok(outcome)
    }

    /// Loads the user of the session, or returns `None` without a valid session.
    async fn load_signed_in(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, Problem> {
        let user = AuthenticatedUser::load(&self.store, headers, self.clock.now()).await?;
        Ok(user.map(|user| user.found))
    }

    /// Loads the user of the organization grant in the form. Returns `None` if the form contains no
    /// grant.
    ///
    /// # Errors
    /// 409 if the grant has expired or is unknown. The form contains no name and address, so the
    /// sign-up needs the user of the grant.
    async fn load_creation_grant(&self, fields: &Fields) -> Result<Option<Requester>, Problem> {
        let Some(secret) = fields.get("founding") else { return Ok(None) };
        let secret: Secret = secret.parse().map_err(|()| form_expired())?;
        let found = self.store.load_org_creation_grant(secret.hash()).await?;
        let found = found.filter(|(grant, _)| self.clock.now() < grant.expires_at);
        let (grant, user) = found.ok_or_else(form_expired)?;
        Ok(Some(Requester::CreationGrant(grant, Box::new(user))))
    }

    /// Decides everything that this sign-up writes.
    fn decide(&self, caller: &RequestContext, form: SignUpIn, now: Timestamp) -> SignUp {
        let org = self.entropy.org_id(now);
        let mut person = match (caller.user(), form.person) {
            (Some(before), _) => {
                let mut after = before.value.clone();
                after.join(org);
                Person::Known(Box::new(before.clone()), after)
            }
            (None, (name, address)) => {
                let mut user = User::new(self.entropy.user_id(now), name, address);
                user.join(org);
                Person::New(user)
            }
        };
        let (Person::New(user) | Person::Known(_, user)) = &mut person;
        let admin = AdminContact::new(user.id, user.name.clone(), user.address.clone());
        let mut created = Org::sign_up(org, form.organization, form.zone, admin, now);
        let industry = form.industry.map(|industry| industry.key.to_owned());
        created.onboarding.definition = Some(self.config.checklists.of(industry.as_deref()).key.to_owned());
        created.onboarding.industry = industry;
        if let Some(days) = self.config.trial_for(Some(user)).filter(|_| form.start_trial) {
            user.trial_used = true;
            let trial = Trial::start(now, days, self.config.reminder_days.clone());
            created.start_trial(trial, self.entropy.project_id(now), now);
        }
        let token = form.token.unwrap_or_else(|| page::token(self));
        SignUp {
            session: Session { signed_in_at: caller.signed_in_at(), ..Session::begin(org, user, now) },
            secret: Secret::new(self.entropy.bytes()),
            replay: form::replay(&token, &user.address),
            creation_grant: match &caller.known {
                Some(Requester::CreationGrant(grant, _)) => Some(grant.secret_hash),
                _ => None,
            },
            limits: caller.limits(&user.address, self.config.limit_per_ip, now),
            first_mail: None,
            org: created,
            person,
        }
    }

    /// Counts and logs a new organization, and responds with its first session.
    fn created(&self, sign_up: &SignUp, now: Timestamp) -> Response {
        let trial = sign_up.org.trial.is_some();
        telemetry::count(Metric::SignedUp, 1, now);
        if trial {
            telemetry::count(Metric::Provisioned, 1, now);
        }
        tracing::info!(area = %LogArea::Provisioning, organization = %sign_up.org.id, trial, "created organization");
        signed_in(&sign_up.session, &sign_up.secret, trial)
    }

    /// Responds to a repeated form with a session in the organization of the first request.
    ///
    /// The redirect also equals the first one: if the first request started a trial, it leads to
    /// the welcome page.
    async fn replayed(
        &self,
        caller: &RequestContext,
        sign_up: &SignUp,
        earlier: &Earlier,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        // A new user has no session and no grant. Only the form shows who they are. So the store
        // starts a session for them only while their address is unverified. After that, a session
        // requires a sign-in link.
        let known = caller.user().map(|user| &user.value).filter(|user| user.id == earlier.user);
        let (proof, session) = match known {
            Some(user) => (SessionProof::UserKnown, Session::begin(earlier.org, user, now)),
            None => (SessionProof::SignUpOnly, Session::begin_first(earlier.org, earlier.user, now)),
        };
        let signed_in_at = known.and_then(|_| caller.signed_in_at());
        let session = Session { join: Some(earlier.join), signed_in_at, ..session };
        let started = self.store.start_repeat_session(sign_up.replay, proof, &session, &sign_up.secret).await;
        match started? {
            RepeatSession::Started => Ok(signed_in(&session, &sign_up.secret, earlier.trial)),
            RepeatSession::LimitReached => {
                let seconds = earlier.until.duration_since(now).as_secs().max(1);
                Err(Problem::too_many(seconds.unsigned_abs()))
            }
            RepeatSession::Rejected => self.known_address(caller, sign_up, now).await,
        }
    }

    /// Rejects the sign-up of a signed-in user whose address is not verified, because they already
    /// have an organization.
    ///
    /// If this form created an organization before, redirects to that organization instead.
    async fn another_org_unverified(
        &self,
        caller: &RequestContext,
        found: &SignedIn,
        form: &SignUpIn,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let address = &found.user.value.address;
        if let Some(token) = &form.token {
            let earlier = self.store.load_sign_up(form::replay(token, address), now).await?;
            if let Some((org, trial)) = earlier {
                return Ok(web::see_other(&landing(org, trial)));
            }
        }
        let limits = caller.limits(address, self.config.limit_per_ip, now);
        let reached = self.store.count_attempt(&limits).await?;
        if let Some(window) = reached {
            return Err(Problem::too_many(window.retry_after(now)));
        }
        match caller.wants {
            ResponseFormat::Page => {
                Ok(web::page(StatusCode::FORBIDDEN, page::unverified(&self.config.product, found)))
            }
            ResponseFormat::Json => Err(Problem::new(Kind::Forbidden, words::unverified::NOTE)
                .with("sign_in_url", json!("/login?next=/organizations/new"))),
        }
    }

    /// Responds to a sign-up with an address that already has an account. Requests a sign-in link
    /// for the address, and creates neither a session nor an organization.
    async fn known_address(
        &self,
        caller: &RequestContext,
        sign_up: &SignUp,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let address: &Address = &sign_up.person.after().address;
        let request = SignInRequest::new(self.entropy.bytes(), address.clone(), None, None, now);
        let mut limits = sign_up.limits.clone();
        limits.extend(sign_in_limits(address, &caller.network, now));
        if let SignInRequestResult::Limited(window) = self.store.request_sign_in(&request, &limits).await? {
            return Err(Problem::too_many(window.retry_after(now)));
        }
        Ok(match caller.wants {
            ResponseFormat::Page => {
                web::page(StatusCode::CONFLICT, page::known_address(&self.config.product))
            }
            ResponseFormat::Json => web::problem_response(
                ResponseFormat::Json,
                Problem::new(Kind::Conflict, words::known_address::PROBLEM),
            ),
        })
    }

    /// Responds with 422 and the error of each invalid field. A page shows each error beside its
    /// field.
    fn invalid_form(&self, caller: &RequestContext, fields: &Fields, errors: Vec<FieldError>) -> Response {
        if caller.wants == ResponseFormat::Json {
            return web::problem_response(ResponseFormat::Json, Problem::invalid(errors));
        }
        let page = self.form_again(caller, fields, &errors, None);
        web::page(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    /// Renders the form again with the values that the user entered and their errors.
    fn form_again(
        &self,
        caller: &RequestContext,
        fields: &Fields,
        errors: &[FieldError],
        problem: Option<&Problem>,
    ) -> Markup {
        let new_token = page::token(self);
        let form = Form {
            product: &self.config.product,
            trial_days: self.config.trial_for(caller.user().map(|user| &user.value)),
            signed_in: caller.signed_in(),
            creation_grant: match &caller.known {
                Some(Requester::CreationGrant(..)) => fields.get("founding"),
                _ => None,
            },
            token: fields.get("form_token").filter(|token| web::is_form_token(token)).unwrap_or(&new_token),
            checklists: &self.config.checklists,
            fields,
            errors,
            problem,
        };
        form.render()
    }
}

/// The earlier sign-up with the same form.
struct Earlier {
    org: OrgId,
    user: UserId,
    trial: bool,
    join: u64,
    /// Time from which the same form creates another organization instead of repeating this
    /// sign-up.
    until: Timestamp,
}

/// Returns the problem of a form whose organization grant has expired, was used, or is unknown.
fn form_expired() -> Problem {
    Problem::new(Kind::Conflict, words::form_expired())
}

/// Redirects to the new organization and sets the session cookie.
fn signed_in(session: &Session, secret: &Secret, trial: bool) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret: secret.clone() };
    let mut response = web::see_other(&landing(session.org, trial));
    response.headers_mut().insert(SET_COOKIE, web::session::set(&token));
    response
}

/// Returns the path that opens after a sign-up: the welcome page with a trial, otherwise the page
/// with the plans.
fn landing(org: OrgId, trial: bool) -> String {
    if trial { "/onboarding/welcome".to_owned() } else { format!("/organizations/{org}") }
}
