//! People, organizations, and invitations for the tests.

use domain::{
    billing::{Change, Plan, SubscriptionStatus},
    id::UserId,
    org::{AdminContact, Org},
    people::{Address, Admin, IdleTimeout, Invitation, Member, Membership, Name, Role, Session, Team, User},
    trial::Trial,
};

use crate::fixture::{acme, at, live, org, priced, prices, setup, sub};

pub fn user_id(n: usize) -> UserId {
    format!("usr_0198c0de-0000-7000-8000-{n:012}").parse().unwrap()
}

pub fn address(n: usize) -> Address {
    Address::parse(&format!("person{n}@example.com")).unwrap()
}

pub fn user(n: usize) -> User {
    User { verified: true, ..User::new(user_id(n), Name::parse(&format!("Person {n}")).unwrap(), address(n)) }
}

/// Returns the proof for person `n` at the start.
pub fn member(n: usize, role: Role, verified: bool) -> Member {
    let person = User { verified, ..user(n) };
    Member::authorize(
        &Session::begin(acme(), &person, at(0)),
        &person,
        Some(role),
        IdleTimeout::default(),
        at(0),
    )
    .unwrap()
}

pub fn admin(n: usize) -> Admin {
    member(n, Role::Admin, true).admin().unwrap()
}

/// Returns an organization that person 0 signed up, without a trial or a payment.
pub fn pending() -> Org {
    let founder = AdminContact::new(user_id(0), user(0).name, address(0));
    Org { admins: vec![founder], ..org() }
}

pub fn membership(n: usize, role: Role) -> Membership {
    Membership::new(acme(), &user(n), role, at(0))
}

pub fn invitation(n: usize, role: Role) -> Invitation {
    invitation_by(0, n, role)
}

pub fn invitation_by(inviter: usize, n: usize, role: Role) -> Invitation {
    Invitation::new(acme(), address(n), role, (user_id(inviter), user(inviter).name), at(0))
}

pub fn memberships(roles: &[Role]) -> Vec<Membership> {
    roles.iter().enumerate().map(|(n, role)| membership(n, *role)).collect()
}

/// Returns an organization with `count` admins, persons 0 to `count` - 1.
pub fn with_admins(count: usize) -> Org {
    let mut org = trialing();
    for n in 1..count {
        org.change_role(&admin(0), &membership(n, Role::Member), Role::Admin, at(0)).unwrap();
    }
    org
}

/// Returns the same organization with a trial of two weeks.
pub fn trialing() -> Org {
    let mut org = pending();
    org.start_trial(Trial::start(at(0), 14, vec![3]), &setup(), at(0));
    org
}

/// Returns the same organization after Stripe reported its only subscription.
pub fn subscribed(plan: Plan, status: SubscriptionStatus) -> Org {
    let event = sub("sub_1", "evt_1", 0, Change::Created, status, None);
    live(trialing(), [&priced(event, &[prices().current(plan)])])
}

/// Returns the invitations of a team whose members need no count, because no limit applies.
pub fn uncounted(invited: &[Invitation]) -> Team<'_> {
    Team { members: usize::MAX / 2, invited }
}
