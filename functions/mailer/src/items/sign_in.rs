//! The email of a sign-in request.

use domain::{
    mail::Delivery,
    people::{SIGN_IN_LINK_TTL, User},
    time::add,
};
use jiff::Timestamp;
use mail::{PlainText, SignIn, Tags};
use store::{Error, Link, SignInRequest, SignInRequestId, Store, Stored};

use super::{Attempt, Email, MailItem};

/// A sign-in request with the user of its address, if the address has an account.
pub(crate) struct SignInMail {
    request: SignInRequest,
    user: Option<User>,
    /// The link in the email, which the claim stores.
    link: Option<Link>,
}

impl MailItem for SignInMail {
    type Id = SignInRequestId;
    type Value = SignInRequest;

    async fn load(
        store: &Store,
        id: SignInRequestId,
    ) -> Result<Option<(Self, Stored<SignInRequest>)>, Error> {
        let loaded = store.load_sign_in_request(id).await?;
        Ok(loaded.map(|(before, user)| (Self { request: before.value.clone(), user, link: None }, before)))
    }

    async fn commit(
        &self,
        store: &Store,
        before: &Stored<SignInRequest>,
        _now: Timestamp,
    ) -> Result<(), Error> {
        store.commit_sign_in_request(before, &self.request, self.link.as_ref()).await
    }

    fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        std::iter::once(&self.request.delivery)
    }

    fn delivery_mut(&mut self, _tags: &Tags) -> Option<&mut Delivery> {
        Some(&mut self.request.delivery)
    }

    /// Claims the email if the address has an account and the request has not expired.
    fn claim(&mut self, attempt: &Attempt<'_>) {
        let Attempt { claim, heartbeat, now, .. } = attempt;
        let request = &mut self.request;
        let user = self.user.as_ref().filter(|_| *now < add(request.requested_at, SIGN_IN_LINK_TTL));
        let Some(next) = request.delivery.advance(claim, *heartbeat, user.is_some(), *now) else { return };
        request.delivery = next;
        let user = user.filter(|_| request.delivery.is_held_by(claim));
        self.link = user.map(|user| Link {
            secret_hash: attempt.secret.hash(),
            user: user.id,
            address: request.address.clone(),
            next: request.next.clone(),
            requested_at: Some(request.requested_at),
            browser: request.browser,
            expires_at: add(*now, SIGN_IN_LINK_TTL),
        });
    }

    fn compose(&mut self, attempt: &Attempt<'_>) -> Vec<Email> {
        let email = self.user.as_ref().map(|user| {
            let email = SignIn { given_name: PlainText::given(&user.name), secret: attempt.secret.clone() };
            Email {
                to: user.address.clone(),
                rendered: email.render(attempt.product),
                tags: Tags::of_sign_in(&self.request.id.to_string(), user.id, &attempt.claim),
                link: None,
            }
        });
        email.into_iter().collect()
    }

    /// If SES certainly did not send the email, the same invocation tries again, because the link
    /// is valid for only ten minutes.
    fn try_again_at(sent: &[Delivery], _limit: usize) -> Option<Timestamp> {
        sent.iter().find(|it| matches!(it, Delivery::Pending { .. })).and_then(Delivery::due_at)
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        mail::{CLAIM_LEASE, SesHeartbeat},
        people::Address,
    };
    use test_support::build::jo;

    use super::*;
    use crate::items::testing::attempt;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn mail(user: Option<User>, requested_at: Timestamp) -> SignInMail {
        let (address, next) = (Address::parse("jo@acme.example").unwrap(), Some("/dashboard".to_owned()));
        let request = SignInRequest::new([1; 32], address, next, None, requested_at);
        SignInMail { request, user, link: None }
    }

    #[test]
    fn same_invocation_tries_again_only_if_nothing_was_sent() {
        let now = at("2025-01-08T10:00:00Z");
        assert_eq!(SignInMail::try_again_at(&[Delivery::pending(now)], 1), Some(now));
        assert_eq!(SignInMail::try_again_at(&[Delivery::Sent { at: now, claim: None }], 1), None);
    }

    #[test]
    fn email_contains_the_only_link_of_a_new_request() {
        let now = at("2025-01-08T10:00:00Z");
        let (mut mail, attempt) = (mail(Some(jo()), now), attempt("a", now));
        mail.claim(&attempt);
        let link = mail.link.take().unwrap();
        assert_eq!((link.secret_hash, link.user), (attempt.secret.hash(), jo().id));
        assert_eq!((link.expires_at, link.next.as_deref()), (at("2025-01-08T10:10:00Z"), Some("/dashboard")));
        let email = mail.compose(&attempt).remove(0);
        assert_eq!((&email.to, email.link), (&jo().address, None));
        assert!(email.rendered.text.contains(&attempt.secret.reveal().to_string()));
    }

    #[test]
    fn another_claim_never_sends_a_second_link() {
        let now = at("2025-01-08T10:00:00Z");
        let mut mail = mail(Some(jo()), now);
        mail.claim(&attempt("a", now));
        mail.link = None;
        // Another claim cannot take over the request. After the lease it marks the delivery as
        // unknown.
        for now in [now, add(now, CLAIM_LEASE)] {
            mail.claim(&attempt("b", now));
        }
        assert!(matches!(mail.request.delivery, Delivery::Unknown { needs_review: false, .. }));
        // At the time of the check, the link has expired. So the email is not sent again, even
        // though the heartbeat shows that SES never sent it.
        let check = mail.request.delivery.due_at().unwrap();
        let heartbeat = Some(SesHeartbeat { newest: Some(check), outstanding: false });
        mail.claim(&Attempt { heartbeat, ..attempt("b", check) });
        assert!(matches!(mail.request.delivery, Delivery::Unknown { needs_review: true, .. }));
        assert_eq!(mail.link, None);
    }

    #[test]
    fn unknown_address_and_expired_request_are_dropped() {
        let requested_at = at("2025-01-08T10:00:00Z");
        for (user, now) in [(None, requested_at), (Some(jo()), add(requested_at, SIGN_IN_LINK_TTL))] {
            let mut mail = mail(user, requested_at);
            mail.claim(&attempt("a", now));
            assert_eq!((mail.request.delivery, mail.link), (Delivery::Dropped { at: now }, None));
        }
    }
}
