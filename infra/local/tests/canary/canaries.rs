//! What is listened to, and for what.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

use crate::driver::TestResponse;

/// Part of every name, address, key, header and body of the run. No code says it.
pub const CANARY: &str = "zqcanary";

/// Everything that was logged or counted, by whomever.
static SAID: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Listens to log lines, in the look that functions give them, and to metrics.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            // Wider than what is deployed, which is `info` for all.
            .with_env_filter("info,sign_in=trace,web=trace,store=trace,mail=trace,stripe=trace,bus=trace")
            .with_writer(Said)
            .init();
        telemetry::collect(|line| say(line.as_bytes()));
    });
}

fn say(bytes: &[u8]) {
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    said.extend_from_slice(bytes);
    said.push(b'\n');
}

/// All of it.
pub fn said() -> String {
    String::from_utf8_lossy(&SAID.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

#[derive(Clone, Copy)]
struct Said;

impl Write for Said {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        say(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Said {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// What must not be found anywhere: the canary, and secrets that the system made itself on the way.
pub struct Canaries {
    secrets: Vec<String>,
    /// How many answers of each status were looked at.
    pub statuses: BTreeMap<u16, usize>,
    /// What was found in answers, and where.
    pub heard: Vec<String>,
}

impl Canaries {
    pub fn new() -> Self {
        Self { secrets: vec![CANARY.to_owned()], statuses: BTreeMap::new(), heard: Vec::new() }
    }

    /// Adds a secret. A session's has two ids before it, which are none.
    pub fn dig(&mut self, secret: &str) {
        let secret = secret.rsplit(['.', '/', '=']).next().unwrap();
        assert!(secret.len() >= 22, "{secret} is no secret");
        self.secrets.push(secret.to_owned());
    }

    /// What of it is in a text.
    pub fn hits(&self, text: &str) -> Vec<String> {
        let lines = text.lines().filter(|line| {
            let line = line.to_lowercase();
            self.secrets.iter().any(|secret| line.contains(&secret.to_lowercase()))
        });
        lines.map(str::to_owned).collect()
    }

    /// Looks at an answer: an error says nothing of what was sent. A form that is given back does, by right.
    pub fn look(&mut self, answer: &TestResponse) {
        *self.statuses.entry(answer.status).or_default() += 1;
        let form =
            matches!(answer.status, 422 | 429) && answer.header("content-type").starts_with("text/html");
        if answer.status >= 400 && !form {
            self.listen_to(&answer.status.to_string(), &answer.text());
        }
        let led = |name: &str| matches!(name, "set-cookie" | "location");
        for name in answer.inner.headers().keys().filter(|name| !led(name.as_str())) {
            self.listen_to(name.as_str(), answer.header(name.as_str()));
        }
    }

    /// Keeps what of it is in a text from that place.
    pub fn listen_to(&mut self, place: &str, text: &str) {
        let hits = self.hits(text);
        self.heard.extend(hits.into_iter().map(|hit| format!("{place}: {hit}")));
    }
}
