//! Who may come, go and be changed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where its premise does")]

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

/// The proof of person `n`, at the start.
fn member(n: usize, role: Role, verified: bool) -> Member {
    let person = User { verified, ..user(n) };
    Member::authorize(&Session::begin(org_id(), &person, start()), &person, Some(role), start()).unwrap()
}

fn admin(n: usize) -> Admin {
    member(n, Role::Admin, true).admin().unwrap()
}

/// An organization that person 0 founded; nothing is paid, and no trial runs.
fn pending() -> Org {
    let founder = AdminContact::new(user_id(0), user(0).name, address(0));
    Org::sign_up(org_id(), Name::parse("Acme").unwrap(), Zone::default(), founder, start())
}

/// The same with a trial of two weeks.
fn trialing() -> Org {
    let mut org = pending();
    let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
    org.start_trial(Trial::start(start(), 14, vec![3]), project, start());
    org
}

fn place(n: usize, role: Role) -> Membership {
    Membership::new(org_id(), &user(n), role, start())
}

fn invitation(n: usize, role: Role) -> Invitation {
    invitation_by(0, n, role)
}

fn invitation_by(inviter: usize, n: usize, role: Role) -> Invitation {
    Invitation::new(org_id(), address(n), role, (user_id(inviter), user(inviter).name), start())
}

fn places(roles: &[Role]) -> Vec<Membership> {
    roles.iter().enumerate().map(|(n, role)| place(n, *role)).collect()
}

/// An organization with persons 0 to `n` as its admins.
fn with_admins(count: usize) -> Org {
    let mut org = trialing();
    for n in 1..count {
        org.change_role(&admin(0), &place(n, Role::Member), Role::Admin, start()).unwrap();
    }
    org
}

#[test]
fn who_may_invite_whom() {
    let (now, ended) = (start(), add(start(), DAY * 15));
    let in_org = User { orgs: vec![org_id()], ..user(7) };
    let elsewhere =
        User { orgs: vec!["org_0198c0de-0000-7000-8000-000000000009".parse().unwrap()], ..user(7) };
    let full: Vec<_> = (100..100 + MAX_OPEN_INVITATIONS).map(|n| invitation(n, Role::Member)).collect();
    let seven = [invitation(7, Role::Admin)];
    let mut revoked = invitation(7, Role::Admin);
    revoked.revoke(now);
    let often = [Invitation { sends: MAX_SENDS, ..revoked.clone() }];
    for (what, org, verified, known, invited, now, refused) in [
        ("somebody new", trialing(), true, None, &[][..], now, None),
        ("somebody of another organization", trialing(), true, Some(&elsewhere), &[][..], now, None),
        ("a member", trialing(), true, Some(&in_org), &[][..], now, Some(TeamError::AlreadyMember)),
        ("somebody invited", trialing(), true, None, &seven[..], now, Some(TeamError::AlreadyInvited)),
        ("somebody invited a week ago", trialing(), true, None, &seven[..], add(now, DAY * 7), None),
        ("somebody revoked", trialing(), true, None, &[revoked.clone()][..], now, None),
        ("somebody revoked often", trialing(), true, None, &often[..], now, Some(TeamError::SentTooOften)),
        ("one too many", trialing(), true, None, &full[..], now, Some(TeamError::TooManyOpen)),
        ("many, but long ago", trialing(), true, None, &full[..], add(now, DAY * 7), None),
        ("by who proved nothing", trialing(), false, None, &[][..], now, Some(TeamError::Unverified)),
        ("unproven before unpaid", pending(), false, None, &[][..], now, Some(TeamError::Unverified)),
        ("unpaid", pending(), true, None, &[][..], now, Some(TeamError::NoAccess(pending().status(now)))),
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
        let answer = after.invite(&by, address(7), Role::Member, known, invited, now);
        assert_eq!(answer.as_ref().err().copied(), refused, "{what}");
        if let Ok(invited) = answer {
            assert_eq!((invited.address, invited.org), (address(7), org_id()), "{what}");
            let tick = &after.checklist.ticks["invited_team_member"];
            assert_eq!(
                (tick.source.as_str(), tick.by.as_deref()),
                ("invitation", Some("Person 0")),
                "{what}"
            );
        } else {
            assert_eq!(after, org, "a refusal changes nothing: {what}");
        }
    }
}

#[test]
fn an_expired_invitation_opens_again_only_where_there_is_room() {
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
    assert!(again(now).is_none(), "it has only just gone out");
    assert!(again(add(now, DAY)).is_some(), "it is in nobody's way but its own");
}

#[test]
fn an_invitation_lets_in_with_its_role_unless_the_admins_are_many() {
    let mut org = trialing();
    let as_member = org.accept(&invitation(1, Role::Member), &user(1), start()).unwrap();
    assert_eq!((as_member.role, org.admins.len()), (Role::Member, 1));
    let as_admin = org.accept(&invitation(2, Role::Admin), &user(2), start()).unwrap();
    assert_eq!((as_admin.role, org.admin(user_id(2)).is_some()), (Role::Admin, true));

    let ended = add(start(), DAY * 15);
    assert!(trialing().accept(&invitation(1, Role::Member), &user(1), ended).is_ok(), "it was sent in time");
    let unpaid = pending().accept(&invitation(1, Role::Member), &user(1), start());
    assert_eq!(unpaid, Err(TeamError::NoAccess(pending().status(start()))));
    let again = User { orgs: vec![org_id()], ..user(1) };
    assert_eq!(
        trialing().accept(&invitation(1, Role::Member), &again, start()),
        Err(TeamError::AlreadyMember)
    );

    let mut full = with_admins(MAX_ADMINS);
    assert_eq!(full.accept(&invitation(99, Role::Admin), &user(99), start()), Err(TeamError::TooManyAdmins));
    assert!(full.accept(&invitation(99, Role::Member), &user(99), start()).is_ok());
    let one_more = full.change_role(&admin(0), &place(98, Role::Member), Role::Admin, start());
    assert_eq!(one_more, Err(TeamError::TooManyAdmins));
}

#[test]
fn an_invitation_to_be_an_admin_is_worth_as_much_as_who_sent_it() {
    let mut org = with_admins(3);
    let bad = (invitation_by(2, 8, Role::Admin), invitation_by(2, 9, Role::Member));
    let unsigned = Invitation { invited_by: None, ..invitation(8, Role::Admin) };
    assert_eq!(org.clone().accept(&unsigned, &user(8), start()), Err(TeamError::InviterGone));
    assert!(org.clone().accept(&bad.0, &user(8), start()).is_ok());
    let everyone = places(&[Role::Admin, Role::Admin, Role::Admin]);
    let mut demoted = org.clone();
    demoted.change_role(&admin(0), &place(2, Role::Admin), Role::Member, start()).unwrap();
    let mut left = org.clone();
    left.leave(&member(2, Role::Admin, true), &everyone, start()).unwrap();
    org.remove(&admin(0), &place(2, Role::Admin), start()).unwrap();
    for mut org in [demoted, left, org] {
        assert_eq!(org.accept(&bad.0, &user(8), start()), Err(TeamError::InviterGone));
        assert_eq!(org.admins.len(), 2);
        assert!(org.accept(&bad.1, &user(9), start()).is_ok(), "a place as a member is harmless");
        let again = org.resend_invitation(&admin(1), &bad.0, &[], add(start(), DAY)).unwrap();
        assert!(again.is_none(), "its mail is on its way");
        let sent = Invitation { delivery: Delivery::Sent { at: start(), claim: None }, ..bad.0.clone() };
        let again = org.resend_invitation(&admin(1), &sent, &[], add(start(), DAY)).unwrap().unwrap();
        assert_eq!((again.invited_by, &again.inviter), (Some(user_id(1)), &user(1).name));
        assert!(org.accept(&again, &user(8), add(start(), DAY)).is_ok(), "another admin's word counts");
    }
}

#[test]
fn what_somebody_wants_of_mail_outlasts_their_role() {
    let mut org = with_admins(2);
    org.set_reminders(user_id(1), Reminders::Unwanted);
    assert!(org.suppress(user_id(1), SuppressionReason::Bounced, start()));
    let before = org.admin(user_id(1)).unwrap().clone();
    let demoted = org.change_role(&admin(0), &place(1, Role::Admin), Role::Member, start()).unwrap();
    assert_eq!(org.admin(user_id(1)), None);
    org.change_role(&admin(0), &demoted, Role::Admin, start()).unwrap();
    assert_eq!(org.admin(user_id(1)), Some(&before));
}

#[test]
fn who_is_alone_may_leave_whatever_was_paid() {
    for org in [trialing(), pending()] {
        let mut left = org.clone();
        assert_eq!(left.leave(&member(0, Role::Admin, true), &places(&[Role::Admin]), start()), Ok(()));
        assert!(left.admins.is_empty());
        let mut late = left.clone();
        let joined = late.accept(&invitation(1, Role::Member), &user(1), start());
        assert!(joined.is_err(), "nobody is let in where nobody is");
    }
    let two = places(&[Role::Admin, Role::Member]);
    assert_eq!(
        trialing().leave(&member(0, Role::Admin, true), &two, start()),
        Err(TeamError::LastAdmin),
        "the others would be without one"
    );
}

#[test]
fn the_last_admin_stays() {
    let mut org = trialing();
    let founder = place(0, Role::Admin);
    let proof = member(0, Role::Admin, true);
    assert_eq!(org.change_role(&admin(0), &founder, Role::Member, start()), Err(TeamError::LastAdmin));
    assert_eq!(org.remove(&admin(0), &founder, start()), Err(TeamError::LastAdmin));
    let two = [founder, place(5, Role::Member)];
    assert_eq!(org.leave(&proof, &two, start()), Err(TeamError::LastAdmin));
    assert_eq!(org.leave(&member(5, Role::Member, true), &two, start()), Ok(()), "who is no admin may go");

    let mut two = with_admins(2);
    assert_eq!(two.leave(&proof, &places(&[Role::Admin; 2]), start()), Ok(()));
    assert_eq!(two.remove(&admin(1), &place(1, Role::Admin), start()), Err(TeamError::LastAdmin));
}

proptest! {
    /// Whatever is asked, in whatever order: there are 1 to 20 admins, and none twice.
    #[test]
    fn there_is_always_an_admin(steps in prop::collection::vec((0..4_u8, 0..30_usize), 0..120)) {
        let mut org = trialing();
        for (what, n) in steps {
            let asked = match what {
                0 => org.change_role(&admin(0), &place(n, Role::Member), Role::Admin, start()).map(drop),
                1 => org.change_role(&admin(0), &place(n, Role::Admin), Role::Member, start()).map(drop),
                2 => org.remove(&admin(0), &place(n, Role::Admin), start()),
                _ => {
                    let invited_by = org.admins.first().map(|admin| admin.user);
                    let invitation = Invitation { invited_by, ..invitation(n, Role::Admin) };
                    org.accept(&invitation, &user(n), start()).map(drop)
                }
            };
            prop_assert!(matches!(asked, Ok(()) | Err(TeamError::LastAdmin | TeamError::TooManyAdmins)));
            let mut users: Vec<_> = org.admins.iter().map(|admin| admin.user).collect();
            prop_assert!((1..=MAX_ADMINS).contains(&users.len()));
            users.sort_unstable();
            users.dedup();
            prop_assert_eq!(users.len(), org.admins.len());
        }
    }
}
