//! The table on which recorded events run: nine organizations in different states.
//!
//! | organization | state at [`NOW`] | admin |
//! |---|---|---|
//! | [`ACME`] | on trial for 30 minutes; its welcome email is being sent | [`JO`] |
//! | [`GLOBEX`] | pays for the team plan; its checklist is complete and dismissed | [`JO`] |
//! | [`INITECH`] | its trial reminder is due | Lu Day |
//! | [`UMBRELLA`] | its trial has just ended | Uma Fox |
//! | [`HOOLI`] | has just signed up; its welcome email is due; an invitation waits | Ned Hall, whose address is not verified |
//! | [`WAYNE`] | pays twice for the single plan, which has no free seat | Bo Wayne |
//! | [`TIMETRACKER`] | the vendor, without a trial | Olu Ray, an operator |
//! | [`OSCORP`] | created by the server API, without a trial | Nor Man, with an id of the host app |
//! | [`LEXCORP`] | imported with a Stripe customer, which must be read | Lex Hart |
//! | [`INITRODE`] | its trial waits for a provisioning step | Bill Lum |
//!
//! [`MO`] is a member of Acme, who accepted an invitation in [`BROWSER`], and Kim Poe is invited. Jo and
//! Mo requested sign-in links. A parked and a quarantined event wait for review. Two webhooks exist.

use std::convert::Infallible;

use domain::{
    billing::{Currency, CustomerId, EventId, Fact, Interval, ListPrice, Money, Plan, ReviewKind},
    checklist::{BUILT_IN, ChecklistCommand},
    id::OrgId,
    mail::{Claim, Delivery},
    org::{Org, Setup},
    people::{
        Address, Invitation, Member, Name, PortalLink, PortalPage, Role, SIGN_IN_LINK_TTL, Session, User,
    },
    secret::{Hash, Secret},
    time::add,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{
    Acceptance, Accepted, Consumed, EventContext, EventSubject, InvitationDetails, Invited, Link, Parked,
    Person, QuarantinedEvent, SignInRequest, SignInRequestId, SignInRequestResult, SignUp, SignedUp, Store,
    Unsubscription, VerifyLink, WebhookDelivery, WebhookState,
};

pub use crate::tenants::{INITRODE, LEXCORP, OSCORP};
use crate::{
    aws::{OPERATOR, SINGLE_PRICE, TEAM_PRICE},
    billing_case::{EventStep, Names},
    build::{acme, jo, org, parse, prices, start_trial, user},
    tenants::create_tenants,
};

/// Time of all recorded events.
pub const NOW: &str = "2026-01-15T09:00:00Z";

pub const ACME: &str = "org_0198c0de-0000-7000-8000-000000000001";
pub const GLOBEX: &str = "org_0198c0de-0000-7000-8000-000000000005";
pub const TIMETRACKER: &str = "org_0198c0de-0000-7000-8000-000000000007";
pub const INITECH: &str = "org_0198c0de-0000-7000-8000-000000000008";
pub const UMBRELLA: &str = "org_0198c0de-0000-7000-8000-00000000000a";
pub const HOOLI: &str = "org_0198c0de-0000-7000-8000-00000000000c";
pub const WAYNE: &str = "org_0198c0de-0000-7000-8000-000000000010";

/// Jo Doe, the admin of Acme and Globex.
pub const JO: &str = "usr_0198c0de-0000-7000-8000-000000000002";
/// Mo Roe, a member of Acme.
pub const MO: &str = "usr_0198c0de-0000-7000-8000-000000000004";

/// Secret of Jo's session in Acme.
pub const SESSION: &str = "5ec2e70000000000000000000000000000000000000000000000000000000001";
/// Secret of Jo's session in Globex.
pub const GLOBEX_SESSION: &str = "5ec2e70000000000000000000000000000000000000000000000000000000005";
/// Secret of the operator's session.
pub const OPERATOR_SESSION: &str = "5ec2e70000000000000000000000000000000000000000000000000000000007";
/// Secret of the operator's portal session, which began 30 minutes ago.
pub const PORTAL_SESSION: &str = "5ec2e70000000000000000000000000000000000000000000000000000000008";
/// Secret of Mo's session.
pub const MO_SESSION: &str = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";
/// Secret of Mo's browser.
pub const BROWSER: &str = "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0";
/// Secret of Kim's invitation link.
pub const INVITATION: &str = "1a71c0de00000000000000000000000000000000000000000000000000000001";
/// Secret of Jo's sign-in link, of Jo's unsubscribe link, of the link that verifies Ned's address, and
/// of Mo's portal link.
pub const LINK: &str = "f00df00df00df00df00df00df00df00df00df00df00df00df00df00df00df00d";
/// Claim of the emails that the mailer is sending.
pub const CLAIM: &str = "1768467599900-c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1c1a1";
/// Id of Jo's request for a sign-in link.
const REQUEST: [u8; 32] = [0x5b; 32];
/// Stripe's customer and subscription of Globex.
pub const CUSTOMER: &str = "cus_G1o2B3e4X5y6U7";
const SUBSCRIPTION: &str = "sub_1G1o2B3e4X5y6U7i8O9p0A1s";
/// Time of Globex's first payment.
const PAID_AT: &str = "2026-01-10T09:00:00Z";
/// A customer that no organization is linked to.
pub const PARKED_CUSTOMER: &str = "cus_9s6XKzkNRiz8i3";

/// Fills an empty table.
pub async fn seed(store: &Store) {
    let globex = org(GLOBEX, "Globex", &jo(), at("2025-12-01T09:00:00Z"));
    sign_up(store, jo(), start_trial(acme(at("2026-01-15T08:30:00Z"))), SESSION).await;
    sign_up(store, jo(), globex, GLOBEX_SESSION).await;
    let operator = user("usr_0198c0de-0000-7000-8000-000000000006", "Olu Ray", OPERATOR);
    let vendor = org(TIMETRACKER, "TimeTracker", &operator, at("2026-01-02T09:00:00Z"));
    sign_up(store, operator, vendor, OPERATOR_SESSION).await;
    for (id, name, admin, full_name, address, start) in [
        (INITECH, "Initech", 9, "Lu Day", "lu@initech.example", "2026-01-04T09:00:00Z"),
        (UMBRELLA, "Umbrella", 0xb, "Uma Fox", "uma@umbrella.example", "2026-01-01T08:59:00Z"),
        (HOOLI, "Hooli", 0xd, "Ned Hall", "ned@hooli.example", NOW),
    ] {
        let mut admin =
            user(&format!("usr_0198c0de-0000-7000-8000-0000000000{admin:02x}"), full_name, address);
        admin.verified = id != HOOLI;
        let org = start_trial(org(id, name, &admin, at(start)));
        sign_up(store, admin, org, &format!("{:064x}", 1)).await;
    }
    pay_twice(store).await;
    subscribe(store).await;
    for id in [GLOBEX, INITECH, UMBRELLA, WAYNE] {
        set_notices(store, id, |org| Delivery::Sent { at: org.signed_up_at, claim: None }).await;
    }
    set_notices(store, ACME, |org| sending(&Delivery::pending(org.signed_up_at))).await;
    invite(store).await;
    request_sign_in(store).await;
    keep_for_review(store).await;
    record_webhooks(store).await;
    store_prices(store).await;
    let link = Unsubscription::of(secret(LINK).hash(), parse(ACME), parse(JO), at(NOW));
    store.save_unsubscription(&link).await.unwrap();
    wait_for_verification(store).await;
    create_portal_links(store).await;
    create_tenants(store, at(NOW)).await;
}

fn at(text: &str) -> Timestamp {
    parse(text)
}

fn secret(text: &str) -> Secret {
    text.parse().unwrap()
}

fn minutes_ago(minutes: i64) -> Timestamp {
    add(at(NOW), SignedDuration::from_mins(-minutes))
}

/// Returns an email that the mailer has just claimed.
fn sending(pending: &Delivery) -> Delivery {
    let claim = Claim(CLAIM.to_owned());
    pending.claim(&claim, None, claim.made_at().unwrap()).unwrap()
}

/// Sets the state of all notices of an organization.
async fn set_notices(store: &Store, id: &str, state: impl Fn(&Org) -> Delivery) {
    let changed = store.change_org(parse(id), at(NOW), |org| {
        let state = state(org);
        org.outbox
            .0
            .values_mut()
            .flat_map(|recipients| recipients.values_mut())
            .for_each(|it| *it = state.clone());
        Ok::<_, Infallible>(())
    });
    changed.await.unwrap().unwrap().unwrap();
}

/// Signs up an organization. The session of its user began 30 minutes ago.
async fn sign_up(store: &Store, user: User, org: Org, session_secret: &str) {
    let person = match store.load_user(user.id).await.unwrap() {
        Some(known) => Person::Known(Box::new(known.clone()), joined(known.value, &org)),
        None => Person::New(joined(user, &org)),
    };
    let sign_up = SignUp {
        replay: form_hash(org.id, person.after().address.as_str()),
        session: session(&org, person.after()),
        secret: secret(session_secret),
        creation_grant: None,
        limits: Vec::new(),
        first_mail: None,
        org,
        person,
    };
    let signed_up = store.commit_sign_up(&sign_up, sign_up.org.signed_up_at).await;
    assert_eq!(signed_up.unwrap(), SignedUp::Created);
}

/// Stores the prices of the plans, as Stripe had them an hour ago.
async fn store_prices(store: &Store) {
    for (id, amount) in [(SINGLE_PRICE, 900), (TEAM_PRICE, 2900)] {
        let amount = Money { amount, currency: Currency::parse("eur").unwrap() };
        let (id, interval) = (id.to_owned(), Interval::Month);
        let price = ListPrice { id, amount, interval, interval_count: 1, active: true };
        assert!(store.commit_price(&price, minutes_ago(60)).await.unwrap());
    }
}

/// Returns the hash of the form with which the user of an address signed up an organization. The
/// token of the form is the organization's ID without hyphens.
pub fn form_hash(org: OrgId, address: &str) -> Hash {
    Hash::of(&[org.uuid().simple().to_string().as_bytes(), address.as_bytes()])
}

fn joined(mut user: User, org: &Org) -> User {
    user.join(org.id);
    user.trial_used |= org.current_trial().is_some();
    user
}

fn session(org: &Org, user: &User) -> Session {
    let start = minutes_ago(30);
    Session { signed_in_at: Some(start), ..Session::begin(org.id, user, start) }
}

/// Links Globex to its customer, who pays for the team plan. The link leaves a parked event behind, as
/// if the deletion of the event had failed.
async fn subscribe(store: &Store) {
    let payment = stripe_event("invoice.paid", GLOBEX, CUSTOMER, TEAM_PRICE);
    let facts = [subscribed(GLOBEX, Plan::Team), stripe::parked_fact(&payment.to_string()).unwrap()];
    let customer = CustomerId::parse(CUSTOMER).unwrap();
    park(store, &customer, "evt_1L2e3f4t5O6v7e8r", &payment).await;
    let subject = EventSubject { customer: Some(&customer), named: Some(parse(GLOBEX)), subscription: None };
    let EventContext { link, org, .. } = store.load_event_context(subject).await.unwrap();
    let before = org.unwrap();
    let mut after = before.value.clone();
    let setup = Setup::without_steps(parse("prj_0198c0de-0000-7000-8000-00000000000f"));
    after.link_customer(&customer, facts, &prices(), &setup, at(PAID_AT));
    finish_checklist(&mut after);
    store.link_customer(&customer, &link, &before, &after, &[], at(PAID_AT)).await.unwrap();
}

/// Signs up Wayne with two subscriptions of the single plan.
async fn pay_twice(store: &Store) {
    let admin = user("usr_0198c0de-0000-7000-8000-000000000011", "Bo Wayne", "bo@wayne.example");
    let mut org = org(WAYNE, "Wayne", &admin, at("2025-12-01T09:00:00Z"));
    let setup = Setup::without_steps(parse("prj_0198c0de-0000-7000-8000-000000000012"));
    for subscription in ["sub_1W1a2y3n4e5A6", "sub_1W1a2y3n4e5B6"] {
        let event = stripe_event("customer.subscription.created", WAYNE, "cus_W1a2y3n4e5", SINGLE_PRICE);
        let event = event.to_string().replace(SUBSCRIPTION, subscription);
        org.record(&stripe::parked_fact(&event).unwrap(), &prices(), &setup, at(PAID_AT));
    }
    sign_up(store, admin, org, &format!("{:064x}", 1)).await;
}

/// Completes all tasks except one, which is skipped, and dismisses the checklist.
fn finish_checklist(org: &mut Org) {
    let admin = Member::for_embed(org.id, &jo(), Some(Role::Admin)).unwrap().admin().unwrap();
    let skipped = "created_client";
    let open = BUILT_IN.tasks.iter().map(|task| task.key).filter(|key| *key != skipped);
    let completions = open.map(ChecklistCommand::Complete);
    for command in completions.chain([ChecklistCommand::Skip(skipped), ChecklistCommand::Dismiss]) {
        org.change_checklist(&admin, command, at(PAID_AT)).unwrap();
    }
}

/// Returns the fact that a subscription of an organization is active.
pub fn subscribed(organization: &str, plan: Plan) -> Fact {
    let price = if plan == Plan::Team { TEAM_PRICE } else { SINGLE_PRICE };
    let event = stripe_event("customer.subscription.created", organization, CUSTOMER, price);
    stripe::parked_fact(&event.to_string()).unwrap()
}

/// Builds an event of Stripe about a subscription.
fn stripe_event(event: &str, organization: &str, customer: &str, price: &str) -> Value {
    let step: EventStep = serde_json::from_value(json!({
        "event": event, "at": 0, "id": format!("evt_{customer}_{}", event.replace('.', "_")), "of": SUBSCRIPTION, "price": price,
        "names": (!organization.is_empty()).then_some("$ORG"),
    }))
    .unwrap();
    let (now, organization, customer) =
        (at(PAID_AT).as_second(), organization.to_owned(), customer.to_owned());
    step.build(1, &Names { now, organization, second: String::new(), customer })
}

/// Invites Mo and Kim to Acme. Mo accepts.
async fn invite(store: &Store) {
    let details = send_invitation(store, "mo@acme.example", &"1b".repeat(32)).await;
    let (mut org, mo) = (details.org.value.clone(), user(MO, "Mo Roe", "mo@acme.example"));
    let membership = org.accept(&details.invitation.value, &mo, 1, minutes_ago(20)).unwrap();
    let mo = joined(mo, &org);
    let acceptance = Acceptance {
        session: session(&org, &mo),
        secret: secret(MO_SESSION),
        person: Person::New(mo),
        details,
        org,
        membership,
        instead_of: None,
        browser: Some(secret(BROWSER).hash()),
        waiting: Vec::new(),
    };
    assert_eq!(store.commit_acceptance(&acceptance).await.unwrap(), Accepted::Joined);
    send_invitation(store, "kim@acme.example", INVITATION).await;
}

/// Stores the link in Hooli's welcome email, and an invitation that waits for its use.
async fn wait_for_verification(store: &Store) {
    let hooli = store.load_org(parse(HOOLI)).await.unwrap().unwrap();
    let ned = store.load_user(hooli.value.admins[0].user).await.unwrap().unwrap().value;
    let link = VerifyLink::of(secret(LINK).hash(), &ned, at(NOW));
    store.save_verify_link(&link).await.unwrap();
    let address = Address::parse("gil@hooli.example").unwrap();
    let inviter = (ned.id, ned.name);
    let invitation = Invitation::new(hooli.value.id, address, Role::Member, inviter, at(NOW));
    let waiting = Invitation { waits: true, ..invitation };
    let invited = store.commit_invitation((&hooli, &hooli.value), None, &waiting, &[], at(NOW)).await;
    assert_eq!(invited.unwrap(), Invited::Done);
}

/// Stores Mo's portal link, and the portal session that a link of the operator began.
async fn create_portal_links(store: &Store) {
    let create = async |org, user: User, link: &str, now| {
        let url = "https://app.example.com/settings".parse().unwrap();
        let link =
            PortalLink::create(&user, parse(org), PortalPage::Members, url, &secret(link), now).unwrap();
        store.save_portal_link(&link).await.unwrap();
        (link, user)
    };
    let load = async |id| store.load_user(id).await.unwrap().unwrap().value;
    create(ACME, load(parse(MO)).await, LINK, at(NOW)).await;
    let operator = store.load_org(parse(TIMETRACKER)).await.unwrap().unwrap().value.admins[0].user;
    let (link, operator) = create(TIMETRACKER, load(operator).await, OPERATOR_SESSION, minutes_ago(30)).await;
    let session = link.begin_session(&operator, minutes_ago(30)).unwrap();
    let used = store.consume_portal_link(&link, &session, &secret(PORTAL_SESSION), None).await;
    assert_eq!(used.unwrap(), Consumed::Used);
}

/// Invites an address to Acme, with an email that was sent 20 minutes ago.
async fn send_invitation(store: &Store, address: &str, link: &str) -> InvitationDetails {
    let (now, link) = (minutes_ago(20), secret(link).hash());
    let (org, address) = (parse(ACME), Address::parse(address).unwrap());
    let acme = store.load_org(org).await.unwrap().unwrap();
    let inviter = (parse(JO), Name::parse("Jo Doe").unwrap());
    let invitation = Invitation::new(org, address.clone(), Role::Member, inviter, now);
    let invited = store.commit_invitation((&acme, &acme.value), None, &invitation, &[], now).await;
    assert_eq!(invited.unwrap(), Invited::Done);
    let (before, _) = store.load_invitation(org, invitation.id()).await.unwrap().unwrap();
    let delivery = Delivery::Sent { at: now, claim: None };
    let sent = Invitation { secret_hash: Some(link), delivery, ..invitation };
    store.commit_invitation_mail(&before, &sent).await.unwrap();
    store.load_invitation_for_address(org, &address).await.unwrap().unwrap()
}

/// Requests sign-in links for Jo, whose email is being sent, and for Mo, whose email is due.
async fn request_sign_in(store: &Store) {
    let now = minutes_ago(1);
    for (id, address) in [(REQUEST, "jo@acme.example"), ([0x6d; 32], "mo@acme.example")] {
        let address = Address::parse(address).unwrap();
        let request = SignInRequest::new(id, address, None, None, now);
        let requested = store.request_sign_in(&request, &[]).await;
        assert_eq!(requested.unwrap(), SignInRequestResult::Recorded);
    }
    let (before, user) = store.load_sign_in_request(SignInRequestId::new(REQUEST)).await.unwrap().unwrap();
    let after = SignInRequest { delivery: sending(&before.value.delivery), ..before.value.clone() };
    let link = Link {
        secret_hash: secret(LINK).hash(),
        user: user.unwrap().id,
        address: after.address.clone(),
        next: Some("/onboarding/checklist".to_owned()),
        requested_at: Some(now),
        browser: None,
        expires_at: add(now, SIGN_IN_LINK_TTL),
    };
    store.commit_sign_in_request(&before, &after, Some(&link)).await.unwrap();
}

/// Records two webhooks about Acme: one that the host's endpoint accepted, and one that it refused.
async fn record_webhooks(store: &Store) {
    let delivery = |minutes, event: &str, state, status, attempts| WebhookDelivery {
        at: minutes_ago(minutes),
        event: format!("{ACME}/{event}"),
        kind: "checklist.task_completed".to_owned(),
        organization: Some(ACME.to_owned()),
        state,
        status,
        attempts,
        ms: 120,
    };
    for delivery in [
        delivery(30, "7/0", WebhookState::Delivered, Some(204), 1),
        delivery(25, "8/0", WebhookState::Retrying, None, 3),
    ] {
        store.commit_webhook_delivery(&delivery).await.unwrap();
    }
}

/// Parks a payment of an unknown customer, and quarantines a dispute of Globex.
async fn keep_for_review(store: &Store) {
    let customer = CustomerId::parse(PARKED_CUSTOMER).unwrap();
    let payment = stripe_event("invoice.paid", "", PARKED_CUSTOMER, TEAM_PRICE);
    park(store, &customer, "evt_1P2a3r4k5e6d7", &payment).await;
    let event = QuarantinedEvent {
        id: "evt_1D2i3s4p5u6t7e8",
        reason: "the payer's bank disputes a payment",
        body: b"{}",
        kind: Some(ReviewKind::Dispute),
        organizations: Some(&[parse(GLOBEX)]),
    };
    assert!(store.quarantine(&event, minutes_ago(15)).await.unwrap());
}

async fn park(store: &Store, customer: &CustomerId, id: &str, event: &Value) {
    let parked = Parked { event: EventId::parse(id).unwrap(), body: event.to_string() };
    assert!(store.park(customer, &parked, true, minutes_ago(15)).await.unwrap());
}
