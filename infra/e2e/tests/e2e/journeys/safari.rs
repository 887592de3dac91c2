//! Sessions in Safari, which drops `Secure` cookies on `http://localhost`.

use std::collections::BTreeMap;

use e2e::driver::{TestResponse, World};

const AGENT: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/18.1 Safari/605.1.15";

/// A Safari browser with its cookies.
struct Safari<'w> {
    world: &'w World,
    cookies: BTreeMap<String, String>,
}

impl<'w> Safari<'w> {
    fn new(world: &'w World) -> Self {
        Self { world, cookies: BTreeMap::new() }
    }

    async fn send(&mut self, method: &str, path: &str, form: &str) -> TestResponse {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let headers = [
            ("user-agent", AGENT),
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", cookies.as_str()),
        ];
        let response = self.world.send(method, path, &headers, form.to_owned()).await;
        for set in response.inner.headers().get_all("set-cookie") {
            self.store(set.to_str().unwrap());
        }
        response
    }

    /// Stores a cookie as WebKit does for `http://localhost`.
    fn store(&mut self, set: &str) {
        let mut parts = set.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let attributes: Vec<&str> = parts.collect();
        if attributes.contains(&"Secure") || name.starts_with("__Host-") || name.starts_with("__Secure-") {
            return;
        }
        assert!(attributes.contains(&"HttpOnly") && attributes.contains(&"SameSite=Lax"), "{set}");
        if attributes.contains(&"Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

#[tokio::test]
async fn safari_stays_signed_in_until_it_signs_out() {
    let world = World::new().await;
    let mut safari = Safari::new(&world);
    let form = "name=Acme&full_name=Jo&email=jo%40example.com";
    assert_eq!(
        safari.send("POST", "/organizations/new", form).await.header("location"),
        "/onboarding/welcome"
    );
    assert_eq!(safari.send("GET", "/onboarding/welcome", "").await.status, 200);
    assert_eq!(safari.send("POST", "/onboarding/api/checklist/dismiss", "").await.status, 303);
    safari.send("POST", "/logout", "").await;
    assert!(safari.cookies.is_empty(), "{:?}", safari.cookies);
    assert_eq!(safari.send("GET", "/dashboard", "").await.header("location"), "/login?next=/dashboard");
}

#[tokio::test]
async fn safari_is_recognized_by_the_link_it_requested() {
    let world = World::new().await;
    world.trialing("Acme", "jo@example.com").await;
    let (mut safari, mut other) = (Safari::new(&world), Safari::new(&world));
    safari.send("POST", "/login", "email=jo%40example.com").await;
    world.settle().await;
    let mail = world.mails("sign_in").await.pop().unwrap();
    let text = mail["text"].as_str().unwrap();
    let link = text.split_whitespace().find_map(|word| word.split_once("/login/")).unwrap().1;
    let path = format!("/login/{link}");
    let here = safari.send("GET", &path, "").await.text();
    assert_ne!(here, other.send("GET", &path, "").await.text(), "another browser sees a warning");
    assert_eq!(safari.send("POST", &path, "").await.status, 303);
    assert_eq!(safari.send("GET", "/dashboard", "").await.status, 200);
}
