use domain::{mail::brake::Share, people::Session, secret::Hash, time::hour_of, trial::Trial};
use serde_json::json;
use store::{Person, SessionProof, SignUp, SignedUp};
use test_support::{
    build::{org, setup},
    seed::{HOOLI, JO, SESSION, form_hash},
};

use crate::world::{
    NEW_ORG, NEW_SECRET, NEW_USER, check, hash, nothing, now, org_pk, parse, reached_limit, secret,
    session_sk, user, user_pk,
};

/// Returns a sign-up of a new user, with a trial and a welcome email.
fn sign_up() -> SignUp {
    let mut user = user(NEW_USER, "Al Bee", "al@new.example");
    let mut org = org(NEW_ORG, "New", &user, now());
    user.join(org.id);
    user.verified = false;
    org.start_trial(Trial::start(now(), 14, vec![3]), &setup(), now());
    SignUp {
        session: Session::begin(org.id, &user, now()),
        secret: secret(NEW_SECRET),
        replay: hash(NEW_SECRET),
        creation_grant: None,
        limits: Vec::new(),
        first_mail: Some(Share { shard: 0, most: 1, hour: hour_of(now()) }),
        org,
        person: Person::New(user),
    }
}

fn trial_pk(sign_up: &SignUp) -> String {
    format!("TRIAL#{}", sign_up.person.after().address.mailbox_hash())
}

#[tokio::test]
async fn sign_up_states_the_first_reason_of_its_rejection() {
    check::<SignUp, _>(
        &[
            ("no other write", nothing, "Ok(Created)"),
            (
                "the form was submitted before",
                |_, it| it.replay = form_hash(parse(HOOLI), "ned@hooli.example"),
                "Ok(Replayed",
            ),
            (
                "the form was submitted more than ten minutes ago",
                |world, it| {
                    let earlier = json!({ "S": "2026-01-15T08:49:59.999Z" });
                    world.set(&format!("SIGNUP#{}", it.replay), "SIGNUP", "created_at", earlier);
                },
                "Ok(Created)",
            ),
            ("a limit is reached", |_, it| it.limits = vec![reached_limit()], "Ok(Limited"),
            (
                "the address has an account",
                |world, it| world.occupy(&format!("EMAIL#{}", it.person.after().address.hash()), "USER"),
                "Ok(AddressKnown)",
            ),
            (
                "the mailbox had a trial",
                |world, it| world.occupy(&trial_pk(it), "TRIAL"),
                "Ok(MailboxHadTrial)",
            ),
            (
                "the share of the hour is used up",
                |world, _| world.set("BRAKE#0", "2026-01-15T09:00:00.000Z", "n", json!({ "N": "1" })),
                "Ok(Braked(Share))",
            ),
            (
                "too many emails bounced",
                |world, _| world.set("BRAKE#0", "GATE", "braked", json!({ "BOOL": true })),
                "Ok(Braked(Bounces))",
            ),
        ],
        async |world, between| {
            let mut sign_up = sign_up();
            between(world, &mut sign_up);
            world.store.commit_sign_up(&sign_up, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn sign_up_replaces_no_item() {
    check::<SignUp, _>(
        &[
            ("the user exists", |world, _| world.occupy(&user_pk(NEW_USER), "USER"), "Err(Conflict)"),
            ("the organization exists", |world, _| world.occupy(&org_pk(NEW_ORG), "ORG"), "Err(Conflict)"),
            (
                "the membership exists",
                |world, _| world.occupy(&org_pk(NEW_ORG), &format!("MEMBER#{NEW_USER}")),
                "Err(Conflict)",
            ),
            (
                "the secret is taken",
                |world, _| world.occupy(&user_pk(NEW_USER), &session_sk(NEW_SECRET)),
                "Err(Conflict)",
            ),
            ("the grant is unknown", |_, it| it.creation_grant = Some(hash(NEW_SECRET)), "Err(Conflict)"),
            (
                "the grant was used",
                |world, it| {
                    it.creation_grant = Some(hash(NEW_SECRET));
                    let (pk, used) =
                        (format!("LINK#{}", hash(NEW_SECRET)), json!({ "S": it.replay.to_string() }));
                    world.set(&pk, "FOUNDING", "used_for", used);
                },
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let mut sign_up = sign_up();
            between(world, &mut sign_up);
            world.store.commit_sign_up(&sign_up, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn known_user_signs_up_only_as_loaded() {
    check(
        &[
            ("no other write", nothing, "Ok(Created)"),
            ("another write", |world, ()| world.outdate(&user_pk(JO), "USER"), "Err(Conflict)"),
        ],
        async |world, between| {
            let before = world.user(JO).await;
            let mut after = before.value.clone();
            after.join(parse(NEW_ORG));
            between(world, &mut ());
            let again = SignUp {
                session: Session::begin(parse(NEW_ORG), &after, now()),
                org: org(NEW_ORG, "New", &after, now()),
                person: Person::Known(Box::new(before), after),
                ..sign_up()
            };
            world.store.commit_sign_up(&again, now()).await
        },
    )
    .await;
}

#[tokio::test]
async fn repeated_form_starts_a_session_while_it_proves_the_user() {
    check::<(Hash, SessionProof), _>(
        &[
            ("no other write", nothing, "Ok(Started)"),
            (
                "the address was verified",
                |world, _| world.set(&user_pk(NEW_USER), "USER", "verified", json!({ "BOOL": true })),
                "Ok(Rejected)",
            ),
            (
                "the address of a known user was verified",
                |world, (_, proof)| {
                    *proof = SessionProof::UserKnown;
                    world.set(&user_pk(NEW_USER), "USER", "verified", json!({ "BOOL": true }));
                },
                "Ok(Started)",
            ),
            (
                "all sessions ended",
                |world, _| world.set(&user_pk(NEW_USER), "USER", "epoch", json!({ "N": "1" })),
                "Ok(Rejected)",
            ),
            (
                "the user left",
                |world, _| world.set(&user_pk(NEW_USER), "USER", "orgs", json!({ "L": [] })),
                "Ok(Rejected)",
            ),
            ("the form is unknown", |_, (replay, _)| *replay = hash(SESSION), "Ok(LimitReached)"),
            (
                "the form was repeated five times",
                |world, _| {
                    let pk = format!("SIGNUP#{}", hash(NEW_SECRET));
                    world.set(&pk, "SIGNUP", "replays", json!({ "N": "5" }));
                },
                "Ok(LimitReached)",
            ),
            (
                "the secret is taken",
                |world, _| world.occupy(&user_pk(NEW_USER), &session_sk(SESSION)),
                "Err(Conflict)",
            ),
        ],
        async |world, between| {
            let sign_up = sign_up();
            assert_eq!(world.store.commit_sign_up(&sign_up, now()).await?, SignedUp::Created);
            let mut values = (sign_up.replay, SessionProof::SignUpOnly);
            between(world, &mut values);
            let ((replay, proof), secret) = (values, secret(SESSION));
            world.store.start_repeat_session(replay, proof, &sign_up.session, &secret).await
        },
    )
    .await;
}
