//! The sign-up form: provisioning, validation, replays, limits, and cross-site requests.

use serde_json::json;

use e2e::driver::World;

#[tokio::test]
async fn sign_up_provisions_a_trial_and_sends_the_welcome_email() {
    let world = World::new().await;
    let mut jo = world.visitor();
    let form = jo.open("/organizations/new").await;
    assert_eq!(form.status, 200);
    assert!(form.text().contains("name=\"form_token\""));

    let response = jo.sign_up("Acme Corp", "jo@example.com", true).await;
    assert_eq!(response.header("location"), "/onboarding/welcome");
    let cookie = response.header("set-cookie");
    for attribute in ["__Host-s=org_", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }

    let welcome = jo.open("/onboarding/welcome").await;
    assert_eq!(welcome.status, 200);
    assert!(welcome.text().contains("14 days"), "{}", welcome.text());

    let list = jo.checklist().await;
    assert_eq!((&list["completed_count"], &list["total_count"]), (&json!(0), &json!(8)));
    assert_eq!(list["completion_percentage"], 0);
    assert_eq!(list["next_task"]["title"], "Invite team member");
    let organization = &list["organization"];
    assert_eq!(organization["name"], "Acme Corp");
    assert_eq!((&organization["status"], &organization["access"]), (&json!("trialing"), &json!("full")));
    assert_eq!(
        (&organization["is_on_trial"], &organization["trial_days_remaining"]),
        (&json!(true), &json!(14))
    );

    let page = jo.open("/onboarding/checklist").await.text();
    assert!(page.contains("0 of 8") && page.contains("Invite team member"), "{page}");
    let dashboard = jo.open("/dashboard").await.text();
    assert!(dashboard.contains("Getting Started"), "the dashboard shows the default project: {dashboard}");

    let mails = world.mails("welcome").await;
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail["subject"], "Welcome to TimeTracker - Acme Corp");
    assert_eq!(mail["to"], json!(["jo@example.com"]));
    assert_eq!(mail["organization_id"], organization["id"]);
    for part in ["text", "html"] {
        let body = mail[part].as_str().unwrap();
        assert!(body.contains("Hello Jo") && body.contains("14 days"), "{part}: {body}");
        assert!(body.contains("http://localhost:8484/onboarding/checklist"), "{part}: {body}");
    }

    assert_eq!(world.events("organization.signed_up").await.len(), 1);
    assert_eq!(world.events("organization.provisioned").await.len(), 1);
}

#[tokio::test]
async fn sign_up_accepts_form_multipart_and_json() {
    let world = World::new().await;
    let multipart =
        ["name", "Test Org", "full_name", "Jo Doe", "email", "m@example.com", "start_trial", "true"]
            .chunks(2)
            .map(|field| {
                format!(
                    "--x\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
                    field[0], field[1]
                )
            })
            .collect::<String>()
            + "--x--\r\n";
    let json = json!({ "name": "Test Org", "full_name": "Jo Doe", "email": "j@example.com" }).to_string();
    let form = "name=Test+Org&full_name=Jo+Doe&email=f%40example.com".to_owned();
    for (content_type, body) in [
        ("multipart/form-data; boundary=x", multipart),
        ("application/json", json),
        ("application/x-www-form-urlencoded", form),
    ] {
        let mut visitor = world.visitor();
        let response =
            visitor.send("POST", "/organizations/new", &[("content-type", content_type)], body).await;
        assert_eq!(
            (response.status, response.header("location")),
            (303, "/onboarding/welcome"),
            "{content_type}"
        );
        assert_eq!(visitor.organization().await["name"], "Test Org", "{content_type}");
    }
    assert_eq!(world.mails("welcome").await.len(), 3);
}

#[tokio::test]
async fn invalid_sign_up_names_every_field_and_stores_nothing() {
    let world = World::new().await;
    let body =
        json!({ "name": "", "full_name": "a\u{202e}b", "email": "no", "start_trial": "maybe" }).to_string();
    let response =
        world.send("POST", "/organizations/new", &[("content-type", "application/json")], body).await;
    assert_eq!((response.status, response.header("content-type")), (422, "application/problem+json"));
    let problem = response.json();
    let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["name", "full_name", "email", "start_trial"]);
    assert_eq!(world.item_count().await, 0);

    let page = world.visitor().submit("/organizations/new", &[("name", "<b>Acme"), ("email", "no")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text().contains("&lt;b&gt;Acme"), "the form keeps its value, escaped");
    assert_eq!(world.item_count().await, 0);
}

#[tokio::test]
async fn double_submit_creates_one_organization_and_two_sessions() {
    let world = World::new().await;
    let token = "5f2b8c0e9d7a4b6c8e1f3a5d7c9b0e2f";
    let form = [
        ("name", "Acme"),
        ("full_name", "Jo"),
        ("email", "jo@example.com"),
        ("start_trial", "true"),
        ("form_token", token),
    ];
    let (mut one, mut two) = (world.visitor(), world.visitor());
    let (first, second) =
        tokio::join!(one.submit("/organizations/new", &form), two.submit("/organizations/new", &form));
    assert_eq!((first.status, second.status), (303, 303), "{} {}", first.text(), second.text());
    assert_eq!(one.org(), two.org());
    assert_eq!(one.organization().await["status"], "trialing");
    assert_eq!(two.organization().await["status"], "trialing");
    // The user goes back in the browser and submits the form again, now with a session.
    let again = one.submit("/organizations/new", &form).await;
    assert_eq!((again.status, again.header("location")), (303, "/onboarding/welcome"), "{}", again.text());
    assert_eq!(world.mails("welcome").await.len(), 1);
}

#[tokio::test]
async fn sign_up_with_known_address_sends_a_link_and_no_session() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let mut stranger = world.visitor();
    let form = [("name", "Evil"), ("full_name", "Eve"), ("email", "JO@example.com")];
    let response = stranger.submit("/organizations/new", &form).await;
    assert_eq!((response.status, &stranger.cookie), (409, &None));
    assert!(response.text().contains("sign-in link"), "{}", response.text());
    assert_eq!(world.mails("sign_in").await.len(), 1);
    assert_eq!(world.mails("welcome").await.len(), 1);
}

#[tokio::test]
async fn sign_ups_are_limited_per_ip_address() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for n in 0..5 {
        visitor.cookie = None;
        visitor.sign_up("Acme", &format!("jo{n}@example.com"), true).await;
    }
    visitor.cookie = None;
    let form = [("name", "Acme"), ("full_name", "Jo"), ("email", "jo5@example.com")];
    let response = visitor.submit("/organizations/new", &form).await;
    assert_eq!(response.status, 429);
    assert!(response.header("retry-after").parse::<u64>().unwrap() <= 3600);
    let mut other_network = world.visitor();
    other_network.ip = "203.0.113.8".to_owned();
    other_network.sign_up("Acme", "jo5@example.com", true).await;
}

#[tokio::test]
async fn unverified_user_cannot_create_a_second_organization() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let response = jo.submit("/organizations/new", &[("name", "Second")]).await;
    assert_eq!(response.status, 403);
}

#[tokio::test]
async fn sign_up_starts_no_trial_when_trials_are_disabled() {
    let world = World::with(stack::Config::memory().set("STRIPE_ENABLE_TRIALS", "false")).await;
    let mut jo = world.visitor();
    let response = jo.sign_up("Acme", "jo@example.com", true).await;
    assert_eq!(response.header("location"), format!("/organizations/{}", jo.org()));
    assert_eq!(jo.organization().await["status"], "pending");
    assert_eq!(world.mails("welcome").await.len(), 0);
}

#[tokio::test]
async fn cross_site_sign_up_returns_403() {
    let world = World::new().await;
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "null")]
    {
        let body = "name=Acme&full_name=Jo&email=jo%40example.com";
        let headers = [(name, value), ("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(
            world.send("POST", "/organizations/new", &headers, body).await.status,
            403,
            "{name}: {value}"
        );
    }
    assert_eq!(world.item_count().await, 0);
}
