//! Measures the time, the calls, and the memory of one run of the function `trial-reminder`. The
//! table contains many organizations, and a reminder is due for some of them:
//!
//! ```text
//! cargo run --release -p e2e --example sweep -- --organizations 100000 --due 5000
//! ```
//!
//! The program first fills a table in memory and then starts the measurement. The reported memory
//! is the growth of the process during the run, so it excludes the table. All AWS calls stay in the
//! process, so the times contain no network latency. The output reports the time of the embedded
//! database separately.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "prints a measurement, and panics if it is not possible"
)]

use std::time::Instant;

use clap::Parser;
use e2e::sweep::{Fixture, Stage};

/// Options of the measurement.
#[derive(Debug, Parser)]
struct Options {
    /// Number of organizations in the table.
    #[arg(long, default_value_t = 100_000)]
    organizations: usize,
    /// Number of organizations with a due reminder.
    #[arg(long, default_value_t = 5_000)]
    due: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Options { organizations, due } = Options::parse();
    let fixture = Fixture::new().await;
    fixture.seed(&[(due, Stage::Reminder), (organizations.saturating_sub(due), Stage::Early)]);

    // Resets the peak memory (`VmHWM`) of this process. The kernel recorded it while the program
    // filled the table, and the measurement needs the peak of the run only (man 5 proc,
    // "clear_refs").
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (memory, cpu, began) = (status_kb("VmRSS"), cpu_ms(), Instant::now());
    let run = fixture.run().await;
    let (wall, cpu) = (began.elapsed(), cpu_ms() - cpu);
    let table: f64 = run.calls.iter().map(|call| call.ms).sum();

    let (found, failed) = run.found_and_failed();
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

/// Returns the CPU time of this thread in milliseconds (man 5 proc, "schedstat"). The async runtime
/// uses only this thread, so this is the CPU time of the whole run.
fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// Returns a value of `/proc/self/status` in kB.
fn status_kb(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
