//! That a limit holds for every span of its length, wherever it begins.

use crate::driver::World;

/// Sign-in mails of one address: so many in so many seconds.
const MOST: usize = 3;
const PER: u64 = 15 * 60;

/// Asks for a link from a network address of its own; answers the status and what `Retry-After` says.
async fn ask(world: &World, email: &str, n: u64) -> (u16, Option<u64>) {
    let mut visitor = world.visitor();
    visitor.ip = format!("198.51.{}.{}", n / 250, n % 250);
    let answer = visitor.submit("/login", &[("email", email)]).await;
    (answer.status, answer.header("retry-after").parse().ok())
}

#[tokio::test]
async fn no_quarter_of_an_hour_holds_more_than_three_mails_and_retry_after_is_true() {
    let world = World::new().await;
    let (mut random, mut now, mut asked) = (7_u64, 0_u64, 0_u64);
    for email in ["ann@example.com", "bea@example.com", "cleo@example.com"] {
        let mut let_through: Vec<u64> = Vec::new();
        for _ in 0..40 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pause = [0, 1, 10, 200, 449, 450, 899, 900][usize::try_from(random >> 61).unwrap()];
            world.advance(&format!("{pause}s")).await;
            now += pause;
            asked += 1;
            let recent: Vec<_> = let_through.iter().filter(|at| **at + PER > now).copied().collect();
            let (status, wait) = ask(&world, email, asked).await;
            if recent.len() < MOST {
                assert_eq!(status, 200, "{email} at {now}: {let_through:?}");
                let_through.push(now);
            } else {
                assert_eq!(status, 429, "{email} at {now}: {let_through:?}");
                let true_wait = recent[0] + PER - now;
                let wait = wait.unwrap();
                assert!(wait == true_wait || wait + 1 == true_wait, "{wait} for {true_wait}");
            }
        }
        assert!(let_through.len() > MOST, "{email}");
    }
}
