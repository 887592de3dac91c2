//! The organization or the user that a path names: by the id of Onramp, or as `ext:{external_id}`.

use domain::{
    id::{ExternalId, OrgId, UserId},
    org::Org,
    people::User,
};
use store::Stored;
use web::{Kind, Problem};

use crate::{App, words};

/// An id in a path.
enum Id<T> {
    Own(T),
    External(ExternalId),
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<Id<T>, Problem> {
    let id = match text.strip_prefix("ext:") {
        Some(external) => external.parse().ok().map(Id::External),
        None => text.parse().ok().map(Id::Own),
    };
    id.ok_or_else(not_found)
}

impl App {
    /// Loads the organization of a path.
    ///
    /// # Errors
    /// 404, or the problem of a failed read.
    pub async fn load_org(&self, id: &str) -> Result<Stored<Org>, Problem> {
        let found = match parse::<OrgId>(id)? {
            Id::Own(id) => self.store.load_org(id).await?,
            Id::External(id) => self.store.load_external_org(&id).await?,
        };
        found.ok_or_else(not_found)
    }

    /// Loads the user of a path.
    ///
    /// # Errors
    /// 404, or the problem of a failed read.
    pub async fn load_user(&self, id: &str) -> Result<Stored<User>, Problem> {
        let found = match parse::<UserId>(id)? {
            Id::Own(id) => self.store.load_user(id).await?,
            Id::External(id) => self.store.load_external_user(&id).await?,
        };
        found.ok_or_else(not_found)
    }
}

/// 404, the same for every id that this stage does not have.
pub fn not_found() -> Problem {
    Problem::new(Kind::NotFound, words::NOT_FOUND)
}
