//! Applies an event that names another organization than its subscription belonged to before.

use domain::{billing::SubscriptionId, org::Org};
use store::{Error, EventContext, OrgChange, Stored};

use crate::{
    App,
    event::{IngestOutcome, ReceivedEvent},
    review::Review,
};

impl App {
    /// Applies an event of a subscription that belongs, or belonged, to another organization than
    /// the named one. One transaction writes both organizations, so the subscription counts for one
    /// of them only.
    pub(crate) async fn move_subscription(
        &self,
        subscription: &SubscriptionId,
        [named, former]: [&Stored<Org>; 2],
        context: &EventContext,
        received: ReceivedEvent<'_>,
    ) -> Result<IngestOutcome, Error> {
        let ReceivedEvent { fact, now, .. } = received;
        let setup = &self.setup(now);
        let mut left = former.value.clone();
        left.record(fact, &self.prices, setup, now);
        let mut joined = named.value.clone();
        joined.record(fact, &self.prices, setup, now);
        let linked_to = context.link.org.filter(|linked| *linked != joined.id);
        // The event may be older than the newest one that names the former organization.
        joined.billing.note_other(subscription, left.billing.mention(subscription), linked_to);
        let owner = if joined.billing.owns(subscription) { joined.id } else { left.id };
        let review = Review::moved(&named.value, &joined, &left, subscription, context.link.org, received);
        let orgs = [OrgChange { before: named, after: &joined }, OrgChange { before: former, after: &left }];
        let write = self.store.commit_move(subscription, orgs, context.moved_to, owner, now);
        let changes = [(&named.value, &joined), (&former.value, &left)];
        self.commit(&changes, &review, received, write).await?;
        let unchanged = changes.iter().all(|(before, after)| before == after);
        Ok(if unchanged { IngestOutcome::Ignored } else { IngestOutcome::Applied })
    }
}
