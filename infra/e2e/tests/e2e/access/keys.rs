//! Tests what every route of the server API rejects: invalid keys, writes with a key that only reads,
//! and ids of another stage.

use crate::access::{
    actors::Actors,
    page,
    request::{Format, MatrixRequest, READ_ONLY_KEY, UNKNOWN_ORG, is_server_api},
};

/// Keys that differ from the keys of the stage in one part.
const INVALID_KEYS: [&str; 5] = [
    "local:another-key-0123456789abcdef0123456789",
    "another-stage:local-api-key-0123456789abcdef0123456789",
    "reader:local-api-key-0123456789abcdef0123456789",
    "local",
    "",
];

#[tokio::test]
async fn every_route_rejects_invalid_keys_and_foreign_ids() {
    let actors = Actors::new().await;
    let (world, admin) = (&actors.world, actors.caller("admin"));
    let missing = world.send("GET", "/api/v1", &[], String::new()).await;
    for row in page::rows().iter().filter(|row| is_server_api(row.path())) {
        let valid = MatrixRequest::of(row, &actors, admin);
        let send =
            async |request: MatrixRequest| request.send(world, admin.cookie.as_deref(), Format::Json).await;
        for key in INVALID_KEYS {
            let response = send(valid.clone().with_key(key)).await;
            assert_eq!((response.status, response.text()), (401, missing.text()), "{} {key}", row.route);
            assert!(world.calls_of(&response).await.is_empty(), "{} {key}", row.route);
        }
        let expected = if row.method() == "GET" { &row.cells["admin"] } else { "403" };
        let response = send(valid.clone().with_key(READ_ONLY_KEY)).await;
        assert_eq!(response.status.to_string(), expected, "{}: {}", row.route, response.text());
        for (own, foreign) in [
            (&admin.org, UNKNOWN_ORG),
            (&admin.org, "ext:another-stage"),
            (&actors.teammate, "usr_0198c0de-0000-7000-8000-00000000dead"),
        ] {
            let path = valid.path.replace(own, foreign);
            if path != valid.path {
                let response = send(MatrixRequest { path, ..valid.clone() }).await;
                assert_eq!(response.status, 404, "{} {foreign}: {}", row.route, response.text());
            }
        }
    }
    assert!(actors.changed().is_empty(), "{:?}", actors.changed());
}
