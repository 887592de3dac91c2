//! What people read in the terminal: quiet, aligned, and in colour only where a person looks.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use crate::connector::Cloud;
use crate::server::{Line, Observer};

/// A terminal, or a file that stands for one.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    colour: bool,
}

/// What is where.
#[derive(Debug, Clone, Copy)]
pub struct Urls<'a> {
    /// Onramp's own address.
    pub onramp: &'a str,
    /// The address of Stripe's stand-in.
    pub stripe: &'a str,
    /// The address of the local host app, if there is one.
    pub host_app: Option<&'a str>,
    /// Where everything is kept, in words.
    pub data: &'a str,
}

impl Terminal {
    /// Standard output; in colour if it is a terminal and `NO_COLOR` is not set.
    pub fn detect() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colour: !plain && io::stdout().is_terminal() }
    }

    /// One without colours.
    pub const fn plain() -> Self {
        Self { colour: false }
    }

    /// Writes a line. A closed pipe is nobody's fault here.
    pub fn say(self, line: &str) {
        let mut out = io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            tracing::debug!("standard output is closed");
        }
    }

    /// Writes what went wrong to standard error.
    pub fn complain(self, message: &str) {
        if writeln!(io::stderr(), "{message}").is_err() {
            tracing::debug!("standard error is closed");
        }
    }

    /// What is where, once everything is ready.
    pub fn welcome(self, places: &Urls<'_>, secret: &str, ms: u128) {
        let url = places.onramp;
        let rows = [
            ("Sign up", Some(format!("{url}/organizations/new"))),
            ("Console", Some(format!("{url}/_local"))),
            ("Stripe", Some(places.stripe.to_owned())),
            ("Host app", places.host_app.map(str::to_owned)),
            ("Webhooks", Some(format!("{url}/billing/webhooks/stripe"))),
            ("Secret", Some(secret.to_owned())),
            ("Data", Some(places.data.to_owned())),
        ];
        let rows = rows.into_iter().filter_map(|(name, value)| Some((name, value?)));
        self.say("");
        self.say(&format!(
            "  {} is running {}",
            self.bold("Onramp"),
            self.dim(&format!("· ready in {ms} ms"))
        ));
        self.say("");
        for (name, value) in rows {
            self.say(&format!("  {}  {value}", self.dim(&format!("{name:<8}"))));
        }
        self.say("");
        self.say(&format!("  {}", self.dim("Ctrl-C stops it.")));
        self.say("");
    }

    /// Prints one line for each request that is not the console's own polling.
    pub fn observer(self, cloud: Arc<Cloud>) -> Observer {
        Arc::new(move |line: Line| {
            if line.path.starts_with("/_local") && line.method == "GET" {
                return;
            }
            self.say(&self.request(&line, cloud.calls.of_request(line.request_id())));
        })
    }

    fn request(self, line: &Line, calls: usize) -> String {
        let status = match line.status {
            500.. => self.paint("31", line.status),
            400.. => self.paint("33", line.status),
            _ => self.paint("32", line.status),
        };
        let ms = format!("{:>5.0} ms", line.took.as_secs_f64() * 1e3);
        let calls = match calls {
            0 => String::new(),
            1 => "1 call".to_owned(),
            calls => format!("{calls} calls"),
        };
        let function = line.served.as_ref().map_or("", |served| served.function.as_str());
        let tail = self.dim(&format!("{ms}  {calls:<8}  {function}"));
        let row = format!("  {:<6} {:<46} {status} {tail}", line.method, line.safe_path());
        row.trim_end().to_owned()
    }

    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// A text in a colour, by its number, where a person looks.
    pub(crate) fn paint(self, code: &str, text: impl std::fmt::Display) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

impl Line {
    /// The path; of a route that ends in a one-time secret, its pattern: a terminal is often shown and kept.
    fn safe_path(&self) -> &str {
        let pattern = self.served.as_ref().map(|served| served.pattern.as_str());
        pattern.filter(|pattern| pattern.contains("{token}")).unwrap_or(&self.path)
    }

    fn request_id(&self) -> &str {
        self.served.as_ref().map_or("", |served| served.request_id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::gateway::Served;

    fn line(path: &str, function: &str, pattern: &str) -> Line {
        let served =
            Served { function: function.to_owned(), pattern: pattern.to_owned(), request_id: "1".to_owned() };
        Line {
            method: "POST".to_owned(),
            path: path.to_owned(),
            status: 303,
            took: Duration::from_micros(12_400),
            served: Some(served),
        }
    }

    #[test]
    fn secrets_in_paths_are_not_shown() {
        for (path, pattern, shown) in [
            ("/login/5ec2e7", "/login/{token}", "/login/{token}"),
            (
                "/mail/unsubscribe/5ec2e7/undo",
                "/mail/unsubscribe/{token}/undo",
                "/mail/unsubscribe/{token}/undo",
            ),
            ("/organizations/org_1", "/organizations/{id}", "/organizations/org_1"),
            ("/nowhere", "$default", "/nowhere"),
        ] {
            let printed = Terminal { colour: false }.request(&line(path, "sign-in", pattern), 1);
            assert!(printed.contains(&format!(" {shown} ")), "{printed}");
            assert!(!printed.contains("5ec2e7"), "{printed}");
        }
    }

    #[test]
    fn a_request_is_one_aligned_line() {
        let line = line("/organizations/new", "org-signup", "/organizations/new");
        assert_eq!(
            Terminal { colour: false }.request(&line, 1),
            "  POST   /organizations/new                             303    12 ms  1 call    org-signup"
        );
        assert!(Terminal { colour: true }.request(&line, 1).contains("\x1b[32m303\x1b[0m"));
    }
}
