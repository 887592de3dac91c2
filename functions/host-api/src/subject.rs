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

/// The user that a path names.
pub enum NamedUser {
    Known(Box<Stored<User>>),
    /// No user has this id of the host app yet.
    New(ExternalId),
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
        match self.find_user(id).await? {
            NamedUser::Known(user) => Ok(*user),
            NamedUser::New(_) => Err(not_found()),
        }
    }

    /// Loads the user of a path, who need not exist if the path has an id of the host app.
    ///
    /// # Errors
    /// 404 for an unknown id of Onramp, or the problem of a failed read.
    pub async fn find_user(&self, id: &str) -> Result<NamedUser, Problem> {
        match parse::<UserId>(id)? {
            Id::Own(id) => {
                let user = self.store.load_user(id).await?.ok_or_else(not_found)?;
                Ok(NamedUser::Known(Box::new(user)))
            }
            Id::External(id) => {
                let user = self.store.load_external_user(&id).await?;
                Ok(user.map_or(NamedUser::New(id), |user| NamedUser::Known(Box::new(user))))
            }
        }
    }
}

/// 404, the same for every id that this stage does not have.
pub fn not_found() -> Problem {
    Problem::new(Kind::NotFound, words::NOT_FOUND)
}
