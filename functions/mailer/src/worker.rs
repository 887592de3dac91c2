use std::{
    convert::Infallible,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use boot::{Clock, InvocationResult, Rng};
use domain::{
    delivery::{Claim, SesHeartbeat},
    id::OrgId,
    org::Org,
};
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use mail::{Mailer, Product};
use serde_json::value::to_raw_value;
use store::{Error, MailDue, Store};
use telemetry::{LogArea, Metric};

use crate::{
    dead_letters::DeadLetters,
    event::{BatchOut, EventIn, FailureOut, RecordIn},
    send_pacer::SendPacer,
};

/// How many items are worked on at once.
pub(crate) const AT_ONCE: usize = 10;
/// How often a write without an answer is asked for again. Giving up after a claim strands its mails.
const TRIES: u32 = 3;

/// The post office: where mails are claimed, sent and settled.
#[derive(Debug)]
pub(crate) struct MailWorker {
    pub(crate) store: Store,
    pub(crate) mailer: Mailer,
    pub(crate) product: Product,
    /// How many mails an invocation sends in a second, at most.
    pub(crate) rate: u32,
    pub(crate) clock: Clock,
    pub(crate) entropy: Rng,
    pub(crate) heard: Heard,
    pub(crate) dead_letters: DeadLetters,
}

/// The newest claim whose `Send` event this instance wrote down.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<Option<Timestamp>>);

impl MailWorker {
    /// Answers one event.
    pub(crate) async fn handle(&self, event: &str) -> InvocationResult {
        match serde_json::from_str(event).map_err(telemetry::JsonError::from)? {
            EventIn::Stream { records } => Ok(to_raw_value(&self.deliver_records(&records).await)?),
            EventIn::Bus { source, detail } if source == "aws.ses" => {
                self.take_feedback(&detail).await?;
                Ok(to_raw_value(&())?)
            }
            EventIn::Bus { .. } => {
                self.deliver_due().await?;
                Ok(to_raw_value(&())?)
            }
        }
    }

    /// The fast path. Only the records whose own item failed come again.
    async fn deliver_records(&self, records: &[RecordIn]) -> BatchOut {
        let mut items: Vec<(MailDue, Vec<String>)> = Vec::new();
        for record in records {
            let Some(due) = record.due() else { continue };
            match items.iter_mut().find(|(known, _)| *known == due) {
                Some((_, numbers)) => numbers.push(record.sequence_number().to_owned()),
                None => items.push((due, vec![record.sequence_number().to_owned()])),
            }
        }
        let round = SendPacer::begin(&self.clock, self.rate, None);
        let failed = stream::iter(items)
            .map(async |(due, numbers)| if self.deliver(due, &round).await { Vec::new() } else { numbers })
            .buffer_unordered(AT_ONCE)
            .concat()
            .await;
        self.end(&round);
        let failures = failed.into_iter().map(|number| FailureOut { item_identifier: number });
        BatchOut { batch_item_failures: failures.collect() }
    }

    /// The guarantee: whatever waits in the index, however it was missed.
    async fn deliver_due(&self) -> Result<(), Error> {
        let looked = self.look_again().await;
        let mut whole = true;
        let mut due = self.store.mail_due(self.clock.now()).peekable();
        let (delivered, oldest) = if std::pin::Pin::new(&mut due).peek().await.is_none() {
            (Ok(()), None)
        } else {
            let feed = self.load_feed().await?;
            whole = feed.is_some();
            let round = SendPacer::begin(&self.clock, self.rate, feed);
            let delivered = self.deliver_each(due, &round).await;
            self.end(&round);
            (delivered, round.oldest_pending())
        };
        let now = self.clock.now();
        let owed_for = oldest.map(|since| now.duration_since(since)).unwrap_or_default();
        telemetry::measure(Metric::MailOldestOwed, owed_for, now);
        delivered.and(looked)?;
        // A round that could judge nothing is not one: its alarm rings if that lasts. It does not fail either, since the
        // event of a failed round becomes a dead letter itself.
        if whole {
            telemetry::count(Metric::MailRoundRan, 1, now);
        }
        Ok(())
    }

    /// Returns what SES's events say about emails whose fate is not known. `None` while the dead-letter queue cannot be
    /// read: those emails then wait for the next round, and every other one leaves. The queue is read second: an event
    /// that fails meanwhile is in it.
    async fn load_feed(&self) -> Result<Option<SesHeartbeat>, Error> {
        let newest = self.store.newest_confirmed().await?;
        match self.dead_letters.holds_any().await {
            Ok(outstanding) => Ok(Some(SesHeartbeat { newest, outstanding })),
            Err(code) => {
                tracing::error!(area = %LogArea::Mail, code, "dead-letter queue cannot be read");
                Ok(None)
            }
        }
    }

    /// Puts back what could not be read and can be by now, since the code or the item was mended.
    async fn look_again(&self) -> Result<(), Error> {
        self.store
            .corrupt_items(self.clock.now())
            .map(async |due| {
                let due = due?;
                match self.store.restore_index_entry(due).await {
                    Ok(()) => tracing::info!(area = %LogArea::Mail, item = ?due, "an item can be read again"),
                    // It was counted when it was held, and a person sees it.
                    Err(Error::Corrupt(_) | Error::Conflict) => {}
                    Err(error) => return Err(error),
                }
                Ok(())
            })
            .buffer_unordered(AT_ONCE)
            .fold(Ok(()), async |all, one| all.and(one))
            .await
    }

    fn end(&self, round: &SendPacer) {
        if round.is_paused() {
            telemetry::count(Metric::MailPaused, 1, self.clock.now());
        }
    }

    /// Delivers what is due until that or the round ends. A shard of the index that cannot be looked into stops no
    /// other, and fails the run once they are done.
    async fn deliver_each(
        &self,
        due: impl Stream<Item = Result<MailDue, Error>>,
        round: &SendPacer,
    ) -> Result<(), Error> {
        due.take_while(|_| std::future::ready(!round.is_over()))
            .map(async |due| {
                self.deliver(due?, round).await;
                Ok(())
            })
            .buffer_unordered(AT_ONCE)
            .fold(Ok(()), async |all, one| all.and(one))
            .await
    }

    /// Delivers what waits in one item. A failure is logged here and concerns no other item.
    async fn deliver(&self, due: MailDue, round: &SendPacer) -> bool {
        if round.is_over() {
            // It is still in the index.
            return true;
        }
        let delivered = match due {
            MailDue::Org(org) => self.deliver_notices(org, round).await,
            MailDue::SignIn(asked) => self.deliver_sign_in(asked, round).await,
            MailDue::Invitation(org, invitation) => self.deliver_invitation(org, invitation, round).await,
        };
        match delivered {
            Ok(()) => true,
            Err(Error::Corrupt(corrupt)) => {
                tracing::error!(area = %LogArea::Mail, item = ?due, %corrupt, "mail cannot be read and is held");
                self.mark_for_review(due).await
            }
            Err(error) => {
                tracing::error!(area = %LogArea::Mail, item = ?due, %error, "mail could not be delivered");
                false
            }
        }
    }

    /// Takes an item that cannot be read out of everybody's way. Counted before it is written: twice is better than
    /// never.
    async fn mark_for_review(&self, due: MailDue) -> bool {
        let now = self.clock.now();
        telemetry::count(Metric::MailUnreadable, 1, now);
        match self.store.mark_corrupt(due, now).await {
            Ok(()) | Err(Error::Conflict) => true,
            Err(error) => {
                tracing::error!(area = %LogArea::Mail, item = ?due, %error, "mail could not be held");
                false
            }
        }
    }

    /// Takes note of a `Send` event's claim.
    pub(crate) async fn hear(&self, claim: &Claim) -> Result<(), Error> {
        let Some(made_at) = claim.made_at().filter(|at| self.heard.is_news(*at)) else { return Ok(()) };
        self.store.advance_heartbeat(made_at).await?;
        self.heard.note(made_at);
        Ok(())
    }

    /// A claim that nobody else holds.
    pub(crate) fn new_claim(&self) -> Claim {
        Claim::new(self.clock.now(), &hex::encode(self.entropy.bytes::<32>()))
    }

    /// Changes an organization, and asks again where the answer was lost: so every decision made here has to
    /// recognise itself. `None` where there is no such organization.
    pub(crate) async fn change_org<T>(
        &self,
        id: OrgId,
        mut decide: impl FnMut(&mut Org) -> T,
    ) -> Result<Option<T>, Error> {
        let mut tries = 1;
        loop {
            match self.store.change_org(id, |org| Ok::<T, Infallible>(decide(org))).await {
                Ok(changed) => return Ok(changed.map(|Ok(value)| value)),
                Err(error) => again(error, &mut tries).await?,
            }
        }
    }
}

impl Heard {
    fn is_news(&self, claimed_at: Timestamp) -> bool {
        let newest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.is_none_or(|newest| claimed_at > newest)
    }

    fn note(&self, claimed_at: Timestamp) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = (*newest).max(Some(claimed_at));
    }
}

/// Waits before another try, if the error is one that passes.
pub(crate) async fn again(error: Error, tries: &mut u32) -> Result<(), Error> {
    if *tries >= TRIES || matches!(error, Error::Corrupt(_)) {
        return Err(error);
    }
    tokio::time::sleep(Duration::from_millis(200) * *tries).await;
    *tries += 1;
    Ok(())
}
