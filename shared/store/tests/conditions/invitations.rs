use domain::people::{Address, Invitation, InvitationId, Name, Role, Session};
use serde_json::json;
use store::{Acceptance, InvitationDetails, InvitationLookup, Person, Stored};
use test_support::seed::{ACME, INVITATION, JO, MO};

use crate::world::{
    NEW_SECRET, NEW_USER, World, check, hash, nothing, now, org_pk, parse, reached_limit, secret, session_sk,
    user, user_pk,
};

const KIM: &str = "kim@acme.example";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Returns the sort key of an invitation to Acme.
fn invitation_sk(to: &str) -> String {
    format!("INVITE#{}", InvitationId::of(parse(ACME), &address(to)))
}

fn invitation(to: &str) -> Invitation {
    let inviter = (parse(JO), Name::parse("Jo Doe").unwrap());
    Invitation::new(parse(ACME), address(to), Role::Member, inviter, now())
}

async fn invited(world: &World, to: &str) -> Stored<Invitation> {
    let id = InvitationId::of(parse(ACME), &address(to));
    world.store.load_invitation(parse(ACME), id).await.unwrap().unwrap().0
}

#[tokio::test]
async fn address_is_invited_once_by_the_loaded_team() {
    check::<Vec<_>, _>(
        &[
            ("no other write", nothing, "Ok(Done)"),
            ("the team changed", |world, _| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
            ("a limit is reached", |_, limits| limits.push(reached_limit()), "Ok(Limited"),
            (
                "the address is invited",
                |world, _| world.occupy(&org_pk(ACME), &invitation_sk("al@acme.example")),
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let (org, mut limits) = (world.org(ACME).await, Vec::new());
            between(world, &mut limits);
            let invitation = invitation("al@acme.example");
            world.store.commit_invitation((&org, &org.value), None, &invitation, &limits, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn invitation_changes_only_in_the_loaded_version() {
    for revoke in [false, true] {
        check::<(), _>(
            &[
                ("no other write", nothing, "Ok"),
                ("the team changed", |world, ()| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
                (
                    "the invitation changed",
                    |world, ()| world.outdate(&org_pk(ACME), &invitation_sk(KIM)),
                    "Err(Conflict)",
                ),
            ],
            async |world, between| {
                let (org, before) = (world.org(ACME).await, invited(world, KIM).await);
                let mut after = before.value.clone();
                between(world, &mut ());
                if revoke {
                    after.revoke(now());
                    return world.store.revoke_invitation(&org, &before, &after, now()).await;
                }
                after.sends += 1;
                let sent =
                    world.store.commit_invitation((&org, &org.value), Some(&before), &after, &[], now());
                sent.await.map(|_| ())
            },
        )
        .await;
    }
}

#[tokio::test]
async fn invitation_email_is_written_only_for_the_loaded_invitation() {
    check::<(), _>(
        &[
            ("no other write", nothing, "Ok"),
            (
                "the invitation changed",
                |world, ()| world.outdate(&org_pk(ACME), &invitation_sk(KIM)),
                "Err(Conflict)",
            ),
            (
                "the link exists",
                |world, ()| world.occupy(&format!("LINK#{}", hash(NEW_SECRET)), "INVITATION"),
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let before = invited(world, KIM).await;
            between(world, &mut ());
            let after = Invitation { secret_hash: Some(hash(NEW_SECRET)), ..before.value.clone() };
            world.store.commit_invitation_mail(&before, &after).await
        },
    )
    .await;
}

async fn details(world: &World) -> InvitationDetails {
    match world.store.load_invitation_for_link(hash(INVITATION)).await.unwrap() {
        Some(InvitationLookup::Open(details)) => *details,
        other => panic!("{other:?}"),
    }
}

/// Returns the acceptance of Kim's invitation by a new user.
async fn acceptance(world: &World) -> Acceptance {
    let (details, mut kim) = (details(world).await, user(NEW_USER, "Kim Poe", KIM));
    let mut org = details.org.value.clone();
    let membership = org.accept(&details.invitation.value, &kim, 2, now()).unwrap();
    kim.join(org.id);
    Acceptance {
        session: Session::begin(org.id, &kim, now()),
        secret: secret(NEW_SECRET),
        person: Person::New(kim),
        details,
        org,
        membership,
        instead_of: None,
        browser: None,
        waiting: Vec::new(),
    }
}

#[tokio::test]
async fn invitation_is_accepted_once_as_loaded() {
    check::<Acceptance, _>(
        &[
            ("no other write", nothing, "Ok(Joined)"),
            ("the link was used", |_, it| it.details.secret_hash = hash(NEW_SECRET), "Ok(AlreadyUsed)"),
            (
                "the invitation changed",
                |world, _| world.outdate(&org_pk(ACME), &invitation_sk(KIM)),
                "Err(Conflict)",
            ),
            ("the team changed", |world, _| world.outdate(&org_pk(ACME), "ORG"), "Err(Conflict)"),
            (
                "the user is a member",
                |world, _| world.occupy(&org_pk(ACME), &format!("MEMBER#{NEW_USER}")),
                "Err(Conflict)",
            ),
            (
                "the secret is taken",
                |world, _| world.occupy(&user_pk(NEW_USER), &session_sk(NEW_SECRET)),
                "Err(Conflict)",
            ),
            (
                "the address has an account",
                |world, _| world.occupy(&format!("EMAIL#{}", address(KIM).hash()), "USER"),
                "Err(Conflict)",
            ),
            ("the user exists", |world, _| world.occupy(&user_pk(NEW_USER), "USER"), "Err(Conflict)"),
            (
                "the known user changed",
                |world, it| {
                    let before = Stored::new(it.person.after().clone(), 1);
                    let mut after = before.value.clone();
                    after.end_sessions();
                    it.person = Person::Known(Box::new(before), after);
                    world.set(&user_pk(NEW_USER), "USER", "version", json!({ "N": "2" }));
                },
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let mut acceptance = acceptance(world).await;
            between(world, &mut acceptance);
            world.store.commit_acceptance(&acceptance).await
        },
    )
    .await;
}

#[tokio::test]
async fn used_invitation_link_names_the_user_who_accepted() {
    let world = World::new().await;
    world.store.commit_acceptance(&acceptance(&world).await).await.unwrap();
    match world.store.load_invitation_for_link(hash(INVITATION)).await.unwrap() {
        Some(InvitationLookup::Used(used)) => assert_eq!(used.user, parse(NEW_USER)),
        other => panic!("{other:?}"),
    }
    let members = world.store.load_members(parse(ACME)).await.unwrap();
    let users: Vec<_> = members.iter().map(|member| member.user.to_string()).collect();
    assert_eq!(users, [JO, MO, NEW_USER]);
}
