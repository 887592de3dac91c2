//! The person that a request names, for whom the host app vouches.

use domain::{
    id::ExternalId,
    people::{Address, Name, User},
};
use jiff::Timestamp;
use store::{KnownPerson, Person};
use web::{FieldError, Kind, Problem};

use crate::{
    App,
    body::Body,
    handlers::{parse_external_id, parse_name},
    words,
};

/// A person as the host app describes them.
pub struct PersonIn {
    pub address: Address,
    pub name: Name,
    pub external_id: Option<ExternalId>,
    pub verified: bool,
}

impl PersonIn {
    /// Parses the fields of a person.
    pub fn parse(body: &mut Body<'_>) -> Option<Self> {
        let address = body.required("email", parse_address);
        let name = body.required("full_name", |text| parse_name("full_name", text));
        let external_id = body.optional("external_id", parse_external_id);
        let verified = body.boolean("email_verified", false);
        Some(Self { address: address?, name: name?, external_id: external_id?, verified: verified? })
    }

    /// Returns a known user as the host app describes them.
    ///
    /// # Errors
    /// [`Disagrees`] if the user has another id of the host app.
    pub fn vouch_for(&self, user: &User) -> Result<User, Disagrees> {
        let mut user = user.clone();
        match (&self.external_id, &user.external_id) {
            (Some(given), Some(stored)) if given != stored => return Err(Disagrees),
            (Some(given), None) => user.external_id = Some(given.clone()),
            _ => {}
        }
        if !user.verified {
            // Anyone may have signed up with the address. The host app vouches for the person, so all
            // earlier sessions end, and the person gets the name that the host app knows.
            user.end_sessions();
            user.name = self.name.clone();
            user.verified = self.verified;
        }
        Ok(user)
    }
}

/// The id of the host app and the address belong to different users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disagrees;

impl Disagrees {
    /// Returns the response, which names the field.
    pub fn to_problem(self, field: &'static str) -> Problem {
        Problem::new(Kind::Conflict, words::USER_DISAGREES).with("field", field.into())
    }
}

impl App {
    /// Returns the person: a new user, or the known one as the host app describes them. `field` is the
    /// path of the person's id in the body.
    ///
    /// # Errors
    /// 409 if the id and the address belong to different users. [`store::Error::Conflict`] after it
    /// verified the address of a known user.
    pub async fn load_person(
        &self,
        person: &PersonIn,
        known: KnownPerson,
        field: &'static str,
        now: Timestamp,
    ) -> Result<Person, Problem> {
        if known.user.is_some() && known.user != known.address {
            return Err(Disagrees.to_problem(field));
        }
        let Some(id) = known.address else {
            let mut user = User::new(self.entropy.user_id(now), person.name.clone(), person.address.clone());
            user.external_id.clone_from(&person.external_id);
            user.verified = person.verified;
            return Ok(Person::New(user));
        };
        let before = self.store.load_user(id).await?.ok_or(store::Error::Conflict)?;
        let after = person.vouch_for(&before.value).map_err(|it| it.to_problem(field))?;
        self.verify(&before, &person.name, person.verified).await?;
        Ok(Person::Known(Box::new(before), after))
    }
}

/// Parses an email address.
pub fn parse_address(text: &str) -> Result<Address, FieldError> {
    Address::parse(text).map_err(|error| FieldError::new("email", error.code(), error.to_string()))
}
