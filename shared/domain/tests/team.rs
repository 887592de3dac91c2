//! Membership changes: inviting, accepting, changing roles, leaving, and removing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use domain::{
    address::Address,
    delivery::Delivery,
    id::{OrgId, UserId},
    invitation::{Invitation, MAX_OPEN_INVITATIONS, MAX_SENDS},
    name::Name,
    org::{AdminContact, MAX_ADMINS, Org, Reminders, SuppressionReason},
    people::{Admin, Member, Role, Session, User},
    team::{Membership, TeamError},
    trial::{DAY, Trial, add},
    zone::Zone,
};
use jiff::Timestamp;
use proptest::prelude::*;

fn start() -> Timestamp {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

fn org_id() -> OrgId {
    "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap()
}

fn user_id(n: usize) -> UserId {
    format!("usr_0198c0de-0000-7000-8000-{n:012}").parse().unwrap()
}

fn address(n: usize) -> Address {
    Address::parse(&format!("person{n}@example.com")).unwrap()
}

fn user(n: usize) -> User {
    User { verified: true, ..User::new(user_id(n), Name::parse(&format!("Person {n}")).unwrap(), address(n)) }
}

/// Returns the proof for person `n` at the start.
fn member(n: usize, role: Role, verified: bool) -> Member {
    let person = User { verified, ..user(n) };
    Member::authorize(&Session::begin(org_id(), &person, start()), &person, Some(role), start()).unwrap()
}

fn admin(n: usize) -> Admin {
    member(n, Role::Admin, true).admin().unwrap()
}

/// Returns an organization that person 0 signed up, without a trial or a payment.
fn pending() -> Org {
    let founder = AdminContact::new(user_id(0), user(0).name, address(0));
    Org::sign_up(org_id(), Name::parse("Acme").unwrap(), Zone::default(), founder, start())
}

/// Returns the same organization with a trial of two weeks.
fn trialing() -> Org {
    let mut org = pending();
    let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
    org.start_trial(Trial::start(start(), 14, vec![3]), project, start());
    org
}

fn membership(n: usize, role: Role) -> Membership {
    Membership::new(org_id(), &user(n), role, start())
}

fn invitation(n: usize, role: Role) -> Invitation {
    invitation_by(0, n, role)
}

fn invitation_by(inviter: usize, n: usize, role: Role) -> Invitation {
    Invitation::new(org_id(), address(n), role, (user_id(inviter), user(inviter).name), start())
}

fn memberships(roles: &[Role]) -> Vec<Membership> {
    roles.iter().enumerate().map(|(n, role)| membership(n, *role)).collect()
}

/// Returns an organization with `count` admins, persons 0 to `count` - 1.
fn with_admins(count: usize) -> Org {
    let mut org = trialing();
    for n in 1..count {
        org.change_role(&admin(0), &membership(n, Role::Member), Role::Admin, start()).unwrap();
    }
    org
}

#[test]
fn invite_checks_the_admin_the_address_and_the_limits() {
    let (now, ended) = (start(), add(start(), DAY * 15));
    let in_org = User { orgs: vec![org_id()], ..user(7) };
    let elsewhere =
        User { orgs: vec!["org_0198c0de-0000-7000-8000-000000000009".parse().unwrap()], ..user(7) };
    let full: Vec<_> = (100..100 + MAX_OPEN_INVITATIONS).map(|n| invitation(n, Role::Member)).collect();
    let seven = [invitation(7, Role::Admin)];
    let mut revoked = invitation(7, Role::Admin);
    revoked.revoke(now);
    let often = [Invitation { sends: MAX_SENDS, ..revoked.clone() }];
    for (what, org, verified, known, invited, now, expected) in [
        ("a new user", trialing(), true, None, &[][..], now, None),
        ("a member of another organization", trialing(), true, Some(&elsewhere), &[][..], now, None),
        ("a member", trialing(), true, Some(&in_org), &[][..], now, Some(TeamError::AlreadyMember)),
        ("an invited user", trialing(), true, None, &seven[..], now, Some(TeamError::AlreadyInvited)),
        ("a user invited a week ago", trialing(), true, None, &seven[..], add(now, DAY * 7), None),
        ("a user with a revoked invitation", trialing(), true, None, &[revoked.clone()][..], now, None),
        (
            "a user invited and revoked often",
            trialing(),
            true,
            None,
            &often[..],
            now,
            Some(TeamError::SentTooOften),
        ),
        ("more than the maximum", trialing(), true, None, &full[..], now, Some(TeamError::TooManyOpen)),
        ("the maximum, but expired", trialing(), true, None, &full[..], add(now, DAY * 7), None),
        ("by an unverified admin", trialing(), false, None, &[][..], now, Some(TeamError::Unverified)),
        (
            "by an unverified admin without payment",
            pending(),
            false,
            None,
            &[][..],
            now,
            Some(TeamError::Unverified),
        ),
        (
            "without payment",
            pending(),
            true,
            None,
            &[][..],
            now,
            Some(TeamError::NoAccess(pending().status(now))),
        ),
        (
            "after the trial",
            trialing(),
            true,
            None,
            &[][..],
            ended,
            Some(TeamError::NoAccess(trialing().status(ended))),
        ),
    ] {
        let mut after = org.clone();
        let by = member(0, Role::Admin, verified).admin().unwrap();
        let result = after.invite(&by, address(7), Role::Member, known, invited, now);
        assert_eq!(result.as_ref().err().copied(), expected, "{what}");
        if let Ok(invited) = result {
            assert_eq!((invited.address, invited.org), (address(7), org_id()), "{what}");
            let completion = &after.checklist.completions["invited_team_member"];
            assert_eq!(
                (completion.source.as_str(), completion.by.as_deref()),
                ("invitation", Some("Person 0")),
                "{what}"
            );
        } else {
            assert_eq!(after, org, "a rejection changes nothing: {what}");
        }
    }
}

#[test]
fn resend_reopens_an_expired_invitation_within_the_limit() {
    let (now, late) = (start(), add(start(), DAY * 8));
    let expired = invitation(7, Role::Member);
    let fresh = |count: usize| -> Vec<_> {
        let inviter = || (user_id(0), user(0).name);
        let open = |n| Invitation::new(org_id(), address(n), Role::Member, inviter(), late);
        (100..100 + count).map(open).chain([expired.clone()]).collect()
    };
    let again = trialing()
        .resend_invitation(&admin(0), &expired, &fresh(MAX_OPEN_INVITATIONS - 1), late)
        .unwrap()
        .unwrap();
    assert!(!expired.is_open(late) && again.is_open(late));
    let full = trialing().resend_invitation(&admin(0), &expired, &fresh(MAX_OPEN_INVITATIONS), late);
    assert_eq!(full, Err(TeamError::TooManyOpen));
    let open =
        [Invitation { delivery: Delivery::Sent { at: now, claim: None }, ..invitation(7, Role::Member) }];
    let again = |now| trialing().resend_invitation(&admin(0), &open[0], &open, now).unwrap();
    assert!(again(now).is_none(), "the invitation was sent just now");
    assert!(again(add(now, DAY)).is_some(), "the limit does not count the invitation itself");
}

#[test]
fn accept_gives_the_role_within_the_limit_of_admins() {
    let mut org = trialing();
    let as_member = org.accept(&invitation(1, Role::Member), &user(1), start()).unwrap();
    assert_eq!((as_member.role, org.admins.len()), (Role::Member, 1));
    let as_admin = org.accept(&invitation(2, Role::Admin), &user(2), start()).unwrap();
    assert_eq!((as_admin.role, org.admin(user_id(2)).is_some()), (Role::Admin, true));

    let ended = add(start(), DAY * 15);
    assert!(
        trialing().accept(&invitation(1, Role::Member), &user(1), ended).is_ok(),
        "acceptance works after the trial"
    );
    let without_payment = pending().accept(&invitation(1, Role::Member), &user(1), start());
    assert_eq!(without_payment, Err(TeamError::NoAccess(pending().status(start()))));
    let again = User { orgs: vec![org_id()], ..user(1) };
    assert_eq!(
        trialing().accept(&invitation(1, Role::Member), &again, start()),
        Err(TeamError::AlreadyMember)
    );

    let mut full = with_admins(MAX_ADMINS);
    assert_eq!(full.accept(&invitation(99, Role::Admin), &user(99), start()), Err(TeamError::TooManyAdmins));
    assert!(full.accept(&invitation(99, Role::Member), &user(99), start()).is_ok());
    let one_more = full.change_role(&admin(0), &membership(98, Role::Member), Role::Admin, start());
    assert_eq!(one_more, Err(TeamError::TooManyAdmins));
}

#[test]
fn admin_invitation_needs_its_inviter_to_be_an_admin() {
    let mut org = with_admins(3);
    let invited = (invitation_by(2, 8, Role::Admin), invitation_by(2, 9, Role::Member));
    let without_inviter = Invitation { invited_by: None, ..invitation(8, Role::Admin) };
    assert_eq!(org.clone().accept(&without_inviter, &user(8), start()), Err(TeamError::InviterGone));
    assert!(org.clone().accept(&invited.0, &user(8), start()).is_ok());
    let everyone = memberships(&[Role::Admin, Role::Admin, Role::Admin]);
    let mut demoted = org.clone();
    demoted.change_role(&admin(0), &membership(2, Role::Admin), Role::Member, start()).unwrap();
    let mut left = org.clone();
    left.leave(&member(2, Role::Admin, true), &everyone, start()).unwrap();
    org.remove(&admin(0), &membership(2, Role::Admin), start()).unwrap();
    for mut org in [demoted, left, org] {
        assert_eq!(org.accept(&invited.0, &user(8), start()), Err(TeamError::InviterGone));
        assert_eq!(org.admins.len(), 2);
        assert!(org.accept(&invited.1, &user(9), start()).is_ok(), "an invitation of a member stays valid");
        let again = org.resend_invitation(&admin(1), &invited.0, &[], add(start(), DAY)).unwrap();
        assert!(again.is_none(), "the email of the invitation is pending");
        let sent = Invitation { delivery: Delivery::Sent { at: start(), claim: None }, ..invited.0.clone() };
        let again = org.resend_invitation(&admin(1), &sent, &[], add(start(), DAY)).unwrap().unwrap();
        assert_eq!((again.invited_by, &again.inviter), (Some(user_id(1)), &user(1).name));
        assert!(org.accept(&again, &user(8), add(start(), DAY)).is_ok(), "another admin sent it again");
    }
}

#[test]
fn reminder_choice_and_suppression_survive_a_role_change() {
    let mut org = with_admins(2);
    org.set_reminders(user_id(1), Reminders::Unwanted);
    assert!(org.suppress(user_id(1), SuppressionReason::Bounced, start()));
    let before = org.admin(user_id(1)).unwrap().clone();
    let demoted = org.change_role(&admin(0), &membership(1, Role::Admin), Role::Member, start()).unwrap();
    assert_eq!(org.admin(user_id(1)), None);
    org.change_role(&admin(0), &demoted, Role::Admin, start()).unwrap();
    assert_eq!(org.admin(user_id(1)), Some(&before));
}

#[test]
fn user_without_other_members_can_always_leave() {
    for org in [trialing(), pending()] {
        let mut left = org.clone();
        assert_eq!(left.leave(&member(0, Role::Admin, true), &memberships(&[Role::Admin]), start()), Ok(()));
        assert!(left.admins.is_empty());
        let mut late = left.clone();
        let joined = late.accept(&invitation(1, Role::Member), &user(1), start());
        assert!(joined.is_err(), "an organization without admins accepts no invitation");
    }
    let two = memberships(&[Role::Admin, Role::Member]);
    assert_eq!(
        trialing().leave(&member(0, Role::Admin, true), &two, start()),
        Err(TeamError::LastAdmin),
        "the other member would have no admin"
    );
}

#[test]
fn last_admin_cannot_leave_other_members() {
    let mut org = trialing();
    let founder = membership(0, Role::Admin);
    let proof = member(0, Role::Admin, true);
    assert_eq!(org.change_role(&admin(0), &founder, Role::Member, start()), Err(TeamError::LastAdmin));
    assert_eq!(org.remove(&admin(0), &founder, start()), Err(TeamError::LastAdmin));
    let two = [founder, membership(5, Role::Member)];
    assert_eq!(org.leave(&proof, &two, start()), Err(TeamError::LastAdmin));
    assert_eq!(org.leave(&member(5, Role::Member, true), &two, start()), Ok(()), "a member can leave");

    let mut two = with_admins(2);
    assert_eq!(two.leave(&proof, &memberships(&[Role::Admin; 2]), start()), Ok(()));
    assert_eq!(two.remove(&admin(1), &membership(1, Role::Admin), start()), Err(TeamError::LastAdmin));
}

proptest! {
    /// For any sequence of changes, there are 1 to 20 admins, and none twice.
    #[test]
    fn organization_always_has_an_admin(steps in prop::collection::vec((0..4_u8, 0..30_usize), 0..120)) {
        let mut org = trialing();
        for (what, n) in steps {
            let result = match what {
                0 => org.change_role(&admin(0), &membership(n, Role::Member), Role::Admin, start()).map(drop),
                1 => org.change_role(&admin(0), &membership(n, Role::Admin), Role::Member, start()).map(drop),
                2 => org.remove(&admin(0), &membership(n, Role::Admin), start()),
                _ => {
                    let invited_by = org.admins.first().map(|admin| admin.user);
                    let invitation = Invitation { invited_by, ..invitation(n, Role::Admin) };
                    org.accept(&invitation, &user(n), start()).map(drop)
                }
            };
            prop_assert!(matches!(result, Ok(()) | Err(TeamError::LastAdmin | TeamError::TooManyAdmins)));
            let mut users: Vec<_> = org.admins.iter().map(|admin| admin.user).collect();
            prop_assert!((1..=MAX_ADMINS).contains(&users.len()));
            users.sort_unstable();
            users.dedup();
            prop_assert_eq!(users.len(), org.admins.len());
        }
    }
}
