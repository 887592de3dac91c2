//! The table of recorded events, and the changes that other writes make at the same time.

use std::fmt::Debug;

use domain::{
    id::OrgId,
    limits::{RateLimitWindow, SIGN_INS_OF_PAIR},
    org::Org,
    people::{SessionToken, User},
    secret::{Hash, Secret},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{Error, Store, Stored};
pub use test_support::build::{parse, user};
use test_support::{
    aws::{FaultKind, LocalAws},
    seed::{self, NOW},
};
use tokio::sync::OnceCell;

/// Secret of a session or a link that does not exist yet.
pub const NEW_SECRET: &str = "0e30000000000000000000000000000000000000000000000000000000000000";
/// Id of a user who does not exist yet.
pub const NEW_USER: &str = "usr_0198c0de-0000-7000-8000-0000000000f1";
/// Id of an organization that does not exist yet.
pub const NEW_ORG: &str = "org_0198c0de-0000-7000-8000-0000000000f2";

/// A change of the table, or of the values to write, between the read and the write.
pub type Between<I> = fn(&World, &mut I);

pub struct World {
    aws: LocalAws,
    pub store: Store,
}

impl World {
    pub async fn new() -> Self {
        // Filling a table takes longer than copying its items.
        static ITEMS: OnceCell<Vec<Value>> = OnceCell::const_new();
        let items = ITEMS.get_or_init(async || {
            let aws = LocalAws::at(NOW);
            seed::seed(&aws.store()).await;
            assert_eq!(aws.store().count_attempt(&[reached_limit()]).await.unwrap(), None);
            aws.items().into_values().collect()
        });
        let (aws, items) = (LocalAws::at(NOW), items.await);
        items.iter().for_each(|item| aws.put_item(item));
        Self { store: aws.store(), aws }
    }

    pub async fn org(&self, id: &str) -> Stored<Org> {
        self.store.load_org(parse(id)).await.unwrap().unwrap()
    }

    pub async fn user(&self, id: &str) -> Stored<User> {
        self.store.load_user(parse(id)).await.unwrap().unwrap()
    }

    /// Returns an attribute of an item in DynamoDB's JSON, or null.
    pub fn get(&self, pk: &str, sk: &str, attribute: &str) -> Value {
        self.item(pk, sk)[attribute].clone()
    }

    /// Writes one attribute in DynamoDB's JSON, and creates the item if it does not exist.
    pub fn set(&self, pk: &str, sk: &str, attribute: &str, value: Value) {
        let mut item = self.item(pk, sk);
        item[attribute] = value;
        self.aws.put_item(&item);
    }

    /// Raises the version of an item, as another write does.
    pub fn outdate(&self, pk: &str, sk: &str) {
        self.set(pk, sk, "version", json!({ "N": "99" }));
    }

    /// Lets a transaction of another write change the item during the next update.
    pub fn be_busy_once(&self) {
        self.aws.fail_once("UpdateItem", FaultKind::Conflict);
    }

    /// Lets transactions of other writes change the item during each update.
    pub fn be_busy(&self) {
        self.aws.fail("UpdateItem", FaultKind::Conflict);
    }

    /// Deletes an item, as another write does.
    pub fn remove(&self, pk: &str, sk: &str) {
        self.aws.delete_item(pk, sk);
    }

    /// Writes a whole item.
    pub fn put(&self, item: &Value) {
        self.aws.put_item(item);
    }

    /// Writes an item without attributes.
    pub fn occupy(&self, pk: &str, sk: &str) {
        self.aws.put_item(&self.item(pk, sk));
    }

    pub fn item(&self, pk: &str, sk: &str) -> Value {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        self.aws.items().remove(&(pk.to_owned(), sk.to_owned())).unwrap_or(key)
    }
}

/// Writes the same values once per case, each time after a change at the same time, and compares
/// the beginning of the outcome. Each case has its own table.
pub async fn check<I, T: Debug>(
    cases: &[(&str, Between<I>, &str)],
    write: impl AsyncFn(&World, Between<I>) -> Result<T, Error>,
) {
    for (case, between, expected) in cases {
        let outcome = format!("{:?}", write(&World::new().await, *between).await);
        assert!(outcome.starts_with(expected), "{case}: {outcome}");
    }
}

/// Leaves the table and the values as they are.
pub fn nothing<I>(_: &World, _: &mut I) {}

pub fn now() -> Timestamp {
    parse(NOW)
}

pub fn secret(text: &str) -> Secret {
    parse(text)
}

pub fn hash(text: &str) -> Hash {
    secret(text).hash()
}

pub fn token(org: &str, user: &str, secret: &str) -> SessionToken {
    SessionToken { org: parse::<OrgId>(org), user: parse(user), secret: parse(secret) }
}

/// A limit that one attempt has reached in each world.
pub fn reached_limit() -> RateLimitWindow {
    SIGN_INS_OF_PAIR.at_most(1).window("reached", now())
}

pub fn org_pk(id: &str) -> String {
    format!("ORG#{id}")
}

pub fn user_pk(id: &str) -> String {
    format!("USER#{id}")
}

/// Returns the sort key of a session with this secret.
pub fn session_sk(secret: &str) -> String {
    format!("SESSION#{}", hash(secret))
}
