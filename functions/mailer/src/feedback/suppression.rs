//! Suppression of notices to addresses that bounce, or whose user marked an email as spam.

use domain::{
    id::{OrgId, UserId},
    mail::Outcome,
    org::{Org, SuppressionReason},
    people::Address,
};
use jiff::Timestamp;
use mail::Tags;
use store::Error;

use crate::{items::NoticeMail, worker::MailWorker};

impl MailWorker {
    /// If SES rejected the address in its response to the send request, suppresses notices to the
    /// recipient. A bounce has the same effect.
    pub(crate) async fn suppress_rejected_address(
        &self,
        tags: &Tags,
        to: &Address,
        outcome: Outcome,
    ) -> Result<(), Error> {
        match outcome {
            Outcome::BadAddress => {
                self.suppress(tags, SuppressionReason::Bounced, |address| address == to).await
            }
            _ => Ok(()),
        }
    }

    /// Suppresses notices to the recipient in every organization where they are an admin.
    ///
    /// Sign-in emails and invitations are still sent. `was_sent_to` returns whether the email went to
    /// an address: if the user corrected their address since, the new one is not suppressed.
    pub(super) async fn suppress(
        &self,
        tags: &Tags,
        why: SuppressionReason,
        was_sent_to: impl Fn(&Address) -> bool,
    ) -> Result<(), Error> {
        let Some(user) = tags.recipient else { return Ok(()) };
        for org in self.orgs_of(user, tags).await? {
            self.change(org, |item: &mut NoticeMail| {
                suppress_recipient(&mut item.org, user, why, &was_sent_to, self.clock.now())
            })
            .await?;
        }
        Ok(())
    }

    /// Ends the suppression of an address after the delivery of a sign-in email.
    ///
    /// A suppressed address still gets the sign-in emails that its user requests. Such a delivery
    /// shows that the address works again.
    pub(super) async fn restore(&self, tags: &Tags) -> Result<(), Error> {
        let (Some(user), Some(sent_at)) = (tags.recipient, tags.claim.made_at()) else { return Ok(()) };
        if tags.kind != Tags::SIGN_IN {
            return Ok(());
        }
        for org in self.orgs_of(user, tags).await? {
            self.change(org, |item: &mut NoticeMail| item.org.restore(user, sent_at)).await?;
        }
        Ok(())
    }

    /// Returns the organizations of the recipient, and also the organization that the email is
    /// about.
    async fn orgs_of(&self, user: UserId, tags: &Tags) -> Result<Vec<OrgId>, Error> {
        let stored = self.store.load_user(user).await?;
        let mut orgs: Vec<OrgId> = stored.map(|user| user.value.orgs).unwrap_or_default();
        orgs.extend(tags.organization);
        orgs.sort_unstable();
        orgs.dedup();
        Ok(orgs)
    }
}

/// Suppresses notices to an admin whose present address got the email. Returns whether something
/// changed.
fn suppress_recipient(
    org: &mut Org,
    user: UserId,
    why: SuppressionReason,
    was_sent_to: impl Fn(&Address) -> bool,
    now: Timestamp,
) -> bool {
    let concerned = org.admin(user).is_some_and(|admin| was_sent_to(&admin.address));
    concerned && org.suppress(user, why, now)
}

#[cfg(test)]
mod tests {
    use test_support::build::acme;

    use super::*;

    #[test]
    fn rejected_earlier_address_does_not_suppress_the_corrected_one() {
        let now = Timestamp::UNIX_EPOCH;
        let mut org = acme(now);
        let user = org.admins[0].user;
        let earlier = Address::parse("jo@exmaple.com").unwrap();
        let present = org.admins[0].address.clone();
        for (rejected, suppresses) in [(earlier, false), (present, true)] {
            let was_sent_to = |address: &Address| *address == rejected;
            let changed = suppress_recipient(&mut org, user, SuppressionReason::Bounced, was_sent_to, now);
            assert_eq!((changed, org.admins[0].unreachable.is_some()), (suppresses, suppresses));
        }
    }
}
