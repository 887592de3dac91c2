//! `onramp smoke`: reads the options and prints each step.

use clap::Args;
use domain::people::Address;
use runtime::{BaseUrl, Clock, OutboundHttp, Rng};

use crate::{
    smoke::{self, Journey, StepResult},
    terminal::Terminal,
};

/// Options of `onramp smoke`. The field docs are the help texts.
#[derive(Args)]
pub struct Options {
    /// URL of the stage, without a path.
    #[arg(long)]
    url: BaseUrl,
    /// Your email address. The test signs up with a +suffix of it.
    #[arg(long, value_parser = address)]
    email: Address,
    /// Trial length of the stage, in days.
    #[arg(long, default_value_t = 14)]
    trial_days: u16,
    /// Webhook secret (whsec_…) of a test-mode stage, used to sign a test payment. Set
    /// ONRAMP_WEBHOOK_SECRET instead to keep it out of the process list.
    #[arg(long)]
    webhook_secret: Option<String>,
}

/// Debug output of the URL only, so that logs contain neither the email address nor the webhook
/// secret.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("url", &self.url).finish_non_exhaustive()
    }
}

fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}

pub(super) async fn run(options: Options) -> Result<bool, String> {
    let terminal = Terminal::detect();
    let from_env = runtime::Env::from_os().get("ONRAMP_WEBHOOK_SECRET").map(str::to_owned);
    let journey = Journey {
        webhook_secret: options.webhook_secret.or(from_env),
        url: options.url,
        email: options.email,
        trial_days: options.trial_days,
        http: OutboundHttp::system().connector(),
        clock: Clock::system(),
        entropy: Rng::system(),
    };
    let skips_payment = journey.webhook_secret.is_none();
    let (passed, data) = smoke::run(journey, |step| terminal.print_line(&line(terminal, step))).await;
    if let Some(organization) = &data.organization {
        terminal.print_line(&format!(
            "\n  Test organization “{}” remains: {organization} ({}).",
            data.name, data.email
        ));
    }
    if passed && skips_payment {
        terminal.print_line("  Payment not tested. To test it, pass --webhook-secret of a test-mode stage.");
    }
    Ok(passed)
}

fn line(terminal: Terminal, step: &StepResult) -> String {
    let (sign, color, message) = match &step.outcome {
        Ok(message) => ("✓", "32", message),
        Err(message) => ("✗", "31", message),
    };
    format!("  {} {:<21} {:>6} ms  {message}", terminal.paint(color, sign), step.name, step.took.as_millis())
}
