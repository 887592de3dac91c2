//! Inviting, sending an invitation again, and accepting it.

use domain::{
    mail::{Claim, Delivery},
    org::{MAX_ADMINS, Org},
    people::{Admin, Invitation, InvitationStatus, MAX_OPEN_INVITATIONS, MAX_SENDS, Role, TeamError, User},
    secret::Hash,
    time::{DAY, add},
};
use jiff::Timestamp;

use super::people::{
    address, admin, invitation, invitation_by, member, membership, memberships, pending, trialing, uncounted,
    user, user_id, with_admins,
};
use crate::fixture::{acme, at};

/// Invites person 7 as an admin of `org`, whose address is `verified` or not. Checks the result.
fn expect(
    what: &str,
    (org, verified): (Org, bool),
    known: Option<&User>,
    invited: &[Invitation],
    now: Timestamp,
    expected: Result<(), TeamError>,
) {
    let mut after = org.clone();
    let by = member(0, Role::Admin, verified).admin().unwrap();
    let result = after.invite(&by, (address(7), Role::Member), known, uncounted(invited), now);
    assert_eq!(result.as_ref().map(|_| ()).map_err(|error| *error), expected, "{what}");
    let Ok(invited) = result else {
        assert_eq!(after, org, "a rejection changes nothing: {what}");
        return;
    };
    assert_eq!((invited.address, invited.org), (address(7), acme()), "{what}");
    let completion = &after.checklist.completions["invited_team_member"];
    let completed = (completion.source.as_str(), completion.by.as_deref());
    assert_eq!(completed, ("invitation", Some("Person 0")), "{what}");
}

#[test]
fn invite_checks_the_address_and_the_limits() {
    let (now, later) = (at(0), add(at(0), DAY * 7));
    let in_org = User { orgs: vec![acme()], ..user(7) };
    let elsewhere =
        User { orgs: vec!["org_0198c0de-0000-7000-8000-000000000009".parse().unwrap()], ..user(7) };
    let full: Vec<_> = (100..100 + MAX_OPEN_INVITATIONS).map(|n| invitation(n, Role::Member)).collect();
    let seven = [invitation(7, Role::Admin)];
    let mut revoked = seven.clone();
    revoked[0].revoke(now);
    let often = [Invitation { sends: MAX_SENDS, ..revoked[0].clone() }];
    for (what, known, invited, now, expected) in [
        ("a new user", None, &[][..], now, Ok(())),
        ("a member of another organization", Some(&elsewhere), &[], now, Ok(())),
        ("a member", Some(&in_org), &[], now, Err(TeamError::AlreadyMember)),
        ("an invited user", None, &seven, now, Err(TeamError::AlreadyInvited)),
        ("a user invited a week ago", None, &seven, later, Ok(())),
        ("a user with a revoked invitation", None, &revoked, now, Ok(())),
        ("a user invited and revoked often", None, &often, now, Err(TeamError::SentTooOften)),
        ("more than the maximum", None, &full, now, Err(TeamError::TooManyOpen)),
        ("the maximum, but expired", None, &full, later, Ok(())),
    ] {
        expect(what, (trialing(), true), known, invited, now, expected);
    }
}

#[test]
fn invite_needs_full_access() {
    let (now, ended) = (at(0), add(at(0), DAY * 15));
    let (unpaid, expired) = (pending().status(now), trialing().status(ended));
    for (what, org, now, expected) in [
        ("without payment", pending(), now, TeamError::NoAccess(unpaid)),
        ("after the trial", trialing(), ended, TeamError::NoAccess(expired)),
    ] {
        for verified in [true, false] {
            expect(what, (org.clone(), verified), None, &[], now, Err(expected));
        }
    }
}

#[test]
fn invitation_waits_until_its_inviter_is_verified() {
    let (now, later) = (at(0), add(at(0), DAY * 30));
    let unverified = member(0, Role::Admin, false).admin().unwrap();
    let form = (address(7), Role::Member);
    let invite = |admin: &Admin| trialing().invite(admin, form.clone(), None, uncounted(&[]), now).unwrap();
    assert!(!invite(&admin(0)).waits);
    let mut waiting = invite(&unverified);
    let claim = |it: &mut Invitation| it.claim(&Claim("a".to_owned()), Hash::of(&[b"a"]), None, later);
    assert_eq!(waiting.status(later), InvitationStatus::Waiting, "it does not expire");
    assert!(!claim(&mut waiting), "its email is not sent");
    let again = |admin, now| trialing().resend_invitation(admin, &waiting, uncounted(&[]), now).unwrap();
    assert_eq!(again(&unverified, now), None);
    assert!(!again(&admin(0), now).unwrap().waits, "a verified admin can send it");

    let mut revoked = waiting.clone();
    revoked.revoke(now);
    assert_eq!((revoked.sends, revoked.status(now)), (0, InvitationStatus::Expired));
    waiting.release(later);
    assert_eq!((waiting.status(later), waiting.expires_at), (InvitationStatus::Sending, add(later, DAY * 7)));
    assert!(claim(&mut waiting));
}

#[test]
fn resend_reopens_an_expired_invitation_within_the_limit() {
    let (now, late) = (at(0), add(at(0), DAY * 8));
    let expired = invitation(7, Role::Member);
    let fresh = |count: usize| -> Vec<_> {
        let inviter = || (user_id(0), user(0).name);
        let open = |n| Invitation::new(acme(), address(n), Role::Member, inviter(), late);
        (100..100 + count).map(open).chain([expired.clone()]).collect()
    };
    let again = trialing()
        .resend_invitation(&admin(0), &expired, uncounted(&fresh(MAX_OPEN_INVITATIONS - 1)), late)
        .unwrap()
        .unwrap();
    assert!(!expired.is_open(late) && again.is_open(late));
    let full =
        trialing().resend_invitation(&admin(0), &expired, uncounted(&fresh(MAX_OPEN_INVITATIONS)), late);
    assert_eq!(full, Err(TeamError::TooManyOpen));
    let open =
        [Invitation { delivery: Delivery::Sent { at: now, claim: None }, ..invitation(7, Role::Member) }];
    let again = |now| trialing().resend_invitation(&admin(0), &open[0], uncounted(&open), now).unwrap();
    assert!(again(now).is_none(), "the invitation was sent just now");
    assert!(again(add(now, DAY)).is_some(), "the limit does not count the invitation itself");
}

#[test]
fn accept_gives_the_role_within_the_limit_of_admins() {
    let mut org = trialing();
    let as_member = org.accept(&invitation(1, Role::Member), &user(1), 0, at(0)).unwrap();
    assert_eq!((as_member.role, org.admins.len()), (Role::Member, 1));
    let as_admin = org.accept(&invitation(2, Role::Admin), &user(2), 0, at(0)).unwrap();
    assert_eq!((as_admin.role, org.admin(user_id(2)).is_some()), (Role::Admin, true));

    let ended = add(at(0), DAY * 15);
    assert!(
        trialing().accept(&invitation(1, Role::Member), &user(1), 0, ended).is_ok(),
        "acceptance works after the trial"
    );
    let without_payment = pending().accept(&invitation(1, Role::Member), &user(1), 0, at(0));
    assert_eq!(without_payment, Err(TeamError::NoAccess(pending().status(at(0)))));
    let again = User { orgs: vec![acme()], ..user(1) };
    assert_eq!(
        trialing().accept(&invitation(1, Role::Member), &again, 0, at(0)),
        Err(TeamError::AlreadyMember)
    );

    let mut full = with_admins(MAX_ADMINS);
    assert_eq!(full.accept(&invitation(99, Role::Admin), &user(99), 0, at(0)), Err(TeamError::TooManyAdmins));
    assert!(full.accept(&invitation(99, Role::Member), &user(99), 0, at(0)).is_ok());
    let one_more = full.change_role(&admin(0), &membership(98, Role::Member), Role::Admin, at(0));
    assert_eq!(one_more, Err(TeamError::TooManyAdmins));
}

#[test]
fn admin_invitation_needs_its_inviter_to_be_an_admin() {
    let mut org = with_admins(3);
    let invited = (invitation_by(2, 8, Role::Admin), invitation_by(2, 9, Role::Member));
    let without_inviter = Invitation { invited_by: None, ..invitation(8, Role::Admin) };
    assert_eq!(org.clone().accept(&without_inviter, &user(8), 0, at(0)), Err(TeamError::InviterGone));
    assert!(org.clone().accept(&invited.0, &user(8), 0, at(0)).is_ok());
    let everyone = memberships(&[Role::Admin, Role::Admin, Role::Admin]);
    let mut demoted = org.clone();
    demoted.change_role(&admin(0), &membership(2, Role::Admin), Role::Member, at(0)).unwrap();
    let mut left = org.clone();
    left.leave(&member(2, Role::Admin, true), &everyone, at(0)).unwrap();
    org.remove(&admin(0), &membership(2, Role::Admin), at(0)).unwrap();
    for mut org in [demoted, left, org] {
        assert_eq!(org.accept(&invited.0, &user(8), 0, at(0)), Err(TeamError::InviterGone));
        assert_eq!(org.admins.len(), 2);
        assert!(org.accept(&invited.1, &user(9), 0, at(0)).is_ok(), "an invitation of a member stays valid");
        let again = org.resend_invitation(&admin(1), &invited.0, uncounted(&[]), add(at(0), DAY)).unwrap();
        assert!(again.is_none(), "the email of the invitation is pending");
        let sent = Invitation { delivery: Delivery::Sent { at: at(0), claim: None }, ..invited.0.clone() };
        let again =
            org.resend_invitation(&admin(1), &sent, uncounted(&[]), add(at(0), DAY)).unwrap().unwrap();
        assert_eq!((again.invited_by, &again.inviter), (Some(user_id(1)), &user(1).name));
        assert!(org.accept(&again, &user(8), 0, add(at(0), DAY)).is_ok(), "another admin sent it again");
    }
}
