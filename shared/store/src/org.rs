//! Organizations: loads them, and writes changed organizations under conditions.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{id::OrgId, org::Org, people::MembershipChange};
use jiff::Timestamp;

use crate::{
    attributes::number,
    client::{Store, Stored},
    error::{Corrupt, Error},
    index::COHORT_ATTRIBUTES,
    keys::Key,
    retry::retry,
    schema::org::{
        change::{CHANGE, ChangeItem},
        decode, encode,
    },
    update::{Change, Only, change, update},
};

/// An organization before and after an event.
#[derive(Clone, Copy, Debug)]
pub struct OrgChange<'a> {
    /// The organization as it was loaded.
    pub before: &'a Stored<Org>,
    /// The organization after the event.
    pub after: &'a Org,
}

/// What a write of an organization says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrgWrite<'a> {
    at: Timestamp,
    membership: Option<&'a MembershipChange>,
}

impl<'a> OrgWrite<'a> {
    /// A write that changes no membership.
    pub const fn at(at: Timestamp) -> Self {
        Self { at, membership: None }
    }

    pub const fn of_member(at: Timestamp, membership: &'a MembershipChange) -> Self {
        Self { at, membership: Some(membership) }
    }

    fn value(self, after: &Org, version: u64) -> Result<AttributeValue, Corrupt> {
        ChangeItem::new(version, after.member_count, Some(self.at), self.membership).to_value()
    }
}

/// What the newest write of an organization says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastWrite {
    /// When it happened. `None` if an earlier version of the code wrote the organization last.
    pub at: Option<Timestamp>,
    /// The membership that it changed.
    pub membership: Option<MembershipChange>,
}

impl Stored<Org> {
    /// Returns what the newest write says about itself.
    ///
    /// # Errors
    /// [`Corrupt`] if the item contains an invalid membership.
    pub fn last_write(&self) -> Result<LastWrite, Corrupt> {
        let change = ChangeItem::of(&self.item, self.version).unwrap_or_default();
        Ok(LastWrite { at: change.at(), membership: change.membership()? })
    }
}

impl Store {
    /// Loads the organization with this ID.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_org(&self, id: OrgId) -> Result<Option<Stored<Org>>, Error> {
        Ok(self.get(&Key::org(id)).await?.map(decode).transpose()?)
    }

    /// Loads organizations in the order of the IDs. Skips IDs that do not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_orgs(&self, ids: &[OrgId]) -> Result<Vec<Org>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| Key::org(*id)).collect();
        let found = self.get_each(&keys).await?;
        found.into_iter().flatten().map(|item| Ok(decode(item)?.value)).collect()
    }

    /// Builds the action that writes a changed organization. If `after` equals `before`, the action
    /// only raises the version.
    ///
    /// In both cases, the transaction fails if another write changed the organization after
    /// `before` was read.
    pub(crate) fn org_write(
        &self,
        before: &Stored<Org>,
        after: &Org,
        write: OrgWrite<'_>,
    ) -> Result<TransactWriteItem, Error> {
        let (key, version) = (Key::org(after.id), before.version + 1);
        let only = Only::Version(before.version);
        if let Some(difference) = Self::org_change(before, after, write)? {
            return change(&self.table, &key, difference, only);
        }
        let (condition, mut values) = only.expression();
        values.insert(":version".to_owned(), number(version));
        values.insert(":change".to_owned(), write.value(after, version)?);
        update(&self.table, &key, "SET version = :version, change = :change", &condition, values)
    }

    /// Writes a changed organization. If `after` equals `before`, writes nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the organization; [`Error::Unavailable`].
    pub async fn commit_org(&self, before: &Stored<Org>, after: &Org, now: Timestamp) -> Result<(), Error> {
        let change = || Self::org_change(before, after, OrgWrite::at(now));
        self.change(&Key::org(after.id), &Only::Version(before.version), change).await
    }

    /// Writes a changed organization like [`Store::commit_org`] and returns it as stored. If `after`
    /// equals `before`, returns `before`.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the organization; [`Error::Unavailable`].
    pub async fn commit_org_as_stored(
        &self,
        before: &Stored<Org>,
        after: &Org,
        now: Timestamp,
    ) -> Result<Stored<Org>, Error> {
        let difference = Self::org_change(before, after, OrgWrite::at(now))?;
        let Some(change) = difference else { return Ok(before.clone()) };
        let (key, only) = (Key::org(after.id), Only::Version(before.version));
        self.change(&key, &only, || Ok(Some(change.clone()))).await?;
        let item = change.applied_to(&before.item);
        Ok(Stored { value: after.clone(), version: before.version + 1, item })
    }

    /// Loads an organization, calls `decide`, and writes the result. If another write changed the
    /// organization in the meantime, starts again with the newer organization, like [`retry`].
    ///
    /// Returns `None` if the organization does not exist. If `decide` returns an error, writes
    /// nothing and returns that error.
    ///
    /// # Errors
    /// [`Error::Conflict`] if every attempt had a conflict; [`Error::Unavailable`] and
    /// [`Error::Corrupt`].
    pub async fn change_org<T, E>(
        &self,
        id: OrgId,
        now: Timestamp,
        decide: impl Fn(&mut Org) -> Result<T, E>,
    ) -> Result<Option<Result<T, E>>, Error> {
        retry(|| async {
            let Some(before) = self.load_org(id).await? else { return Ok(None) };
            let mut after = before.value.clone();
            let decided = match decide(&mut after) {
                Ok(decided) => decided,
                Err(error) => return Ok(Some(Err(error))),
            };
            self.commit_org(&before, &after, now).await?;
            Ok(Some(Ok(decided)))
        })
        .await
    }

    /// Returns the update that turns `before` into `after` and raises the version. Returns `None` if
    /// the organization `after` equals the organization in `before`.
    pub(crate) fn org_change(
        before: &Stored<Org>,
        after: &Org,
        write: OrgWrite<'_>,
    ) -> Result<Option<Change>, Error> {
        let mut old = encode(&before.value, before.version)?;
        let mut new = encode(after, before.version)?;
        if old == new {
            return Ok(None);
        }
        // Items that an earlier version of the code created are not in the index `by-cohort` yet.
        old.retain(|name, _| !COHORT_ATTRIBUTES.contains(&name.as_str()) || before.item.contains_key(name));
        let version = before.version + 1;
        new.insert("version".to_owned(), number(version));
        let mut change = Change::with_index(&before.item, old, new);
        change.set(CHANGE, write.value(after, version)?);
        Ok(Some(change))
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        billing::{CustomerId, EventId, Fact, FactKind, InvoiceFact, InvoiceId, PlanPrices, Prices},
        mail::{Claim, Delivery},
        org::Setup,
    };
    use jiff::Timestamp;

    use super::*;
    use crate::{attributes::Attributes, image::image_size, testing::acme};

    const NOW: &str = "2026-01-15T09:00:00Z";

    /// Returns the fact that the payment of the n-th invoice failed.
    fn failed_payment(n: i64) -> Fact {
        let created = Timestamp::from_second(1_768_460_000 + n).unwrap();
        let what = FactKind::Invoice {
            invoice: InvoiceId::parse(&format!("in_1Q1w2E3r4T5y6U7i8O9p{n:04}")).unwrap(),
            subscription: None,
            customer: CustomerId::parse("cus_Q1w2E3r4T5y6U7").unwrap(),
            invoice_created: created,
            prices: Vec::new(),
            fact: InvoiceFact::Failed { due: None, next_attempt: None },
        };
        Fact { event: EventId::parse(&format!("evt_{n}")).unwrap(), created, names: None, what }
    }

    fn size(attributes: &Attributes) -> usize {
        image_size(&serde_json::to_value(serde_dynamo::Item::from(attributes.clone())).unwrap())
    }

    fn written(before: &Stored<Org>, after: &Org) -> (usize, Stored<Org>) {
        let change = Store::org_change(before, after, OrgWrite::at(Timestamp::UNIX_EPOCH)).unwrap().unwrap();
        let item = change.applied_to(&before.item);
        let (_, _, values) = change.into_parts();
        (size(&values), decode(item).unwrap())
    }

    /// Prints how many bytes the write for one more event contains, and how many bytes the item
    /// has. To see these numbers, run `cargo test -p store --lib storm -- --nocapture`.
    #[test]
    fn write_size_stays_bounded_in_a_storm_of_open_invoices() {
        let now = NOW.parse().unwrap();
        let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
        let prices = |text| PlanPrices::parse(text).unwrap();
        let prices = Prices::new(prices("price_1"), prices("price_2")).unwrap();
        let mut stored = decode(encode(&acme(now), 1).unwrap()).unwrap();
        let mut writes = Vec::new();
        for n in 0..300 {
            let before = decode(stored.item).unwrap();
            let mut after = before.value.clone();
            after.record(&failed_payment(n), &prices, &setup, now);
            let (bytes, then) = written(&before, &after);
            writes.push(bytes);
            if (n + 1) % 50 == 0 || n == 0 {
                println!("{:>3} open invoices: {bytes} B written, item {} B", n + 1, size(&then.item));
            }
            let claim = Claim::new(now, "a");
            let mut mailed = then.value.clone();
            for letter in mailed.claim_mail(&claim, 20, None, now) {
                let sent = Delivery::Sent { at: now, claim: Some(claim.clone()) };
                *mailed.outbox.delivery_mut(&letter).unwrap() = sent;
            }
            mailed.update_payment_notices(now);
            stored = written(&then, &mailed).1;
        }
        // The item contains only a limited number of invoices in full. Each further invoice adds
        // one mark of 8 bytes.
        assert!(writes[299] <= writes[49] + 250 * 8 + 100, "{} after {}", writes[299], writes[49]);
        assert!(size(&stored.item) < 12 * 1024, "{}", size(&stored.item));
        let image = serde_json::to_value(serde_dynamo::Item::from(stored.item.clone())).unwrap();
        assert_eq!(
            crate::image::org_from_image(&image).unwrap().value,
            stored.value,
            "the stream image decodes to the same organization"
        );
    }
}
