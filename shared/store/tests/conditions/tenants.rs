use domain::{org::Org, people::Address};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{Known, KnownPerson, ListCursor, Person, Store, Tenant};
use test_support::{
    aws::LocalAws,
    build::{org, start_trial},
    seed::{ACME, JO, MO, NOW, OSCORP},
};

use crate::world::{NEW_ORG, NEW_USER, World, check, nothing, now, org_pk, parse, user, user_pk};

/// Returns a new organization of a new user, both with ids of the host app.
fn tenant() -> Tenant {
    let mut admin = user(NEW_USER, "Al Bee", "al@new.example");
    let mut org = start_trial(org(NEW_ORG, "New", &admin, now()));
    admin.join(org.id);
    admin.external_id = Some(parse("al-1"));
    org.external_id = Some(parse("new-1"));
    Tenant { person: Person::New(admin), org, customer: None }
}

#[tokio::test]
async fn tenant_is_written_only_if_nothing_of_it_exists() {
    check::<Tenant, _>(
        &[
            ("no other write", nothing, "Ok"),
            (
                "the id of the organization is in use",
                |_, it| it.org.external_id = Some(parse("oscorp:1")),
                "Err(Conflict)",
            ),
            (
                "the id of the user is in use",
                |_, it| it.person.after_mut().external_id = Some(parse("nor@oscorp")),
                "Err(Conflict)",
            ),
            (
                "the address has an account",
                |world, it| world.occupy(&format!("EMAIL#{}", it.person.after().address.hash()), "USER"),
                "Err(Conflict)",
            ),
            ("the user exists", |world, _| world.occupy(&user_pk(NEW_USER), "USER"), "Err(Conflict)"),
            ("the organization exists", |world, _| world.occupy(&org_pk(NEW_ORG), "ORG"), "Err(Conflict)"),
        ],
        async |world, between| {
            let mut tenant = tenant();
            between(world, &mut tenant);
            world.store.commit_tenant(&tenant, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn known_admin_is_written_only_in_the_loaded_version() {
    check::<(), _>(
        &[
            ("no other write", nothing, "Ok"),
            ("the user changed", |world, ()| world.outdate(&user_pk(JO), "USER"), "Err(Conflict)"),
        ],
        async |world, between| {
            let before = world.user(JO).await;
            let mut after = before.value.clone();
            after.join(parse(NEW_ORG));
            between(world, &mut ());
            let person = Person::Known(Box::new(before), after);
            world.store.commit_tenant(&Tenant { person, ..tenant() }, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn known_ids_and_addresses_are_found_in_one_read() {
    let world = World::new().await;
    let load = async |org: &str, user: Option<&str>, address: &str| {
        let (org, user, address) = (parse(org), user.map(parse), Address::parse(address).unwrap());
        world.store.load_known(&org, user.as_ref(), &address).await.unwrap()
    };
    let unknown = Known { org: None, person: KnownPerson { user: None, address: None } };
    assert_eq!(load("new-1", None, "al@new.example").await, unknown);
    // The ids of organizations and users are separate.
    assert_eq!(load("nor@oscorp", Some("oscorp:1"), "al@new.example").await, unknown);
    let found = load("oscorp:1", Some("nor@oscorp"), "jo@acme.example").await;
    assert_eq!((found.org, found.person.address), (Some(parse(OSCORP)), Some(parse(JO))));
    assert!(found.person.user.is_some_and(|user| Some(user) != found.person.address));
}

#[tokio::test]
async fn id_of_the_host_app_is_set_only_if_it_is_free() {
    check::<&str, _>(
        &[
            ("no other write", nothing, "Ok(Some"),
            ("another organization has the id", |_, id| *id = "oscorp:1", "Ok(None)"),
            ("the organization changed", |world, _| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
        ],
        async |world, between| {
            let (before, mut id) = (world.org(ACME).await, "acme-1");
            between(world, &mut id);
            let after = Org { external_id: Some(parse(id)), ..before.value.clone() };
            world.store.commit_org_with_id(&before, &after, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn organization_is_returned_as_stored_after_a_change() {
    let world = World::new().await;
    let before = world.org(ACME).await;
    let after = Org { external_id: Some(parse("acme-1")), ..before.value.clone() };
    let written = world.store.commit_org_with_id(&before, &after, now()).await.unwrap().unwrap();
    let stored = world.org(ACME).await;
    assert_eq!((written.version, stored.version), (before.version + 1, before.version + 1));
    assert_eq!(
        (&written.value, written.last_write().unwrap()),
        (&stored.value, stored.last_write().unwrap())
    );
    let found = world.store.load_external_org(&parse("acme-1")).await.unwrap().unwrap();
    assert_eq!(found.value.id, stored.value.id);
    let same = world.store.commit_org_with_id(&stored, &stored.value, now()).await.unwrap().unwrap();
    assert_eq!(same.version, stored.version, "nothing changed, so nothing is written");
}

/// Creates an organization that signed up at a time. Its number decides among equal times.
async fn create(store: &Store, number: u32, at: Timestamp) {
    let mut admin =
        user(&format!("usr_0198c0de-0000-7000-8000-00000001{number:04x}"), "Al Bee", "x@x.example");
    admin.address = Address::parse(&format!("al{number}@new.example")).unwrap();
    let mut org = org(&format!("org_0198c0de-0000-7000-8000-00000002{number:04x}"), "New", &admin, at);
    admin.join(org.id);
    org.external_id = Some(parse(&format!("new-{number}")));
    store.commit_tenant(&Tenant { person: Person::New(admin), org, customer: None }, at).await.unwrap();
}

/// Returns the ids of all organizations, page by page, and checks that no page is larger than the limit.
async fn list(store: &Store, limit: usize) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), None::<ListCursor>);
    loop {
        let page = store.list_orgs(cursor, limit, now()).await.unwrap();
        assert!(page.orgs.len() <= limit);
        found.extend(page.orgs.iter().map(|org| org.value.id.to_string()));
        // A client gets the cursor as text.
        let Some(next) = page.next else { return found };
        cursor = Some(next.to_string().parse().unwrap());
    }
}

#[tokio::test]
async fn list_has_every_organization_once_newest_first() {
    let aws = LocalAws::at(NOW);
    let store = aws.store();
    let ago = |duration| now().checked_sub(duration).unwrap();
    let day = SignedDuration::from_hours(24);
    let mut created = Vec::new();
    // Six at the same time, others in the same week, and some after weeks and after a year without any.
    for (number, at) in [
        (1, now()),
        (2, ago(day)),
        (3, ago(day)),
        (4, ago(day)),
        (5, ago(day)),
        (6, ago(day)),
        (7, ago(day)),
        (8, ago(day * 3)),
        (9, ago(day * 4)),
        (10, ago(day * 60)),
        (11, ago(day * 61)),
        (12, ago(day * 400)),
    ] {
        create(&store, number, at).await;
        created.push((at, format!("org_0198c0de-0000-7000-8000-00000002{number:04x}")));
    }
    created.sort();
    let expected: Vec<String> = created.into_iter().rev().map(|(_, id)| id).collect();
    for limit in [2, 5, 100] {
        assert_eq!(list(&store, limit).await, expected, "limit {limit}");
    }
}

#[tokio::test]
async fn member_pages_have_every_member_once() {
    let world = World::new().await;
    let acme = parse(ACME);
    let (first, next) = world.store.load_member_page(acme, None).await.unwrap();
    let ids = |people: &[(domain::people::User, domain::people::Membership)]| {
        people.iter().map(|(user, _)| user.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((ids(&first), next), (vec![JO.to_owned(), MO.to_owned()], None));
    // A further 120 members need a second page.
    let mo = world.item(&org_pk(ACME), &format!("MEMBER#{MO}"));
    let user = world.item(&user_pk(MO), "USER");
    for number in 0..120 {
        let id = format!("usr_0198c0de-0000-7000-8000-00000003{number:04x}");
        let (mut member, mut user) = (mo.clone(), user.clone());
        member["sk"] = json!({ "S": format!("MEMBER#{id}") });
        user["pk"] = json!({ "S": user_pk(&id) });
        user["id"] = json!({ "S": id });
        world.put(&member);
        world.put(&user);
    }
    let (first, next) = world.store.load_member_page(acme, None).await.unwrap();
    let (second, last) = world.store.load_member_page(acme, next).await.unwrap();
    let mut all = ids(&first);
    all.extend(ids(&second));
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!((first.len(), count, all.len(), last), (100, 122, 122, None));
}
