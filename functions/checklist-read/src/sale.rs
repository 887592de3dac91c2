//! Loads the plan page: the view, the prices of the plans, and the number of people.

use axum::{extract::FromRequestParts, response::Response};
use domain::billing::{Headcount, ListPrice, Plan};
use http::request::Parts;
use web::{
    Kind, Problem, ResponseFormat,
    auth::{AuthenticatedMember, AuthenticatedUser},
};

use crate::{app::App, views::View};

/// What the plan page shows about the plans for sale.
#[derive(Clone, Debug)]
pub struct Sale {
    /// The price of each plan of [`Plan::ALL`], as far as it is stored.
    pub prices: [Option<ListPrice>; 2],
    /// The people of the organization.
    pub people: Headcount,
}

impl Sale {
    /// Returns the price of a plan, if it is stored.
    pub fn price(&self, plan: Plan) -> Option<&ListPrice> {
        let at = Plan::ALL.into_iter().position(|it| it == plan)?;
        self.prices.get(at)?.as_ref()
    }
}

/// The view of the plan page. Like a [`View`], it exists only for an authenticated request.
pub struct PlanPage {
    pub view: View,
    pub sale: Sale,
}

impl FromRequestParts<App> for PlanPage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        load(parts, app).await.map_err(|problem| match problem.kind {
            Kind::Unauthorized => web::to_login(parts.uri.path()),
            _ => web::problem_response(ResponseFormat::of(&parts.headers), problem),
        })
    }
}

/// Loads everything in the time of one round trip: the queries run beside the batch read. Their
/// results are used only if the session is valid.
async fn load(parts: &Parts, app: &App) -> Result<PlanPage, Problem> {
    let (store, now) = (&app.store, app.clock.now());
    let token = web::session::token(&parts.headers).ok_or_else(Problem::unauthorized)?;
    let org = token.org;
    let ids = Plan::ALL.map(|plan| app.config.prices.current(plan));
    let (user, members, invitations) = tokio::join!(
        AuthenticatedUser::authenticate_with_prices(store, app.config.session_idle, token, ids, now),
        store.load_members(org),
        store.load_invitations(org),
    );
    let (user, prices) = user?;
    let invited = invitations?.iter().filter(|it| it.value.is_open(now)).count();
    let people = Headcount { members: members?.len(), invited };
    let member = AuthenticatedMember::from(user);
    member.record_use(store).await;
    Ok(PlanPage { view: member.into(), sale: Sale { prices, people } })
}
