//! Membership changes: inviting, accepting, changing roles, leaving, and removing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use domain::{
    billing::{
        Change, CustomerId, EventId, Fact, FactKind, Item, Plan, PlanPrices, Prices, SubscriptionFact,
        SubscriptionId, SubscriptionStatus,
    },
    id::{OrgId, UserId},
    mail::{Delivery, Failure},
    org::{AdminContact, MAX_ADMINS, Org, Reminders, SuppressionReason},
    people::{
        Address, Admin, Invitation, MAX_OPEN_INVITATIONS, MAX_SENDS, Member, Membership, Name, Role, Session,
        Team, TeamError, User,
    },
    time::{DAY, Zone, add},
    trial::Trial,
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

/// Returns the same organization after Stripe reported its only subscription.
fn subscribed(plan: Plan, status: SubscriptionStatus) -> Org {
    let prices = |text| PlanPrices::parse(text).unwrap();
    let prices = Prices::new(prices("price_single"), prices("price_team")).unwrap();
    let items = vec![Item::of_price(prices.current(plan).to_owned())];
    let fact = Fact {
        event: EventId::parse("evt_1").unwrap(),
        created: start(),
        names: Some(org_id()),
        what: FactKind::Subscription {
            subscription: SubscriptionId::parse("sub_1").unwrap(),
            customer: CustomerId::parse("cus_1").unwrap(),
            fact: SubscriptionFact { items, ..SubscriptionFact::new(Change::Created, status) },
        },
    };
    let mut org = trialing();
    org.record(&fact, &prices, "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap(), start());
    org
}

/// Returns the invitations of a team whose members need no count, because no limit applies.
fn uncounted(invited: &[Invitation]) -> Team<'_> {
    Team { members: usize::MAX / 2, invited }
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
        let result = after.invite(&by, (address(7), Role::Member), known, uncounted(invited), now);
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
fn invitation_needs_a_seat_beside_members_and_open_invitations() {
    let single = subscribed(Plan::Single, SubscriptionStatus::Active);
    let (now, late) = (start(), add(start(), DAY * 7));
    let other = [invitation(8, Role::Member)];
    let own = [invitation(7, Role::Member)];
    let mut revoked = other.clone();
    revoked[0].revoke(now);
    for (what, members, invited, now, expected) in [
        ("a free seat", 0, &[][..], now, None),
        ("a member on the seat", 1, &[], now, Some(TeamError::NoSeat(1))),
        ("more members than seats", 3, &[], now, Some(TeamError::NoSeat(1))),
        ("an open invitation on the seat", 0, &other, now, Some(TeamError::NoSeat(1))),
        ("an expired invitation", 0, &other, late, None),
        ("a revoked invitation", 0, &revoked, now, None),
        ("an open invitation of the same address", 0, &own, now, Some(TeamError::AlreadyInvited)),
    ] {
        let mut after = single.clone();
        let team = Team { members, invited };
        let result = after.invite(&admin(0), (address(7), Role::Member), None, team, now);
        assert_eq!(result.err(), expected, "{what}");
        assert_eq!(after == single, expected.is_some(), "a rejection changes nothing: {what}");
    }
    for (members, expected) in [(0, Ok(())), (1, Err(TeamError::NoSeat(1)))] {
        assert_eq!(single.may_invite(&admin(0), members, now), expected, "{members}");
    }
    let unverified = member(0, Role::Admin, false).admin().unwrap();
    assert_eq!(single.may_invite(&unverified, 1, now), Err(TeamError::Unverified));
    let unpaid = subscribed(Plan::Single, SubscriptionStatus::Unpaid);
    let ended = add(now, DAY * 15);
    assert_eq!(unpaid.may_invite(&admin(0), 1, ended), Err(TeamError::NoAccess(unpaid.status(ended))));
}

#[test]
fn resend_needs_a_seat_that_the_invitation_can_take() {
    let single = subscribed(Plan::Single, SubscriptionStatus::Active);
    let (now, late) = (start(), add(start(), DAY * 7));
    let failed = Delivery::Failed { at: now, why: Failure::Refused };
    let own = Invitation { delivery: failed, ..invitation(7, Role::Member) };
    let both = [own.clone(), invitation(8, Role::Member)];
    let fresh =
        [own.clone(), Invitation::new(org_id(), address(8), Role::Member, (user_id(0), user(0).name), late)];
    for (what, members, invited, now, expected) in [
        ("open, beside another open invitation", 0, &both, now, None),
        ("open, but a member has the seat", 1, &both, now, Some(TeamError::NoSeat(1))),
        ("expired, and a seat is free", 0, &both, late, None),
        ("expired, but an open invitation has the seat", 0, &fresh, late, Some(TeamError::NoSeat(1))),
    ] {
        let result = single.resend_invitation(&admin(0), &own, Team { members, invited }, now);
        assert_eq!(result.err(), expected, "{what}");
    }
    let pending = invitation(7, Role::Member);
    let team = Team { members: 1, invited: &[] };
    let result = single.resend_invitation(&admin(0), &pending, team, now);
    assert_eq!(result, Err(TeamError::NoSeat(1)), "a second click does not report success");
}

#[test]
fn seats_are_limited_only_by_a_plan_that_limits_them() {
    use SubscriptionStatus::{Active, Canceled, Incomplete, PastDue, Paused, Trialing, Unpaid};
    let (now, invited) = (start(), invitation(7, Role::Member));
    let result = |org: &Org, members| {
        let joined = org.clone().accept(&invited, &user(7), members, now).map(drop);
        let team = Team { members, invited: &[] };
        let invite = org.clone().invite(&admin(0), (address(7), Role::Member), None, team, now);
        assert_eq!(org.check_seats(members, now), joined);
        (joined, invite.map(drop))
    };
    for status in [Trialing, Active, PastDue] {
        let single = subscribed(Plan::Single, status);
        assert_eq!(result(&single, 0), (Ok(()), Ok(())), "{status:?}");
        let full = Err(TeamError::NoSeat(1));
        assert_eq!(result(&single, 1), (full, full), "{status:?}");
        assert_eq!(result(&subscribed(Plan::Team, status), 1000), (Ok(()), Ok(())), "{status:?}");
    }
    for status in [Incomplete, Canceled, Paused, Unpaid] {
        let trial = subscribed(Plan::Single, status);
        assert_eq!(result(&trial, 1000), (Ok(()), Ok(())), "the trial of Onramp runs: {status:?}");
    }
    for status in [Paused, Unpaid] {
        let single = subscribed(Plan::Single, status);
        assert_eq!(single.may_join(1, add(now, DAY * 15)), Err(TeamError::NoSeat(1)), "{status:?}");
    }
    assert_eq!(result(&trialing(), 1000), (Ok(()), Ok(())));
    let unpaid = pending();
    assert_eq!(unpaid.may_join(1000, now), Err(TeamError::NoAccess(unpaid.status(now))));
}

#[test]
fn member_changes_stay_possible_with_too_few_seats() {
    let mut single = subscribed(Plan::Single, SubscriptionStatus::Active);
    let everyone = memberships(&[Role::Admin, Role::Member, Role::Member]);
    assert!(single.change_role(&admin(0), &everyone[1], Role::Admin, start()).is_ok());
    assert_eq!(single.remove(&admin(0), &everyone[2], start()), Ok(()));
    assert_eq!(single.leave(&member(0, Role::Admin, true), &everyone[..2], start()), Ok(()));
}

#[test]
fn accept_gives_the_role_within_the_limit_of_admins() {
    let mut org = trialing();
    let as_member = org.accept(&invitation(1, Role::Member), &user(1), 0, start()).unwrap();
    assert_eq!((as_member.role, org.admins.len()), (Role::Member, 1));
    let as_admin = org.accept(&invitation(2, Role::Admin), &user(2), 0, start()).unwrap();
    assert_eq!((as_admin.role, org.admin(user_id(2)).is_some()), (Role::Admin, true));

    let ended = add(start(), DAY * 15);
    assert!(
        trialing().accept(&invitation(1, Role::Member), &user(1), 0, ended).is_ok(),
        "acceptance works after the trial"
    );
    let without_payment = pending().accept(&invitation(1, Role::Member), &user(1), 0, start());
    assert_eq!(without_payment, Err(TeamError::NoAccess(pending().status(start()))));
    let again = User { orgs: vec![org_id()], ..user(1) };
    assert_eq!(
        trialing().accept(&invitation(1, Role::Member), &again, 0, start()),
        Err(TeamError::AlreadyMember)
    );

    let mut full = with_admins(MAX_ADMINS);
    assert_eq!(
        full.accept(&invitation(99, Role::Admin), &user(99), 0, start()),
        Err(TeamError::TooManyAdmins)
    );
    assert!(full.accept(&invitation(99, Role::Member), &user(99), 0, start()).is_ok());
    let one_more = full.change_role(&admin(0), &membership(98, Role::Member), Role::Admin, start());
    assert_eq!(one_more, Err(TeamError::TooManyAdmins));
}

#[test]
fn admin_invitation_needs_its_inviter_to_be_an_admin() {
    let mut org = with_admins(3);
    let invited = (invitation_by(2, 8, Role::Admin), invitation_by(2, 9, Role::Member));
    let without_inviter = Invitation { invited_by: None, ..invitation(8, Role::Admin) };
    assert_eq!(org.clone().accept(&without_inviter, &user(8), 0, start()), Err(TeamError::InviterGone));
    assert!(org.clone().accept(&invited.0, &user(8), 0, start()).is_ok());
    let everyone = memberships(&[Role::Admin, Role::Admin, Role::Admin]);
    let mut demoted = org.clone();
    demoted.change_role(&admin(0), &membership(2, Role::Admin), Role::Member, start()).unwrap();
    let mut left = org.clone();
    left.leave(&member(2, Role::Admin, true), &everyone, start()).unwrap();
    org.remove(&admin(0), &membership(2, Role::Admin), start()).unwrap();
    for mut org in [demoted, left, org] {
        assert_eq!(org.accept(&invited.0, &user(8), 0, start()), Err(TeamError::InviterGone));
        assert_eq!(org.admins.len(), 2);
        assert!(
            org.accept(&invited.1, &user(9), 0, start()).is_ok(),
            "an invitation of a member stays valid"
        );
        let again = org.resend_invitation(&admin(1), &invited.0, uncounted(&[]), add(start(), DAY)).unwrap();
        assert!(again.is_none(), "the email of the invitation is pending");
        let sent = Invitation { delivery: Delivery::Sent { at: start(), claim: None }, ..invited.0.clone() };
        let again =
            org.resend_invitation(&admin(1), &sent, uncounted(&[]), add(start(), DAY)).unwrap().unwrap();
        assert_eq!((again.invited_by, &again.inviter), (Some(user_id(1)), &user(1).name));
        assert!(org.accept(&again, &user(8), 0, add(start(), DAY)).is_ok(), "another admin sent it again");
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
        let joined = late.accept(&invitation(1, Role::Member), &user(1), 0, start());
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
                    org.accept(&invitation, &user(n), 0, start()).map(drop)
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
