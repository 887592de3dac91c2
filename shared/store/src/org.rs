use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{id::OrgId, org::Org};

use crate::{
    client::{MAX_TRIES, Store, Stored, pause},
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
        for attempt in 0..MAX_TRIES {
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
        Ok(Change::with_index(&before.item, &old, &new))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use domain::{
        address::Address,
        billing::{CustomerId, EventId, Fact, InvoiceFact, InvoiceId, What},
        delivery::{Claim, Outcome},
        name::Name,
        org::AdminContact,
        zone::Zone,
    };
    use jiff::Timestamp;

    use super::*;
    use crate::{client::Attributes, image::image_size};

    const NOW: &str = "2026-01-15T09:00:00Z";

    fn org() -> Org {
        let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let name = Name::parse("Jo Doe").unwrap();
        let founder = AdminContact::new(user, name, Address::parse("jo@example.com").unwrap());
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::named("UTC"), founder, NOW.parse().unwrap())
    }

    /// What Stripe says when the payment of the n-th invoice fails.
    fn failed(n: i64) -> Fact {
        let created = Timestamp::from_second(1_768_460_000 + n).unwrap();
        let what = What::Invoice {
            invoice: InvoiceId::parse(&format!("in_1Q1w2E3r4T5y6U7i8O9p{n:04}")).unwrap(),
            subscription: None,
            customer: CustomerId::parse("cus_Q1w2E3r4T5y6U7").unwrap(),
            invoice_created: created,
            fact: InvoiceFact::Failed,
        };
        Fact { event: EventId::parse(&format!("evt_{n}")).unwrap(), created, what }
    }

    fn size(attributes: &Attributes) -> usize {
        image_size(&serde_json::to_value(serde_dynamo::Item::from(attributes.clone())).unwrap())
    }

    fn written(before: &Stored<Org>, after: &Org) -> (usize, Stored<Org>) {
        let change = Store::org_change(before, after, before.version + 1).unwrap().unwrap();
        let item = change.applied_to(&before.item);
        let (_, _, values) = change.into_parts();
        (size(&values), decode(item).unwrap())
    }

    /// Prints, for one more event, the bytes of its write, the bytes of the item, and the time from the stored item to
    /// the write: `cargo test -p store --release --lib storm -- --nocapture`.
    #[test]
    fn event_in_a_storm_of_open_invoices_writes_no_more() {
        let (now, project) =
            (NOW.parse().unwrap(), "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
        let mut stored = decode(encode(&org(), 1).unwrap()).unwrap();
        let mut writes = Vec::new();
        for n in 0..300 {
            let start = Instant::now();
            let before = decode(stored.item).unwrap();
            let mut after = before.value.clone();
            after.record(&failed(n), project, now);
            let (bytes, then) = written(&before, &after);
            let micros = start.elapsed().as_micros();
            writes.push(bytes);
            if (n + 1) % 50 == 0 || n == 0 {
                println!(
                    "{:>3} open invoices: {bytes} B written, item {} B, {micros} µs",
                    n + 1,
                    size(&then.item)
                );
            }
            let claim = Claim::new(now, "a");
            let mut mailed = then.value.clone();
            for letter in mailed.claim_mail(&claim, 20, None, now) {
                mailed.outbox.record_outcome(&letter, &claim, Outcome::Accepted, 0, now);
            }
            mailed.update_payment_notices(now);
            stored = written(&then, &mailed).1;
        }
        // Beyond what is kept in full, an invoice leaves one mark of 8 bytes.
        assert!(writes[299] <= writes[49] + 250 * 8 + 100, "{} after {}", writes[299], writes[49]);
        assert!(size(&stored.item) < 12 * 1024, "{}", size(&stored.item));
        let image = serde_json::to_value(serde_dynamo::Item::from(stored.item.clone())).unwrap();
        assert_eq!(
            crate::image::org_from_image(&image).unwrap().value,
            stored.value,
            "the stream carries it"
        );
    }
}
