use domain::{
    delivery::{Claim, Delivery},
    people::User,
    secret::Secret,
    trial::after,
};
use jiff::{SignedDuration, Timestamp};
use mail::{Inert, SignIn, Tags};
use store::{Asked, AskedId, Error, Link};

use crate::{
    post::{Post, again},
    tally,
};

/// How long a link works, and how long it makes sense to send one after it was asked for.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What is to be done about a request for a link.
enum Step {
    /// Send it to this person.
    Send(User),
    /// Nothing, or nothing any more; some claims lapsed.
    Leave { lapsed: usize },
}

impl Post {
    /// Claims, sends and settles the mail of a request for a sign-in link.
    pub(crate) async fn deliver_sign_in(&self, id: AskedId) -> Result<(), Error> {
        let claim = self.new_claim();
        let secret = Secret::new(self.entropy.bytes());
        let step = self
            .change_asked(id, |asked, user| decide(asked, user, &claim, &secret, self.clock.now()))
            .await?;
        let user = match step {
            Some(Step::Send(user)) => user,
            Some(Step::Leave { lapsed }) => {
                tally::count_lapsed(lapsed, self.clock.now());
                return Ok(());
            }
            None => return Ok(()),
        };
        let mail = SignIn { given_name: Inert::given(&user.name), secret }.render(&self.product);
        let tags = Tags::of_sign_in(&id.to_string(), user.id, &claim);
        let outcome = self.mailer.send(&user.address, &mail, &tags).await;
        let [jitter] = self.entropy.bytes();
        let settled = self
            .change_asked(id, |asked, _| {
                if let Some(settled) = asked.delivery.settle(&claim, outcome, jitter, self.clock.now()) {
                    asked.delivery = settled;
                }
                (asked.delivery.clone(), None)
            })
            .await?;
        tally::count(settled.as_slice(), self.clock.now());
        Ok(())
    }

    /// Loads a request, decides and commits, again where somebody else wrote first or the answer was lost.
    /// `None` where there is no such request.
    pub(crate) async fn change_asked<T>(
        &self,
        id: AskedId,
        mut decide: impl FnMut(&mut Asked, Option<&User>) -> (T, Option<Link>),
    ) -> Result<Option<T>, Error> {
        let mut tries = 1;
        loop {
            let Some((before, user)) = self.store.load_asked(id).await? else { return Ok(None) };
            let mut after = before.value.clone();
            let (value, link) = decide(&mut after, user.as_ref());
            if after == before.value {
                return Ok(Some(value));
            }
            match self.store.commit_asked(&before, &after, link.as_ref()).await {
                Ok(_) => return Ok(Some(value)),
                Err(error) => again(error, &mut tries).await?,
            }
        }
    }
}

/// Claims the mail, with the link that goes out in it, if the address has an account and the request is fresh.
fn decide(
    asked: &mut Asked,
    user: Option<&User>,
    claim: &Claim,
    secret: &Secret,
    now: Timestamp,
) -> (Step, Option<Link>) {
    let leave = |lapsed| (Step::Leave { lapsed }, None);
    if let (Delivery::Sending { claim: holder, .. }, Some(user)) = (&asked.delivery, user)
        && holder == claim
    {
        // The claim was written, and with it the link; only the answer was lost.
        return (Step::Send(user.clone()), None);
    }
    if let Some(lapsed) = asked.delivery.lapse(now) {
        asked.delivery = lapsed;
        return leave(1);
    }
    let Some(claimed) = asked.delivery.claim(claim, now) else { return leave(0) };
    let Some(user) = user.filter(|_| now < after(asked.asked_at, LIFE)) else {
        asked.delivery = Delivery::Dropped { at: now };
        return leave(0);
    };
    asked.delivery = claimed;
    let link = Link {
        secret_hash: secret.hash(),
        user: user.id,
        address: asked.address.clone(),
        next: asked.next.clone(),
        expires_at: after(now, LIFE),
    };
    (Step::Send(user.clone()), Some(link))
}

#[cfg(test)]
mod tests {
    use domain::{address::Address, delivery::LEASE, name::Name};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn asked(at: Timestamp) -> Asked {
        Asked {
            id: AskedId::new([1; 32]),
            address: Address::parse("jo@acme.example").unwrap(),
            next: Some("/dashboard".to_owned()),
            asked_at: at,
            delivery: Delivery::owed(at),
        }
    }

    fn user() -> User {
        User {
            id: "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            name: Name::parse("Jo Doe").unwrap(),
            address: Address::parse("jo@acme.example").unwrap(),
            verified: false,
            sessions_valid_from: None,
            trial_used: true,
            orgs: Vec::new(),
        }
    }

    #[test]
    fn a_fresh_request_of_a_known_address_gets_one_link_for_ten_minutes() {
        let now = at("2025-01-08T10:00:00Z");
        let (mut asked, claim, secret) = (asked(now), Claim("a".to_owned()), Secret::new([7; 32]));
        let (step, link) = decide(&mut asked, Some(&user()), &claim, &secret, now);
        assert!(matches!(step, Step::Send(_)));
        let link = link.unwrap();
        assert_eq!((link.secret_hash, link.expires_at), (secret.hash(), at("2025-01-08T10:10:00Z")));
        assert_eq!(link.next.as_deref(), Some("/dashboard"));

        // The answer to that write was lost: the same claim goes on, without a second link.
        let (step, link) = decide(&mut asked, Some(&user()), &claim, &secret, now);
        assert!(matches!((step, link), (Step::Send(_), None)));
        // Another sender leaves it alone, and after the lease gives it up.
        let other = Claim("b".to_owned());
        let (step, link) = decide(&mut asked, Some(&user()), &other, &secret, now);
        assert!(matches!((step, link), (Step::Leave { lapsed: 0 }, None)));
        let (step, link) = decide(&mut asked, Some(&user()), &other, &secret, after(now, LEASE));
        assert!(matches!((step, link), (Step::Leave { lapsed: 1 }, None)));
        assert!(matches!(asked.delivery, Delivery::Unknown { .. }));
    }

    #[test]
    fn an_unknown_address_and_a_stale_request_are_dropped() {
        let now = at("2025-01-08T10:00:00Z");
        let (claim, secret) = (Claim("a".to_owned()), Secret::new([7; 32]));
        for (user, now) in [(None, now), (Some(&user()), after(now, LIFE))] {
            let mut asked = asked(at("2025-01-08T10:00:00Z"));
            let (step, link) = decide(&mut asked, user, &claim, &secret, now);
            assert!(matches!((step, link), (Step::Leave { lapsed: 0 }, None)));
            assert_eq!(asked.delivery, Delivery::Dropped { at: now });
        }
    }
}
