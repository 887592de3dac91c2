//! `POST /organizations/new`: parse, load, decide, commit, answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{
    address::Address,
    brake,
    delivery::Delivery,
    id::{OrgId, UserId},
    limit::{
        RateLimitWindow, SIGN_UPS_OF_ADDRESS, SIGN_UPS_OF_IP, SIGN_UPS_OF_SITE, network, sign_in_limits, site,
    },
    org::{AdminContact, Org},
    people::{ORG_CREATION_GRANT_TTL, Session, SessionToken, User},
    secret::Secret,
    trial::{self, Trial},
};
use http::{HeaderMap, StatusCode, header::SET_COOKIE};
use jiff::Timestamp;
use maud::{Markup, Render};
use serde_json::json;
use store::{
    Brake, OrgCreationGrant, Person, RepeatSession, SessionProof, SignInRequest, SignInRequestId,
    SignInRequestResult, SignUp, SignedIn, SignedUp, Stored,
};
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Problem, ResponseFormat, problem::Kind};

use crate::{
    App,
    form::{self, SignUpIn},
    page::{self, Form},
};

/// How somebody is known before anything is asked of them.
enum Requester {
    /// By their session.
    SignedIn(Box<SignedIn>),
    /// By the proof that a mailed link gave somebody who belongs nowhere.
    Founding(OrgCreationGrant, Box<Stored<User>>),
}

/// Who asks, and from where.
struct RequestContext {
    known: Option<Requester>,
    /// Whom the network limits count.
    network: String,
    /// The larger network that it lies in, where it is IPv6.
    site: Option<String>,
    wants: ResponseFormat,
}

impl RequestContext {
    /// Who it is, if that is known.
    fn user(&self) -> Option<&Stored<User>> {
        match &self.known {
            Some(Requester::SignedIn(found)) => Some(&found.user),
            Some(Requester::Founding(_, user)) => Some(user),
            None => None,
        }
    }

    fn signed_in(&self) -> Option<&SignedIn> {
        match &self.known {
            Some(Requester::SignedIn(found)) => Some(found),
            _ => None,
        }
    }

    /// When they used a sign-in link, if their session or the form began with one.
    fn signed_in_at(&self) -> Option<Timestamp> {
        match self.known.as_ref()? {
            Requester::SignedIn(found) => found.session.signed_in_at,
            Requester::Founding(proof, _) => Some(trial::add(proof.expires_at, -ORG_CREATION_GRANT_TTL)),
        }
    }

    /// The limits that a sign-up with that address counts for; `most` is that of one network.
    fn limits(&self, address: &Address, most: u32, now: Timestamp) -> Vec<RateLimitWindow> {
        let mut limits = vec![
            SIGN_UPS_OF_IP.at_most(most).window(&self.network, now),
            SIGN_UPS_OF_ADDRESS.window(address.as_str(), now),
        ];
        limits.extend(self.site.iter().map(|site| SIGN_UPS_OF_SITE.at_most(4 * most).hour(site, now)));
        limits
    }
}

/// `POST /organizations/new`.
pub async fn sign_up(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    app.respond(request, wants).await.unwrap_or_else(|problem| web::problem_response(wants, problem))
}

impl App {
    async fn respond(&self, request: Request, wants: ResponseFormat) -> Result<Response, Problem> {
        let headers = request.headers().clone();
        let ip = web::source_ip(&request);
        let (network, site) = (network(&ip), site(&ip));
        let mut signed_in = self.load_signed_in(&headers).await?;
        let fields = Fields::read(request).await?;
        for attempt in 0..store::MAX_TRIES {
            let known = match signed_in.take() {
                Some(found) => Some(Requester::SignedIn(Box::new(found))),
                None => self.load_founding(&fields).await?,
            };
            let caller = RequestContext { known, network: network.clone(), site: site.clone(), wants };
            match self.attempt(&caller, &headers, &fields).await {
                Ok(Some(response)) => return Ok(response),
                Ok(None) => {}
                Err(problem) if problem.kind == Kind::TooMany && wants == ResponseFormat::Page => {
                    let page = self.form_again(&caller, &fields, &[], Some(&problem));
                    return Ok(web::problem_page(problem, page));
                }
                Err(problem) => return Err(problem),
            }
            // The person changed meanwhile: what is written must follow from what they are now.
            store::pause(attempt).await;
            signed_in = self.load_signed_in(&headers).await?;
        }
        Err(store_problem(store::Error::Conflict))
    }

    /// One try. `None` where somebody else wrote what it rests on.
    async fn attempt(
        &self,
        caller: &RequestContext,
        headers: &HeaderMap,
        fields: &Fields,
    ) -> Result<Option<Response>, Problem> {
        let now = self.clock.now();
        let asked = match SignUpIn::parse(
            fields,
            headers,
            caller.user().map(|user| &user.value),
            &self.config.checklists,
        ) {
            Ok(asked) => asked,
            Err(errors) => return Ok(Some(self.faults(caller, fields, errors))),
        };
        if let Some(found) = caller.signed_in().filter(|found| !found.user.value.verified) {
            return self.another_org_unverified(caller, found, &asked, now).await.map(Some);
        }
        let mut sign_up = self.decide(caller, asked, now);
        if let Some(Requester::Founding(proof, _)) = &caller.known
            && proof.used_for.is_some_and(|sign_up_before| sign_up_before != sign_up.replay)
        {
            return Err(used_up());
        }
        let outcome = match self.commit(&mut sign_up, now).await {
            Ok(SignedUp::Created) => Ok(self.created(&sign_up, now)),
            Ok(SignedUp::Replayed { org, user, trial, join, until }) => {
                let earlier = Earlier { org, user, trial, join, until };
                self.replayed(caller, &sign_up, &earlier, now).await
            }
            Ok(SignedUp::Limited(window)) => Err(Problem::too_many(window.retry_after(now))),
            Ok(SignedUp::AddressKnown) => self.known_address(caller, &sign_up, now).await,
            // A sign-up without a share of the budget cannot be braked.
            Ok(SignedUp::Braked(_)) | Err(store::Error::Conflict) => return Ok(None),
            Err(error) => {
                if sign_up.org.provisioned.is_some() {
                    telemetry::count(Metric::ProvisioningFailed, 1, now);
                }
                Err(store_problem(error))
            }
        };
        outcome.map(Some)
    }

    /// Commits a sign-up. Its first mail takes a share of the hour's budget; where none of those that are tried is left,
    /// or too many first mails bounced, it waits until the next hour.
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
            tracing::warn!(area = %LogArea::Mail, organization = %sign_up.org.id, "delayed a welcome email");
        }
        Ok(outcome)
    }

    async fn load_signed_in(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, Problem> {
        let Some(token) = web::session::token(headers) else { return Ok(None) };
        let found = self.store.load_session(&token).await.map_err(store_problem)?;
        Ok(found.filter(|found| found.authorize(self.clock.now()).is_some()))
    }

    /// Who the form itself shows. One that shows nobody any more is refused: its sender is not asked who they are.
    async fn load_founding(&self, fields: &Fields) -> Result<Option<Requester>, Problem> {
        let Some(secret) = fields.get("founding") else { return Ok(None) };
        let secret: Secret = secret.parse().map_err(|()| used_up())?;
        let found = self.store.load_org_creation_grant(secret.hash()).await.map_err(store_problem)?;
        let found = found.filter(|(proof, _)| self.clock.now() < proof.expires_at);
        let (proof, user) = found.ok_or_else(used_up)?;
        Ok(Some(Requester::Founding(proof, Box::new(user))))
    }

    /// Everything that this sign-up is, ready to be written.
    fn decide(&self, caller: &RequestContext, asked: SignUpIn, now: Timestamp) -> SignUp {
        let org = self.entropy.org_id(now);
        let mut person = match (caller.user(), asked.person) {
            (Some(before), _) => {
                let mut after = before.value.clone();
                after.join(org);
                Person::Known(Box::new(before.clone()), after)
            }
            (None, (name, address)) => {
                let mut founder = User::new(self.entropy.user_id(now), name, address);
                founder.join(org);
                Person::New(founder)
            }
        };
        let (Person::New(user) | Person::Known(_, user)) = &mut person;
        let founder = AdminContact::new(user.id, user.name.clone(), user.address.clone());
        let mut founded = Org::sign_up(org, asked.organization, asked.zone, founder, now);
        let industry = asked.industry.map(|it| it.key.to_owned());
        founded.onboarding.definition = Some(self.config.checklists.of(industry.as_deref()).key.to_owned());
        founded.onboarding.industry = industry;
        if let Some(days) = self.config.trial_for(Some(user)).filter(|_| asked.start_trial) {
            user.trial_used = true;
            let trial = Trial::start(now, days, self.config.reminder_days.clone());
            founded.start_trial(trial, self.entropy.project_id(now), now);
        }
        let token = asked.token.unwrap_or_else(|| page::token(self));
        SignUp {
            session: Session { signed_in_at: caller.signed_in_at(), ..Session::begin(org, user, now) },
            secret: Secret::new(self.entropy.bytes()),
            replay: form::replay(&token, &user.address),
            creation_grant: match &caller.known {
                Some(Requester::Founding(proof, _)) => Some(proof.secret_hash),
                _ => None,
            },
            limits: caller.limits(&user.address, self.config.limit_per_ip, now),
            first_mail: None,
            org: founded,
            person,
        }
    }

    fn created(&self, sign_up: &SignUp, now: Timestamp) -> Response {
        let trial = sign_up.org.trial.is_some();
        telemetry::count(Metric::SignedUp, 1, now);
        if trial {
            telemetry::count(Metric::Provisioned, 1, now);
        }
        tracing::info!(area = %LogArea::Provisioning, organization = %sign_up.org.id, trial, "signed up");
        signed_in(&sign_up.session, &sign_up.secret, trial)
    }

    /// The same form was sent before: the same organization, and a session, since the first answer may be lost.
    /// Where it leads follows from the first time too: with a trial to the welcome.
    async fn replayed(
        &self,
        caller: &RequestContext,
        sign_up: &SignUp,
        earlier: &Earlier,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        // Once the address is proven, a session takes a mailed link or the one at hand.
        let known = caller.user().map(|user| &user.value).filter(|user| user.id == earlier.user);
        let (strength, begun) = match known {
            Some(user) => (SessionProof::UserKnown, Session::begin(earlier.org, user, now)),
            None => (SessionProof::SignUpOnly, Session::begin_first(earlier.org, earlier.user, now)),
        };
        let signed_in_at = known.and_then(|_| caller.signed_in_at());
        let session = Session { join: Some(earlier.join), signed_in_at, ..begun };
        let begun =
            self.store.start_repeat_session(sign_up.replay, strength, &session, &sign_up.secret).await;
        match begun.map_err(store_problem)? {
            RepeatSession::Started => Ok(signed_in(&session, &sign_up.secret, earlier.trial)),
            RepeatSession::LimitReached => {
                let seconds = earlier.until.duration_since(now).as_secs().max(1);
                Err(Problem::too_many(seconds.unsigned_abs()))
            }
            RepeatSession::Rejected => self.known_address(caller, sign_up, now).await,
        }
    }

    /// A further organization for somebody whose address is unproven: refused, unless it is the first one again, in
    /// which they are signed in already.
    async fn another_org_unverified(
        &self,
        caller: &RequestContext,
        found: &SignedIn,
        asked: &SignUpIn,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let address = &found.user.value.address;
        if let Some(token) = &asked.token {
            let earlier =
                self.store.load_sign_up(form::replay(token, address), now).await.map_err(store_problem)?;
            if let Some((org, trial)) = earlier {
                return Ok(web::see_other(&landing(org, trial)));
            }
        }
        let limits = caller.limits(address, self.config.limit_per_ip, now);
        let reached = self.store.count_attempt(&limits).await.map_err(store_problem)?;
        if let Some(window) = reached {
            return Err(Problem::too_many(window.retry_after(now)));
        }
        match caller.wants {
            ResponseFormat::Page => {
                Ok(web::page(StatusCode::FORBIDDEN, page::unverified(&self.config.product, found)))
            }
            ResponseFormat::Json => Err(Problem::new(Kind::Forbidden, page::UNPROVEN)
                .with("sign_in_url", json!("/login?next=/organizations/new"))),
        }
    }

    /// An address that has an account gets a sign-in mail, and the page says so. No session, no organization.
    async fn known_address(
        &self,
        caller: &RequestContext,
        sign_up: &SignUp,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let address: &Address = &sign_up.person.after().address;
        let asked = SignInRequest {
            id: SignInRequestId::new(self.entropy.bytes()),
            address: address.clone(),
            next: None,
            requested_at: now,
            browser: None,
            delivery: Delivery::pending(now),
        };
        let mut limits = sign_up.limits.clone();
        limits.extend(sign_in_limits(address, &caller.network, now));
        if let SignInRequestResult::Limited(window) =
            self.store.request_sign_in(&asked, &limits).await.map_err(store_problem)?
        {
            return Err(Problem::too_many(window.retry_after(now)));
        }
        Ok(match caller.wants {
            ResponseFormat::Page => {
                web::page(StatusCode::CONFLICT, page::known_address(&self.config.product))
            }
            ResponseFormat::Json => web::problem_response(
                ResponseFormat::Json,
                Problem::new(
                    Kind::Conflict,
                    "This address has an account. We have mailed a sign-in link there.",
                ),
            ),
        })
    }

    /// 422: the form again, with every fault beside its field.
    fn faults(&self, caller: &RequestContext, fields: &Fields, errors: Vec<FieldError>) -> Response {
        if caller.wants == ResponseFormat::Json {
            return web::problem_response(ResponseFormat::Json, Problem::invalid(errors));
        }
        let page = self.form_again(caller, fields, &errors, None);
        web::page(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    /// The form with what was typed, and with what was wrong with it.
    fn form_again(
        &self,
        caller: &RequestContext,
        fields: &Fields,
        errors: &[FieldError],
        refused: Option<&Problem>,
    ) -> Markup {
        let fresh = page::token(self);
        let form = Form {
            product: &self.config.product,
            trial_days: self.config.trial_for(caller.user().map(|user| &user.value)),
            signed_in: caller.signed_in(),
            founding: match &caller.known {
                Some(Requester::Founding(..)) => fields.get("founding"),
                _ => None,
            },
            token: fields.get("form_token").filter(|token| web::is_form_token(token)).unwrap_or(&fresh),
            checklists: &self.config.checklists,
            fields,
            errors,
            refused,
        };
        form.render()
    }
}

/// The sign-up that a repetition repeats.
struct Earlier {
    org: OrgId,
    user: UserId,
    trial: bool,
    join: u64,
    /// The moment from which the same form means another.
    until: Timestamp,
}

/// A form that shows nobody any more.
fn used_up() -> Problem {
    Problem::new(
        Kind::Conflict,
        "This form was used before, or it is older than 10 minutes. Sign in by a new link to get another.",
    )
}

/// 303 into the new organization, signed in.
fn signed_in(session: &Session, secret: &Secret, trial: bool) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret: secret.clone() };
    let mut response = web::see_other(&landing(session.org, trial));
    response.headers_mut().insert(SET_COOKIE, web::session::set(&token));
    response
}

/// Where a sign-up leads: with a trial to the welcome, else to the plans.
fn landing(org: OrgId, trial: bool) -> String {
    if trial { "/onboarding/welcome".to_owned() } else { format!("/organizations/{org}") }
}

fn store_problem(error: store::Error) -> Problem {
    Problem::from_failure(error.is_transient(), error)
}
