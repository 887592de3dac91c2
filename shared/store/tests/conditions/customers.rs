use domain::{
    billing::{CustomerId, EventId},
    people::{ActionRecord, Name, Reason},
};
use serde_json::json;
use store::{CustomerLink, EventSubject, OrgChange, Parked, Store};
use test_support::seed::{ACME, CUSTOMER, GLOBEX, HOOLI, JO, PARKED_CUSTOMER};

use crate::world::{World, check, nothing, now, org_pk, parse};

/// A customer that the table does not contain.
const NEW_CUSTOMER: &str = "cus_N1e2w3";

fn customer(id: &str) -> CustomerId {
    CustomerId::parse(id).unwrap()
}

fn customer_pk(id: &str) -> String {
    format!("CUSTOMER#{id}")
}

async fn link_of(store: &Store, id: &str) -> CustomerLink {
    let customer = customer(id);
    let subject = EventSubject { customer: Some(&customer), ..EventSubject::default() };
    store.load_event_context(subject).await.unwrap().link
}

#[tokio::test]
async fn event_is_parked_once_until_its_customer_is_linked() {
    let event = Parked { event: EventId::parse("evt_1P2a3r4k5e6d7").unwrap(), body: "{}".to_owned() };
    for (id, expected) in
        [(NEW_CUSTOMER, "Ok(true)"), (PARKED_CUSTOMER, "Ok(false)"), (CUSTOMER, "Err(Conflict)")]
    {
        let parked = World::new().await.store.park(&customer(id), &event, true, now()).await;
        assert_eq!(format!("{parked:?}"), expected, "{id}");
    }
}

#[tokio::test]
async fn customer_is_linked_only_as_loaded() {
    for id in [NEW_CUSTOMER, PARKED_CUSTOMER] {
        check::<&str, _>(
            &[
                ("no other write", nothing, "Ok"),
                (
                    "the organization changed",
                    |world, _| world.outdate(&org_pk(HOOLI), "ORG"),
                    "Err(Conflict)",
                ),
                ("an event was parked", |world, id| world.outdate(&customer_pk(id), "LINK"), "Err(Conflict)"),
                (
                    "the customer was linked",
                    |world, id| world.set(&customer_pk(id), "LINK", "org", json!({ "S": ACME })),
                    "Err(Conflict)",
                ),
            ],
            async |world, between| {
                let (link, before) = (link_of(&world.store, id).await, world.org(HOOLI).await);
                let mut after = before.value.clone();
                after.billing.link(&customer(id));
                let parked = world.store.load_parked(&customer(id), &link).await?;
                between(world, &mut { id });
                world.store.link_customer(&customer(id), &link, &before, &after, &parked, now()).await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn events_of_a_linked_customer_are_released_only_as_loaded() {
    check::<(), _>(
        &[
            ("no other write", nothing, "Ok"),
            ("the link changed", |world, ()| world.outdate(&customer_pk(CUSTOMER), "LINK"), "Err(Conflict)"),
            (
                "the customer was linked to another organization",
                |world, ()| world.set(&customer_pk(CUSTOMER), "LINK", "org", json!({ "S": ACME })),
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let (link, org) = (link_of(&world.store, CUSTOMER).await, world.org(GLOBEX).await);
            let parked = world.store.load_parked(&customer(CUSTOMER), &link).await?;
            assert_eq!(parked.len(), 1);
            between(world, &mut ());
            let (change, record) = (OrgChange { before: &org, after: &org.value }, record());
            world
                .store
                .link_customer_for(Some(&record), &customer(CUSTOMER), &link, change, &parked, now())
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn more_events_than_fit_into_a_transaction_are_released() {
    let world = World::new().await;
    for n in 0..120 {
        let event = Parked { event: EventId::parse(&format!("evt_{n}")).unwrap(), body: "{}".to_owned() };
        assert!(world.store.park(&customer(NEW_CUSTOMER), &event, true, now()).await.unwrap());
    }
    let (link, before) = (link_of(&world.store, NEW_CUSTOMER).await, world.org(HOOLI).await);
    let parked = world.store.load_parked(&customer(NEW_CUSTOMER), &link).await.unwrap();
    assert_eq!(parked.len(), 120);
    let mut after = before.value.clone();
    after.billing.link(&customer(NEW_CUSTOMER));
    world.store.link_customer(&customer(NEW_CUSTOMER), &link, &before, &after, &parked, now()).await.unwrap();
    let link = link_of(&world.store, NEW_CUSTOMER).await;
    assert_eq!(link.org, Some(parse(HOOLI)));
    assert_eq!(world.store.load_parked(&customer(NEW_CUSTOMER), &link).await.unwrap(), []);
}

/// Returns the record of an operator's action.
pub fn record() -> ActionRecord {
    let (name, reason) = (Name::parse("Olu Ray").unwrap(), Reason::parse("They paid twice").unwrap());
    ActionRecord { at: now(), by: parse(JO), name, reason }
}
