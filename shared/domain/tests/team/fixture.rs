//! People, organizations, and invitations for the tests.

use domain::{
    billing::{
        Change, CustomerId, EventId, Fact, FactKind, Item, Plan, PlanPrices, Prices, SubscriptionFact,
        SubscriptionId, SubscriptionStatus,
    },
    id::{OrgId, UserId},
    org::{AdminContact, Org},
    people::{Address, Admin, Invitation, Member, Membership, Name, Role, Session, Team, User},
    time::Zone,
    trial::Trial,
};
use jiff::Timestamp;

pub fn start() -> Timestamp {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

pub fn org_id() -> OrgId {
    "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap()
}

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
    Member::authorize(&Session::begin(org_id(), &person, start()), &person, Some(role), start()).unwrap()
}

pub fn admin(n: usize) -> Admin {
    member(n, Role::Admin, true).admin().unwrap()
}

/// Returns an organization that person 0 signed up, without a trial or a payment.
pub fn pending() -> Org {
    let founder = AdminContact::new(user_id(0), user(0).name, address(0));
    Org::sign_up(org_id(), Name::parse("Acme").unwrap(), Zone::default(), founder, start())
}

/// Returns the same organization with a trial of two weeks.
pub fn trialing() -> Org {
    let mut org = pending();
    let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
    org.start_trial(Trial::start(start(), 14, vec![3]), project, start());
    org
}

pub fn membership(n: usize, role: Role) -> Membership {
    Membership::new(org_id(), &user(n), role, start())
}

pub fn invitation(n: usize, role: Role) -> Invitation {
    invitation_by(0, n, role)
}

pub fn invitation_by(inviter: usize, n: usize, role: Role) -> Invitation {
    Invitation::new(org_id(), address(n), role, (user_id(inviter), user(inviter).name), start())
}

pub fn memberships(roles: &[Role]) -> Vec<Membership> {
    roles.iter().enumerate().map(|(n, role)| membership(n, *role)).collect()
}

/// Returns an organization with `count` admins, persons 0 to `count` - 1.
pub fn with_admins(count: usize) -> Org {
    let mut org = trialing();
    for n in 1..count {
        org.change_role(&admin(0), &membership(n, Role::Member), Role::Admin, start()).unwrap();
    }
    org
}

/// Returns the same organization after Stripe reported its only subscription.
pub fn subscribed(plan: Plan, status: SubscriptionStatus) -> Org {
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
pub fn uncounted(invited: &[Invitation]) -> Team<'_> {
    Team { members: usize::MAX / 2, invited }
}
