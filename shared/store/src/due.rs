use aws_sdk_dynamodb::types::AttributeValue;
use domain::id::OrgId;
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::{
    asked::AskedId,
    client::Store,
    error::Error,
    item::At,
    key::{BY_DUE, BY_MAIL, SHARDS, due_pk, mail_pk},
};

/// The most candidates that one look into an index brings back from each shard.
/// What is left is still due, and found by the next look.
const MOST: i32 = 250;

/// Where mail waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailDue {
    /// In an organization.
    Org(OrgId),
    /// In a request for a sign-in link.
    Asked(AskedId),
}

impl Store {
    /// Organizations whose trial clock owes something at `now`, earliest first in each shard. Candidates only:
    /// whoever acts on them loads them first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn orgs_due(&self, now: Timestamp) -> Result<Vec<OrgId>, Error> {
        let keys = self.due(BY_DUE, "due_pk", "due_at", due_pk, now).await?;
        Ok(keys.iter().filter_map(|pk| pk.strip_prefix("ORG#")?.parse().ok()).collect())
    }

    /// Where mail waits for a sender at `now`. Candidates only.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn mail_due(&self, now: Timestamp) -> Result<Vec<MailDue>, Error> {
        let keys = self.due(BY_MAIL, "mail_pk", "mail_at", mail_pk, now).await?;
        Ok(keys.iter().filter_map(|pk| MailDue::of_pk(pk)).collect())
    }

    async fn due(
        &self,
        index: &str,
        hash: &str,
        range: &str,
        partition: impl Fn(u8) -> String,
        now: Timestamp,
    ) -> Result<Vec<String>, Error> {
        let shards = (0..SHARDS).map(|shard| {
            self.client
                .query()
                .table_name(&self.table)
                .index_name(index)
                .key_condition_expression("#hash = :hash AND #range <= :now")
                .expression_attribute_names("#hash", hash)
                .expression_attribute_names("#range", range)
                .expression_attribute_values(":hash", AttributeValue::S(partition(shard)))
                .expression_attribute_values(":now", AttributeValue::S(At(now).text()))
                .limit(MOST)
                .send()
        });
        let answers = try_join_all(shards).await.map_err(|error| Error::of(&error))?;
        let items = answers.into_iter().flat_map(|answer| answer.items.unwrap_or_default());
        Ok(items.filter_map(|mut item| item.remove("pk")?.as_s().ok().cloned()).collect())
    }
}

impl MailDue {
    /// Where the item of that partition key keeps mail, if it does: stream records carry keys too.
    #[must_use]
    pub fn of_pk(pk: &str) -> Option<Self> {
        match pk.split_once('#')? {
            ("ORG", id) => id.parse().ok().map(Self::Org),
            ("ASKED", id) => id.parse().ok().map(Self::Asked),
            _ => None,
        }
    }
}
