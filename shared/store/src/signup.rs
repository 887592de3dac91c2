//! Sign-ups, and sessions for a sign-up form that is submitted again.
//!
//! A browser may submit the same form again, because the first response may be lost. The repeated
//! form has the same token. For ten minutes, the store recognizes the token and does not create a
//! second organization. In this time, repeated forms can start at most five further sessions.

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use domain::{
    id::{OrgId, UserId},
    limits::{MAX_SIGN_UP_REPEATS, RateLimitWindow, SIGN_UP_REPEAT_PERIOD},
    mail::brake::Share,
    org::Org,
    people::{Membership, Role, Session, User},
    secret::{Hash, Secret},
    time::add,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{expires, number, text, values},
    brake::{Brake, closed_brake},
    client::{Store, Transacted},
    error::{Error, failed},
    keys::Key,
    limit::reached,
    schema::{from_item, member, org, read, session, to_item},
    update::{Only, put, update},
    user::Person,
};

/// A sign-up that is ready to be written.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The user who signs up.
    pub person: Person,
    /// The organization that the sign-up creates.
    pub org: Org,
    /// The first session of the user in the organization.
    pub session: Session,
    /// The secret of the session.
    pub secret: Secret,
    /// The hash of the form token and the address. A form that is submitted again has the same
    /// hash.
    pub replay: Hash,
    /// The hash of the organization grant that the sign-up uses, if the user has no organization.
    pub creation_grant: Option<Hash>,
    /// The rate limits for which the sign-up counts.
    pub limits: Vec<RateLimitWindow>,
    /// The share of the mail brake's hourly budget for which the welcome email counts. If `None`,
    /// the mail brake does not apply to this sign-up.
    pub first_mail: Option<Share>,
}

/// The result of [`Store::commit_sign_up`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedUp {
    /// The sign-up was written.
    Created,
    /// The same sign-up was written before, so nothing was written now.
    Replayed {
        /// The organization that the first sign-up created.
        org: OrgId,
        /// The user who signed up.
        user: UserId,
        /// Whether the organization started with a trial.
        trial: bool,
        /// The join number of the user's membership.
        join: u64,
        /// The time from which the token identifies a new sign-up.
        until: Timestamp,
    },
    /// A rate limit is reached, so the sign-up was not written. The attempt counts for the limits
    /// that include rejected attempts.
    Limited(RateLimitWindow),
    /// The address has an account, so nothing was written.
    AddressKnown,
    /// The sign-up starts a trial, but the mailbox of the address already had one. So nothing was
    /// written. The caller then writes the sign-up without a trial.
    MailboxHadTrial,
    /// The mail brake does not allow the welcome email now, so nothing was written. The caller then
    /// tries another share of the budget, or writes the sign-up with a welcome email that waits.
    Braked(Brake),
}

/// Why a repeated form may start a session: the evidence that the caller is the user of the
/// sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionProof {
    /// The caller is authenticated as the user of the sign-up.
    UserKnown,
    /// The caller only submitted the same form again. This evidence is enough only while the
    /// address is unverified.
    SignUpOnly,
}

/// The result of [`Store::start_repeat_session`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatSession {
    /// The session was written.
    Started,
    /// Repeated forms of this sign-up already started the maximum number of sessions.
    LimitReached,
    /// The user's sessions were ended, or the membership ended. With [`SessionProof::SignUpOnly`],
    /// also if the address was verified. The user needs a sign-in link.
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
    /// Missing in items that an earlier version of the code wrote.
    #[serde(default)]
    join: u64,
}

/// The record that a mailbox had a trial. It does not contain the address.
#[derive(Debug, Serialize)]
struct TrialRecordItem {
    user: String,
    created_at: At,
}

/// The positions of the actions in the transaction of a sign-up.
struct Positions {
    /// The first action that writes the user.
    person: usize,
    trial_record: usize,
    /// The first of the two actions of the mail brake.
    brake: usize,
}

impl Store {
    /// Writes a sign-up in one transaction: the user, the organization, the membership, the
    /// session, the record by which a repeated form is recognized, the trial record of the mailbox,
    /// and the counters.
    ///
    /// Several reasons can prevent the sign-up. The result is the first reason that applies, in
    /// this order: a repeated form, a reached rate limit, an address that has an account, a mailbox
    /// that had a trial, the mail brake.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the known user changed or the organization grant was used;
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn commit_sign_up(&self, sign_up: &SignUp, now: Timestamp) -> Result<SignedUp, Error> {
        let table = &self.table;
        let (user, org) = (sign_up.person.after(), &sign_up.org);
        let membership = Membership::new(org.id, user, Role::Admin, now);
        let mut actions = vec![self.record_sign_up(sign_up, now)?];
        for window in &sign_up.limits {
            actions.push(self.count(window)?);
        }
        let person = actions.len();
        actions.extend(self.person_actions(&sign_up.person)?);
        actions.push(put(table, org::encode_new(org, now)?, Some(Only::New))?);
        actions.push(put(table, member::encode(&membership)?, Some(Only::New))?);
        actions.push(put(table, session::encode(&sign_up.session, &sign_up.secret)?, Some(Only::New))?);
        if let Some(grant) = sign_up.creation_grant {
            actions.push(self.use_org_creation_grant(grant, sign_up.replay)?);
        }
        let trial_record = actions.len();
        if org.current_trial().is_some() {
            actions.push(self.trial_record_action(user, now)?);
        }
        let brake = actions.len();
        if let Some(share) = sign_up.first_mail {
            actions.extend(self.first_mail_actions(share)?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(SignedUp::Created),
            Transacted::Cancelled(reasons) => {
                self.refused(sign_up, &reasons, Positions { person, trial_record, brake }).await
            }
        }
    }

    /// Builds the action that records that the mailbox of a user had a trial. It fails if the mailbox
    /// already has such a record.
    pub(crate) fn trial_record_action(
        &self,
        user: &User,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let record = TrialRecordItem { user: user.id.to_string(), created_at: At(now) };
        put(&self.table, to_item(&Key::trial_record(&user.address), &record)?, Some(Only::New))
    }

    /// Builds the action that records a trial that the host app granted, also to a mailbox that had
    /// one before.
    pub(crate) fn trial_granted_action(
        &self,
        user: &User,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let record = TrialRecordItem { user: user.id.to_string(), created_at: At(now) };
        put(&self.table, to_item(&Key::trial_record(&user.address), &record)?, None)
    }

    /// Builds the first action of a sign-up: writes the record by which a repeated form is
    /// recognized, unless the form is a repetition.
    fn record_sign_up(&self, sign_up: &SignUp, now: Timestamp) -> Result<TransactWriteItem, Error> {
        let (user, org) = (sign_up.person.after(), &sign_up.org);
        let form = SignUpItem {
            org: org.id.to_string(),
            user: user.id.to_string(),
            trial: org.current_trial().is_some(),
            created_at: At(now),
            replays: 0,
            join: user.joins.of(org.id),
        };
        let mut item = to_item(&Key::sign_up(sign_up.replay), &form)?;
        item.extend([expires(now, 3600)]);
        let outdated = text(&At(add(now, -SIGN_UP_REPEAT_PERIOD)));
        let unless_repeated =
            Only::If("attribute_not_exists(pk) OR created_at < :outdated", values([(":outdated", outdated)]));
        put(&self.table, item, Some(unless_repeated))
    }

    /// Returns why the transaction of a sign-up was cancelled. `at` contains the positions of its
    /// actions. If a rate limit is reached, counts the rejected attempt.
    async fn refused(
        &self,
        sign_up: &SignUp,
        reasons: &[CancellationReason],
        at: Positions,
    ) -> Result<SignedUp, Error> {
        if failed(reasons, 0) {
            let earlier = reasons.first().and_then(CancellationReason::item).ok_or(Error::Conflict)?;
            let earlier: SignUpItem = from_item(earlier.clone())?;
            return Ok(SignedUp::Replayed {
                org: read("organization of a sign-up", &earlier.org)?,
                user: read("user of a sign-up", &earlier.user)?,
                trial: earlier.trial,
                join: earlier.join,
                until: add(earlier.created_at.0, SIGN_UP_REPEAT_PERIOD),
            });
        }
        if let Some(window) = reached(&sign_up.limits, reasons.get(1..).unwrap_or_default()) {
            self.count_rejected_attempt(&sign_up.limits).await?;
            return Ok(SignedUp::Limited(window));
        }
        let first_failed = (0..reasons.len()).find(|index| failed(reasons, *index));
        match &sign_up.person {
            Person::New(_) if failed(reasons, at.person) => Ok(SignedUp::AddressKnown),
            _ if sign_up.org.current_trial().is_some() && first_failed == Some(at.trial_record) => {
                Ok(SignedUp::MailboxHadTrial)
            }
            _ => closed_brake(reasons, at.brake).map(SignedUp::Braked).ok_or(Error::Conflict),
        }
    }

    /// Starts a session for a repeated form and counts it. `replay` identifies the sign-up.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Conflict`].
    pub async fn start_repeat_session(
        &self,
        replay: Hash,
        proof: SessionProof,
        session: &Session,
        secret: &Secret,
    ) -> Result<RepeatSession, Error> {
        let also = match proof {
            SessionProof::UserKnown => None,
            SessionProof::SignUpOnly => {
                Some(Only::If("verified = :no", values([(":no", AttributeValue::Bool(false))])))
            }
        };
        let counted = update(
            &self.table,
            &Key::sign_up(replay),
            "ADD replays :one",
            "attribute_exists(pk) AND (attribute_not_exists(replays) OR replays < :most)",
            values([(":one", number(1)), (":most", number(MAX_SIGN_UP_REPEATS))]),
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

    /// Returns the organization that the sign-up `replay` created, and whether the organization
    /// started with a trial. Returns `None` if there was no such sign-up in the last ten minutes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_sign_up(&self, replay: Hash, now: Timestamp) -> Result<Option<(OrgId, bool)>, Error> {
        let Some(item) = self.get(&Key::sign_up(replay)).await? else { return Ok(None) };
        let item: SignUpItem = from_item(item)?;
        if item.created_at.0 < add(now, -SIGN_UP_REPEAT_PERIOD) {
            return Ok(None);
        }
        Ok(Some((read("organization of a sign-up", &item.org)?, item.trial)))
    }
}
