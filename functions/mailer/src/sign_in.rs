use domain::{
    delivery::{Claim, Delivery, SesHeartbeat},
    people::{SIGN_IN_LINK, User},
    secret::Secret,
    trial::add,
};
use jiff::Timestamp;
use mail::{PlainText, SignIn, Tags};
use store::{Error, Link, SignInRequest, SignInRequestId};

use crate::{
    metrics,
    send_pacer::SendPacer,
    worker::{MailWorker, again},
};

impl MailWorker {
    /// Claims, sends and settles the mail of a request for a sign-in link. One that surely was not sent is tried again
    /// within the round: it is of no use to anybody in ten minutes.
    pub(crate) async fn deliver_sign_in(&self, id: SignInRequestId, round: &SendPacer) -> Result<(), Error> {
        let mut now = self.clock.now();
        while let Some(not_before) = self.try_sign_in(id, round, now).await? {
            if !round.rest(self.clock.now(), not_before).await {
                break;
            }
            now = self.clock.now().max(not_before);
        }
        Ok(())
    }

    /// One try. Says when the next may be, if there is to be one.
    async fn try_sign_in(
        &self,
        id: SignInRequestId,
        round: &SendPacer,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let claim = self.new_claim();
        let secret = Secret::new(self.entropy.bytes());
        let decided = self
            .change_asked(id, |asked, user| {
                let before = asked.delivery.clone();
                let decided = decide(asked, user, &claim, &secret, round.heartbeat(), now);
                metrics::tell_changes([&before], [&asked.delivery], now);
                decided
            })
            .await?;
        let Some(Some(user)) = decided else { return Ok(None) };
        let mail = SignIn { given_name: PlainText::given(&user.name), secret }.render(&self.product);
        let tags = Tags::of_sign_in(&id.to_string(), user.id, &claim);
        let outcome = round.send(self.mailer.send(&user.address, &mail, &tags)).await;
        let [jitter] = self.entropy.bytes();
        let settled = self
            .change_asked(id, |asked, _| {
                if let Some(settled) =
                    asked.delivery.record_outcome(&claim, outcome, jitter, self.clock.now())
                {
                    asked.delivery = settled;
                }
                (asked.delivery.clone(), None)
            })
            .await?;
        round.leave(&settled);
        metrics::count_settled(&settled, self.clock.now());
        self.take_refused_address(&tags, outcome).await?;
        let again = settled.filter(|delivery| matches!(delivery, Delivery::Pending { .. }));
        Ok(again.as_ref().and_then(Delivery::due_at))
    }

    /// Loads a request, decides and commits, again where somebody else wrote first or the answer was lost.
    /// `None` where there is no such request.
    pub(crate) async fn change_asked<T>(
        &self,
        id: SignInRequestId,
        mut decide: impl FnMut(&mut SignInRequest, Option<&User>) -> (T, Option<Link>),
    ) -> Result<Option<T>, Error> {
        let mut tries = 1;
        loop {
            let Some((before, user)) = self.store.load_sign_in_request(id).await? else { return Ok(None) };
            let mut after = before.value.clone();
            let (value, link) = decide(&mut after, user.as_ref());
            if after == before.value {
                return Ok(Some(value));
            }
            match self.store.commit_sign_in_request(&before, &after, link.as_ref()).await {
                Ok(_) => return Ok(Some(value)),
                Err(error) => again(error, &mut tries).await?,
            }
        }
    }
}

/// Claims the mail, with the link that goes out in it, if the address has an account and the request is fresh; says
/// whom it goes to.
fn decide(
    asked: &mut SignInRequest,
    user: Option<&User>,
    claim: &Claim,
    secret: &Secret,
    feed: Option<SesHeartbeat>,
    now: Timestamp,
) -> (Option<User>, Option<Link>) {
    if asked.delivery.is_held_by(claim) {
        // The claim was written, and with it the link; only the answer was lost.
        return (user.cloned(), None);
    }
    let user = user.filter(|_| now < add(asked.requested_at, SIGN_IN_LINK));
    let Some(next) = asked.delivery.advance(claim, feed, user.is_some(), now) else { return (None, None) };
    asked.delivery = next;
    let Some(user) = user.filter(|_| asked.delivery.is_held_by(claim)) else { return (None, None) };
    let link = Link {
        secret_hash: secret.hash(),
        user: user.id,
        address: asked.address.clone(),
        next: asked.next.clone(),
        requested_at: Some(asked.requested_at),
        browser: asked.browser,
        expires_at: add(now, SIGN_IN_LINK),
    };
    (Some(user.clone()), Some(link))
}

#[cfg(test)]
mod tests {
    use domain::{address::Address, delivery::LEASE, name::Name};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn asked(at: Timestamp) -> SignInRequest {
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
    fn a_fresh_request_of_a_known_address_gets_one_link_for_ten_minutes() {
        let now = at("2025-01-08T10:00:00Z");
        let (mut asked, claim, secret) = (asked(now), Claim("a".to_owned()), Secret::new([7; 32]));
        let (to, link) = decide(&mut asked, Some(&user()), &claim, &secret, None, now);
        assert_eq!(to, Some(user()));
        let link = link.unwrap();
        assert_eq!((link.secret_hash, link.expires_at), (secret.hash(), at("2025-01-08T10:10:00Z")));
        assert_eq!(link.next.as_deref(), Some("/dashboard"));

        // The answer to that write was lost: the same claim goes on, without a second link.
        assert_eq!(decide(&mut asked, Some(&user()), &claim, &secret, None, now), (Some(user()), None));
        // Another sender leaves it alone, and after the lease gives it up.
        let other = Claim("b".to_owned());
        for now in [now, add(now, LEASE)] {
            assert_eq!(decide(&mut asked, Some(&user()), &other, &secret, None, now), (None, None));
        }
        assert!(matches!(asked.delivery, Delivery::Unknown { held: false, .. }));
        // By its check nobody waits for the link any more: whatever is known of the feed, it is not sent again.
        let check = asked.delivery.due_at().unwrap();
        let feed = Some(SesHeartbeat { newest: Some(check), outstanding: false });
        assert_eq!(decide(&mut asked, Some(&user()), &other, &secret, feed, check), (None, None));
        assert!(matches!(asked.delivery, Delivery::Unknown { held: true, .. }));
    }

    #[test]
    fn an_unknown_address_and_a_stale_request_are_dropped() {
        let now = at("2025-01-08T10:00:00Z");
        let (claim, secret) = (Claim("a".to_owned()), Secret::new([7; 32]));
        for (user, now) in [(None, now), (Some(&user()), add(now, SIGN_IN_LINK))] {
            let mut asked = asked(at("2025-01-08T10:00:00Z"));
            assert_eq!(decide(&mut asked, user, &claim, &secret, None, now), (None, None));
            assert_eq!(asked.delivery, Delivery::Dropped { at: now });
        }
    }
}
