//! The organizations of the seed that the server API created.

use domain::{
    billing::CustomerId,
    org::{History, Org, Setup},
    people::User,
    provisioning::Steps,
    time::add,
    trial::Trial,
};
use jiff::{SignedDuration, Timestamp};
use store::{Person, Store, Tenant, TenantCustomer};

use crate::{
    build::{org, parse, prices, user},
    stripe_api::IMPORTED_CUSTOMER,
};

pub const OSCORP: &str = "org_0198c0de-0000-7000-8000-000000000013";
pub const INITRODE: &str = "org_0198c0de-0000-7000-8000-000000000040";
pub const LEXCORP: &str = "org_0198c0de-0000-7000-8000-000000000030";

/// Creates all organizations of the server API.
pub async fn create_tenants(store: &Store, now: Timestamp) {
    create_tenant(store).await;
    import_tenant(store, now).await;
    set_up_tenant(store, now).await;
}

/// Creates Oscorp by the ids of the host app, without a trial and a welcome email.
async fn create_tenant(store: &Store) {
    let now = parse("2025-11-20T09:00:00Z");
    let mut admin = user("usr_0198c0de-0000-7000-8000-000000000014", "Nor Man", "nor@oscorp.example");
    admin.external_id = Some(parse("nor@oscorp"));
    let mut org = org(OSCORP, "Oscorp", &admin, now);
    org.external_id = Some(parse("oscorp:1"));
    org.send_no_welcome();
    commit(store, admin, org, None, now).await;
}

/// Imports LexCorp with a Stripe customer, half a minute before `now`.
async fn import_tenant(store: &Store, now: Timestamp) {
    let admin = user("usr_0198c0de-0000-7000-8000-000000000031", "Lex Hart", "lex@lexcorp.example");
    let now = add(now, SignedDuration::from_secs(-30));
    let mut org = org(LEXCORP, "LexCorp", &admin, parse("2024-05-02T09:00:00Z"));
    org.external_id = Some(parse("lexcorp-7"));
    let history = History { trial: None, completed_tasks: ["created_project".to_owned()].into() };
    let setup = Setup::without_steps(parse("prj_0198c0de-0000-7000-8000-000000000032"));
    org.import(&history, setup.project, now).unwrap();
    let id = CustomerId::parse(IMPORTED_CUSTOMER).unwrap();
    org.import_customer(&id, [], &prices(), &setup, now);
    let link = store.load_customer_link(&id).await.unwrap();
    let customer = TenantCustomer { id, link, released: Vec::new() };
    commit(store, admin, org, Some(customer), now).await;
}

/// Creates Initrode, whose trial waits for the step `workspace` of the host app, at `now`.
async fn set_up_tenant(store: &Store, now: Timestamp) {
    let admin = user("usr_0198c0de-0000-7000-8000-000000000041", "Bill Lum", "bill@initrode.example");
    let mut org = org(INITRODE, "Initrode", &admin, now);
    let steps = Steps::parse("workspace").unwrap();
    let setup = steps.founding(parse("prj_0198c0de-0000-7000-8000-000000000042"), true);
    org.start_trial(Trial::start(now, 14, vec![3]), &setup, now);
    commit(store, admin, org, None, now).await;
}

async fn commit(store: &Store, mut admin: User, org: Org, customer: Option<TenantCustomer>, now: Timestamp) {
    admin.join(org.id);
    store.commit_tenant(&Tenant { person: Person::New(admin), org, customer }, now).await.unwrap();
}
