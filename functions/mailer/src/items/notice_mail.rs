//! An organization with the recipients of its notices.

use domain::{
    id::UserId,
    org::Org,
    people::{Role, User},
};

/// An organization, whose outbox contains notices, with the people that the notices describe.
pub(crate) struct NoticeMail {
    pub(crate) org: Org,
    pub(crate) people: Vec<Person>,
}

/// A recipient of a notice, at the time of sending.
pub(crate) struct Person {
    pub(crate) user: User,
    /// Role in the organization. `None` for a user who is not in it.
    pub(crate) role: Option<Role>,
}

impl NoticeMail {
    pub(crate) fn person(&self, user: UserId) -> Option<&Person> {
        self.people.iter().find(|person| person.user.id == user)
    }
}
