//! Verifies signatures for the differential test. Reads one case per line of standard input, and
//! writes one verdict per line of standard output.
//!
//! A case is `{"header": text or null, "body": hex, "secrets": "whsec_…,whsec_…", "now": seconds}`.
//! The verdict is `accepted` or the text of the error. `infra/ci/stripe/differential` compares it
//! with the verdicts of Stripe's own libraries.

use std::{
    error::Error,
    io::{BufRead, BufWriter, Write, stdin, stdout},
};

use jiff::Timestamp;
use serde_json::Value;
use stripe::{Secrets, verify};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(stdout().lock());
    for line in stdin().lock().lines() {
        writeln!(out, "{}", judge(&serde_json::from_str(&line?)?)?)?;
    }
    out.flush()?;
    Ok(())
}

fn judge(case: &Value) -> Result<String, Box<dyn Error>> {
    let field = |name: &str| case.get(name).and_then(Value::as_str);
    let body = hex::decode(field("body").ok_or("a case without a body")?)?;
    let secrets = Secrets::parse(field("secrets").ok_or("a case without secrets")?)?;
    let now = case.get("now").and_then(Value::as_i64).ok_or("a case without a time")?;
    let verdict = verify(field("header"), &body, &secrets, Timestamp::from_second(now)?);
    Ok(verdict.map_or_else(|error| error.to_string(), |_| "accepted".to_owned()))
}
