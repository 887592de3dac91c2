use boot::{BaseUrl, Clock, OutboundHttp, Rng};
use clap::Args;
use domain::address::Address;

use crate::smoke::{self, Journey, StepResult};
use crate::terminal::Terminal;

/// What the journey is asked.
#[derive(Args)]
pub struct Options {
    /// The stage's address, without a path.
    #[arg(long)]
    url: BaseUrl,
    /// An address of yours: the journey signs up with it, plus something of its own behind a plus sign.
    #[arg(long, value_parser = address)]
    email: Address,
    /// The days of the stage's trial.
    #[arg(long, default_value_t = 14)]
    trial_days: u16,
    /// The webhook secret of a stage in test mode, whsec_…: a payment is signed with it. ONRAMP_WEBHOOK_SECRET keeps it
    /// out of the list of processes.
    #[arg(long)]
    webhook_secret: Option<String>,
}

/// Of a secret nothing is shown.
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
    let held = boot::Env::from_os().get("ONRAMP_WEBHOOK_SECRET").map(str::to_owned);
    let journey = Journey {
        webhook_secret: options.webhook_secret.or(held),
        url: options.url,
        email: options.email,
        trial_days: options.trial_days,
        http: OutboundHttp::system().connector(),
        clock: Clock::system(),
        entropy: Rng::system(),
    };
    let unpaid = journey.webhook_secret.is_none();
    let (whole, left) = smoke::run(journey, |taken| terminal.say(&line(terminal, taken))).await;
    if let Some(organization) = &left.organization {
        terminal.say(&format!("\n  It leaves “{}” behind: {organization}, of {}.", left.name, left.email));
    }
    if whole && unpaid {
        terminal.say("  No payment was tried: that needs --webhook-secret, of a stage in test mode.");
    }
    Ok(whole)
}

fn line(terminal: Terminal, taken: &StepResult) -> String {
    let (sign, colour, said) = match &taken.outcome {
        Ok(said) => ("✓", "32", said),
        Err(said) => ("✗", "31", said),
    };
    format!("  {} {:<21} {:>6} ms  {said}", terminal.paint(colour, sign), taken.name, taken.took.as_millis())
}
