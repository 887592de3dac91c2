//! What one run of `trial-reminder` costs with many organizations and some of them due:
//!
//! ```text
//! cargo run --release -p local --example sweep -- --organizations 100000 --due 5000
//! ```
//!
//! The table is filled past every function and lies in memory, so what the run itself takes is what the process grows by.
//! Calls are answered inside the process: times hold no network, and those of the embedded database are told apart.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a measurement for people, which ends where its premise does"
)]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/sweep/yard.rs"]
mod yard;

use std::time::Instant;

use clap::Parser;
use yard::{Stage, Yard};

/// What is measured.
#[derive(Debug, Parser)]
struct Options {
    /// How many organizations there are.
    #[arg(long, default_value_t = 100_000)]
    organizations: usize,
    /// How many of them owe a reminder.
    #[arg(long, default_value_t = 5_000)]
    due: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Options { organizations, due } = Options::parse();
    let yard = Yard::new().await;
    yard.seed(&[(due, Stage::Reminder), (organizations.saturating_sub(due), Stage::Early)]);

    // Ends the peak that filling the table was, so that the next one is the run's (man 5 proc, "clear_refs").
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (memory, cpu, began) = (status_kb("VmRSS"), cpu_ms(), Instant::now());
    let run = yard.run().await;
    let (wall, cpu) = (began.elapsed(), cpu_ms() - cpu);
    let table: f64 = run.calls.iter().map(|call| call.ms).sum();

    let (found, failed) = run.tally();
    println!("{organizations} organizations, {found} due, {failed} failed, in {:.1} s", wall.as_secs_f64());
    for operation in ["Query", "GetItem", "UpdateItem"] {
        println!("{operation:>12} {:>8}", run.count(operation));
    }
    println!("  calls each {:>8.3}", run.calls.len() as f64 / found as f64);
    println!(
        "  CPU ms each {:>7.3}, and {:.3} of the embedded table",
        (cpu - table) / found as f64,
        table / found as f64
    );
    println!("  memory     {:>8.1} MB more at its peak", (status_kb("VmHWM") - memory) / 1e3);
}

/// The processor time of this process so far, all of which this thread uses (man 5 proc, "schedstat").
fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// A line of this process's status, in kB.
fn status_kb(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
