//! Invitations: a role in an organization that an admin offers by email.

use jiff::{SignedDuration, Timestamp};

use super::{Address, InvitationId, InvitationStatus, Name, Operators, Role, TeamError, User};
use crate::{
    id::{OrgId, UserId},
    mail::{Claim, Delivery, SesHeartbeat},
    secret::Hash,
    time::add,
};

/// How long an invitation can be accepted after its last email.
pub const INVITATION_TTL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long an invitation is kept after it expires.
pub const INVITATION_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Maximum number of open invitations of one organization.
pub const MAX_OPEN_INVITATIONS: usize = 20;
/// Maximum number of emails for one invitation, including the first.
pub const MAX_SENDS: u32 = 4;

/// Minimum time between two emails of one invitation. A second email invalidates the link in the
/// first email. Two emails at almost the same time would confuse the recipient.
pub const RESEND_DELAY: SignedDuration = SignedDuration::from_mins(1);

/// How long the page confirms that an invitation was written.
const CONFIRMED_FOR: SignedDuration = SignedDuration::from_secs(10);

/// An invitation that was not accepted yet. It may be expired or revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Organization that the user is invited to.
    pub org: OrgId,
    /// Only a user with this address can accept it.
    pub address: Address,
    /// Role that the user gets.
    pub role: Role,
    /// Name of the admin who invites.
    pub inviter: Name,
    /// Id of the admin who invites. It is `None` for invitations of an earlier version of the code.
    pub invited_by: Option<UserId>,
    /// Time of the first email request.
    pub created_at: Timestamp,
    /// Time from which it can no longer be accepted. Has no meaning while the invitation waits.
    pub expires_at: Timestamp,
    /// Whether it waits until the inviter's address is verified. Until then, its email is not sent,
    /// and it does not expire.
    pub waits: bool,
    /// Number of requested emails.
    pub sends: u32,
    /// Delivery state of the newest email.
    pub delivery: Delivery,
    /// Hash of the secret in the newest link. It is `None` before the newest email is claimed, and
    /// after a revocation. Earlier links do not work.
    pub secret_hash: Option<Hash>,
    /// Time of the revocation. A revoked invitation stays stored, because its emails count towards
    /// [`MAX_SENDS`] if the address is invited again.
    pub revoked_at: Option<Timestamp>,
}

impl Invitation {
    /// Returns whether an invitation link also signs the invited user in.
    ///
    /// An invitation link works for days, which is long for a link that signs a user in. It therefore
    /// signs in only a user who has no organization and is not an operator. The session of such a user
    /// gives access only to the organization that invites. `known` is the user with the invited
    /// address; `None` if there is no such user.
    #[must_use]
    pub fn signs_in(known: Option<&User>, operators: &Operators) -> bool {
        known.is_none_or(|user| user.orgs.is_empty() && !operators.include(&user.address))
    }

    /// Returns a new invitation, whose email is due at `now`.
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
            waits: false,
            sends: 1,
            delivery: Delivery::pending(now),
            secret_hash: None,
            revoked_at: None,
        }
    }

    /// Lets the email wait until the inviter's address is verified.
    #[must_use]
    pub(crate) fn waiting(self) -> Self {
        Self { waits: true, ..self }
    }

    /// Makes the email due, because the inviter's address is verified now. The invitation can be
    /// accepted for [`INVITATION_TTL`] from then on.
    pub fn release(&mut self, now: Timestamp) {
        self.waits = false;
        self.expires_at = add(now, INVITATION_TTL);
        self.delivery = Delivery::pending(now);
    }

    /// Returns whether its email was requested a moment ago, so that the page confirms it.
    #[must_use]
    pub fn is_just_written(&self, now: Timestamp) -> bool {
        let requested_at = add(self.expires_at, -INVITATION_TTL);
        self.is_open(now) && now < add(requested_at, CONFIRMED_FOR)
    }

    /// Returns the id of the invitation.
    #[must_use]
    pub fn id(&self) -> InvitationId {
        InvitationId::of(self.org, &self.address)
    }

    /// Returns whether the invitation can be accepted: it is neither revoked nor expired.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && (self.waits || now < self.expires_at)
    }

    /// Returns whether the link with this secret hash accepts it.
    #[must_use]
    pub fn opens_to(&self, secret: Hash, now: Timestamp) -> bool {
        self.is_open(now) && self.secret_hash == Some(secret)
    }

    /// Returns the state that the admins see.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> InvitationStatus {
        match self.delivery {
            _ if !self.is_open(now) => InvitationStatus::Expired,
            _ if self.waits => InvitationStatus::Waiting,
            Delivery::Sent { .. } => InvitationStatus::Pending,
            Delivery::Failed { .. } | Delivery::Dropped { .. } => InvitationStatus::Failed,
            Delivery::Unknown { needs_review: true, .. } => InvitationStatus::Uncertain,
            Delivery::Pending { .. } | Delivery::Sending { .. } | Delivery::Unknown { .. } => {
                InvitationStatus::Sending
            }
        }
    }

    /// Returns whether the invitation is open and its newest email is pending or recent. A recent
    /// email was requested less than [`RESEND_DELAY`] ago and did not fail.
    pub(crate) fn is_recently_sent(&self, now: Timestamp) -> bool {
        let recently_sent = match self.delivery {
            Delivery::Pending { .. } | Delivery::Sending { .. } => true,
            Delivery::Sent { .. } | Delivery::Unknown { .. } => {
                now < add(self.expires_at, RESEND_DELAY - INVITATION_TTL)
            }
            Delivery::Failed { .. } | Delivery::Dropped { .. } => false,
        };
        self.is_open(now) && recently_sent
    }

    /// Revokes the invitation. Its links stop working, and a pending email is not sent. An email that
    /// waited does not count towards [`MAX_SENDS`].
    pub fn revoke(&mut self, now: Timestamp) {
        if std::mem::take(&mut self.waits) {
            self.sends = self.sends.saturating_sub(1);
        }
        self.revoked_at = Some(now);
        self.secret_hash = None;
        self.delivery = Delivery::Dropped { at: now };
    }

    /// Returns this new invitation with the correct email count. `earlier` is the stored invitation
    /// of the same address, which this invitation replaces.
    ///
    /// The count of `earlier` continues if `earlier` was revoked before it expired. Without this
    /// rule, an admin could reset the count by a revocation.
    ///
    /// # Errors
    /// [`TeamError::SentTooOften`] after [`MAX_SENDS`] emails.
    pub(crate) fn replacing(self, earlier: &Self, now: Timestamp) -> Result<Self, TeamError> {
        if earlier.revoked_at.is_none() || now >= earlier.expires_at {
            return Ok(self);
        }
        if earlier.sends >= MAX_SENDS {
            return Err(TeamError::SentTooOften);
        }
        Ok(Self { sends: earlier.sends + 1, ..self })
    }

    /// Requests another email, with a new link and a new expiry time. Earlier links stop working.
    ///
    /// # Errors
    /// [`TeamError::SentTooOften`] after [`MAX_SENDS`] emails.
    pub(crate) fn send_again(&mut self, now: Timestamp) -> Result<(), TeamError> {
        if self.sends >= MAX_SENDS {
            return Err(TeamError::SentTooOften);
        }
        self.sends += 1;
        self.expires_at = add(now, INVITATION_TTL);
        self.delivery = Delivery::pending(now);
        self.secret_hash = None;
        Ok(())
    }

    /// Claims the newest email if it is due. Returns whether `claim` may now send the email.
    ///
    /// `secret` is the hash of the secret in the link of this email. It is stored if the email is
    /// claimed. A due email is given up if the invitation is no longer open. An unknown email is
    /// checked only if `heartbeat` is given.
    pub fn claim(
        &mut self,
        claim: &Claim,
        secret: Hash,
        heartbeat: Option<SesHeartbeat>,
        now: Timestamp,
    ) -> bool {
        if self.waits {
            return false;
        }
        let Some(next) = self.delivery.advance(claim, heartbeat, self.is_open(now), now) else {
            return false;
        };
        self.delivery = next;
        let claimed = self.delivery.is_held_by(claim);
        if claimed {
            self.secret_hash = Some(secret);
        }
        claimed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        mail::{Attempts, Failure, Outcome},
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
    fn newest_link_works_for_seven_days() {
        let now = at("2026-01-15T09:00:00Z");
        let mut invited = invitation(now);
        assert!(!invited.opens_to(secret(1), now), "no email was claimed yet");
        let claim = Claim("a".to_owned());
        assert!(invited.claim(&claim, secret(1), None, now));
        assert!(invited.opens_to(secret(1), at("2026-01-22T08:59:59Z")));
        assert!(!invited.opens_to(secret(1), at("2026-01-22T09:00:00Z")));
        assert!(!invited.opens_to(secret(2), now));

        let later = at("2026-01-20T09:00:00Z");
        invited.send_again(later).unwrap();
        assert!(!invited.opens_to(secret(1), later), "the old link stops working");
        // The holder of the old claim cannot record an outcome.
        assert_eq!(invited.delivery.record_outcome(&claim, Outcome::Accepted, 0, later), None);
        assert!(invited.claim(&Claim("b".to_owned()), secret(2), None, later));
        assert!(invited.opens_to(secret(2), at("2026-01-27T08:59:59Z")));
    }

    #[test]
    fn invitation_is_sent_at_most_four_times() {
        let now = at("2026-01-15T09:00:00Z");
        let mut invited = invitation(now);
        for _ in 1..MAX_SENDS {
            invited.send_again(now).unwrap();
        }
        assert_eq!(invited.send_again(now), Err(TeamError::SentTooOften));
    }

    #[test]
    fn status_follows_delivery_and_expiry() {
        let (now, late) = (at("2026-01-15T09:00:00Z"), at("2026-01-22T09:00:00Z"));
        for (delivery, status) in [
            (Delivery::pending(now), InvitationStatus::Sending),
            (Delivery::Sent { at: now, claim: None }, InvitationStatus::Pending),
            (unknown(false), InvitationStatus::Sending),
            (unknown(true), InvitationStatus::Uncertain),
            (Delivery::Failed { at: now, why: Failure::Refused }, InvitationStatus::Failed),
        ] {
            let invited = Invitation { delivery, ..invitation(now) };
            assert_eq!((invited.status(now), invited.status(late)), (status, InvitationStatus::Expired));
        }
        let mut overdue = invitation(now);
        assert!(!overdue.claim(&Claim("a".to_owned()), secret(1), None, late));
        assert_eq!(overdue.delivery, Delivery::Dropped { at: late });
    }

    fn unknown(needs_review: bool) -> Delivery {
        let now = at("2026-01-15T09:00:00Z");
        let attempts = Attempts { since: now, failed: 0, without_response: None };
        Delivery::Unknown { attempts, claim: Claim("a".to_owned()), at: now, needs_review }
    }

    #[test]
    fn resend_waits_a_minute_after_the_last_email() {
        let (now, soon, later) =
            (at("2026-01-15T09:00:00Z"), at("2026-01-15T09:00:59Z"), at("2026-01-15T09:01:00Z"));
        let sent = Delivery::Sent { at: now, claim: None };
        let failed = Delivery::Failed { at: now, why: Failure::Refused };
        for (what, delivery, then, recently_sent) in [
            ("waiting for the mailer", Delivery::pending(now), later, true),
            ("just sent", sent.clone(), soon, true),
            ("sent a minute ago", sent, later, false),
            ("may have been sent a minute ago", unknown(false), later, false),
            ("failed", failed, soon, false),
            ("expired", Delivery::pending(now), at("2026-01-22T09:00:00Z"), false),
        ] {
            let invited = Invitation { delivery, ..invitation(now) };
            assert_eq!(invited.is_recently_sent(then), recently_sent, "{what}");
        }
    }

    #[test]
    fn revoked_invitation_is_closed_and_keeps_its_email_count() {
        let (now, late) = (at("2026-01-15T09:00:00Z"), at("2026-01-22T09:00:00Z"));
        let mut revoked = invitation(now);
        assert!(revoked.claim(&Claim("a".to_owned()), secret(1), None, now));
        for sends in 2..=MAX_SENDS {
            revoked.revoke(now);
            assert!(!revoked.is_open(now) && !revoked.opens_to(secret(1), now));
            revoked = invitation(now).replacing(&revoked, now).unwrap();
            assert_eq!((revoked.sends, revoked.is_open(now)), (sends, true));
        }
        revoked.revoke(now);
        assert_eq!(invitation(now).replacing(&revoked, now), Err(TeamError::SentTooOften));
        assert_eq!(
            invitation(late).replacing(&revoked, late).unwrap().sends,
            1,
            "the earlier invitation has expired"
        );
    }

    #[test]
    fn link_signs_in_only_a_user_without_other_access() {
        let id = "usr_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
        let org = "org_0198c0de-0000-7000-8000-000000000009".parse().unwrap();
        let user = User::new(id, Name::parse("Mo").unwrap(), Address::parse("mo@example.com").unwrap());
        let member = User { orgs: vec![org], ..user.clone() };
        let (operator, no_operators) = ("mo@example.com".parse().unwrap(), Operators::default());
        for (what, known, operators, signs_in) in [
            ("a new user", None, &operator, true),
            ("a user without an organization", Some(&user), &no_operators, true),
            ("a member of another organization", Some(&member), &no_operators, false),
            ("an operator", Some(&user), &operator, false),
        ] {
            assert_eq!(Invitation::signs_in(known, operators), signs_in, "{what}");
        }
    }

    #[test]
    fn id_depends_on_organization_and_address() {
        let invited = invitation(at("2026-01-15T09:00:00Z"));
        assert_eq!(invited.id().to_string().parse(), Ok(invited.id()));
        assert_eq!(invited.id(), invitation(at("2026-02-15T09:00:00Z")).id());
        let elsewhere = "org_0198c0de-0000-7000-8000-000000000009".parse().unwrap();
        assert_ne!(invited.id(), InvitationId::of(elsewhere, &invited.address));
    }
}
