//! `onramp import`: brings existing organizations in through the server API.
//!
//! Each line of the file is the body of `POST /api/v1/organizations`, with `members`, the bodies of
//! `POST …/members`. The whole file is checked before the first request. An organization that exists
//! stays as it is, so a run can be repeated, and continues where an earlier one stopped.

mod client;
mod file;

use client::Imported;
pub use client::{Server, ServerError};
pub use file::{Line, Refused, parse};
use futures_util::{StreamExt, stream};

/// Number of lines that are sent at the same time.
const CONCURRENCY: usize = 4;
/// After this number of lines without a response in a row, the run stops.
const MAX_UNANSWERED: usize = 8;

/// What a run did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of organizations that were created.
    pub created: usize,
    /// Number of organizations that existed before.
    pub existing: usize,
    /// Number of members that were added.
    pub members: usize,
    /// Lines that the server refused or did not respond to, with the reasons.
    pub refused: Vec<Refused>,
    /// Number of lines that were not sent, because the server stopped responding.
    pub unsent: usize,
}

/// Sends the lines, and passes the number of finished lines to `progress`.
pub async fn run(server: &Server, lines: &[Line], mut progress: impl FnMut(usize)) -> Report {
    let mut report = Report::default();
    let mut unanswered = 0;
    let mut done = 0;
    let mut outcomes =
        stream::iter(lines).map(async |line| (line.number, server.import(line).await)).buffered(CONCURRENCY);
    while let Some((number, outcome)) = outcomes.next().await {
        done += 1;
        match outcome {
            Ok(Imported { is_new, members }) => {
                unanswered = 0;
                report.created += usize::from(is_new);
                report.existing += usize::from(!is_new);
                report.members += members;
            }
            Err(error) => {
                unanswered = if error.is_unanswered() { unanswered + 1 } else { 0 };
                report.refused.push(Refused { number, reason: error.to_string() });
            }
        }
        progress(done);
        if unanswered == MAX_UNANSWERED {
            report.unsent = lines.len().saturating_sub(done);
            break;
        }
    }
    report
}
