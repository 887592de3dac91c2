use domain::{
    id::UserId,
    people::{Address, Session, UsedLink, User},
    secret::Secret,
};
use serde_json::json;
use store::{
    Error, Link, LinkGrant, LinkLookup, OrgCreationGrant, Reissued, SignInRequest, SignInRequestResult,
    Stored, Unsubscription,
};
use test_support::seed::{ACME, JO, LINK, SESSION};

use crate::world::{
    Between, NEW_SECRET, World, check, hash, nothing, now, parse, reached_limit, secret, session_sk, token,
    user_pk,
};

/// Secret of the session or grant that the first use of a link issued.
const ISSUED: &str = "15500ed000000000000000000000000000000000000000000000000000000000";

fn link_pk(secret: &str) -> String {
    format!("LINK#{}", hash(secret))
}

async fn link(world: &World) -> Link {
    match world.store.load_link(hash(LINK)).await.unwrap() {
        Some(LinkLookup::Unused(link)) => link,
        other => panic!("{other:?}"),
    }
}

/// The values with which a link is used.
struct Use {
    link: Link,
    before: Stored<User>,
    after: User,
}

#[tokio::test]
async fn sign_in_link_is_used_once_by_the_loaded_user() {
    check::<Use, _>(
        &[
            ("no other write", nothing, "Ok(Used)"),
            ("the link was used", |_, it| it.link.secret_hash = hash(NEW_SECRET), "Ok(AlreadyUsed)"),
            (
                "the secret is taken",
                |world, _| world.occupy(&user_pk(JO), &session_sk(ISSUED)),
                "Err(Conflict)",
            ),
            (
                "all sessions ended",
                |world, _| world.set(&user_pk(JO), "USER", "epoch", json!({ "N": "9" })),
                "Err(Conflict)",
            ),
            (
                "the user to write changed",
                |world, it| {
                    it.after.end_sessions();
                    world.outdate(&user_pk(JO), "USER");
                },
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let (link, before) = (link(world).await, world.user(JO).await);
            let mut it = Use { link, after: before.value.clone(), before };
            between(world, &mut it);
            let session = Session::begin(parse(ACME), &it.after, now());
            let (issued, replaced) = (secret(ISSUED), token(ACME, JO, SESSION));
            let grant = LinkGrant::Session(&session, &issued);
            let by = (None, now());
            world.store.consume_link(&it.link, (&it.before, &it.after), &[], grant, Some(&replaced), by).await
        },
    )
    .await;
}

/// Uses Jo's link, and returns the record of its use.
async fn used_link(world: &World, grant: LinkGrant<'_>) -> UsedLink {
    let (link, user) = (link(world).await, world.user(JO).await);
    let by = (Some(hash(SESSION)), now());
    world.store.consume_link(&link, (&user, &user.value), &[], grant, None, by).await.unwrap();
    match world.store.load_link(hash(LINK)).await.unwrap() {
        Some(LinkLookup::Used(used)) => used,
        other => panic!("{other:?}"),
    }
}

/// Repeats the use of a link after `between`.
async fn repeat(
    world: &World,
    grant: LinkGrant<'_>,
    between: Between<()>,
) -> Result<Option<Reissued>, Error> {
    let used = used_link(world, grant).await;
    between(world, &mut ());
    world.store.reissue_used_link(&used, &secret(NEW_SECRET), now()).await
}

#[tokio::test]
async fn session_of_a_used_link_is_issued_again_while_it_is_alive() {
    check(
        &[
            ("no other write", nothing, "Ok(Some(Session("),
            (
                "another request repeated the use",
                |world, ()| {
                    let given = json!({ "M": { "session": { "S": hash(NEW_SECRET).to_string() } } });
                    world.set(&link_pk(LINK), "USED", "given", given);
                },
                "Err(Conflict)",
            ),
            (
                "all sessions ended",
                |world, ()| world.set(&user_pk(JO), "USER", "epoch", json!({ "N": "9" })),
                "Ok(None)",
            ),
            (
                "the secret is taken",
                |world, ()| world.occupy(&user_pk(JO), &session_sk(NEW_SECRET)),
                "Ok(None)",
            ),
        ],
        async |world, between| {
            let session = Session::begin(parse(ACME), &world.user(JO).await.value, now());
            repeat(world, LinkGrant::Session(&session, &secret(ISSUED)), between).await
        },
    )
    .await;
}

/// Returns a grant for a user to create an organization.
fn grant(secret: &Secret, user: UserId) -> OrgCreationGrant {
    OrgCreationGrant { secret_hash: secret.hash(), user, expires_at: now(), used_for: None }
}

#[tokio::test]
async fn grant_of_a_used_link_is_issued_again_until_it_is_used() {
    check(
        &[
            ("no other write", nothing, "Ok(Some(OrgCreation("),
            (
                "another request repeated the use",
                |world, ()| {
                    let given = json!({ "M": { "founding": { "S": hash(NEW_SECRET).to_string() } } });
                    world.set(&link_pk(LINK), "USED", "given", given);
                },
                "Err(Conflict)",
            ),
            (
                "the grant was used",
                |world, ()| {
                    let sign_up = json!({ "S": hash(SESSION).to_string() });
                    world.set(&link_pk(ISSUED), "FOUNDING", "used_for", sign_up);
                },
                "Ok(None)",
            ),
            ("the secret is taken", |world, ()| world.occupy(&link_pk(NEW_SECRET), "FOUNDING"), "Ok(None)"),
        ],
        async |world, between| {
            repeat(world, LinkGrant::OrgCreation(&grant(&secret(ISSUED), parse(JO))), between).await
        },
    )
    .await;
}

#[tokio::test]
async fn link_request_is_recorded_once_below_its_limits() {
    let jo = || SignInRequest::new([1; 32], Address::parse("jo@acme.example").unwrap(), None, None, now());
    let world = World::new().await;
    let refused = world.store.request_sign_in(&jo(), &[reached_limit()]).await.unwrap();
    assert!(matches!(refused, SignInRequestResult::Limited(_)), "{refused:?}");
    assert_eq!(world.store.request_sign_in(&jo(), &[]).await.unwrap(), SignInRequestResult::Recorded);
    let again = world.store.request_sign_in(&jo(), &[]).await;
    assert!(matches!(again, Err(Error::Conflict)), "{again:?}");
}

#[tokio::test]
async fn link_is_sent_only_for_the_loaded_request() {
    check::<Link, _>(
        &[
            ("no other write", nothing, "Ok"),
            (
                "the request changed",
                |world, link| {
                    let request = SignInRequest::new([2; 32], link.address.clone(), None, None, now()).id;
                    world.outdate(&format!("ASKED#{request}"), "ASKED");
                },
                "Err(Conflict)",
            ),
            ("the link exists", |world, _| world.occupy(&link_pk(NEW_SECRET), "LINK"), "Err(Conflict)"),
        ],
        async |world, between| {
            let mut link = Link { secret_hash: hash(NEW_SECRET), ..link(world).await };
            let request = SignInRequest::new([2; 32], link.address.clone(), None, None, now());
            world.store.request_sign_in(&request, &[]).await?;
            let (before, _) = world.store.load_sign_in_request(request.id).await?.unwrap();
            between(world, &mut link);
            world.store.commit_sign_in_request(&before, &before.value, Some(&link)).await
        },
    )
    .await;
}

#[tokio::test]
async fn unsubscribe_link_is_stored_until_it_is_deleted() {
    let (world, secret_hash) = (World::new().await, hash(NEW_SECRET));
    assert_eq!(world.store.load_unsubscription(secret_hash).await.unwrap(), None);
    let link = Unsubscription::of(secret_hash, parse(ACME), parse(JO), now());
    world.store.save_unsubscription(&link).await.unwrap();
    assert_eq!(world.store.load_unsubscription(secret_hash).await.unwrap(), Some(link));
    world.store.delete_unsubscription(secret_hash).await.unwrap();
    assert_eq!(world.store.load_unsubscription(secret_hash).await.unwrap(), None);
}
