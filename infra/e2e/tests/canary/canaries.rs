//! Captures all output of the process, and searches it for secrets and personal data.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::{Mutex, Once, PoisonError},
};

use tracing_subscriber::fmt::MakeWriter;

use e2e::driver::TestResponse;

/// A text that is part of every name, address, key, header, and body of the run. It appears nowhere
/// in the code of the product.
pub const CANARY: &str = "zqcanary";

/// Every log line and metric line of the process.
static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Captures log lines, in the format of the functions, and metric lines.
pub fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            // More verbose than deployed functions, which log at `info`.
            .with_env_filter("info,sign_in=trace,web=trace,store=trace,mail=trace,stripe=trace,bus=trace")
            .with_writer(OutputWriter)
            .init();
        telemetry::collect(|line| record(line.as_bytes()));
    });
}

fn record(bytes: &[u8]) {
    let mut output = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    output.extend_from_slice(bytes);
    output.push(b'\n');
}

/// Returns everything that was captured.
pub fn output() -> String {
    String::from_utf8_lossy(&OUTPUT.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

#[derive(Clone, Copy)]
struct OutputWriter;

impl Write for OutputWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        record(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for OutputWriter {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// Texts that must not occur in any output: the canary, and secrets that the system created during
/// the run.
pub struct Canaries {
    secrets: Vec<String>,
    /// Number of inspected responses, by status.
    pub statuses: BTreeMap<u16, usize>,
    /// Lines of responses that contain a secret. Each line starts with its place: the status, the
    /// name of the header, or the name of the function.
    pub leaks: Vec<String>,
}

impl Canaries {
    pub fn new() -> Self {
        Self { secrets: vec![CANARY.to_owned()], statuses: BTreeMap::new(), leaks: Vec::new() }
    }

    /// Adds the secret of a session cookie or of a link. Only its last part is secret.
    pub fn add_secret(&mut self, secret: &str) {
        let secret = secret.rsplit(['.', '/', '=']).next().unwrap();
        assert!(secret.len() >= 22, "{secret} is too short for a secret");
        self.secrets.push(secret.to_owned());
    }

    /// Returns the lines of a text that contain the canary or a secret.
    pub fn hits(&self, text: &str) -> Vec<String> {
        let lines = text.lines().filter(|line| {
            let line = line.to_lowercase();
            self.secrets.iter().any(|secret| line.contains(&secret.to_lowercase()))
        });
        lines.map(str::to_owned).collect()
    }

    /// Records the leaks in a response. The body of an error must not repeat the input, except on
    /// the page of a rejected form, which repeats the fields. The header of a page names its user. An
    /// HTTP header must not contain a secret, except in `set-cookie` and `location`.
    pub fn inspect(&mut self, response: &TestResponse) {
        *self.statuses.entry(response.status).or_default() += 1;
        let is_page = response.header("content-type").starts_with("text/html");
        let form = is_page && matches!(response.status, 422 | 429 | 500 | 503);
        if response.status >= 400 && !form {
            let body = response.text();
            let main = body.split_once("<main").filter(|_| is_page).map_or(body.as_str(), |(_, main)| main);
            self.inspect_text(&response.status.to_string(), main);
        }
        let may_hold_secret = |name: &str| matches!(name, "set-cookie" | "location");
        for name in response.inner.headers().keys().filter(|name| !may_hold_secret(name.as_str())) {
            self.inspect_text(name.as_str(), response.header(name.as_str()));
        }
    }

    /// Records the leaks in one text of a response. `place` names the text.
    pub fn inspect_text(&mut self, place: &str, text: &str) {
        let hits = self.hits(text);
        self.leaks.extend(hits.into_iter().map(|hit| format!("{place}: {hit}")));
    }
}
