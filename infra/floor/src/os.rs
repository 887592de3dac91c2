//! Reads the environment variables and the clock of the machine.

use jiff::Timestamp;

#[expect(clippy::disallowed_methods, reason = "no test of this program needs another clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Returns a variable that Lambda or the template sets.
#[expect(clippy::disallowed_methods, reason = "runtime::Env would link the AWS SDK")]
pub fn env(name: &'static str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is missing"))
}
