//! Snapshot of the DynamoDB table. Tests compare the table with the snapshot and restore it.

use std::{cell::Cell, collections::BTreeMap};

use serde_json::{Value, json};

use e2e::driver::World;

/// Every item of the table at one time.
#[derive(Default)]
pub struct TableSnapshot {
    items: BTreeMap<String, Value>,
    /// Number of writes that the engine had executed when the table contained exactly these items.
    writes: Cell<u64>,
}

impl TableSnapshot {
    /// Takes a snapshot of the table.
    pub fn of(world: &World) -> Self {
        let items = world.stack.system().cloud.engine.items(None);
        let key = |item: &Value| {
            format!("{} {}", item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap())
        };
        Self {
            items: items.into_iter().map(|item| (key(&item), item)).collect(),
            writes: Cell::new(writes(world)),
        }
    }

    /// Returns an organization's first item whose sort key starts with `kind`.
    pub fn item(&self, org: &str, kind: &str) -> Value {
        let start = format!("ORG#{org} {kind}");
        self.items.iter().find(|(key, _)| key.starts_with(&start)).unwrap().1.clone()
    }

    /// Returns the keys of the items that were changed, removed, or added since the snapshot.
    pub fn changed(&self, world: &World) -> Vec<String> {
        if writes(world) == self.writes.get() {
            return Vec::new();
        }
        let now = Self::of(world).items;
        let new = now.keys().filter(|key| !self.items.contains_key(*key));
        let other = self.items.iter().filter(|(key, item)| now.get(*key) != Some(item)).map(|(key, _)| key);
        other.chain(new).cloned().collect()
    }

    /// Waits until all running work is done, and then restores the table.
    pub async fn restore(&self, world: &World) {
        world.settle().await;
        for (key, item) in &Self::of(world).items {
            if !self.items.contains_key(key) {
                world.write("DeleteItem", json!({ "Key": { "pk": item["pk"], "sk": item["sk"] } }));
            }
        }
        let changed = self.changed(world);
        for key in changed {
            world.write("PutItem", json!({ "Item": self.items[&key] }));
        }
        self.writes.set(writes(world));
    }
}

fn writes(world: &World) -> u64 {
    *world.stack.system().cloud.engine.writes().borrow()
}
