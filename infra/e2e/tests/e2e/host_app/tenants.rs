//! The sample host app creates a tenant for each organization, as its switch says.

use crate::{
    access::request::bearer,
    host_app::handoff::{config, host_app, text},
};
use e2e::driver::World;
use serde_json::json;
use stack::API_KEYS;

#[tokio::test(start_paused = true)]
async fn sample_handles_steps_as_its_switch_says() {
    let world = World::with(config().set("PROVISIONING_STEPS", "workspace")).await;
    for (mode, state) in [("normal", "ready"), ("slow", "ready"), ("failing", "failed")] {
        host_app(&world, "POST", "/tenants", &[], &format!("mode={mode}")).await;
        let mut jo = world.visitor();
        jo.sign_up(mode, &format!("jo-{mode}@example.com"), true).await;
        world.settle().await;
        let (path, (name, key)) = (format!("/api/v1/organizations/{}", jo.org()), bearer(API_KEYS));
        let organization = world.send("GET", &path, &[(&name, &key)], "").await.json();
        assert_eq!(organization["provisioning"]["state"], state, "{mode}");
    }
    let page = text(&host_app(&world, "GET", "/tenants", &[], "").await);
    let count = |word: &str| page.matches(word).count();
    assert_eq!((count("Created"), count("Rejected"), count("1 call")), (2, 1, 3), "{page}");
    // The console shows the runs that made no organization ready.
    let organizations = world.local("GET", "/_local/organizations", None).await;
    assert_eq!(organizations[0]["run"], json!({ "done": 0, "total": 1, "failed": true }));
    assert_eq!(organizations[1]["run"], json!(null));
}
