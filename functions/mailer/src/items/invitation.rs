//! The email of an invitation.

use domain::{
    id::OrgId,
    mail::Delivery,
    org::Org,
    people::{Invitation, InvitationId},
};
use jiff::Timestamp;
use mail::{PlainText, Tags};
use store::{Error, Store, Stored};

use super::{Attempt, Email, MailItem};

/// An invitation with its organization.
pub(crate) struct InvitationMail {
    invitation: Invitation,
    org: Org,
}

impl MailItem for InvitationMail {
    type Id = (OrgId, InvitationId);
    type Value = Invitation;

    async fn load(store: &Store, (org, id): Self::Id) -> Result<Option<(Self, Stored<Invitation>)>, Error> {
        let loaded = store.load_invitation(org, id).await?;
        Ok(loaded.map(|(before, org)| (Self { invitation: before.value.clone(), org: org.value }, before)))
    }

    async fn commit(&self, store: &Store, before: &Stored<Invitation>, _now: Timestamp) -> Result<(), Error> {
        store.commit_invitation_mail(before, &self.invitation).await
    }

    fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        std::iter::once(&self.invitation.delivery)
    }

    fn delivery_mut(&mut self, _tags: &Tags) -> Option<&mut Delivery> {
        Some(&mut self.invitation.delivery)
    }

    fn claim(&mut self, attempt: &Attempt<'_>) {
        self.invitation.claim(&attempt.claim, attempt.secret.hash(), attempt.heartbeat, attempt.now);
    }

    fn compose(&mut self, attempt: &Attempt<'_>) -> Vec<Email> {
        let Self { invitation, org } = self;
        let email = mail::Invitation {
            inviter: PlainText::from(&invitation.inviter),
            organization: PlainText::from(&org.name),
            role: invitation.role,
            secret: attempt.secret.clone(),
            expires_on: org.zone.day(invitation.expires_at),
            recipient: invitation.address.clone(),
        };
        vec![Email {
            to: invitation.address.clone(),
            rendered: email.render(attempt.product),
            tags: Tags::of_invitation(org.id, &invitation.id().to_string(), &attempt.claim),
            link: None,
        }]
    }
}
