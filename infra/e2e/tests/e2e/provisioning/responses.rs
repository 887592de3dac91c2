//! Every kind of response and callback, and what happens without the bus.

use serde_json::json;

use crate::provisioning::{
    host::{Host, Reply, done, report},
    run::{begin, end, item, sign_up, start},
};

#[tokio::test(start_paused = true)]
async fn run_ends_after_every_kind_of_response() {
    let (world, host) = Host::start().await;
    let rejected = Reply::Json(422, r#"{"message": "The name is taken."}"#);
    for (n, (reply, is_async, is_ready, calls)) in [
        (Reply::Json(204, ""), false, true, 1),
        (
            Reply::Json(201, r#"{"outputs": {"id": 7}, "app_url": "https://acme.example.com/"}"#),
            false,
            true,
            1,
        ),
        (Reply::Json(200, "not JSON"), false, true, 2),
        (Reply::Json(200, "[]"), false, true, 2),
        (Reply::Page(200), false, true, 2),
        (Reply::Page(302), false, true, 2),
        (Reply::Huge, false, true, 2),
        (Reply::Hangs, false, true, 2),
        (Reply::Json(500, ""), true, true, 2),
        (Reply::Json(408, ""), false, true, 2),
        (Reply::RetryAfter(1800), false, true, 2),
        (Reply::Json(202, ""), false, true, 2),
        // The host accepts the step and never reports its result.
        (Reply::Json(202, ""), true, false, 1),
        (Reply::Page(404), false, false, 1),
        (rejected, false, false, 1),
    ]
    .into_iter()
    .enumerate()
    {
        host.reply_with(&[reply]);
        let org = begin(&world, n, &[("workspace", is_async)]).await;
        world.settle().await;
        if let Reply::RetryAfter(_) = reply {
            world.advance("29m").await;
            assert_eq!(end(&item(&world, &org).await), None, "the host asked to wait");
        }
        world.advance(if is_ready { "1h" } else { "25h" }).await;
        assert_eq!(end(&item(&world, &org).await), Some(is_ready), "{reply:?}");
        let made = host.take_calls();
        assert_eq!(made.len(), calls, "{reply:?}");
        let id = format!("{}.workspace.provision", org.replace("org_", "run_"));
        for (call, attempt) in made.iter().zip(1..) {
            assert_eq!((&call.id, &call.body["attempt"]), (&id, &json!(attempt)));
        }
        let welcome = world.mails("welcome").await;
        let own = welcome.iter().filter(|mail| mail["organization_id"] == *org).count();
        assert_eq!(own, usize::from(is_ready), "{reply:?}");
    }
    assert_eq!(world.events("organization.ready").await.len(), 12);
    assert_eq!(world.events("organization.provisioning_failed").await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn callback_ends_its_step_once() {
    let (world, host) = Host::start().await;
    host.reply_with(&[Reply::Json(202, "")]);
    let org = sign_up(&world, 1).await;
    let run = org.replace("org_", "run_");
    assert_eq!(report(&world, &run, "workspace", done()).await.0, 409, "before the call");
    start(&world, &org, &[("first", true), ("last", false)]);
    world.settle().await;
    let other = sign_up(&world, 2).await;
    for (run, step, expected) in [
        (other.replace("org_", "run_"), "first", 404),
        (run.clone(), "other", 404),
        (run.clone(), "last", 409),
        ("run_0198c0de-0000-7000-8000-00000000dead".to_owned(), "first", 404),
    ] {
        assert_eq!(report(&world, &run, step, done()).await.0, expected, "{run} {step}");
    }
    let result =
        json!({ "status": "done", "outputs": { "id": [7] }, "app_url": "https://acme.example.com/" });
    let (status, state) = report(&world, &run, "first", result.clone()).await;
    assert_eq!((status, &state["app_url"]), (200, &json!("https://acme.example.com/")));
    assert_eq!(report(&world, &run, "first", result.clone()).await.0, 200);
    assert_eq!(report(&world, &run, "first", json!({ "status": "failed" })).await.0, 409);
    world.settle().await;
    assert_eq!(end(&item(&world, &org).await), Some(true));
    let last = host.take_calls().into_iter().find(|call| call.step == "last").unwrap();
    assert_eq!(last.body["outputs"], json!({ "id": [7] }));
    let before = item(&world, &org).await;
    assert_eq!(report(&world, &run, "first", result).await.0, 200, "after the end");
    assert_eq!(item(&world, &org).await, before, "nothing is written");
    assert_eq!(report(&world, &run, "first", json!({ "status": "failed" })).await.0, 409);

    host.reply_with(&[Reply::Json(202, "")]);
    let org = begin(&world, 3, &[("first", true)]).await;
    let run = org.replace("org_", "run_");
    world.settle().await;
    let failed = json!({ "status": "failed", "message": "The name is taken." });
    for (result, expected) in [(failed.clone(), 200), (failed, 200), (done(), 409)] {
        assert_eq!(report(&world, &run, "first", result).await.0, expected);
    }
    assert_eq!(end(&item(&world, &org).await), Some(false));
}

#[tokio::test(start_paused = true)]
async fn event_starts_the_run_and_the_schedule_guarantees_it() {
    let (world, host) = Host::start().await;
    let org = begin(&world, 1, &[("a", false), ("b", false)]).await;
    world.settle().await;
    assert_eq!(end(&item(&world, &org).await), Some(true), "the clock did not move");
    let steps: Vec<_> = host.take_calls().into_iter().map(|call| call.step).collect();
    assert_eq!(steps, ["a", "b"]);

    let org = sign_up(&world, 2).await;
    world.inject(json!([{ "function": "event-publisher", "kind": "crash" }])).await;
    start(&world, &org, &[("a", false), ("b", false)]);
    world.settle().await;
    assert_eq!(end(&item(&world, &org).await), None);
    world.advance("1m").await;
    assert_eq!(end(&item(&world, &org).await), Some(true), "without any event");
}

#[tokio::test(start_paused = true)]
async fn slow_run_asks_an_unverified_founder_to_verify() {
    let (world, host) = Host::start().await;
    begin(&world, 1, &[("workspace", false)]).await;
    world.advance("10m").await;
    assert_eq!(world.mails("verify").await.len(), 0, "the welcome email verifies the address");
    assert_eq!(world.mails("welcome").await.len(), 1);

    host.reply_with(&[Reply::RetryAfter(3600)]);
    begin(&world, 2, &[("workspace", false)]).await;
    world.advance("1m").await;
    assert_eq!(world.mails("verify").await.len(), 0);
    world.advance("10m").await;
    let mails = world.mails("verify").await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0]["text"].as_str().unwrap().contains("/verify/"), "{mails:?}");
    world.advance("2h").await;
    assert_eq!((world.mails("verify").await.len(), world.mails("welcome").await.len()), (1, 2));
}
