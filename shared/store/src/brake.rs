//! The mail brake: hourly counters of first emails, the record of bounced first emails, and the
//! gates. A first email is the welcome email to the unverified address of a new user. This module
//! calls it a welcome email.
//!
//! A gate is an item that states whether welcome emails wait because too many of them bounced. The
//! transaction that writes a sign-up also counts the welcome email and checks one gate. No read
//! before the transaction is needed. Each shard has its own counter and its own gate, and a sign-up
//! uses only one shard. So parallel sign-ups rarely use the same item.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemInput,
    types::{AttributeValue, CancellationReason, ReturnValue, TransactWriteItem},
};
use domain::mail::{
    Claim,
    brake::{Bounced, FirstMails, SHARDS, Share},
};
use serde::{Deserialize, Serialize};

use crate::{
    attributes::{Attributes, number, values},
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error, failed},
    keys::Key,
    limit::{count_up, millis},
    operation::UpdateItem,
    schema::{from_item, to_item},
    update::{Change, Only, change, check, put},
};

/// The reason why the mail brake delays a welcome email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brake {
    /// The counter that the sign-up tried has no emails left in this hour. Another counter may
    /// have some (see [`domain::mail::brake::Share`]).
    Share,
    /// Too many of the newest welcome emails bounced.
    Bounces,
}

/// The stored record of welcome emails: how many were sent, the newest bounces, and whether the
/// gates are closed. All attributes are at the top level and optional.
#[derive(Debug, Serialize, Deserialize)]
struct FirstMailsItem {
    #[serde(default)]
    sent: u64,
    #[serde(default)]
    bounced: Vec<BouncedItem>,
    #[serde(default)]
    braked: bool,
    #[serde(default)]
    version: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct BouncedItem {
    claim: String,
    sent: u64,
}

#[derive(Debug, Serialize)]
struct GateItem {
    braked: bool,
}

fn encode(mails: &FirstMails, version: u64) -> Result<Attributes, Corrupt> {
    let bounced = mails.bounced.iter().map(|it| BouncedItem { claim: it.claim.0.clone(), sent: it.sent });
    let item = FirstMailsItem { sent: mails.sent, bounced: bounced.collect(), braked: mails.braked, version };
    to_item(&Key::first_mails(), &item)
}

fn decode(item: Attributes) -> Result<Stored<FirstMails>, Corrupt> {
    let form: FirstMailsItem = from_item(item.clone())?;
    let bounced = form.bounced.into_iter().map(|it| Bounced { claim: Claim(it.claim), sent: it.sent });
    let value = FirstMails { sent: form.sent, bounced: bounced.collect(), braked: form.braked };
    Ok(Stored { value, version: form.version, item })
}

/// Returns which part of the mail brake cancelled the transaction of a sign-up, or `None` if
/// another condition cancelled it. `first` is the index of the first of the two actions that
/// [`Store::first_mail_actions`] added to the transaction.
pub(crate) fn closed_brake(reasons: &[CancellationReason], first: usize) -> Option<Brake> {
    if failed(reasons, first + 1) {
        return Some(Brake::Bounces);
    }
    failed(reasons, first).then_some(Brake::Share)
}

impl Store {
    /// Builds two actions: one counts the welcome email of a sign-up, and one checks that the gate
    /// of the same shard is open. [`closed_brake`] relies on this order.
    pub(crate) fn first_mail_actions(&self, share: Share) -> Result<[TransactWriteItem; 2], Error> {
        let until = millis(domain::mail::brake::next_hour(share.hour)) / 1000;
        let no = values([(":no", AttributeValue::Bool(false))]);
        let open = "attribute_not_exists(braked) OR braked = :no";
        Ok([
            count_up(&self.table, &Key::share(share), share.most, until)?,
            check(&self.table, &Key::gate(share.shard), open, no)?,
        ])
    }

    /// Adds a sent welcome email to the record, and returns the record after the write.
    ///
    /// If SES reports one email with two events, the email counts twice. The newest 200 counted
    /// emails are then fewer than 200 different emails, which hardly changes the bounce rate.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn count_first_mail(&self) -> Result<Stored<FirstMails>, Error> {
        let input = UpdateItemInput::builder()
            .table_name(&self.table)
            .set_key(Some(Key::first_mails().attributes()))
            .update_expression("ADD sent :one, version :one")
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .build();
        let written = self.call::<UpdateItem>(input).await.map_err(|error| Error::of(&error))?;
        Ok(decode(written.attributes.unwrap_or_default())?)
    }

    /// Records that the welcome email of a claim bounced, and returns the record after the write.
    /// Writes nothing if this bounce is already recorded.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the record; [`Error::Unavailable`] and
    /// [`Error::Corrupt`].
    pub async fn record_first_bounce(&self, claim: &Claim) -> Result<Stored<FirstMails>, Error> {
        let found = self.get(&Key::first_mails()).await?;
        let is_new = found.is_none();
        let before = decode(found.unwrap_or_default())?;
        let mut after = before.value.clone();
        after.record_bounce(claim);
        if after == before.value {
            return Ok(before);
        }
        let version = before.version + 1;
        let (old, new) = (encode(&before.value, before.version)?, encode(&after, version)?);
        let mut item = before.item.clone();
        if let Some(difference) = Change::between(&before.item, old, new) {
            item = difference.applied_to(&item);
            let only = if is_new { Only::New } else { Only::Version(before.version) };
            self.change(&Key::first_mails(), &only, || Ok(Some(difference.clone()))).await?;
        }
        Ok(Stored { value: after, version, item })
    }

    /// Closes or opens all gates and stores `braked` in the record, in one transaction.
    ///
    /// Changes nothing if another write changed the record after `record` was read. The mailer
    /// calls this method again after the next count or bounce, with the newer record.
    ///
    /// # Errors
    /// [`Error::Unavailable`], also if transactions of sign-ups use the gates during all attempts.
    pub async fn set_brake(&self, record: &Stored<FirstMails>, braked: bool) -> Result<(), Error> {
        let after = FirstMails { braked, ..record.value.clone() };
        let (old, new) = (encode(&record.value, record.version)?, encode(&after, record.version + 1)?);
        let Some(difference) = Change::between(&record.item, old, new) else { return Ok(()) };
        let only = Only::Version(record.version);
        let mut actions = vec![change(&self.table, &Key::first_mails(), difference, only)?];
        for shard in 0..SHARDS {
            actions.push(put(&self.table, to_item(&Key::gate(shard), &GateItem { braked })?, None)?);
        }
        match self.transact(actions).await? {
            Transacted::Done | Transacted::Cancelled(_) => Ok(()),
        }
    }
}
