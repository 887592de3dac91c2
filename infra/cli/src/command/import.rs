//! `onramp import`: reads the options and the file, and prints the report.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
};

use clap::Args;
use runtime::{BaseUrl, OutboundHttp};

use crate::{
    import::{self, Refused, Report, Server},
    terminal::Terminal,
};

/// Number of lines after which a run that is not on a terminal prints its progress.
const PROGRESS_STEP: usize = 100;

/// Options of `onramp import`. The field docs are the help texts.
#[derive(Args)]
pub struct Options {
    /// File with one organization as JSON per line.
    file: PathBuf,
    /// URL of the stage, without a path.
    #[arg(long)]
    url: BaseUrl,
    /// API key of the stage, as {key id}.{secret}. Set ONRAMP_API_KEY instead to keep it out of the
    /// process list.
    #[arg(long)]
    key: Option<String>,
    /// Only check the file, the connection, and the key.
    #[arg(long)]
    dry_run: bool,
}

/// Debug output of the URL only, so that logs do not contain the key.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("url", &self.url).finish_non_exhaustive()
    }
}

pub(super) async fn run(options: Options) -> Result<bool, String> {
    let terminal = Terminal::detect();
    let from_env = runtime::Env::from_os().get("ONRAMP_API_KEY").map(str::to_owned);
    let key = options.key.or(from_env).ok_or("Pass --key, or set ONRAMP_API_KEY.")?;
    let text = std::fs::read_to_string(&options.file)
        .map_err(|error| format!("Cannot read {}: {error}", options.file.display()))?;
    let (lines, refused) = import::parse(&text);
    if lines.is_empty() && refused.is_empty() {
        return Err(format!("{} contains no organization.", options.file.display()));
    }
    let server = Server { http: OutboundHttp::system().connector(), url: options.url, key };
    server.check().await?;
    let report = if options.dry_run {
        terminal.print_line(&format!("  {} lines are valid. Nothing was sent.", lines.len()));
        Report { refused, ..Report::default() }
    } else {
        let shown = std::io::stdout().is_terminal();
        let mut report = import::run(&server, &lines, |done| show_progress(shown, done, lines.len())).await;
        report.refused.extend(refused);
        let Report { created, existing, members, .. } = &report;
        terminal.print_line(&format!(
            "  Organizations: {created} created, {existing} existed. Members added: {members}."
        ));
        report
    };
    let passed = report.refused.is_empty() && report.unsent == 0;
    print_refused(terminal, report);
    Ok(passed)
}

/// Shows the number of finished lines, in place on a terminal.
fn show_progress(is_terminal: bool, done: usize, all: usize) {
    let mut out = std::io::stdout().lock();
    let shown = match is_terminal {
        true => write!(
            out,
            "\r  [{:<30}] {done}/{all}{}",
            "#".repeat(done * 30 / all.max(1)),
            if done == all { "\n" } else { "" }
        ),
        false if done.is_multiple_of(PROGRESS_STEP) => writeln!(out, "  {done}/{all}"),
        false => Ok(()),
    };
    if shown.and_then(|()| out.flush()).is_err() {
        tracing::debug!("standard output is closed");
    }
}

fn print_refused(terminal: Terminal, mut report: Report) {
    report.refused.sort_by_key(|line| line.number);
    for Refused { number, reason } in &report.refused {
        terminal.print_line(&format!("  {} line {number}: {reason}", terminal.paint("31", "✗")));
    }
    if report.unsent > 0 {
        terminal.print_line(&format!(
            "  The server stopped responding. {} more lines were not sent. Run the command again.",
            report.unsent
        ));
    }
}
