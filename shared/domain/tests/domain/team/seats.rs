//! Limits of members by the plan.

use domain::{
    billing::{Plan, SubscriptionStatus},
    mail::{Delivery, Failure},
    org::Org,
    people::{Invitation, Role, Team, TeamError},
    time::{DAY, add},
};

use super::people::{
    address, admin, invitation, member, memberships, pending, subscribed, trialing, user, user_id,
};
use crate::fixture::{acme, at};

#[test]
fn invitation_needs_a_seat_beside_members_and_open_invitations() {
    let single = subscribed(Plan::Single, SubscriptionStatus::Active);
    let (now, late) = (at(0), add(at(0), DAY * 7));
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
        assert_eq!(single.may_invite(members, now), expected, "{members}");
    }
    for (taken, expected) in [(0, Ok(())), (1, Ok(())), (2, Err(TeamError::NoSeat(1)))] {
        assert_eq!(single.may_release(taken, now), expected, "members and open invitations: {taken}");
    }
    let unpaid = subscribed(Plan::Single, SubscriptionStatus::Unpaid);
    let ended = add(now, DAY * 15);
    for allowed in [unpaid.may_invite(1, ended), unpaid.may_release(1, ended)] {
        assert_eq!(allowed, Err(TeamError::NoAccess(unpaid.status(ended))));
    }
}

#[test]
fn resend_needs_a_seat_that_the_invitation_can_take() {
    let single = subscribed(Plan::Single, SubscriptionStatus::Active);
    let (now, late) = (at(0), add(at(0), DAY * 7));
    let failed = Delivery::Failed { at: now, why: Failure::Refused };
    let own = Invitation { delivery: failed, ..invitation(7, Role::Member) };
    let both = [own.clone(), invitation(8, Role::Member)];
    let fresh =
        [own.clone(), Invitation::new(acme(), address(8), Role::Member, (user_id(0), user(0).name), late)];
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
    let (now, invited) = (at(0), invitation(7, Role::Member));
    let result = |org: &Org, members| {
        let joined = org.clone().accept(&invited, &user(7), members, now).map(drop);
        let team = Team { members, invited: &[] };
        let invite = org.clone().invite(&admin(0), (address(7), Role::Member), None, team, now);
        assert_eq!(org.check_seats(members, now), joined);
        let added = org.clone().add_from_host(&user(7), Role::Member, members, now);
        assert_eq!(added.map(drop), joined, "the host app needs a seat too");
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
    assert!(single.change_role(&admin(0), &everyone[1], Role::Admin, at(0)).is_ok());
    assert_eq!(single.remove(&admin(0), &everyone[2], at(0)), Ok(()));
    assert_eq!(single.leave(&member(0, Role::Admin, true), &everyone[..2], at(0)), Ok(()));
}
