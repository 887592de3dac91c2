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
        let [other, new] = self.difference(world);
        other.into_iter().chain(new).map(|(key, _)| key).collect()
    }

    /// Waits until all running work is done, and then restores the table.
    pub async fn restore(&self, world: &World) {
        if self.is_current(world) {
            return;
        }
        world.settle().await;
        let [other, new] = self.difference(world);
        for (_, item) in new {
            world.write("DeleteItem", json!({ "Key": { "pk": item["pk"], "sk": item["sk"] } }));
        }
        for (_, item) in other {
            world.write("PutItem", json!({ "Item": item }));
        }
        self.writes.set(writes(world));
    }

    /// Returns whether the table was not written since it contained exactly these items.
    fn is_current(&self, world: &World) -> bool {
        writes(world) == self.writes.get()
    }

    /// Returns the items of the snapshot that were changed or removed, and the items that were added.
    fn difference(&self, world: &World) -> [Vec<(String, Value)>; 2] {
        if self.is_current(world) {
            return [Vec::new(), Vec::new()];
        }
        let now = Self::of(world).items;
        let pair = |(key, item): (&String, &Value)| (key.clone(), item.clone());
        let other = self.items.iter().filter(|(key, item)| now.get(*key) != Some(item)).map(pair).collect();
        let new = now.iter().filter(|(key, _)| !self.items.contains_key(*key)).map(pair).collect();
        [other, new]
    }
}

fn writes(world: &World) -> u64 {
    *world.stack.system().cloud.engine.writes().borrow()
}
