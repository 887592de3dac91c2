//! Users by their session cookie, on the seeded table.

use axum::http::{HeaderMap, header::COOKIE};
use domain::people::IdleTimeout;
use jiff::SignedDuration;
use test_support::{
    aws::LocalAws,
    build::parse,
    seed::{ACME, JO, NOW, SESSION, seed},
};
use web::auth::AuthenticatedUser;

/// Returns the cookie of Jo's session.
fn cookie(secret: &str) -> HeaderMap {
    let cookie = format!("__Host-s={ACME}.{JO}.{secret}");
    cookie.parse().map(|cookie| HeaderMap::from_iter([(COOKIE, cookie)])).unwrap_or_default()
}

fn idle() -> IdleTimeout {
    IdleTimeout::default()
}

#[tokio::test]
async fn only_a_valid_session_cookie_names_its_user() {
    let aws = LocalAws::at(NOW);
    seed(&aws.store()).await;
    let forged = SESSION.replace("5ec2e7", "5ec2e8");
    for (headers, user) in [(cookie(SESSION), Some(JO)), (cookie(&forged), None), (HeaderMap::new(), None)] {
        let found = AuthenticatedUser::load(&aws.store(), idle(), &headers, aws.now()).await.unwrap();
        assert_eq!(found.map(|user| user.member.user()), user.map(parse));
    }
}

#[tokio::test]
async fn use_of_a_session_is_recorded_once_an_hour() {
    let aws = LocalAws::at(NOW);
    seed(&aws.store()).await;
    for (minutes, is_recorded) in [(20, false), (40, true), (90, false), (101, true)] {
        let now = parse::<jiff::Timestamp>(NOW) + SignedDuration::from_mins(minutes);
        let user =
            AuthenticatedUser::load(&aws.store(), idle(), &cookie(SESSION), now).await.unwrap().unwrap();
        let before = aws.items();
        user.record_use(&aws.store()).await;
        assert_eq!(aws.items() != before, is_recorded, "{minutes} minutes later");
    }
}
