//! Invitations: the state of their emails, their links, and their acceptance.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::OrgId,
    limits::RateLimitWindow,
    org::Org,
    people::{
        Address, Invitation, InvitationId, IssuedSecret, MemberDetails, Membership, MembershipChange,
        MembershipChangeKind, Session, SessionToken, UsedLink, User,
    },
    secret::{Hash, Secret},
};
use jiff::Timestamp;

use crate::{
    client::{Store, Stored, Transacted},
    error::{Error, failed},
    keys::{INVITE, Key},
    limit::reached,
    org::OrgWrite,
    schema::{
        from_item,
        invitation::{InvitationLinkItem, decode, encode, encode_link},
        member, org, read, session,
        user::AddressItem,
    },
    update::{Change, Only, change, delete, put},
    used_link,
    user::Person,
    verification::WaitingInvitations,
};

/// The result of [`Store::commit_invitation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invited {
    /// The invitation was written.
    Done,
    /// A limit is reached, so nothing was written.
    Limited(RateLimitWindow),
}

/// The stored state from which the domain decides whether the user can accept an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationDetails {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// The invitation of the link.
    pub invitation: Stored<Invitation>,
    /// The organization that sent the invitation.
    pub org: Stored<Org>,
    /// The user with the invited address, or `None` if the address has no account.
    pub known: Option<Stored<User>>,
}

/// Result of a lookup by the secret of an invitation link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationLookup {
    /// The invitation is stored and not accepted yet. It may be expired, revoked, or have a newer
    /// link.
    Open(Box<InvitationDetails>),
    /// The link was used.
    Used(UsedLink),
}

/// An acceptance that is ready to be written.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// The accepted invitation, as it was loaded.
    pub details: InvitationDetails,
    /// The organization with its new member.
    pub org: Org,
    /// The user who accepts, before and after.
    pub person: Person,
    /// The new membership of the user.
    pub membership: Membership,
    /// The new session of the user.
    pub session: Session,
    /// The secret of the session.
    pub secret: Secret,
    /// The earlier session of this user in the same browser, if the new session replaces it. `None`
    /// if no session ends.
    pub instead_of: Option<SessionToken>,
    /// The hash of the browser cookie. The browser with this cookie can repeat the request. `None`
    /// if the browser sent no such cookie.
    pub browser: Option<Hash>,
    /// The invitations of this user that the verification of their address releases.
    pub waiting: Vec<WaitingInvitations>,
}

/// The result of [`Store::commit_acceptance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The acceptance was written.
    Joined,
    /// The link was used before, so nothing was written.
    AlreadyUsed,
}

impl Store {
    /// Loads the open and revoked invitations of an organization, oldest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_invitations(&self, org: OrgId) -> Result<Vec<Stored<Invitation>>, Error> {
        let items = self.query(Key::org(org).pk, INVITE).await?;
        let mut invitations: Vec<_> = items.into_iter().map(decode).collect::<Result<_, _>>()?;
        invitations.sort_by_key(|it| (it.value.created_at, it.value.id()));
        Ok(invitations)
    }

    /// Loads an invitation with its organization. Returns `None` if either does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_invitation(
        &self,
        org: OrgId,
        id: InvitationId,
    ) -> Result<Option<(Stored<Invitation>, Stored<Org>)>, Error> {
        let [invitation, org] = self.get_all(&[Key::invitation(org, id), Key::org(org)]).await?;
        let (Some(invitation), Some(org)) = (invitation, org) else { return Ok(None) };
        Ok(Some((decode(invitation)?, org::decode(org)?)))
    }

    /// Writes an invitation with a pending email, the change of its organization, and the attempt
    /// that the rate limits count. `earlier` is the existing invitation of the address, which
    /// `invitation` replaces; it is `None` if the address has no invitation.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization or the earlier invitation changed;
    /// [`Error::Unavailable`].
    pub async fn commit_invitation(
        &self,
        org: (&Stored<Org>, &Org),
        earlier: Option<&Stored<Invitation>>,
        invitation: &Invitation,
        limits: &[RateLimitWindow],
        now: Timestamp,
    ) -> Result<Invited, Error> {
        let mut actions = limits.iter().map(|window| self.count(window)).collect::<Result<Vec<_>, _>>()?;
        actions.push(self.org_write(org.0, org.1, OrgWrite::at(now))?);
        match earlier {
            Some(earlier) => actions.extend(self.invitation_change(earlier, invitation)?),
            None => actions.push(put(&self.table, encode(invitation, 1)?, Some(Only::New))?),
        }
        let Transacted::Cancelled(reasons) = self.transact(actions).await? else { return Ok(Invited::Done) };
        // If one limit is reached, the attempt does not count for any limit. Otherwise an admin
        // could reach the limit of an address with rejected attempts. Admins of other organizations
        // could then not invite that address.
        reached(limits, &reasons).map(Invited::Limited).ok_or(Error::Conflict)
    }

    /// Builds the action that writes a changed invitation, or `None` if nothing changed.
    pub(crate) fn invitation_change(
        &self,
        before: &Stored<Invitation>,
        after: &Invitation,
    ) -> Result<Option<TransactWriteItem>, Error> {
        if *after == before.value {
            return Ok(None);
        }
        let old = encode(&before.value, before.version)?;
        let new = encode(after, before.version + 1)?;
        let (key, only) = (Key::invitation(after.org, after.id()), Only::Version(before.version));
        change(&self.table, &key, Change::with_index(&before.item, old, new), only).map(Some)
    }

    /// Writes a revoked invitation.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the invitation or the organization changed; [`Error::Unavailable`].
    pub async fn revoke_invitation(
        &self,
        org: &Stored<Org>,
        before: &Stored<Invitation>,
        revoked: &Invitation,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut actions = vec![self.org_write(org, &org.value, OrgWrite::at(now))?];
        actions.extend(self.invitation_change(before, revoked)?);
        self.commit(actions).await
    }

    /// Writes the new state of an invitation's email and, if the email contains a new link, the
    /// link. If `after` equals `before`, writes nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the invitation; [`Error::Unavailable`].
    pub async fn commit_invitation_mail(
        &self,
        before: &Stored<Invitation>,
        after: &Invitation,
    ) -> Result<(), Error> {
        let Some(change) = self.invitation_change(before, after)? else { return Ok(()) };
        let mut actions = vec![change];
        if let Some(secret) = after.secret_hash.filter(|_| after.secret_hash != before.value.secret_hash) {
            actions.push(put(&self.table, encode_link(secret, after)?, Some(Only::New))?);
        }
        self.commit(actions).await
    }

    /// Loads the invitation of a link by the hash of its secret. If the link was used, loads the
    /// record of its use. Returns `None` if the link or its invitation does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_invitation_for_link(
        &self,
        secret_hash: Hash,
    ) -> Result<Option<InvitationLookup>, Error> {
        let keys = [Key::invitation_link(secret_hash), Key::used_link(secret_hash)];
        let [unused, used] = self.get_all(&keys).await?;
        let Some(link) = unused else {
            let used = used.map(|item| used_link::decode(secret_hash, item)).transpose()?;
            return Ok(used.map(InvitationLookup::Used));
        };
        let link: InvitationLinkItem = from_item(link)?;
        let org = read("organization of an invitation link", &link.org)?;
        let address = Address::from_stored(link.address);
        let details = self.load_invitation_for_address(org, &address).await?;
        Ok(details
            .map(|details| InvitationLookup::Open(Box::new(InvitationDetails { secret_hash, ..details }))))
    }

    /// Loads the invitation of an address to an organization, with the hash of the secret in its
    /// newest link. Returns `None` if there is no invitation, or if it has no link yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_invitation_for_address(
        &self,
        org: OrgId,
        address: &Address,
    ) -> Result<Option<InvitationDetails>, Error> {
        let id = InvitationId::of(org, address);
        let keys = [Key::invitation(org, id), Key::org(org), Key::address(address)];
        let [invitation, org, pointer] = self.get_all(&keys).await?;
        let (Some(invitation), Some(org)) = (invitation, org) else { return Ok(None) };
        let known = match pointer {
            Some(pointer) => {
                let AddressItem { user } = from_item(pointer)?;
                self.load_user(read("user of an address", &user)?).await?
            }
            None => None,
        };
        let (invitation, org) = (decode(invitation)?, org::decode(org)?);
        let Some(secret_hash) = invitation.value.secret_hash else { return Ok(None) };
        Ok(Some(InvitationDetails { secret_hash, invitation, org, known }))
    }

    /// Writes an acceptance in one transaction. The transaction deletes the link, the invitation,
    /// and the replaced session. It writes the organization, the membership, the verified user, the
    /// new session, and the record that the link was used. It also releases the user's own
    /// invitations that wait.
    ///
    /// # Errors
    /// [`Error::Conflict`] if one of these items changed; [`Error::Unavailable`].
    pub async fn commit_acceptance(&self, accepted: &Acceptance) -> Result<Accepted, Error> {
        let Acceptance { details, org, person, membership, session, secret, instead_of, browser, waiting } =
            accepted;
        let (table, invitation) = (&self.table, &details.invitation);
        let invited = Key::invitation(invitation.value.org, invitation.value.id());
        let used = UsedLink {
            secret_hash: details.secret_hash,
            user: session.user,
            used_at: membership.since,
            browser: *browser,
            next: None,
            issued: IssuedSecret::Session(secret.hash()),
        };
        let joined = MembershipChange {
            kind: MembershipChangeKind::Joined,
            member: MemberDetails::of(person.after(), membership.role),
        };
        let mut actions = vec![
            delete(table, &Key::invitation_link(details.secret_hash), Some(Only::Exists))?,
            delete(table, &invited, Some(Only::Version(invitation.version)))?,
            self.org_write(&details.org, org, OrgWrite::of_member(membership.since, &joined))?,
            put(table, member::encode(membership)?, Some(Only::New))?,
            put(table, session::encode(session, secret)?, Some(Only::New))?,
            put(table, used_link::encode(&used)?, None)?,
        ];
        actions.extend(self.person_actions(person)?);
        actions.extend(self.release_actions(waiting, membership.since)?);
        if let Some(token) = instead_of {
            actions.push(delete(table, &Key::session(token.user, token.secret.hash()), None)?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(Accepted::Joined),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Ok(Accepted::AlreadyUsed),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}
