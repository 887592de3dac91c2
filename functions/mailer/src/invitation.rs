//! Sends the emails of pending invitations.

use domain::{
    id::OrgId,
    org::Org,
    people::{Invitation, InvitationId},
    secret::{Hash, Secret},
};
use mail::{PlainText, Tags};
use store::Error;

use crate::{
    metrics,
    send_pacer::SendPacer,
    worker::{MailWorker, retry},
};

impl MailWorker {
    /// Claims an invitation email, sends it, and records the outcome.
    pub(crate) async fn deliver_invitation(
        &self,
        org: OrgId,
        id: InvitationId,
        pacer: &SendPacer,
    ) -> Result<(), Error> {
        let claim = self.new_claim();
        let secret = Secret::new(self.entropy.bytes());
        let now = self.clock.now();
        let claimed = self
            .change_invitation(org, id, |invitation, org| {
                if invitation.delivery.is_held_by(&claim) {
                    // An earlier attempt already stored the claim and the link, but its response
                    // was lost.
                    return (Some(self.content(invitation, org, &secret)), None);
                }
                let before = invitation.delivery.clone();
                let claimed = invitation.claim(&claim, secret.hash(), pacer.heartbeat(), now);
                metrics::report_unknown([&before], [&invitation.delivery], now);
                let content = claimed.then(|| self.content(invitation, org, &secret));
                (content, claimed.then(|| secret.hash()))
            })
            .await?;
        let Some(Some(content)) = claimed else { return Ok(()) };
        let tags = Tags::of_invitation(org, &id.to_string(), &claim);
        let email = content.render(&self.product);
        let outcome = pacer.send(self.mailer.send(&content.recipient, &email, &tags)).await;
        let [jitter] = self.entropy.bytes();
        let delivery = self
            .change_invitation(org, id, |invitation, _| {
                let now = self.clock.now();
                if let Some(next) = invitation.delivery.record_outcome(&claim, outcome, jitter, now) {
                    invitation.delivery = next;
                }
                (invitation.delivery.clone(), None)
            })
            .await?;
        pacer.record_deliveries(&delivery);
        metrics::count_outcomes(&delivery, self.clock.now());
        Ok(())
    }

    /// Loads an invitation with its organization, applies `decide`, and commits the change.
    ///
    /// Retries after a conflict or a lost response. `decide` returns a value and, optionally, the
    /// hash of the secret of a new link. The same transaction stores that hash. Returns `None` if
    /// the invitation does not exist.
    pub(crate) async fn change_invitation<T>(
        &self,
        org: OrgId,
        id: InvitationId,
        mut decide: impl FnMut(&mut Invitation, &Org) -> (T, Option<Hash>),
    ) -> Result<Option<T>, Error> {
        let mut attempts = 1;
        loop {
            let Some((before, org)) = self.store.load_invitation(org, id).await? else { return Ok(None) };
            let mut after = before.value.clone();
            let (value, link) = decide(&mut after, &org.value);
            if after == before.value {
                return Ok(Some(value));
            }
            match self.store.commit_invitation_mail(&before, &after, link).await {
                Ok(()) => return Ok(Some(value)),
                Err(error) => retry(error, &mut attempts).await?,
            }
        }
    }

    fn content(&self, invitation: &Invitation, org: &Org, secret: &Secret) -> mail::Invitation {
        mail::Invitation {
            inviter: PlainText::from(&invitation.inviter),
            organization: PlainText::from(&org.name),
            role: invitation.role,
            secret: secret.clone(),
            expires_on: org.zone.day(invitation.expires_at),
            recipient: invitation.address.clone(),
        }
    }
}
