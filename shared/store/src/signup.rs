use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    brake::Share,
    id::{OrgId, UserId},
    limit::RateLimitWindow,
    org::Org,
    people::{Role, Session, User},
    secret::{Hash, Secret},
    team::Membership,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    brake::{self, Brake},
    client::{Store, Stored, Transacted},
    error::{Error, failed},
    item::{At, encode, from_item, read, to_item},
    key::Key,
    limit::reached,
    member,
    session::{self, expires, values},
    update::{Change, Only, change, number, put, update},
    user::{self, AddressItem},
};

/// How long the same token means the same sign-up.
const REPLAY: SignedDuration = SignedDuration::from_mins(10);
/// How many further sessions the same token gives: answers are lost, but not often.
const MOST_REPLAYS: u64 = 5;

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
    /// The proof that is used up for it, where somebody founds it who belongs nowhere.
    pub creation_grant: Option<Hash>,
    /// The limits that it counts for.
    pub limits: Vec<RateLimitWindow>,
    /// The share of the hour's budget that its first mail counts for, unless the mail brake does not concern it.
    pub first_mail: Option<Share>,
}

/// Who signs up.
#[derive(Clone, Debug)]
pub enum Person {
    /// Somebody new.
    New(User),
    /// Somebody signed in, before and after.
    Known(Box<Stored<User>>, User),
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
        /// Which of the founder's joins their membership began with.
        join: u64,
        /// The moment from which the token means a new sign-up.
        until: Timestamp,
    },
    /// A limit is reached; nothing but the attempt was written.
    Limited(RateLimitWindow),
    /// The address has an account; nothing was written.
    AddressKnown,
    /// The mail brake holds its first mail back; nothing was written.
    Braked(Brake),
}

/// On the strength of what the same sign-up gives a further session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionProof {
    /// A session of the same person, or another proof of theirs.
    UserKnown,
    /// The sign-up alone, which is enough only until a mailed link has proven the address.
    SignUpOnly,
}

/// How a further session of the same sign-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatSession {
    /// The session stands.
    Started,
    /// The sign-up gives no more sessions.
    LimitReached,
    /// The person's sessions were ended, or their address was proven: now a mailed link is needed.
    Rejected,
}

#[derive(Debug, Serialize, Deserialize)]
struct SignUpItem {
    org: String,
    user: String,
    #[serde(default)]
    trial: bool,
    created_at: At,
    #[serde(default)]
    replays: u64,
    /// Left out by an earlier version of the code, which numbered no joins.
    #[serde(default)]
    join: u64,
}

impl Store {
    /// Writes a sign-up: person, organization, membership, session, and what guards them, all or nothing.
    /// What stands in its way is judged in this order: replay, limits, known address, mail brake.
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
                replays: 0,
                join: person.joins.of(org.id),
            },
        )?;
        replay.extend([expires(now, 3600)]);
        let long_ago = AttributeValue::S(At(domain::trial::add(now, -REPLAY)).text());
        let unless_replayed =
            Only::If("attribute_not_exists(pk) OR created_at < :long_ago", values([(":long_ago", long_ago)]));
        let mut actions = vec![put(table, replay, Some(unless_replayed))?];
        for window in &sign_up.limits {
            actions.push(self.count(window)?);
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
                if let Some(difference) = Change::between(&before.item, &old, &new) {
                    let only = Only::Version(before.version);
                    actions.push(change(table, &Key::user(after.id), difference, only)?);
                }
            }
        }
        actions.push(put(table, encode(org, 1)?, Some(Only::New))?);
        actions.push(put(
            table,
            member::encode(&Membership::new(org.id, person, Role::Admin, now))?,
            Some(Only::New),
        )?);
        actions.push(put(table, session::encode(&sign_up.session, &sign_up.secret)?, Some(Only::New))?);
        if let Some(proof) = sign_up.creation_grant {
            actions.push(self.use_org_creation_grant(proof, sign_up.replay)?);
        }
        let first_of_brake = actions.len();
        if let Some(share) = sign_up.first_mail {
            actions.extend(self.first_mail_actions(share)?);
        }

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
                join: earlier.join,
                until: domain::trial::add(earlier.created_at.0, REPLAY),
            });
        }
        if let Some(window) = reached(&sign_up.limits, reasons.get(1..).unwrap_or_default()) {
            self.count_rejected_attempt(&sign_up.limits).await?;
            return Ok(SignedUp::Limited(window));
        }
        match &sign_up.person {
            Person::New(_) if failed(&reasons, first_of_person) => Ok(SignedUp::AddressKnown),
            _ => match brake::closed_brake(&reasons, first_of_brake) {
                Some(brake) => Ok(SignedUp::Braked(brake)),
                None => Err(Error::Conflict),
            },
        }
    }

    /// Begins a further session of the same sign-up, and counts it. `replay` names the sign-up.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Conflict`].
    pub async fn start_repeat_session(
        &self,
        replay: Hash,
        strength: SessionProof,
        session: &Session,
        secret: &Secret,
    ) -> Result<RepeatSession, Error> {
        let also = match strength {
            SessionProof::UserKnown => None,
            SessionProof::SignUpOnly => {
                Some(Only::If("verified = :no", values([(":no", AttributeValue::Bool(false))])))
            }
        };
        let counted = update(
            &self.table,
            &Key::sign_up(replay),
            "ADD replays :one",
            Some("attribute_exists(pk) AND (attribute_not_exists(replays) OR replays < :most)"),
            HashMap::new(),
            values([(":one", number(1)), (":most", number(MOST_REPLAYS))]),
        )?;
        let actions = vec![
            self.in_epoch(session.user, session.org, session.epoch, also)?,
            counted,
            put(&self.table, session::encode(session, secret)?, Some(Only::New))?,
        ];
        match self.transact(actions).await? {
            Transacted::Done => Ok(RepeatSession::Started),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Ok(RepeatSession::Rejected),
            Transacted::Cancelled(reasons) if failed(&reasons, 1) => Ok(RepeatSession::LimitReached),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }

    /// The organization that the same sign-up made before, if it did within ten minutes, and whether with a trial.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_sign_up(&self, replay: Hash, now: Timestamp) -> Result<Option<(OrgId, bool)>, Error> {
        let Some(item) = self.get(&Key::sign_up(replay)).await? else { return Ok(None) };
        let item: SignUpItem = from_item(item)?;
        if item.created_at.0 < domain::trial::add(now, -REPLAY) {
            return Ok(None);
        }
        Ok(Some((read("organization of a sign-up", &item.org)?, item.trial)))
    }
}
