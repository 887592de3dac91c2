//! `POST /organizations/new`: parse, load, decide, commit, answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{
    address::Address,
    delivery::Delivery,
    id::{OrgId, UserId},
    limit::{SIGN_INS_OF_ADDRESS, SIGN_INS_OF_IP, SIGN_UPS_OF_ADDRESS, SIGN_UPS_OF_IP, Window, network},
    org::{AdminContact, Org},
    people::{Session, SessionToken, User},
    secret::Secret,
    trial::Trial,
};
use http::{StatusCode, header::SET_COOKIE};
use jiff::Timestamp;
use maud::Render;
use serde_json::json;
use store::{AskResult, Asked, AskedId, Person, SignUp, SignedIn, SignedUp};
use telemetry::Metric;
use web::{FieldError, Fields, Problem, Wants, problem::Kind};

use crate::{
    App,
    form::{self, SignUpIn},
    page::{self, Form},
};

/// Who asks, and from where.
struct Caller {
    signed_in: Option<SignedIn>,
    /// Whom the network limits count.
    network: String,
    wants: Wants,
}

impl Caller {
    /// Whether it is that person who asks, signed in.
    fn is(&self, user: UserId) -> bool {
        self.signed_in.as_ref().is_some_and(|found| found.user.value.id == user)
    }

    /// The limits that a sign-up with that address counts for.
    fn limits(&self, address: &Address, now: Timestamp) -> Vec<Window> {
        vec![SIGN_UPS_OF_IP.window(&self.network, now), SIGN_UPS_OF_ADDRESS.window(address.as_str(), now)]
    }
}

/// `POST /organizations/new`.
pub async fn sign_up(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    app.answer(request, wants).await.unwrap_or_else(|problem| web::refuse(wants, problem))
}

impl App {
    async fn answer(&self, request: Request, wants: Wants) -> Result<Response, Problem> {
        let now = self.clock.now();
        let signed_in = self.load_caller(web::session::token(request.headers()), now).await?;
        let caller = Caller { signed_in, network: network(&web::source_ip(&request)), wants };
        let headers = request.headers().clone();
        let fields = Fields::read(request).await?;
        let asked = match SignUpIn::parse(
            &fields,
            &headers,
            caller.signed_in.as_ref().map(|found| &found.user.value),
        ) {
            Ok(asked) => asked,
            Err(errors) => return Ok(self.faults(&caller, &fields, errors)),
        };
        if let Some(found) = caller.signed_in.as_ref().filter(|found| !found.user.value.verified) {
            return self.further_unproven(&caller, found, &asked, now).await;
        }
        let sign_up = self.decide(&caller, asked, now);
        match self.store.commit_sign_up(&sign_up, now).await.map_err(trouble)? {
            SignedUp::Created => Ok(self.created(&sign_up, now)),
            SignedUp::Replayed { org, user, trial } => {
                self.replayed(&caller, &sign_up, Session::begin(org, user, now), trial).await
            }
            SignedUp::Limited(window) => Err(Problem::too_many(window.retry_after(now))),
            SignedUp::AddressKnown => self.known_address(&caller, &sign_up, now).await,
        }
    }

    async fn load_caller(
        &self,
        token: Option<SessionToken>,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, Problem> {
        let Some(token) = token else { return Ok(None) };
        let found = self.store.load_session(&token).await.map_err(trouble)?;
        Ok(found.filter(|found| found.prove(now).is_some()))
    }

    /// Everything that this sign-up is, ready to be written.
    fn decide(&self, caller: &Caller, asked: SignUpIn, now: Timestamp) -> SignUp {
        let org = self.entropy.org_id(now);
        let mut person = match (&caller.signed_in, asked.person) {
            (Some(found), _) => {
                let mut after = found.user.value.clone();
                after.orgs.push(org);
                Person::Known(found.user.clone(), after)
            }
            (None, (name, address)) => Person::New(User {
                id: self.entropy.user_id(now),
                name,
                address,
                verified: false,
                sessions_valid_from: None,
                trial_used: false,
                orgs: vec![org],
            }),
        };
        let (Person::New(user) | Person::Known(_, user)) = &mut person;
        let founder = AdminContact::new(user.id, user.name.clone(), user.address.clone());
        let mut founded = Org::sign_up(org, asked.organization, asked.zone, founder, now);
        if let Some(days) = self.config.trial_for(Some(user)).filter(|_| asked.start_trial) {
            user.trial_used = true;
            let trial = Trial::start(now, days, self.config.reminder_days.clone());
            founded.start_trial(trial, self.entropy.project_id(now), now);
        }
        let token = asked.token.unwrap_or_else(|| page::token(self));
        SignUp {
            session: Session::begin(org, user.id, now),
            secret: Secret::new(self.entropy.bytes()),
            replay: form::replay(&token, &user.address),
            limits: caller.limits(&user.address, now),
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
        tracing::info!(area = "provisioning", organization = %sign_up.org.id, trial, "signed up");
        signed_in(&sign_up.session, &sign_up.secret, trial)
    }

    /// The same form was sent before: the same organization, and a session, since the first answer may be lost.
    /// Where it leads follows from the first time too: with `trial` to the welcome.
    async fn replayed(
        &self,
        caller: &Caller,
        sign_up: &SignUp,
        session: Session,
        trial: bool,
    ) -> Result<Response, Problem> {
        // Once the address is proven, a session takes a mailed link or the one at hand.
        let begun = if caller.is(session.user) {
            self.store.begin_session(&session, &sign_up.secret).await.map(|()| true)
        } else {
            self.store.begin_unproven_session(&session, &sign_up.secret).await
        };
        if begun.map_err(trouble)? {
            return Ok(signed_in(&session, &sign_up.secret, trial));
        }
        self.known_address(caller, sign_up, session.created_at).await
    }

    /// A further organization for somebody whose address is unproven: refused, unless it is the first one again, in
    /// which they are signed in already.
    async fn further_unproven(
        &self,
        caller: &Caller,
        found: &SignedIn,
        asked: &SignUpIn,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let address = &found.user.value.address;
        if let Some(token) = &asked.token {
            let earlier =
                self.store.load_sign_up(form::replay(token, address), now).await.map_err(trouble)?;
            if let Some((org, trial)) = earlier {
                return Ok(web::see_other(&landing(org, trial)));
            }
        }
        let reached = self.store.count_attempt(&caller.limits(address, now)).await.map_err(trouble)?;
        if let Some(window) = reached {
            return Err(Problem::too_many(window.retry_after(now)));
        }
        match caller.wants {
            Wants::Page => Ok(web::page(StatusCode::FORBIDDEN, page::unproven(&self.config.product, found))),
            Wants::Json => Err(Problem::new(Kind::Forbidden, page::UNPROVEN)
                .with("sign_in_url", json!("/login?next=/organizations/new"))),
        }
    }

    /// An address that has an account gets a sign-in mail, and the page says so. No session, no organization.
    async fn known_address(
        &self,
        caller: &Caller,
        sign_up: &SignUp,
        now: Timestamp,
    ) -> Result<Response, Problem> {
        let address: &Address = &sign_up.person.after().address;
        let asked = Asked {
            id: AskedId::new(self.entropy.bytes()),
            address: address.clone(),
            next: None,
            asked_at: now,
            browser: None,
            delivery: Delivery::owed(now),
        };
        let mut limits = sign_up.limits.clone();
        limits.extend([
            SIGN_INS_OF_IP.window(&caller.network, now),
            SIGN_INS_OF_ADDRESS.window(address.as_str(), now),
        ]);
        if let AskResult::Limited(window) = self.store.ask_sign_in(&asked, &limits).await.map_err(trouble)? {
            return Err(Problem::too_many(window.retry_after(now)));
        }
        Ok(match caller.wants {
            Wants::Page => web::page(StatusCode::CONFLICT, page::known_address(&self.config.product)),
            Wants::Json => web::refuse(
                Wants::Json,
                Problem::new(
                    Kind::Conflict,
                    "This address has an account. We have mailed a sign-in link there.",
                ),
            ),
        })
    }

    /// 422: the form again, with every fault beside its field.
    fn faults(&self, caller: &Caller, fields: &Fields, errors: Vec<FieldError>) -> Response {
        if caller.wants == Wants::Json {
            return web::refuse(Wants::Json, Problem::invalid(errors));
        }
        let fresh = page::token(self);
        let form = Form {
            product: &self.config.product,
            trial_days: self.config.trial_for(caller.signed_in.as_ref().map(|found| &found.user.value)),
            signed_in: caller.signed_in.as_ref(),
            token: fields.get("form_token").filter(|token| web::is_form_token(token)).unwrap_or(&fresh),
            fields,
            errors: &errors,
        };
        web::page(StatusCode::UNPROCESSABLE_ENTITY, form.render())
    }
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

fn trouble(error: store::Error) -> Problem {
    Problem::trouble(error.is_passing(), error)
}
