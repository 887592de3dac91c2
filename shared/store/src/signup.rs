use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    id::{OrgId, UserId},
    limit::Window,
    org::Org,
    people::{Role, Session, User},
    secret::{Hash, Secret},
    team::Membership,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Store, Stored, Transacted},
    error::{Error, failed},
    item::{At, encode, from_item, read, to_item},
    key::Key,
    member,
    session::{self, expires, values},
    update::{Change, Only, change, put},
    user::{self, AddressItem},
};

/// How long the same token means the same sign-up.
const REPLAY: SignedDuration = SignedDuration::from_mins(10);

/// A sign-up, decided and ready to be written.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// Who founds it.
    pub person: Person,
    /// The new organization.
    pub org: Org,
    /// The session that is given at once.
    pub session: Session,
    /// Its secret.
    pub secret: Secret,
    /// The hash of form token and address: a double submit has the same.
    pub replay: Hash,
    /// The limits that it counts for.
    pub limits: Vec<Window>,
}

/// Who signs up.
#[derive(Clone, Debug)]
pub enum Person {
    /// Somebody new.
    New(User),
    /// Somebody signed in, before and after.
    Known(Stored<User>, User),
}

impl Person {
    /// The person as they will be.
    #[must_use]
    pub fn after(&self) -> &User {
        match self {
            Self::New(user) | Self::Known(_, user) => user,
        }
    }
}

/// How a sign-up ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedUp {
    /// All of it was written.
    Created,
    /// The same sign-up was written before; nothing was written now.
    Replayed {
        /// The organization it made.
        org: OrgId,
        /// Its founder.
        user: UserId,
        /// Whether it began with a trial.
        trial: bool,
    },
    /// A limit is reached; nothing but the attempt was written.
    Limited(Window),
    /// The address has an account; nothing was written.
    AddressKnown,
}

/// The membership of who founds an organization.
fn founder(org: &Org, person: &User, now: Timestamp) -> Membership {
    Membership {
        org: org.id,
        user: person.id,
        name: person.name.clone(),
        address: person.address.clone(),
        role: Role::Admin,
        since: now,
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct SignUpItem {
    org: String,
    user: String,
    #[serde(default)]
    trial: bool,
    created_at: At,
}

impl Store {
    /// Writes a sign-up: person, organization, membership, session, and what guards them, all or nothing.
    /// What stands in its way is judged in this order: replay, limits, known address.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the known person changed meanwhile; [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn commit_sign_up(&self, sign_up: &SignUp, now: Timestamp) -> Result<SignedUp, Error> {
        let table = &self.table;
        let (person, org) = (sign_up.person.after(), &sign_up.org);
        let mut replay = to_item(
            &Key::sign_up(sign_up.replay),
            &SignUpItem {
                org: org.id.to_string(),
                user: person.id.to_string(),
                trial: org.trial.is_some(),
                created_at: At(now),
            },
        )?;
        replay.extend([expires(now, 3600)]);
        let long_ago = AttributeValue::S(At(domain::trial::after(now, -REPLAY)).text());
        let unless_replayed =
            Only::If("attribute_not_exists(pk) OR created_at < :long_ago", values([(":long_ago", long_ago)]));
        let mut actions = vec![put(table, replay, Some(unless_replayed))?];
        for window in &sign_up.limits {
            actions.push(self.count(window, true)?);
        }
        let first_of_person = actions.len();
        match &sign_up.person {
            Person::New(user) => {
                let pointer = AddressItem { user: user.id.to_string() };
                let address = to_item(&Key::address(&user.address), &pointer)?;
                actions.push(put(table, address, Some(Only::New))?);
                actions.push(put(table, user::encode(user, 1)?, Some(Only::New))?);
            }
            Person::Known(before, after) => {
                let old = user::encode(&before.value, before.version)?;
                let new = user::encode(after, before.version + 1)?;
                if let Some(difference) = Change::between(&old, &new) {
                    let only = Only::Version(before.version);
                    actions.push(change(table, &Key::user(after.id), difference, only)?);
                }
            }
        }
        actions.push(put(table, encode(org, 1)?, Some(Only::New))?);
        actions.push(put(table, member::encode(&founder(org, person, now))?, Some(Only::New))?);
        actions.push(put(table, session::encode(&sign_up.session, &sign_up.secret)?, Some(Only::New))?);

        let Transacted::Cancelled(reasons) = self.transact(actions).await? else {
            return Ok(SignedUp::Created);
        };
        if failed(&reasons, 0) {
            let earlier = reasons.into_iter().next().and_then(|reason| reason.item);
            let Some(earlier) = earlier else { return Err(Error::Conflict) };
            let earlier: SignUpItem = from_item(earlier)?;
            return Ok(SignedUp::Replayed {
                org: read("organization of a sign-up", &earlier.org)?,
                user: read("user of a sign-up", &earlier.user)?,
                trial: earlier.trial,
            });
        }
        let reached = sign_up.limits.iter().enumerate().find(|(index, _)| failed(&reasons, index + 1));
        if let Some((_, window)) = reached {
            self.count_refused(&sign_up.limits).await?;
            return Ok(SignedUp::Limited(window.clone()));
        }
        match &sign_up.person {
            Person::New(_) if failed(&reasons, first_of_person) => Ok(SignedUp::AddressKnown),
            _ => Err(Error::Conflict),
        }
    }

    /// The organization that the same sign-up made before, if it did within ten minutes, and whether with a trial.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_sign_up(&self, replay: Hash, now: Timestamp) -> Result<Option<(OrgId, bool)>, Error> {
        let Some(item) = self.get(&Key::sign_up(replay)).await? else { return Ok(None) };
        let item: SignUpItem = from_item(item)?;
        if item.created_at.0 < domain::trial::after(now, -REPLAY) {
            return Ok(None);
        }
        Ok(Some((read("organization of a sign-up", &item.org)?, item.trial)))
    }

    /// Counts an attempt that was refused.
    pub(crate) async fn count_refused(&self, limits: &[Window]) -> Result<(), Error> {
        let actions = limits.iter().map(|window| self.count(window, false)).collect::<Result<_, _>>()?;
        self.transact(actions).await.map(|_| ())
    }
}
