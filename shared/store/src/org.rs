use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{id::OrgId, org::Org};

use crate::{
    client::{Store, Stored, TRIES, pause},
    error::Error,
    item::{decode, encode},
    key::Key,
    update::{Change, Only, change, number, update},
};

impl Store {
    /// The organization of that id, as it is now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_org(&self, id: OrgId) -> Result<Option<Stored<Org>>, Error> {
        Ok(self.get(&Key::org(id)).await?.map(decode).transpose()?)
    }

    /// Organizations, in the order of the ids; those that are not there are left out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_orgs(&self, ids: &[OrgId]) -> Result<Vec<Org>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| Key::org(*id)).collect();
        let found = self.get_each(&keys).await?;
        found.into_iter().flatten().map(|item| Ok(decode(item)?.value)).collect()
    }

    /// What raises an organization's version as part of a transaction, with what a decision changed of it, if anything.
    /// Whatever is written beside it rests on the state that was loaded.
    pub(crate) fn org_write(&self, before: &Stored<Org>, after: &Org) -> Result<TransactWriteItem, Error> {
        let (key, version) = (Key::org(after.id), before.version + 1);
        let only = Only::Version(before.version);
        match Self::org_change(before, after, version)? {
            Some(difference) => change(&self.table, &key, difference, only),
            None => {
                let (condition, mut values) = only.expression();
                values.insert(":version".to_owned(), number(version));
                let raise = "SET version = :version";
                update(&self.table, &key, raise, Some(&condition), HashMap::new(), values)
            }
        }
    }

    /// Writes what a decision changed, if it changed anything, on condition that nobody wrote since it was loaded.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody did; otherwise [`Error::Unavailable`].
    pub async fn commit_org(&self, before: &Stored<Org>, after: &Org) -> Result<Stored<Org>, Error> {
        let version = before.version + 1;
        let Some(change) = Self::org_change(before, after, version)? else { return Ok(before.clone()) };
        let item = change.applied_to(&before.item);
        self.change(&Key::org(after.id), change, Only::Version(before.version)).await?;
        Ok(Stored { value: after.clone(), version, item })
    }

    /// Loads, decides and commits; does all three again, a few times, when somebody wrote in between.
    /// `None` where there is no such organization. A refusal of the decision writes nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] when every race was lost; [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn change_org<T, E>(
        &self,
        id: OrgId,
        mut decide: impl FnMut(&mut Org) -> Result<T, E>,
    ) -> Result<Option<Result<T, E>>, Error> {
        for attempt in 0..TRIES {
            let Some(before) = self.load_org(id).await? else { return Ok(None) };
            let mut after = before.value.clone();
            let decided = match decide(&mut after) {
                Ok(decided) => decided,
                Err(refusal) => return Ok(Some(Err(refusal))),
            };
            match self.commit_org(&before, &after).await {
                Ok(_) => return Ok(Some(Ok(decided))),
                Err(Error::Conflict) => pause(attempt).await,
                Err(error) => return Err(error),
            }
        }
        Err(Error::Conflict)
    }

    /// The update that makes `before` into `after` at `version`; `None` where nothing but the version would change.
    pub(crate) fn org_change(
        before: &Stored<Org>,
        after: &Org,
        version: u64,
    ) -> Result<Option<Change>, Error> {
        let old = encode(&before.value, before.version)?;
        let mut new = encode(after, before.version)?;
        if old == new {
            return Ok(None);
        }
        new.insert("version".to_owned(), number(version));
        Ok(Change::placing(&before.item, &old, &new))
    }
}
