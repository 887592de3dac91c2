//! `onramp try-endpoint`: reads the options and prints each check.

use std::time::Duration;

use clap::Args;
use domain::provisioning::StepKey;
use host_auth::webhook::WebhookSecrets;
use host_endpoint::EndpointUrl;
use runtime::{Clock, Env, OutboundHttp, Rng};
use serde_json::json;

use crate::{
    terminal::Terminal,
    try_endpoint::{self, Check, Target},
};

/// Options of `onramp try-endpoint`. The field docs are the help texts.
#[derive(Args)]
pub struct Options {
    /// URL of the endpoint: https with a host name, or http on localhost.
    #[arg(long)]
    url: EndpointUrl,
    /// Webhook secret (whsec_…) that the endpoint knows. Set HOST_WEBHOOK_SECRET instead to keep it
    /// out of the process list.
    #[arg(long)]
    secret: Option<String>,
    /// Key of the step to call.
    #[arg(long, value_name = "KEY", default_value = "workspace")]
    step: StepKey,
    /// Timeout of the step, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=25))]
    timeout: u64,
    /// Print the report as JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Debug output of the URL only, so that logs do not contain the secret.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("url", &self.url).finish_non_exhaustive()
    }
}

pub(super) async fn run(options: Options) -> Result<bool, String> {
    let terminal = Terminal::detect();
    let from_env = Env::from_os().get("HOST_WEBHOOK_SECRET").map(str::to_owned);
    let secret = options.secret.or(from_env).ok_or("Pass --secret, or set HOST_WEBHOOK_SECRET.")?;
    let target = Target {
        url: options.url,
        secrets: WebhookSecrets::parse(&secret)
            .ok_or("The secret must be whsec_ and 24 to 64 bytes in base64.")?,
        step: options.step,
        timeout: Duration::from_secs(options.timeout),
        http: OutboundHttp::system(),
        clock: Clock::system(),
        entropy: Rng::system(),
    };
    let report = try_endpoint::run(&target, |check| {
        if !options.json {
            terminal.print_line(&line(terminal, check));
        }
    })
    .await;
    let passed = report.passed();
    if options.json {
        terminal.print_line(&format!("{:#}", json!({ "passed": passed, "checks": report.checks })));
        return Ok(passed);
    }
    if report.stopped {
        terminal.print_line("  The other checks need an endpoint that handles a correct call.");
    }
    if report.is_async {
        terminal.print_line(
            "  The endpoint responds 202. This command cannot receive its result: set async = true for the \
             step, and test the callback with the local stack.",
        );
    }
    Ok(passed)
}

fn line(terminal: Terminal, check: &Check) -> String {
    let (sign, color) = if check.passed { ("✓", "32") } else { ("✗", "31") };
    format!("  {} {:<23} {}", terminal.paint(color, sign), check.name, check.message)
}
