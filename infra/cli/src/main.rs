//! The program `onramp`: serves the local stack on ports of localhost, or runs a subcommand.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use clap::Parser;
use cli::{
    command::{Command, setting},
    server,
    terminal::{Terminal, Urls},
};
use stack::{Config, Stack};
use tokio::{net::TcpListener, sync::watch};
use tracing_subscriber::EnvFilter;

/// Runs the full Onramp stack in one process, offline: functions, database, mailbox, event bus,
/// schedules, and clock.
#[derive(Debug, Parser)]
#[command(name = "onramp", version, args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// Port on localhost. The Stripe mock uses the next port. 0 selects free ports.
    #[arg(long, default_value_t = 8484)]
    port: u16,
    /// Data folder, kept between runs.
    #[arg(long, value_name = "DIR", default_value = ".onramp")]
    data: PathBuf,
    /// Keep all data in memory.
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// Also serve a sample host app, on the port after the Stripe mock, and hand users off to it.
    #[arg(long)]
    host_app: bool,
    /// Open the console in a browser.
    #[arg(long)]
    open: bool,
    /// Set a template parameter or function variable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // Subcommands print their own results.
    let default_level = if options.command.is_some() { "off" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default_level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let done = match options.command {
        Some(command) => command.run().await,
        None => run(options).await.map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            Terminal::detect().print_error(&message);
            ExitCode::from(2)
        }
    }
}

async fn run(options: Options) -> Result<(), String> {
    let started = Instant::now();
    let port = options.port;
    let (listener, url) = open_port(port).await?;
    // With port 0 the system selects a free port for each listener.
    let (stripe_listener, stripe_url) = open_port(if port == 0 { 0 } else { port.saturating_add(1) }).await?;
    let host_app = match options.host_app {
        true => Some(open_port(if port == 0 { 0 } else { port.saturating_add(2) }).await?),
        false => None,
    };
    let host_app_url = host_app.as_ref().map(|(_, url)| url.clone());
    let config = Config {
        settings: options.set.into_iter().collect(),
        data: (!options.memory).then_some(options.data.clone()),
        public_url: url.clone(),
        stripe_url: stripe_url.clone(),
        host_app_url: host_app_url.clone(),
        reads_prices: true,
        ..Config::memory()
    };
    let stack = Stack::start(config)
        .await
        .map_err(|error| format!("Onramp failed to start.\n{}", error.to_string().trim_end()))?;
    let terminal = Terminal::detect();
    let data = if options.memory { "in memory".to_owned() } else { options.data.display().to_string() };
    let urls = Urls { onramp: &url, stripe: &stripe_url, host_app: host_app_url.as_deref(), data: &data };
    terminal.print_welcome(&urls, stack.webhook_secret(), started.elapsed().as_millis());
    if options.open {
        open(&format!("{url}/_local"));
    }
    let observer = terminal.observer(Arc::clone(&stack.system().cloud));
    let (stopping, stopped) = watch::channel(());
    let serve_external = |listener, app| {
        let (observer, mut stopped) = (Arc::clone(&observer), stopped.clone());
        server::serve(listener, app, observer, async move {
            // No code sends a value on this channel. When Onramp's own server stops, the program
            // drops the sender. `changed` then returns an error, and this server also stops.
            stopped.changed().await.unwrap_or_default();
        })
    };
    let stripe = serve_external(stripe_listener, stack.stripe_app());
    let host_app = async {
        if let (Some((listener, _)), Some(app)) = (host_app, stack.host_app()) {
            serve_external(listener, app).await;
        }
    };
    let onramp = async {
        server::serve(listener, stack.app(), Arc::clone(&observer), interrupted()).await;
        drop(stopping);
    };
    tokio::join!(onramp, stripe, host_app);
    terminal.print_line("  Stopped.");
    Ok(())
}

/// Binds a port and returns it with its URL.
async fn open_port(port: u16) -> Result<(TcpListener, String), String> {
    let listener = server::bind(port).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => format!("Port {port} is in use. Choose another with --port."),
        _ => format!("Cannot open port {port}: {error}"),
    })?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    Ok((listener, format!("http://localhost:{port}")))
}

/// Completes at Ctrl-C or SIGTERM.
async fn interrupted() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => {
            if let Err(error) = outcome {
                tracing::error!(%error, "failed to listen for Ctrl-C");
            }
        }
        () = terminate => {}
    }
}

/// Opens a URL in the default browser. A failure is only logged.
fn open(url: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if let Err(error) = std::process::Command::new(program).arg(url).spawn() {
        tracing::warn!(%error, "failed to open a browser");
    }
}
