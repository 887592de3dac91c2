use std::{convert::Infallible, time::Duration};

use boot::{Answer, Clock, Entropy};
use domain::{delivery::Claim, id::OrgId, org::Org};
use futures_util::{StreamExt, stream};
use mail::{Mailer, Product};
use serde_json::value::to_raw_value;
use store::{Error, MailDue, Store};
use tokio::time::Instant;

use crate::event::{BatchOut, EventIn, FailureOut, RecordIn};

/// How many items are worked on at once.
const AT_ONCE: usize = 10;
/// How long the schedule's run begins new work. What it leaves is still due, and found by the next.
const BUDGET: Duration = Duration::from_secs(10);
/// How often a write without an answer is asked for again. Giving up after a claim strands its mails.
const TRIES: u32 = 3;

/// The post office: where mails are claimed, sent and settled.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) store: Store,
    pub(crate) mailer: Mailer,
    pub(crate) product: Product,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
}

impl Post {
    /// Answers one event.
    pub(crate) async fn handle(&self, event: &str) -> Answer {
        match serde_json::from_str(event)? {
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
        let failed = stream::iter(items)
            .map(async |(due, numbers)| if self.deliver(due).await { Vec::new() } else { numbers })
            .buffer_unordered(AT_ONCE)
            .concat()
            .await;
        let failures = failed.into_iter().map(|number| FailureOut { item_identifier: number });
        BatchOut { batch_item_failures: failures.collect() }
    }

    /// The guarantee: whatever waits in the index, however it was missed.
    async fn deliver_due(&self) -> Result<(), Error> {
        let due = self.store.mail_due(self.clock.now()).await?;
        let end = Instant::now() + BUDGET;
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, async |due| {
                if Instant::now() < end {
                    self.deliver(due).await;
                }
            })
            .await;
        Ok(())
    }

    /// Delivers what waits in one item. A failure is logged here and concerns no other item.
    async fn deliver(&self, due: MailDue) -> bool {
        let delivered = match due {
            MailDue::Org(org) => self.deliver_notices(org).await,
            MailDue::Asked(asked) => self.deliver_sign_in(asked).await,
        };
        if let Err(error) = &delivered {
            tracing::error!(area = "onboarding", item = ?due, %error, "mail could not be delivered");
        }
        delivered.is_ok()
    }

    /// A claim that nobody else holds.
    pub(crate) fn new_claim(&self) -> Claim {
        Claim(hex::encode(self.entropy.bytes::<32>()))
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

/// Waits before another try, if the error is one that passes.
pub(crate) async fn again(error: Error, tries: &mut u32) -> Result<(), Error> {
    if *tries >= TRIES || matches!(error, Error::Corrupt(_)) {
        return Err(error);
    }
    tokio::time::sleep(Duration::from_millis(200) * *tries).await;
    *tries += 1;
    Ok(())
}
