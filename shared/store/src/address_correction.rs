//! The correction of an unverified address: one transaction moves the user to the new address.

use domain::{
    limits::RateLimitWindow,
    mail::brake::{self, Share},
    org::{NotCorrectable, Org},
    people::{ActionRecord, Address},
};
use jiff::Timestamp;

use crate::{
    brake::{Brake, closed_brake},
    client::{Store, Transacted},
    error::{Error, failed},
    keys::Key,
    limit::reached,
    profile::{ChangedProfile, Profile},
    update::{Only, delete},
};

/// A correction that the domain allows.
#[derive(Clone, Debug)]
pub struct AddressCorrection {
    /// The member as loaded.
    pub before: Profile,
    /// The member with the new address.
    pub after: ChangedProfile,
    /// The organization after the correction if the welcome email must wait.
    pub delayed: Org,
    /// Whether the new mailbox gets a trial record.
    pub moves_trial: bool,
    /// The rate limits for which the correction counts.
    pub limits: Vec<RateLimitWindow>,
    /// The shares of the mail brake's budget to try, if the correction sends a first email.
    pub shares: Vec<Share>,
    /// Who corrects the address and why, if an operator does. It is stored with the new address.
    pub record: Option<ActionRecord>,
}

impl AddressCorrection {
    /// Builds the correction that the domain decides at `now`. It counts for `limits`. If it sends a
    /// first email, it counts for one of `shares`.
    ///
    /// # Errors
    /// [`NotCorrectable`] if the domain does not allow it.
    pub fn new(
        before: Profile,
        address: &Address,
        limits: Vec<RateLimitWindow>,
        shares: impl Iterator<Item = Share>,
        now: Timestamp,
    ) -> Result<Self, NotCorrectable> {
        let mut after = before.to_changed();
        after.org.correct_address(&mut after.user, &mut after.membership, address, now)?;
        let mut delayed = after.org.clone();
        delayed.delay_welcome(brake::next_hour(now));
        let sends = after.org.provisioned.is_some();
        Ok(Self {
            moves_trial: after.org.moves_trial(&before.user.value.address, address),
            before,
            after,
            delayed,
            limits,
            shares: shares.filter(|_| sends).collect(),
            record: None,
        })
    }
}

/// The result of [`Store::correct_address`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressCorrected {
    /// The user has the new address.
    Done {
        /// Whether the mail brake delays the welcome email.
        is_delayed: bool,
    },
    /// A rate limit is reached, so nothing else was written.
    Limited(RateLimitWindow),
    /// The address has an account, or its mailbox had a trial. Only the attempt was counted.
    InUse,
}

/// The result of one transaction.
enum Attempted {
    Done,
    Limited(RateLimitWindow),
    InUse,
    Braked(Brake),
}

impl Store {
    /// Corrects an address. After this, the old address is free again.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the user, the membership, or the organization changed;
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn correct_address(
        &self,
        correction: &AddressCorrection,
        now: Timestamp,
    ) -> Result<AddressCorrected, Error> {
        for share in &correction.shares {
            match self.try_correction(correction, &correction.after.org, Some(*share), now).await? {
                Attempted::Braked(Brake::Share) => {}
                Attempted::Braked(Brake::Bounces) => break,
                attempted => return self.corrected(correction, attempted, false).await,
            }
        }
        let is_delayed = !correction.shares.is_empty();
        let attempted = self.try_correction(correction, &correction.delayed, None, now).await?;
        self.corrected(correction, attempted, is_delayed).await
    }

    async fn corrected(
        &self,
        correction: &AddressCorrection,
        attempted: Attempted,
        is_delayed: bool,
    ) -> Result<AddressCorrected, Error> {
        match attempted {
            Attempted::Done => Ok(AddressCorrected::Done { is_delayed }),
            Attempted::Limited(window) => Ok(AddressCorrected::Limited(window)),
            Attempted::InUse => match self.count_attempt(&correction.limits).await? {
                Some(window) => Ok(AddressCorrected::Limited(window)),
                None => Ok(AddressCorrected::InUse),
            },
            Attempted::Braked(_) => Err(Error::Conflict),
        }
    }

    /// Writes the correction with `org` and, if there is a share, its count.
    async fn try_correction(
        &self,
        correction: &AddressCorrection,
        org: &Org,
        share: Option<Share>,
        now: Timestamp,
    ) -> Result<Attempted, Error> {
        let AddressCorrection { before, after, limits, .. } = correction;
        let after = ChangedProfile { org: org.clone(), ..after.clone() };
        let mut actions = limits.iter().map(|window| self.count(window)).collect::<Result<Vec<_>, _>>()?;
        let profile = actions.len();
        actions.extend(self.profile_actions(before, &after, now)?);
        let address = actions.len();
        actions.push(self.address_action(&after.user, correction.record.as_ref())?);
        if correction.moves_trial {
            actions.push(self.trial_record_action(&after.user, now)?);
        }
        let freed = actions.len();
        actions.push(delete(&self.table, &Key::address(&before.user.value.address), Some(Only::Exists))?);
        let first_mail = actions.len();
        if let Some(share) = share {
            actions.extend(self.first_mail_actions(share)?);
        }
        let Transacted::Cancelled(reasons) = self.transact(actions).await? else {
            return Ok(Attempted::Done);
        };
        let any_failed = |mut range: std::ops::Range<usize>| range.any(|index| failed(&reasons, index));
        if let Some(window) = reached(limits, &reasons) {
            self.count_rejected_attempt(limits).await?;
            return Ok(Attempted::Limited(window));
        }
        // If the same form was sent twice, the new address already belongs to the user.
        if any_failed(profile..address) || any_failed(freed..first_mail) {
            return Err(Error::Conflict);
        }
        if any_failed(address..freed) {
            return Ok(Attempted::InUse);
        }
        let braked = share.and_then(|_| closed_brake(&reasons, first_mail));
        braked.map(Attempted::Braked).ok_or(Error::Conflict)
    }
}
