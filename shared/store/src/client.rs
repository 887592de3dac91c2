use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, CancellationReason, KeysAndAttributes, TransactWriteItem},
};
use aws_types::SdkConfig;

use crate::{
    error::{Cause, Error, cause},
    key::Key,
    update::{Change, Only},
};

pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// How often a lost race or unprocessed keys are tried again inside one request.
pub const MAX_TRIES: u32 = 6;

/// The most keys of one batch (DynamoDB API reference, "BatchGetItem").
const MOST_KEYS: usize = 100;

/// The table.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// What was read, with the version that a write back is conditional on.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    /// What was read.
    pub value: T,
    /// Its version.
    pub version: u64,
    /// All that was read: what this version of the code does not know of it is handed back by the next write.
    pub(crate) item: Attributes,
}

impl<T: PartialEq> PartialEq for Stored<T> {
    /// Two are the same that say the same at the same version.
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.value == other.value
    }
}

impl<T: Eq> Eq for Stored<T> {}

impl<T> Stored<T> {
    /// Something at a version, of which nothing else is known.
    pub fn new(value: T, version: u64) -> Self {
        Self { value, version, item: Attributes::new() }
    }
}

/// How a transaction ended.
pub(crate) enum Transacted {
    /// All of it was written.
    Done,
    /// Nothing was written: a condition failed, and every one before it held. Reasons are in the order of the actions.
    Cancelled(Vec<CancellationReason>),
}

impl Store {
    /// The table of that name, reached as `config` says.
    #[must_use]
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    /// Reads something that does not exist, so that the connection is open when the first event comes.
    /// A failure is logged and otherwise no matter: the first event will tell.
    pub async fn warm_up(&self) {
        if let Err(error) = self.get(&Key::nothing()).await {
            tracing::warn!(%error, "the table could not be reached at the start");
        }
    }

    /// One item, consistently.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Attributes>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| Error::of(&error))?;
        Ok(answer.item)
    }

    /// Several items in one consistent batch, in the order of the keys. Keys left unprocessed are not absence:
    /// they are asked for again.
    pub(crate) async fn get_all<const N: usize>(
        &self,
        keys: &[Key; N],
    ) -> Result<[Option<Attributes>; N], Error> {
        let mut found: [Option<Attributes>; N] = [const { None }; N];
        self.fill(keys, &mut found).await?;
        Ok(found)
    }

    /// The same for as many keys as there happen to be.
    pub(crate) async fn get_each(&self, keys: &[Key]) -> Result<Vec<Option<Attributes>>, Error> {
        let mut found = vec![None; keys.len()];
        for (keys, found) in keys.chunks(MOST_KEYS).zip(found.chunks_mut(MOST_KEYS)) {
            self.fill(keys, found).await?;
        }
        Ok(found)
    }

    async fn fill(&self, keys: &[Key], found: &mut [Option<Attributes>]) -> Result<(), Error> {
        let mut wanted: Vec<Attributes> = keys.iter().map(Key::attributes).collect();
        for attempt in 0..MAX_TRIES {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut wanted)))
                .consistent_read(true)
                .build()
                .map_err(|_| Error::Unavailable("a batch without keys".to_owned()))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .send()
                .await
                .map_err(|error| Error::of(&error))?;
            let items =
                answer.responses.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default();
            for item in items {
                if let Some((_, place)) = keys.iter().zip(found.iter_mut()).find(|(key, _)| key.is_of(&item))
                {
                    *place = Some(item);
                }
            }
            wanted = answer
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&self.table))
                .map(|rest| rest.keys)
                .unwrap_or_default();
            if wanted.is_empty() {
                return Ok(());
            }
            pause(attempt).await;
        }
        Err(Error::Unavailable("keys stayed unprocessed".to_owned()))
    }

    /// All items of a partition whose sort keys begin alike, consistently.
    pub(crate) async fn query(&self, pk: String, prefix: &str) -> Result<Vec<Attributes>, Error> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", AttributeValue::S(pk.clone()))
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| Error::of(&error))?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    /// Writes a change of one item.
    pub(crate) async fn change(&self, key: &Key, change: Change, only: Only) -> Result<(), Error> {
        let (expression, names, mut values) = change.into_parts();
        let (condition, more) = only.expression();
        values.extend(more);
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression(condition)
            .set_expression_attribute_names((!names.is_empty()).then_some(names))
            .set_expression_attribute_values((!values.is_empty()).then_some(values));
        let mut attempt = 0;
        loop {
            let Err(error) = request.clone().send().await else { return Ok(()) };
            attempt += 1;
            // Another transaction holds the item: nothing was evaluated, and a moment later it may be free.
            let busy = error.code() == Some("TransactionConflictException");
            if !busy || attempt >= MAX_TRIES {
                return Err(Error::of(&error));
            }
            pause(attempt).await;
        }
    }

    /// Writes all of the actions or none.
    ///
    /// The SDK sets a client request token and keeps it over its own retries, so a lost answer is not a second write.
    pub(crate) async fn transact(&self, actions: Vec<TransactWriteItem>) -> Result<Transacted, Error> {
        let mut attempt = 0;
        loop {
            let answer =
                self.client.transact_write_items().set_transact_items(Some(actions.clone())).send().await;
            let Err(error) = answer else { return Ok(Transacted::Done) };
            let SdkError::ServiceError(refused) = &error else { return Err(Error::of(&error)) };
            let TransactWriteItemsError::TransactionCanceledException(cancelled) = refused.err() else {
                return Err(Error::of(&error));
            };
            let reasons = cancelled.cancellation_reasons();
            match cause(reasons) {
                Cause::Condition => return Ok(Transacted::Cancelled(reasons.to_vec())),
                Cause::Refused(code) => return Err(Error::Refused(code.to_owned())),
                Cause::Busy(code) => {
                    attempt += 1;
                    if attempt >= MAX_TRIES {
                        return Err(Error::Unavailable(code.to_owned()));
                    }
                    pause(attempt).await;
                }
            }
        }
    }
}

/// Waits before another try: full jitter under a cap that doubles, 20 ms at first.
pub async fn pause(attempt: u32) {
    let cap = 20_u64.saturating_mul(1 << attempt.min(5));
    let share = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
    tokio::time::sleep(Duration::from_millis(cap).mul_f64(share)).await;
}
