//! Terminal output: the start message and one aligned line per request. Colors only on a terminal.

use std::{
    io::{self, IsTerminal, Write},
    sync::Arc,
};

use crate::server::{Line, Observer};
use aws_local::connector::Cloud;

/// Standard output, with or without colors.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    color: bool,
}

/// URLs and data folder for the start message.
#[derive(Debug, Clone, Copy)]
pub struct Urls<'a> {
    /// URL of Onramp, without a path.
    pub onramp: &'a str,
    /// URL of the Stripe mock.
    pub stripe: &'a str,
    /// URL of the sample host app, if it is served.
    pub host_app: Option<&'a str>,
    /// Data folder, or `in memory`.
    pub data: &'a str,
}

impl Terminal {
    /// Uses colors if standard output is a terminal and `NO_COLOR` is not set.
    pub fn detect() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { color: !plain && io::stdout().is_terminal() }
    }

    /// Creates a terminal without colors.
    pub const fn plain() -> Self {
        Self { color: false }
    }

    /// Writes a line to standard output. A closed pipe is not an error.
    pub fn print_line(self, line: &str) {
        let mut out = io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            tracing::debug!("standard output is closed");
        }
    }

    /// Writes an error message to standard error.
    pub fn print_error(self, message: &str) {
        if writeln!(io::stderr(), "{message}").is_err() {
            tracing::debug!("standard error is closed");
        }
    }

    /// Prints the URLs, the webhook secret, and the data folder. `ms` is the duration of the start.
    pub fn print_welcome(self, urls: &Urls<'_>, secret: &str, ms: u128) {
        let url = urls.onramp;
        let rows = [
            ("Sign up", Some(format!("{url}/organizations/new"))),
            ("Console", Some(format!("{url}/_local"))),
            ("Stripe", Some(urls.stripe.to_owned())),
            ("Host app", urls.host_app.map(str::to_owned)),
            ("Webhooks", Some(format!("{url}/billing/webhooks/stripe"))),
            ("Secret", Some(secret.to_owned())),
            ("Data", Some(urls.data.to_owned())),
        ];
        let rows = rows.into_iter().filter_map(|(name, value)| Some((name, value?)));
        self.print_line("");
        self.print_line(&format!(
            "  {} is running {}",
            self.bold("Onramp"),
            self.dim(&format!("· ready in {ms} ms"))
        ));
        self.print_line("");
        for (name, value) in rows {
            self.print_line(&format!("  {}  {value}", self.dim(&format!("{name:<8}"))));
        }
        self.print_line("");
        self.print_line(&format!("  {}", self.dim("Press Ctrl-C to stop.")));
        self.print_line("");
    }

    /// Returns an observer that prints one line per request. It omits `GET` requests under
    /// `/_local`, because the console sends them every two seconds.
    pub fn observer(self, cloud: Arc<Cloud>) -> Observer {
        Arc::new(move |line: Line| {
            if line.path.starts_with("/_local") && line.method == "GET" {
                return;
            }
            self.print_line(&self.request(&line, cloud.calls.of_request(line.request_id())));
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

    /// Wraps a text in an ANSI color code if colors are enabled.
    pub(crate) fn paint(self, code: &str, text: impl std::fmt::Display) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

impl Line {
    /// Returns the path of the request. If the path contains a one-time token, returns the route's
    /// pattern instead, because other people may see terminal output.
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
    use aws_local::gateway::Served;

    fn line(path: &str, function: &str, pattern: &str) -> Line {
        let served = Served {
            function: function.to_owned(),
            pattern: pattern.to_owned(),
            request_id: "1".to_owned(),
            failure: None,
        };
        Line {
            method: "POST".to_owned(),
            path: path.to_owned(),
            status: 303,
            took: Duration::from_micros(12_400),
            served: Some(served),
        }
    }

    #[test]
    fn request_line_hides_tokens_in_paths() {
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
            let printed = Terminal { color: false }.request(&line(path, "sign-in", pattern), 1);
            assert!(printed.contains(&format!(" {shown} ")), "{printed}");
            assert!(!printed.contains("5ec2e7"), "{printed}");
        }
    }

    #[test]
    fn request_line_is_aligned() {
        let line = line("/organizations/new", "org-signup", "/organizations/new");
        assert_eq!(
            Terminal { color: false }.request(&line, 1),
            "  POST   /organizations/new                             303    12 ms  1 call    org-signup"
        );
        assert!(Terminal { color: true }.request(&line, 1).contains("\x1b[32m303\x1b[0m"));
    }
}
