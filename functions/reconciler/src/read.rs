//! Reads the customer of one organization at Stripe.

use std::{collections::BTreeSet, convert::Infallible};

use domain::{
    billing::CustomerId,
    id::OrgId,
    org::{CustomerRead, Org, ReadSubscription},
};
use jiff::Timestamp;
use store::{Error, MailDue};
use stripe::client::{CallError, Client};
use telemetry::{LogArea, Metric};

use crate::App;

/// Code of Stripe's error for a customer that does not exist.
const MISSING: &str = "resource_missing";

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("there is no secret key for Stripe")]
    NoKey,
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Store(#[from] Error),
}

impl App {
    /// Reads the customer of an organization and closes the request. If the read fails, postpones the
    /// request. Returns whether the request needs no later run because of a failure.
    ///
    /// A corrupt organization moves to the review queue. It would otherwise be due in every run.
    pub(crate) async fn read_customer(&self, id: OrgId) -> bool {
        let now = self.clock.now();
        let Err(error) = self.try_read(id, now).await else { return true };
        telemetry::count(Metric::CustomerReadFailed, 1, now);
        tracing::error!(area = %LogArea::Billing, organization = %id, %error, "failed to read customer at Stripe");
        let left = match error {
            ReadError::Store(Error::Corrupt(_)) => self.store.mark_corrupt(MailDue::Org(id), now).await,
            _ => self.postpone(id, now).await,
        };
        if let Err(error) = left {
            tracing::error!(area = %LogArea::Billing, organization = %id, %error, "failed to postpone read of customer");
        }
        false
    }

    async fn try_read(&self, id: OrgId, now: Timestamp) -> Result<(), ReadError> {
        // The index can be outdated: another run may have closed or postponed the request.
        let Some(org) = self.store.load_org(id).await?.map(|org| org.value) else { return Ok(()) };
        let Some(request) = due_read(&org, now) else { return Ok(()) };
        let found = match org.billing.payer(now) {
            Some(customer) => self.ask(customer).await?,
            // The customer was deleted.
            None => Vec::new(),
        };
        let found = self.without_unknown_names(id, found).await?;
        let recorded = self.store.change_org(id, now, |org| {
            let before = org.provisioned.is_some();
            if org.customer_read == Some(request) {
                let setup = self.steps.setup(self.entropy.project_id(now));
                org.record_read(&found, &self.prices, &setup, now);
            }
            Ok::<_, Infallible>(!before && org.provisioned.is_some())
        });
        if let Some(Ok(true)) = recorded.await? {
            telemetry::count(Metric::Provisioned, 1, now);
        }
        Ok(())
    }

    /// Asks Stripe for all subscriptions of a customer.
    async fn ask(&self, customer: &CustomerId) -> Result<Vec<ReadSubscription>, ReadError> {
        let key = self.key.get(None, self.clock.now()).await.ok_or(ReadError::NoKey)?;
        let client = Client::new(self.http.clone(), (*key).clone());
        match client.subscriptions(customer).await {
            Err(CallError::Rejected { status: 400 | 404, code: Some(code), .. }) if code == MISSING => {
                tracing::warn!(area = %LogArea::Billing, %customer, "found no such customer at Stripe");
                Ok(Vec::new())
            }
            Err(error) => {
                if matches!(error, CallError::Rejected { status: 401, .. }) {
                    self.key.invalidate().await;
                }
                Err(error.into())
            }
            Ok(found) => Ok(found),
        }
    }

    /// Removes the names of organizations that do not exist, because such a name counts as no name.
    async fn without_unknown_names(
        &self,
        own: OrgId,
        mut found: Vec<ReadSubscription>,
    ) -> Result<Vec<ReadSubscription>, Error> {
        let facts = found.iter().filter_map(|read| read.fact.names);
        let others: BTreeSet<OrgId> = facts.filter(|named| *named != own).collect();
        let mut known = BTreeSet::from([own]);
        for other in others {
            known.extend(self.store.load_org(other).await?.map(|org| org.value.id));
        }
        let exists = |named: &OrgId| known.contains(named);
        for fact in found.iter_mut().flat_map(|read| [Some(&mut read.fact), read.payment.as_mut()]).flatten()
        {
            fact.names = fact.names.filter(exists);
        }
        Ok(found)
    }

    /// Postpones the request, or closes it at the end of its period.
    async fn postpone(&self, id: OrgId, now: Timestamp) -> Result<(), Error> {
        let gave_up = self.store.change_org(id, now, |org| {
            // Another run may have postponed it.
            Ok::<_, Infallible>(due_read(org, now).is_some() && org.postpone_read(now))
        });
        if let Some(Ok(true)) = gave_up.await? {
            tracing::error!(area = %LogArea::Billing, organization = %id, "gave up reading customer at Stripe");
        }
        Ok(())
    }
}

fn due_read(org: &Org, now: Timestamp) -> Option<CustomerRead> {
    org.customer_read.filter(|read| read.next_at <= now)
}
