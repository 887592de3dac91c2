//! The door: only an admin comes in, and who leaves is on the way to Stripe or knows why not.

use axum::response::Response;
use domain::{address::Address, org::Org};
use http::HeaderMap;
use store::Stored;
use web::{Kind, Problem, Wants, problem::Area};

use crate::{App, trouble};

/// An admin, with their organization. Only [`App::admit`] makes one.
pub struct Caller {
    pub org: Stored<Org>,
    /// Where invoices and receipts go, if this is who begins to pay.
    pub address: Address,
    /// The origin under which we were reached.
    pub origin: String,
}

impl Caller {
    /// The page with the plans.
    pub fn plans(&self) -> String {
        format!("{}/organizations/{}", self.origin, self.org.value.id)
    }
}

impl App {
    /// One consistent read: session, person, membership and organization. Billing is open in every state of it.
    pub async fn admit(&self, headers: &HeaderMap, origin: String) -> Result<Caller, Problem> {
        let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
        let found = self.store.load_session(&token).await.map_err(trouble::of_store)?;
        let found = found.ok_or_else(Problem::unauthorized)?;
        let member = found.prove(self.clock.now()).ok_or_else(Problem::unauthorized)?;
        member.admin().ok_or_else(Problem::forbidden)?;
        Ok(Caller { org: found.org, address: found.user.value.address, origin })
    }
}

/// 303 to where somebody is led; else the problem in their own kind.
pub fn answer(wants: Wants, led: Result<String, Problem>) -> Response {
    match led {
        Ok(location) => web::see_other(&location),
        Err(problem) if wants == Wants::Page && problem.kind == Kind::Unauthorized => {
            web::to_login("/dashboard")
        }
        Err(problem) => web::refuse(wants, problem.within(Area::Billing)),
    }
}
