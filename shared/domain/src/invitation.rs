//! Invitations: a place in an organization that somebody is offered by mail.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use crate::{
    address::Address,
    delivery::{Claim, Delivery, SesHeartbeat},
    id::{OrgId, UserId},
    name::Name,
    operator::Operators,
    people::{Role, User},
    secret::Hash,
    team::TeamError,
    trial::add,
};

/// How long an invitation can be accepted after it was last sent.
pub const INVITATION_TTL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most invitations of one organization that can be accepted at one time.
pub const MOST_OPEN: usize = 20;
/// The most mails of one invitation: the first, and three more.
pub const MOST_SENDS: u32 = 4;

/// Who asks for another mail within this time after the last one gets none: it would only kill the link in that.
pub const REST: SignedDuration = SignedDuration::from_mins(1);

/// Whether the link of an invitation signs the invited person in by itself. It works for days, so it does so only where
/// there is nothing else that a session would open: `known`, the person of the invited address if there is one, belongs
/// to no organization and is no operator.
#[must_use]
pub fn signs_in(known: Option<&User>, operators: &Operators) -> bool {
    known.is_none_or(|user| user.orgs.is_empty() && !operators.include(&user.address))
}

/// What names an invitation. It follows from organization and address, so that an organization cannot invite one
/// address twice at once. It is no secret: it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvitationId(Hash);

impl InvitationId {
    /// The id of the invitation of that address to that organization.
    #[must_use]
    pub fn of(org: OrgId, address: &Address) -> Self {
        Self(Hash::of(&[b"invitation", org.uuid().as_bytes(), address.as_str().as_bytes()]))
    }
}

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for InvitationId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self)
    }
}

/// An invitation that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Where to.
    pub org: OrgId,
    /// Who may accept it.
    pub address: Address,
    /// What they will be.
    pub role: Role,
    /// Who invites them, by name.
    pub inviter: Name,
    /// Who that is; not known of what an earlier version of the code wrote.
    pub invited_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The first moment at which it can no longer be accepted.
    pub expires_at: Timestamp,
    /// How many mails were asked for.
    pub sends: u32,
    /// Where the newest of them stands.
    pub delivery: Delivery,
    /// The hash of the secret in that mail; none before it is made. No other link opens it.
    pub secret_hash: Option<Hash>,
    /// Since when it is taken back. It stays for its mails to be counted.
    pub revoked_at: Option<Timestamp>,
}

/// Where an invitation stands, for those who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationStatus {
    /// Its mail is on the way, or may be.
    Sending,
    /// Nobody knows whether its mail was sent, and nobody will.
    Unsure,
    /// It waits to be accepted.
    Waiting,
    /// Its mail could not be sent.
    Failed,
    /// It was not accepted in time.
    Expired,
}

impl InvitationStatus {
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Unsure => "unknown",
            Self::Waiting => "pending",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

impl Invitation {
    /// A new invitation, whose mail is owed from `now` on.
    #[must_use]
    pub fn new(org: OrgId, address: Address, role: Role, inviter: (UserId, Name), now: Timestamp) -> Self {
        let (invited_by, inviter) = inviter;
        Self {
            org,
            address,
            role,
            inviter,
            invited_by: Some(invited_by),
            created_at: now,
            expires_at: add(now, INVITATION_TTL),
            sends: 1,
            delivery: Delivery::pending(now),
            secret_hash: None,
            revoked_at: None,
        }
    }

    /// What names it.
    #[must_use]
    pub fn id(&self) -> InvitationId {
        InvitationId::of(self.org, &self.address)
    }

    /// Whether it can still be accepted: it was not taken back, and is not too old.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether the link with that secret's hash opens it.
    #[must_use]
    pub fn opens_to(&self, secret: Hash, now: Timestamp) -> bool {
        self.is_open(now) && self.secret_hash == Some(secret)
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> InvitationStatus {
        match self.delivery {
            _ if !self.is_open(now) => InvitationStatus::Expired,
            Delivery::Sent { .. } => InvitationStatus::Waiting,
            Delivery::Failed { .. } | Delivery::Dropped { .. } => InvitationStatus::Failed,
            Delivery::Unknown { held: true, .. } => InvitationStatus::Unsure,
            Delivery::Pending { .. } | Delivery::Sending { .. } | Delivery::Unknown { .. } => {
                InvitationStatus::Sending
            }
        }
    }

    /// Whether its newest mail has only just been asked for, or has yet to go out.
    #[must_use]
    pub fn is_on_its_way(&self, now: Timestamp) -> bool {
        let on_its_way = match self.delivery {
            Delivery::Pending { .. } | Delivery::Sending { .. } => true,
            Delivery::Sent { .. } | Delivery::Unknown { .. } => {
                now < add(self.expires_at, REST - INVITATION_TTL)
            }
            Delivery::Failed { .. } | Delivery::Dropped { .. } => false,
        };
        self.is_open(now) && on_its_way
    }

    /// Takes it back: no link opens it any more, and a mail that waits is not sent.
    pub fn revoke(&mut self, now: Timestamp) {
        self.revoked_at = Some(now);
        self.secret_hash = None;
        self.delivery = Delivery::Dropped { at: now };
    }

    /// Counts it with the mails of an earlier one in whose place it stands, if that was revoked in its own time:
    /// to revoke and to invite again is to send again.
    ///
    /// # Errors
    /// [`Refusal::SentTooOften`] after [`MOST_SENDS`] mails.
    pub fn in_place_of(self, earlier: &Self, now: Timestamp) -> Result<Self, TeamError> {
        if earlier.revoked_at.is_none() || now >= earlier.expires_at {
            return Ok(self);
        }
        if earlier.sends >= MOST_SENDS {
            return Err(TeamError::SentTooOften);
        }
        Ok(Self { sends: earlier.sends + 1, ..self })
    }

    /// Owes its mail once more, with a new link and a new term. The links of earlier mails die.
    ///
    /// # Errors
    /// [`Refusal::SentTooOften`] after [`MOST_SENDS`] mails.
    pub fn send_again(&mut self, now: Timestamp) -> Result<(), TeamError> {
        if self.sends >= MOST_SENDS {
            return Err(TeamError::SentTooOften);
        }
        self.sends += 1;
        self.expires_at = add(now, INVITATION_TTL);
        self.delivery = Delivery::pending(now);
        self.secret_hash = None;
        Ok(())
    }

    /// Claims its mail, with the secret that goes out in it, if it waits for a sender. One that nobody could accept any
    /// more is given up. The check of a mail that may have gone out needs `feed`. Says whether `claim` holds it now.
    pub fn claim(&mut self, claim: &Claim, secret: Hash, feed: Option<SesHeartbeat>, now: Timestamp) -> bool {
        let Some(next) = self.delivery.advance(claim, feed, self.is_open(now), now) else { return false };
        self.delivery = next;
        let held = self.delivery.is_held_by(claim);
        if held {
            self.secret_hash = Some(secret);
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        delivery::{Attempts, Failure, Outcome},
        secret::Secret,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn invitation(now: Timestamp) -> Invitation {
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let address = Address::parse("mo@example.com").unwrap();
        let jo = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        Invitation::new(org, address, Role::Member, (jo, Name::parse("Jo Doe").unwrap()), now)
    }

    fn secret(byte: u8) -> Hash {
        Secret::new([byte; 32]).hash()
    }

    #[test]
    fn only_the_newest_link_opens_it_and_for_seven_days() {
        let now = at("2026-01-15T09:00:00Z");
        let mut invited = invitation(now);
        assert!(!invited.opens_to(secret(1), now), "no mail was made yet");
        let claim = Claim("a".to_owned());
        assert!(invited.claim(&claim, secret(1), None, now));
        assert!(invited.opens_to(secret(1), at("2026-01-22T08:59:59Z")));
        assert!(!invited.opens_to(secret(1), at("2026-01-22T09:00:00Z")));
        assert!(!invited.opens_to(secret(2), now));

        let later = at("2026-01-20T09:00:00Z");
        invited.send_again(later).unwrap();
        assert!(!invited.opens_to(secret(1), later), "the old link dies at once");
        // Who still holds the old claim settles nothing.
        assert_eq!(invited.delivery.record_outcome(&claim, Outcome::Accepted, 0, later), None);
        assert!(invited.claim(&Claim("b".to_owned()), secret(2), None, later));
        assert!(invited.opens_to(secret(2), at("2026-01-27T08:59:59Z")));
    }

    #[test]
    fn it_is_mailed_four_times_at_most() {
        let now = at("2026-01-15T09:00:00Z");
        let mut invited = invitation(now);
        for _ in 1..MOST_SENDS {
            invited.send_again(now).unwrap();
        }
        assert_eq!(invited.send_again(now), Err(TeamError::SentTooOften));
    }

    #[test]
    fn its_sender_is_told_where_it_stands() {
        let (now, late) = (at("2026-01-15T09:00:00Z"), at("2026-01-22T09:00:00Z"));
        for (delivery, standing) in [
            (Delivery::pending(now), InvitationStatus::Sending),
            (Delivery::Sent { at: now, claim: None }, InvitationStatus::Waiting),
            (unknown(false), InvitationStatus::Sending),
            (unknown(true), InvitationStatus::Unsure),
            (Delivery::Failed { at: now, why: Failure::Refused }, InvitationStatus::Failed),
        ] {
            let invited = Invitation { delivery, ..invitation(now) };
            assert_eq!((invited.status(now), invited.status(late)), (standing, InvitationStatus::Expired));
        }
        let mut overdue = invitation(now);
        assert!(!overdue.claim(&Claim("a".to_owned()), secret(1), None, late));
        assert_eq!(overdue.delivery, Delivery::Dropped { at: late });
    }

    fn unknown(held: bool) -> Delivery {
        let now = at("2026-01-15T09:00:00Z");
        let tries = Attempts { since: now, failed: 0, unanswered: None };
        Delivery::Unknown { tries, claim: Claim("a".to_owned()), at: now, held }
    }

    #[test]
    fn it_rests_a_minute_before_it_is_mailed_again() {
        let (now, soon, later) =
            (at("2026-01-15T09:00:00Z"), at("2026-01-15T09:00:59Z"), at("2026-01-15T09:01:00Z"));
        let sent = Delivery::Sent { at: now, claim: None };
        let failed = Delivery::Failed { at: now, why: Failure::Refused };
        for (what, delivery, then, on_its_way) in [
            ("waiting for its sender", Delivery::pending(now), later, true),
            ("just sent", sent.clone(), soon, true),
            ("sent a minute ago", sent, later, false),
            ("perhaps sent a minute ago", unknown(false), later, false),
            ("failed", failed, soon, false),
            ("expired", Delivery::pending(now), at("2026-01-22T09:00:00Z"), false),
        ] {
            let invited = Invitation { delivery, ..invitation(now) };
            assert_eq!(invited.is_on_its_way(then), on_its_way, "{what}");
        }
    }

    #[test]
    fn revoking_opens_to_nobody_and_forgets_no_mail() {
        let (now, late) = (at("2026-01-15T09:00:00Z"), at("2026-01-22T09:00:00Z"));
        let mut revoked = invitation(now);
        assert!(revoked.claim(&Claim("a".to_owned()), secret(1), None, now));
        for sends in 2..=MOST_SENDS {
            revoked.revoke(now);
            assert!(!revoked.is_open(now) && !revoked.opens_to(secret(1), now));
            revoked = invitation(now).in_place_of(&revoked, now).unwrap();
            assert_eq!((revoked.sends, revoked.is_open(now)), (sends, true));
        }
        revoked.revoke(now);
        assert_eq!(invitation(now).in_place_of(&revoked, now), Err(TeamError::SentTooOften));
        assert_eq!(invitation(late).in_place_of(&revoked, late).unwrap().sends, 1, "its time is over");
    }

    #[test]
    fn an_address_has_one_invitation_to_an_organization() {
        let invited = invitation(at("2026-01-15T09:00:00Z"));
        assert_eq!(invited.id().to_string().parse(), Ok(invited.id()));
        assert_eq!(invited.id(), invitation(at("2026-02-15T09:00:00Z")).id());
        let elsewhere = "org_0198c0de-0000-7000-8000-000000000009".parse().unwrap();
        assert_ne!(invited.id(), InvitationId::of(elsewhere, &invited.address));
    }
}
