//! Changing roles, leaving, and removing.

use domain::{
    billing::{Plan, SubscriptionStatus},
    org::{MAX_ADMINS, Reminders, SuppressionReason},
    people::{Invitation, Role, TeamError},
};
use proptest::prelude::*;

use super::people::{
    admin, invitation, member, membership, memberships, pending, subscribed, trialing, user, user_id,
    with_admins,
};
use crate::fixture::at;

#[test]
fn reminder_choice_and_suppression_survive_a_role_change() {
    let mut org = with_admins(2);
    org.set_reminders(user_id(1), Reminders::Unwanted);
    assert!(org.suppress(user_id(1), SuppressionReason::Bounced, at(0)));
    let before = org.admin(user_id(1)).unwrap().clone();
    let demoted = org.change_role(&admin(0), &membership(1, Role::Admin), Role::Member, at(0)).unwrap();
    assert_eq!((demoted.role, org.admin(user_id(1))), (Role::Member, None));
    let promoted = org.change_role(&admin(0), &demoted, Role::Admin, at(0)).unwrap();
    assert_eq!(promoted.role, Role::Admin);
    assert_eq!(org.admin(user_id(1)), Some(&before));
}

#[test]
fn host_changes_members_in_every_status_and_notifies_them() {
    for org in [trialing(), pending()] {
        let mut org = org;
        let joined = org.add_from_host(&user(1), Role::Member, 1, at(0)).unwrap();
        assert_eq!((org.member_count, org.outbox.membership_changed_at(joined.user)), (Some(2), None));
        let promoted = org.change_role_from_host(&joined, Role::Admin, at(1)).unwrap();
        assert_eq!((promoted.role, org.admin(joined.user).is_some()), (Role::Admin, true));
        assert_eq!(org.outbox.membership_changed_at(joined.user), Some(at(1)));
        let same = org.change_role_from_host(&promoted, Role::Admin, at(2)).unwrap();
        assert_eq!((&same, org.outbox.membership_changed_at(joined.user)), (&promoted, Some(at(1))));
        let founder = membership(0, Role::Admin);
        assert_eq!(org.remove_from_host(&founder, at(3)), Ok(()));
        assert_eq!(
            (org.member_count, org.outbox.membership_changed_at(founder.user)),
            (Some(1), Some(at(3)))
        );
        let before = org.clone();
        assert_eq!(org.remove_from_host(&promoted, at(4)), Err(TeamError::LastAdmin));
        assert_eq!(org.change_role_from_host(&promoted, Role::Member, at(4)), Err(TeamError::LastAdmin));
        assert_eq!(org, before);
    }
}

#[test]
fn changed_user_changes_the_member_and_the_admin() {
    let mut org = with_admins(2);
    org.set_reminders(user_id(1), Reminders::Unwanted);
    let member = membership(1, Role::Admin);
    let mut changed = user(1);
    changed.change_from_host(Some(&user(5).name), None, false);
    assert!(org.suppress(user_id(1), SuppressionReason::Bounced, at(0)));
    let renamed = org.update_person(&changed, &member);
    assert_eq!((&renamed.name, &renamed.address), (&user(5).name, &member.address));
    assert!(org.admin(user_id(1)).unwrap().unreachable.is_some(), "the address is the same");
    changed.change_from_host(None, Some(&user(5).address), false);
    let moved = org.update_person(&changed, &renamed);
    let admin = org.admin(user_id(1)).unwrap();
    assert_eq!((&moved.address, &admin.address), (&user(5).address, &user(5).address));
    assert_eq!((&admin.name, admin.unreachable), (&user(5).name, None));
    assert_eq!(admin.reminders, Reminders::Unwanted);
}

#[test]
fn user_without_other_members_can_leave() {
    for org in [trialing(), pending()] {
        let mut left = org.clone();
        assert_eq!(left.leave(&member(0, Role::Admin, true), &memberships(&[Role::Admin]), at(0)), Ok(()));
        assert!(left.admins.is_empty());
        let mut late = left.clone();
        let joined = late.accept(&invitation(1, Role::Member), &user(1), 0, at(0));
        assert!(joined.is_err(), "an organization without admins accepts no invitation");
    }
    let two = memberships(&[Role::Admin, Role::Member]);
    assert_eq!(
        trialing().leave(&member(0, Role::Admin, true), &two, at(0)),
        Err(TeamError::LastAdmin),
        "the other member would have no admin"
    );
}

#[test]
fn last_person_leaves_only_after_the_subscription_ended() {
    for (status, result) in [
        (SubscriptionStatus::Active, Err(TeamError::Subscribed)),
        (SubscriptionStatus::PastDue, Err(TeamError::Subscribed)),
        (SubscriptionStatus::Unpaid, Err(TeamError::Subscribed)),
        (SubscriptionStatus::Canceled, Ok(())),
    ] {
        let mut org = subscribed(Plan::Team, status);
        let alone = memberships(&[Role::Admin]);
        assert_eq!(org.leave(&member(0, Role::Admin, true), &alone, at(0)), result, "{status:?}");
        let two = memberships(&[Role::Admin; 2]);
        let mut shared = with_admins(2);
        shared.billing = subscribed(Plan::Team, status).billing;
        assert_eq!(shared.leave(&member(0, Role::Admin, true), &two, at(0)), Ok(()), "the other admin stays");
    }
}

#[test]
fn last_admin_cannot_leave_other_members() {
    let mut org = trialing();
    let founder = membership(0, Role::Admin);
    let proof = member(0, Role::Admin, true);
    assert_eq!(org.change_role(&admin(0), &founder, Role::Member, at(0)), Err(TeamError::LastAdmin));
    assert_eq!(org.remove(&admin(0), &founder, at(0)), Err(TeamError::LastAdmin));
    let two = [founder, membership(5, Role::Member)];
    assert_eq!(org.leave(&proof, &two, at(0)), Err(TeamError::LastAdmin));
    assert_eq!(org.leave(&member(5, Role::Member, true), &two, at(0)), Ok(()), "a member can leave");

    let mut two = with_admins(2);
    assert_eq!(two.leave(&proof, &memberships(&[Role::Admin; 2]), at(0)), Ok(()));
    assert_eq!(two.remove(&admin(1), &membership(1, Role::Admin), at(0)), Err(TeamError::LastAdmin));
}

proptest! {
    /// For any sequence of changes, there are 1 to 20 admins, and none twice.
    #[test]
    fn organization_always_has_an_admin(steps in prop::collection::vec((0..4_u8, 0..30_usize), 0..120)) {
        let mut org = trialing();
        for (what, n) in steps {
            let result = match what {
                0 => org.change_role(&admin(0), &membership(n, Role::Member), Role::Admin, at(0)).map(drop),
                1 => org.change_role(&admin(0), &membership(n, Role::Admin), Role::Member, at(0)).map(drop),
                2 => org.remove(&admin(0), &membership(n, Role::Admin), at(0)),
                _ => {
                    let invited_by = org.admins.first().map(|admin| admin.user);
                    let invitation = Invitation { invited_by, ..invitation(n, Role::Admin) };
                    org.accept(&invitation, &user(n), 0, at(0)).map(drop)
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
