//! The DynamoDB client: consistent reads, conditional writes, and transactions.

use aws_call::{Operation, Service};
use aws_sdk_dynamodb::{
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::{
        batch_get_item::BatchGetItemInput,
        delete_item::DeleteItemInput,
        get_item::GetItemInput,
        put_item::PutItemInput,
        query::{QueryInput, builders::QueryInputBuilder},
        transact_write_items::{TransactWriteItemsError, TransactWriteItemsInput},
        update_item::{UpdateItemInput, builders::UpdateItemInputBuilder},
    },
    types::{CancellationReason, KeysAndAttributes, TransactWriteItem},
};
use aws_types::SdkConfig;

use crate::{
    attributes::{Attributes, text},
    error::{Cause, Error, cause},
    keys::Key,
    operation::{BatchGetItem, DeleteItem, GetItem, PutItem, Query, TransactWriteItems, UpdateItem},
    retry::{MAX_TRIES, pause},
    update::{Change, Only},
};

/// Maximum number of keys in one batch read (DynamoDB API reference, "BatchGetItem").
const MAX_BATCH_KEYS: usize = 100;

/// Client for the table. Clones share one connection pool.
#[derive(Clone, Debug)]
pub struct Store {
    dynamodb: Service,
    pub(crate) table: String,
}

/// A value as it was read, with the version of its item. A later write succeeds only if the item
/// still has this version.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    /// The value that the item contains, decoded.
    pub value: T,
    /// The version of the item when it was read.
    pub version: u64,
    /// The complete item as it was stored. It can contain attributes that this version of the code
    /// does not understand. The next write keeps them.
    pub(crate) item: Attributes,
}

impl<T: PartialEq> PartialEq for Stored<T> {
    /// Compares value and version, and ignores unknown attributes.
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.value == other.value
    }
}

impl<T: Eq> Eq for Stored<T> {}

impl<T> Stored<T> {
    /// Creates a stored value without unknown attributes.
    pub fn new(value: T, version: u64) -> Self {
        Self { value, version, item: Attributes::new() }
    }
}

/// Result of a transaction.
pub(crate) enum Transacted {
    /// All actions were written.
    Done,
    /// A condition failed, so nothing was written. There is one reason for each action, in the
    /// order of the actions. DynamoDB evaluated all conditions before the first failed condition,
    /// and they were true.
    Cancelled(Vec<CancellationReason>),
}

impl Store {
    /// Creates a client for the table with this name.
    #[must_use]
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { dynamodb: Service::new("dynamodb", config), table }
    }

    /// Calls an operation of DynamoDB, if its input could be built.
    pub(crate) async fn call<O: Operation>(
        &self,
        input: Result<O::Input, BuildError>,
    ) -> Result<O::Output, SdkError<O::Error>> {
        self.dynamodb.call::<O>(input.map_err(SdkError::construction_failure)?).await
    }

    /// Opens the connection before the first event arrives, by reading a key that has no item.
    ///
    /// A failure is only logged. If the table is still unreachable when the first event arrives,
    /// the processing of this event fails.
    pub async fn warm_up(&self) {
        if let Err(error) = self.get(&Key::unused()).await {
            tracing::warn!(%error, "failed to open table connection before first event");
        }
    }

    /// Reads one item consistently.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Attributes>, Error> {
        let input = GetItemInput::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .build();
        Ok(self.call::<GetItem>(input).await.map_err(|error| Error::of(&error))?.item)
    }

    /// Reads several items with one consistent batch read, and returns them in the order of the
    /// keys. A missing item is `None`.
    ///
    /// If DynamoDB leaves some keys unprocessed, requests these keys again, because their items may
    /// exist.
    pub(crate) async fn get_all<const N: usize>(
        &self,
        keys: &[Key; N],
    ) -> Result<[Option<Attributes>; N], Error> {
        let mut found: [Option<Attributes>; N] = [const { None }; N];
        self.fill(keys, &mut found).await?;
        Ok(found)
    }

    /// Reads any number of items in batches of at most [`MAX_BATCH_KEYS`], and returns them in the
    /// order of the keys. A missing item is `None`.
    pub(crate) async fn get_each(&self, keys: &[Key]) -> Result<Vec<Option<Attributes>>, Error> {
        let mut found = vec![None; keys.len()];
        for (keys, found) in keys.chunks(MAX_BATCH_KEYS).zip(found.chunks_mut(MAX_BATCH_KEYS)) {
            self.fill(keys, found).await?;
        }
        Ok(found)
    }

    async fn fill(&self, keys: &[Key], found: &mut [Option<Attributes>]) -> Result<(), Error> {
        let mut pending: Vec<Attributes> = keys.iter().map(Key::attributes).collect();
        for attempt in 0..MAX_TRIES {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut pending)))
                .consistent_read(true)
                .build()
                .map_err(|_| Error::Unavailable("a batch without keys".to_owned()))?;
            let input = BatchGetItemInput::builder().request_items(&self.table, request).build();
            let response = self.call::<BatchGetItem>(input).await.map_err(|error| Error::of(&error))?;
            let items =
                response.responses.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default();
            for item in items {
                if let Some((_, slot)) = keys.iter().zip(found.iter_mut()).find(|(key, _)| key.matches(&item))
                {
                    *slot = Some(item);
                }
            }
            pending = response
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&self.table))
                .map(|rest| rest.keys)
                .unwrap_or_default();
            if pending.is_empty() {
                return Ok(());
            }
            pause(attempt).await;
        }
        Err(Error::Unavailable("keys stayed unprocessed".to_owned()))
    }

    /// Reads all items of a partition whose sort key starts with `prefix`, consistently.
    pub(crate) async fn query(&self, pk: String, prefix: &str) -> Result<Vec<Attributes>, Error> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let query = self.partition_query(&pk, prefix).set_exclusive_start_key(from);
            let response = self.call::<Query>(query.build()).await.map_err(|error| Error::of(&error))?;
            items.extend(response.items.unwrap_or_default());
            from = response.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    /// Reads one page of the items of a partition whose sort keys have the prefix, after the key
    /// `after`. Also returns whether more may follow.
    pub(crate) async fn query_page(
        &self,
        pk: String,
        prefix: &str,
        after: Option<Key>,
        limit: i32,
    ) -> Result<(Vec<Attributes>, bool), Error> {
        let query =
            self.partition_query(&pk, prefix).set_exclusive_start_key(after.map(|it| it.attributes()));
        let input = query.limit(limit).build();
        let response = self.call::<Query>(input).await.map_err(|error| Error::of(&error))?;
        Ok((response.items.unwrap_or_default(), response.last_evaluated_key.is_some()))
    }

    /// Returns a consistent query of the items of a partition whose sort keys have the prefix.
    fn partition_query(&self, pk: &str, prefix: &str) -> QueryInputBuilder {
        QueryInput::builder()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(&pk))
            .expression_attribute_values(":prefix", text(&prefix))
    }

    /// Writes the change of one item that `build` returns, under a condition. Writes nothing if it
    /// returns `None`. A repeated write calls `build` again, because each request consumes its change.
    pub(crate) async fn change(
        &self,
        key: &Key,
        only: &Only,
        build: impl Fn() -> Result<Option<Change>, Error>,
    ) -> Result<(), Error> {
        let mut attempt = 0;
        while let Some(change) = build()? {
            let (expression, names, mut values) = change.into_parts();
            let (condition, more) = only.clone().expression();
            values.extend(more);
            let request = self
                .update_item(key, &expression, &condition, values)
                .set_expression_attribute_names((!names.is_empty()).then_some(names));
            let Err(error) = self.call::<UpdateItem>(request.build()).await else { break };
            attempt += 1;
            // This error means that another transaction is writing the item. DynamoDB did not
            // evaluate the condition, so the loop repeats the write.
            let busy = error.code() == Some("TransactionConflictException");
            if !busy || attempt >= MAX_TRIES {
                return Err(Error::of(&error));
            }
            pause(attempt).await;
        }
        Ok(())
    }

    /// Writes one item with an update expression, if the condition is true.
    pub(crate) async fn update(
        &self,
        key: &Key,
        expression: &str,
        condition: &str,
        values: Attributes,
    ) -> Result<(), Error> {
        let input = self.update_item(key, expression, condition, values).build();
        self.call::<UpdateItem>(input).await.map(|_| ()).map_err(|error| Error::of(&error))
    }

    fn update_item(
        &self,
        key: &Key,
        expression: &str,
        condition: &str,
        values: Attributes,
    ) -> UpdateItemInputBuilder {
        UpdateItemInput::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression(condition)
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
    }

    /// Writes an item, and replaces a stored one.
    pub(crate) async fn put(&self, item: Attributes) -> Result<(), Error> {
        let input = PutItemInput::builder().table_name(&self.table).set_item(Some(item)).build();
        self.call::<PutItem>(input).await.map(|_| ()).map_err(|error| Error::of(&error))
    }

    /// Deletes an item, if it exists.
    pub(crate) async fn delete(&self, key: &Key) -> Result<(), Error> {
        let input = DeleteItemInput::builder().table_name(&self.table).set_key(Some(key.attributes()));
        self.call::<DeleteItem>(input.build()).await.map(|_| ()).map_err(|error| Error::of(&error))
    }

    /// Writes all of the actions or none. If a condition failed, returns [`Error::Conflict`].
    pub(crate) async fn commit(&self, actions: Vec<TransactWriteItem>) -> Result<(), Error> {
        match self.transact(actions).await? {
            Transacted::Done => Ok(()),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }

    /// Writes all of the actions or none.
    ///
    /// Each request has a client request token, and its retries have the same token. If the response
    /// to a successful write is lost, DynamoDB recognizes the token and does not write a second time.
    pub(crate) async fn transact(&self, actions: Vec<TransactWriteItem>) -> Result<Transacted, Error> {
        let mut attempt = 0;
        loop {
            let input = TransactWriteItemsInput::builder()
                .set_transact_items(Some(actions.clone()))
                .client_request_token(request_token()?)
                .build();
            let response = self.call::<TransactWriteItems>(input).await;
            let Err(error) = response else { return Ok(Transacted::Done) };
            let SdkError::ServiceError(rejected) = &error else { return Err(Error::of(&error)) };
            let TransactWriteItemsError::TransactionCanceledException(cancelled) = rejected.err() else {
                return Err(Error::of(&error));
            };
            let reasons = cancelled.cancellation_reasons();
            match cause(reasons) {
                Cause::Condition => return Ok(Transacted::Cancelled(reasons.to_vec())),
                Cause::Rejected(code) => return Err(Error::Rejected(code.to_owned())),
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

/// Returns a new token, which only identifies the retries of a request. No caller ever sees it, so it
/// does not come from the function's source of randomness.
fn request_token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Error::Unavailable("no random bytes".to_owned()))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
    use aws_smithy_runtime_api::{
        client::{
            http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
            orchestrator::{HttpRequest, HttpResponse},
            result::ConnectorError,
        },
        http::StatusCode,
    };
    use aws_smithy_types::{body::SdkBody, retry::RetryConfig, timeout::TimeoutConfig};
    use aws_types::region::Region;

    use super::*;
    use crate::update;

    /// Loses the first response, and keeps the tokens of the requests.
    #[derive(Clone, Debug, Default)]
    struct Wire(Arc<Mutex<Vec<String>>>);

    impl HttpConnector for Wire {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let body: serde_json::Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
            let mut tokens = self.0.lock().unwrap();
            tokens.push(body["ClientRequestToken"].as_str().unwrap().to_owned());
            HttpConnectorFuture::ready(match tokens.len() {
                1 => Err(ConnectorError::io("reset".into())),
                _ => Ok(HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from("{}"))),
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_retry_of_a_transaction_has_its_token() {
        let wire = Wire::default();
        let connector = SharedHttpConnector::new(wire.clone());
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .timeout_config(TimeoutConfig::disabled())
            .retry_config(RetryConfig::standard())
            .http_client(http_client_fn(move |_, _| connector.clone()));
        let store = Store::new(&config.build(), "t".to_owned());
        for _ in 0..2 {
            store.commit(vec![update::delete("t", &Key::unused(), None).unwrap()]).await.unwrap();
        }
        let tokens = wire.0.lock().unwrap();
        let [first, retry, second] = tokens.as_slice() else { panic!("{tokens:?}") };
        assert_eq!(first, retry);
        assert_ne!(first, second);
    }

    #[test]
    fn stored_values_differ_by_value_and_by_version() {
        let stored = Stored::new("a", 1);
        let unknown = Attributes::from([("from_the_future".to_owned(), text("b"))]);
        for (other, equal) in [
            (Stored { item: unknown, ..stored.clone() }, true),
            (Stored::new("b", 1), false),
            (Stored::new("a", 2), false),
        ] {
            assert_eq!(stored == other, equal, "{other:?}");
        }
    }
}
