use domain::{
    id::OrgId,
    invitation::{Invitation, InvitationId},
    org::Org,
    secret::{Hash, Secret},
};
use mail::{PlainText, Tags};
use store::Error;

use crate::{
    metrics,
    send_pacer::SendPacer,
    worker::{MailWorker, again},
};

impl MailWorker {
    /// Claims, sends and settles the mail of an invitation.
    pub(crate) async fn deliver_invitation(
        &self,
        org: OrgId,
        id: InvitationId,
        round: &SendPacer,
    ) -> Result<(), Error> {
        let claim = self.new_claim();
        let secret = Secret::new(self.entropy.bytes());
        let now = self.clock.now();
        let claimed = self
            .change_invitation(org, id, |invitation, org| {
                if invitation.delivery.is_held_by(&claim) {
                    // The claim was written, and with it the link; only the answer was lost.
                    return (Some(self.content(invitation, org, &secret)), None);
                }
                let before = invitation.delivery.clone();
                let claimed = invitation.claim(&claim, secret.hash(), round.heartbeat(), now);
                metrics::tell_changes([&before], [&invitation.delivery], now);
                let letter = claimed.then(|| self.content(invitation, org, &secret));
                (letter, claimed.then(|| secret.hash()))
            })
            .await?;
        let Some(Some(letter)) = claimed else { return Ok(()) };
        let tags = Tags::of_invitation(org, &id.to_string(), &claim);
        let mail = letter.render(&self.product);
        let outcome = round.send(self.mailer.send(&letter.recipient, &mail, &tags)).await;
        let [jitter] = self.entropy.bytes();
        let settled = self
            .change_invitation(org, id, |invitation, _| {
                let now = self.clock.now();
                if let Some(settled) = invitation.delivery.record_outcome(&claim, outcome, jitter, now) {
                    invitation.delivery = settled;
                }
                (invitation.delivery.clone(), None)
            })
            .await?;
        round.leave(&settled);
        metrics::count_settled(&settled, self.clock.now());
        Ok(())
    }

    /// Loads an invitation with its organization, decides and commits, again where somebody else wrote first or the
    /// answer was lost. With a link's hash goes that link. `None` where there is no such invitation any more.
    pub(crate) async fn change_invitation<T>(
        &self,
        org: OrgId,
        id: InvitationId,
        mut decide: impl FnMut(&mut Invitation, &Org) -> (T, Option<Hash>),
    ) -> Result<Option<T>, Error> {
        let mut tries = 1;
        loop {
            let Some((before, org)) = self.store.load_invitation(org, id).await? else { return Ok(None) };
            let mut after = before.value.clone();
            let (value, link) = decide(&mut after, &org.value);
            if after == before.value {
                return Ok(Some(value));
            }
            match self.store.commit_invitation_mail(&before, &after, link).await {
                Ok(()) => return Ok(Some(value)),
                Err(error) => again(error, &mut tries).await?,
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
