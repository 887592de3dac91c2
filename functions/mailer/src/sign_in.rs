//! Sends the emails of sign-in requests.

use domain::{
    mail::{Claim, Delivery, SesHeartbeat},
    people::{SIGN_IN_LINK_TTL, User},
    secret::Secret,
    time::add,
};
use jiff::Timestamp;
use mail::{PlainText, SignIn, Tags};
use store::{Error, Link, SignInRequest, SignInRequestId};

use crate::{
    metrics,
    send_pacer::SendPacer,
    worker::{MailWorker, retry},
};

impl MailWorker {
    /// Sends the email of a sign-in request.
    ///
    /// If SES certainly did not send the email, the same invocation tries again, because the link
    /// is valid for only ten minutes.
    pub(crate) async fn deliver_sign_in(&self, id: SignInRequestId, pacer: &SendPacer) -> Result<(), Error> {
        let mut now = self.clock.now();
        while let Some(not_before) = self.attempt_sign_in(id, pacer, now).await? {
            if !pacer.wait_until(self.clock.now(), not_before).await {
                break;
            }
            now = self.clock.now().max(not_before);
        }
        Ok(())
    }

    /// Makes one attempt. Returns the earliest time of the next attempt, or `None` if none is
    /// needed.
    async fn attempt_sign_in(
        &self,
        id: SignInRequestId,
        pacer: &SendPacer,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let claim = self.new_claim();
        let secret = Secret::new(self.entropy.bytes());
        let decided = self
            .change_sign_in_request(id, |request, user| {
                let before = request.delivery.clone();
                let decided = decide(request, user, &claim, &secret, pacer.heartbeat(), now);
                metrics::report_unknown([&before], [&request.delivery], now);
                decided
            })
            .await?;
        let Some(Some(user)) = decided else { return Ok(None) };
        let email = SignIn { given_name: PlainText::given(&user.name), secret }.render(&self.product);
        let tags = Tags::of_sign_in(&id.to_string(), user.id, &claim);
        let outcome = pacer.send(self.mailer.send(&user.address, &email, &tags)).await;
        let [jitter] = self.entropy.bytes();
        let delivery = self
            .change_sign_in_request(id, |request, _| {
                if let Some(next) = request.delivery.record_outcome(&claim, outcome, jitter, self.clock.now())
                {
                    request.delivery = next;
                }
                (request.delivery.clone(), None)
            })
            .await?;
        pacer.record_deliveries(&delivery);
        metrics::count_outcomes(&delivery, self.clock.now());
        self.suppress_rejected_address(&tags, outcome).await?;
        let pending = delivery.filter(|delivery| matches!(delivery, Delivery::Pending { .. }));
        Ok(pending.as_ref().and_then(Delivery::due_at))
    }

    /// Loads a sign-in request with its user, applies `decide`, and commits the change.
    ///
    /// Retries after a conflict or a lost response. Returns `None` if the request does not exist.
    pub(crate) async fn change_sign_in_request<T>(
        &self,
        id: SignInRequestId,
        mut decide: impl FnMut(&mut SignInRequest, Option<&User>) -> (T, Option<Link>),
    ) -> Result<Option<T>, Error> {
        let mut attempts = 1;
        loop {
            let Some((before, user)) = self.store.load_sign_in_request(id).await? else { return Ok(None) };
            let mut after = before.value.clone();
            let (value, link) = decide(&mut after, user.as_ref());
            if after == before.value {
                return Ok(Some(value));
            }
            match self.store.commit_sign_in_request(&before, &after, link.as_ref()).await {
                Ok(_) => return Ok(Some(value)),
                Err(error) => retry(error, &mut attempts).await?,
            }
        }
    }
}

/// Claims the email if the address has an account and the request has not expired.
///
/// Returns the recipient if the email must be sent now, and the link if it must be stored.
fn decide(
    request: &mut SignInRequest,
    user: Option<&User>,
    claim: &Claim,
    secret: &Secret,
    heartbeat: Option<SesHeartbeat>,
    now: Timestamp,
) -> (Option<User>, Option<Link>) {
    if request.delivery.is_held_by(claim) {
        // An earlier attempt already stored the claim and the link, but its response was lost.
        return (user.cloned(), None);
    }
    let user = user.filter(|_| now < add(request.requested_at, SIGN_IN_LINK_TTL));
    let Some(next) = request.delivery.advance(claim, heartbeat, user.is_some(), now) else {
        return (None, None);
    };
    request.delivery = next;
    let Some(user) = user.filter(|_| request.delivery.is_held_by(claim)) else { return (None, None) };
    let link = Link {
        secret_hash: secret.hash(),
        user: user.id,
        address: request.address.clone(),
        next: request.next.clone(),
        requested_at: Some(request.requested_at),
        browser: request.browser,
        expires_at: add(now, SIGN_IN_LINK_TTL),
    };
    (Some(user.clone()), Some(link))
}

#[cfg(test)]
mod tests {
    use domain::{
        mail::CLAIM_LEASE,
        people::{Address, Name},
    };

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn request(at: Timestamp) -> SignInRequest {
        SignInRequest {
            id: SignInRequestId::new([1; 32]),
            address: Address::parse("jo@acme.example").unwrap(),
            next: Some("/dashboard".to_owned()),
            requested_at: at,
            browser: None,
            delivery: Delivery::pending(at),
        }
    }

    fn user() -> User {
        User {
            trial_used: true,
            ..User::new(
                "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
                Name::parse("Jo Doe").unwrap(),
                Address::parse("jo@acme.example").unwrap(),
            )
        }
    }

    #[test]
    fn new_request_of_known_address_gets_one_ten_minute_link() {
        let now = at("2025-01-08T10:00:00Z");
        let (mut request, claim, secret) = (request(now), Claim("a".to_owned()), Secret::new([7; 32]));
        let (to, link) = decide(&mut request, Some(&user()), &claim, &secret, None, now);
        assert_eq!(to, Some(user()));
        let link = link.unwrap();
        assert_eq!((link.secret_hash, link.expires_at), (secret.hash(), at("2025-01-08T10:10:00Z")));
        assert_eq!(link.next.as_deref(), Some("/dashboard"));

        // If the response to the first write was lost, the same claim continues without a second
        // link.
        assert_eq!(decide(&mut request, Some(&user()), &claim, &secret, None, now), (Some(user()), None));
        // Another claim cannot take over the request. After the lease it marks the delivery as
        // unknown.
        let other = Claim("b".to_owned());
        for now in [now, add(now, CLAIM_LEASE)] {
            assert_eq!(decide(&mut request, Some(&user()), &other, &secret, None, now), (None, None));
        }
        assert!(matches!(request.delivery, Delivery::Unknown { needs_review: false, .. }));
        // At the time of the check, the link has expired. So the email is not sent again, even
        // though the heartbeat shows that SES never sent it.
        let check = request.delivery.due_at().unwrap();
        let heartbeat = Some(SesHeartbeat { newest: Some(check), outstanding: false });
        assert_eq!(decide(&mut request, Some(&user()), &other, &secret, heartbeat, check), (None, None));
        assert!(matches!(request.delivery, Delivery::Unknown { needs_review: true, .. }));
    }

    #[test]
    fn unknown_address_and_expired_request_are_dropped() {
        let now = at("2025-01-08T10:00:00Z");
        let (claim, secret) = (Claim("a".to_owned()), Secret::new([7; 32]));
        for (user, now) in [(None, now), (Some(&user()), add(now, SIGN_IN_LINK_TTL))] {
            let mut request = request(at("2025-01-08T10:00:00Z"));
            assert_eq!(decide(&mut request, user, &claim, &secret, None, now), (None, None));
            assert_eq!(request.delivery, Delivery::Dropped { at: now });
        }
    }
}
